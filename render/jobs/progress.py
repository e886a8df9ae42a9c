"""The progress of films, reported: bars on a terminal, lines elsewhere, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from render.config.problems import printable, shown
from render.jobs.streams import Unfailing, log

if TYPE_CHECKING:
    from render.pipeline import Progress


class Reporter(Protocol):
    """Reports the progress of films, and messages about them, to the user."""

    def film(self, name: str) -> AbstractContextManager[Progress]:
        """A context in which one film is made; gives the function that the film calls."""
        ...

    def batch(self, films: int) -> AbstractContextManager[Callable[[], None]]:
        """A context in which several films are made; gives the function to call after each."""
        ...

    def line(self, text: str) -> None:
        """Print a line that stays."""
        ...

    def error(self, text: str) -> None:
        """Print a line that is printed with --quiet too."""
        ...


class Silent:
    """Prints errors alone."""

    @contextmanager
    def film(self, name: str) -> Iterator[Progress]:
        yield lambda stage, done, total: None

    @contextmanager
    def batch(self, films: int) -> Iterator[Callable[[], None]]:
        yield lambda: None

    def line(self, text: str) -> None:
        pass

    def error(self, text: str) -> None:
        log(text)


class NoProgress(Silent):
    """Prints nothing: in Python, errors are in the outcomes."""

    def error(self, text: str) -> None:
        pass


class Lines(Silent):
    """A line when a stage begins and at each quarter of a long one; for logs and pipes."""

    MIN_STEPS = 50  # of a long stage; a shorter one is over before its quarters are read

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @contextmanager
    def film(self, name: str) -> Iterator[Progress]:
        quarters: dict[str, int] = {}  # reported, by stage

        def step(stage: str, done: int, total: int) -> None:
            if stage not in quarters:
                self.line(f"{name}: {stage}")
            quarter = 4 * done // total if total >= self.MIN_STEPS else 0
            if quarter > quarters.get(stage, 0):
                self.line(f"{name}: {stage} {25 * quarter} %")
            quarters[stage] = quarter

        yield step

    def line(self, text: str) -> None:
        log(text, self.stream)

    error = line


class Bar(Silent):
    """A bar for each film being made and one for all films, which are erased at the end."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._columns: Any = None  # on the screen now

    @contextmanager
    def film(self, name: str) -> Iterator[Progress]:
        with self._shown() as columns:
            task = columns.add_task(shown(name), total=None)
            stages: set[str] = set()

            def step(stage: str, done: int, total: int) -> None:
                new = stage not in stages  # then drawn at once, however short the stage is
                stages.add(stage)
                text = f"{shown(name)}: {stage}"
                columns.update(task, description=text, completed=done, total=total, refresh=new)

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

    def line(self, text: str) -> None:
        if self._columns is None:
            log(text, self.stream)
        else:  # above the bars
            self._columns.console.print(
                printable(text), markup=False, highlight=False, soft_wrap=True
            )

    error = line

    @contextmanager
    def _shown(self) -> Iterator[Any]:
        """The bars on the screen, for all that report at one time."""
        if self._columns is not None:
            yield self._columns
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Columns

        unfailing: Any = Unfailing(self.stream)
        columns = Columns(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=unfailing),
            transient=True,
        )
        self._columns = columns
        try:
            with columns:
                yield columns
        finally:
            self._columns = None


def choose(quiet: bool) -> Reporter:
    """Bars where standard error is a terminal, lines elsewhere."""
    if quiet or sys.stderr is None:  # None: it was closed before the program began
        return Silent()
    return Bar(sys.stderr) if sys.stderr.isatty() else Lines(sys.stderr)
