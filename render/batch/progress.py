"""What a film tells of itself while it is made: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO


class Step(Protocol):
    """Called by a film: the stage it is in, how much is done, of how much."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


class Progress(Protocol):
    """Where films and the batch say how they are doing."""

    def film(self, name: str) -> AbstractContextManager[Step]:
        """A context in which one film is made; gives what it calls."""
        ...

    def say(self, text: str) -> None:
        """A line that stays."""
        ...


class Silent:
    """Says nothing."""

    @contextmanager
    def film(self, name: str) -> Iterator[Step]:
        yield lambda stage, done, total: None

    def say(self, text: str) -> None:
        pass


class Lines:
    """A line when a stage begins and at each quarter of a long one; for logs and pipes."""

    LONG = 50  # steps; a shorter stage is over before its quarters are read

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @contextmanager
    def film(self, name: str) -> Iterator[Step]:
        quarters: dict[str, int] = {}  # told of each stage

        def step(stage: str, done: int, total: int) -> None:
            if stage not in quarters:
                self.say(f"{name}: {stage}")
            quarter = 4 * done // total if total >= self.LONG else 0
            if quarter > quarters.get(stage, 0):
                self.say(f"{name}: {stage} {25 * quarter} %")
            quarters[stage] = quarter

        yield step

    def say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


class Bar:
    """A bar for the film being made, which leaves no trace."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @contextmanager
    def film(self, name: str) -> Iterator[Step]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Columns

        columns = Columns(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=self.stream),
            transient=True,
        )
        with columns:
            task = columns.add_task(name, total=None)

            def step(stage: str, done: int, total: int) -> None:
                columns.update(task, description=f"{name}: {stage}", completed=done, total=total)

            yield step

    def say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


def choose(quiet: bool) -> Progress:
    """What suits standard error."""
    if quiet:
        return Silent()
    return Bar(sys.stderr) if sys.stderr.isatty() else Lines(sys.stderr)
