"""What films tell of themselves while they are made: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TextIO

from render.config.problems import printable, shown


class StepCallback(Protocol):
    """Called by a film: the stage it is in, how much is done, of how much."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


class Progress(Protocol):
    """Where films and the batch say how they are doing."""

    def film(self, name: str) -> AbstractContextManager[StepCallback]:
        """A context in which one film is made; gives what it calls."""
        ...

    def batch(self, films: int) -> AbstractContextManager[Callable[[], None]]:
        """A context in which several are made; gives what is called when one is done."""
        ...

    def say(self, text: str) -> None:
        """A line that stays."""
        ...

    def fault(self, text: str) -> None:
        """A line that is read even by who wants to hear nothing else."""
        ...


class Silent:
    """Says nothing."""

    @contextmanager
    def film(self, name: str) -> Iterator[StepCallback]:
        yield lambda stage, done, total: None

    @contextmanager
    def batch(self, films: int) -> Iterator[Callable[[], None]]:
        yield lambda: None

    def say(self, text: str) -> None:
        pass

    def fault(self, text: str) -> None:
        print(printable(text), file=sys.stderr, flush=True)


class NoProgress(Silent):
    """Not even faults: who called reads of them in what comes back."""

    def fault(self, text: str) -> None:
        pass


class Lines(Silent):
    """A line when a stage begins and at each quarter of a long one; for logs and pipes."""

    LONG = 50  # steps; a shorter stage is over before its quarters are read

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @contextmanager
    def film(self, name: str) -> Iterator[StepCallback]:
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
        print(printable(text), file=self.stream, flush=True)

    fault = say


class Bar(Silent):
    """A bar for each film being made and one for all, which leave no trace."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._columns: Any = None  # on the screen now

    @contextmanager
    def film(self, name: str) -> Iterator[StepCallback]:
        with self._shown() as columns:
            task = columns.add_task(shown(name), total=None)
            stages: set[str] = set()

            def step(stage: str, done: int, total: int) -> None:
                new = stage not in stages  # seen even if it is over in no time
                stages.add(stage)
                told = f"{shown(name)}: {stage}"
                columns.update(task, description=told, completed=done, total=total, refresh=new)

            try:
                yield step
            finally:
                columns.remove_task(task)

    @contextmanager
    def batch(self, films: int) -> Iterator[Callable[[], None]]:
        if films == 1:
            yield lambda: None
            return
        with self._shown() as columns:
            task = columns.add_task("films", total=films)
            yield lambda: columns.advance(task)

    def say(self, text: str) -> None:
        if self._columns is None:
            print(printable(text), file=self.stream, flush=True)
        else:  # above the bars
            self._columns.console.print(
                printable(text), markup=False, highlight=False, soft_wrap=True
            )

    fault = say

    @contextmanager
    def _shown(self) -> Iterator[Any]:
        """The bars, put on the screen if they aren't there."""
        if self._columns is not None:
            yield self._columns
            return
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
        self._columns = columns
        try:
            with columns:
                yield columns
        finally:
            self._columns = None


def choose(quiet: bool) -> Progress:
    """What suits standard error."""
    if quiet:
        return Silent()
    return Bar(sys.stderr) if sys.stderr.isatty() else Lines(sys.stderr)
