"""The contract of a measure: numbers of a run at each recorded row, and what theory says of them.

They are measured after training, and never change it. Each is a column of the table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from render import registry
from render.config.options import Options
from render.phrases import phrase
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model
    from render.learn.networks.evaluation import Buffers, Evaluation
    from render.learn.networks.history import History
    from render.recording import Dataset
    from render.results import Run


@dataclass(frozen=True)
class Measure(Options, ABC):
    """Numbers of a run at each of its recorded rows."""

    network: ClassVar[bool] = False  # whether it is of networks, or of a few named parameters
    log_y: ClassVar[bool] = False  # whether a plot of the numbers has a logarithmic axis

    @abstractmethod
    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        """(K,) the names of its numbers in the table, and in captions."""

    def fields(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        """What captions can name of it."""
        return self.columns(model, dataset, loss)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        """Why it can't be measured of this run of a film with so many; None if it can."""
        return None

    @property
    def kind(self) -> str:
        """Its name in a config."""
        return registry.name_of(type(self))

    @property
    def titles(self) -> tuple[str, ...]:
        """What a plot of the numbers is called, the longest text first."""
        return (self.kind.replace("_", " "),)

    @property
    def law(self) -> tuple[str, ...]:
        """What theory says of them, the longest text first."""
        return (phrase("theory"),)

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        """What each of the columns (K,) is called beside its curve, in a few letters."""
        return tuple(columns)


@dataclass(frozen=True)
class RunMeasure(Measure):
    """Numbers of a run in a few named parameters, whose landscape is a formula."""

    def fields(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        columns = self.columns(model, dataset, loss)
        return (*columns, *(f"{column}_theory" for column in columns))

    @abstractmethod
    def of_run(self, run: Run) -> Measurement:
        """What is found in the recording and the landscape of a run."""


class OfEachParameter:
    """A measure with a number for each trained parameter, whose column is `prefix` and its name."""

    prefix: ClassVar[str]

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        starts = model.parameters().items()
        return self.columns_of([name for name, start in starts if not start.frozen])

    def columns_of(self, parameters: Iterable[str]) -> tuple[str, ...]:
        """The columns of these parameters."""
        return tuple(f"{self.prefix}{name}" for name in parameters)

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(column.removeprefix(self.prefix) for column in columns)


@dataclass(frozen=True)
class Theory:
    """What theory says a number is, over all values of what it depends on: a curve."""

    names: tuple[str, ...]  # on screen, the longest first
    y: Array  # (M,)
    true: bool = True  # False: a formula that is in use, and does not hold here


@dataclass(frozen=True)
class LawMeasure(RunMeasure):
    """Numbers that depend on another number of the run, such as the learning rate: y = f(x)."""

    log_x: ClassVar[bool] = False
    written: ClassVar[bool] = True  # whether each dot has its number beside it

    @property
    @abstractmethod
    def x_name(self) -> str:
        """What x is."""

    @abstractmethod
    def x_of(self, run: Run) -> Array:
        """(T+1, K) the x of each measured number."""

    @abstractmethod
    def theories(self, run: Run, x: Array) -> tuple[Theory, ...]:
        """What theory says of a run at x (M,): the true formula first."""

    def x_range(self, runs: Sequence[Run]) -> tuple[float, float] | None:
        """The ends of the axis; None: a little beyond all x of the runs."""
        return None


@dataclass(frozen=True)
class Subject:
    """A run of a network that is measured."""

    spec: Spec
    dataset: Dataset
    history: History
    evaluation: Evaluation
    rows: int  # T+1, those of its recording: the others are not finite

    def weights(self, row: int) -> Array:
        """(P,) of a row, in float64."""
        return self.history.weights[row].astype(float)

    def buffers(self, row: int) -> Buffers:
        """Those of a row."""
        return {name: values[row] for name, values in self.history.buffers.items()}


@dataclass(frozen=True)
class NetworkMeasure(Measure):
    """Numbers of a network at each kept snapshot of its run."""

    network: ClassVar[bool] = True

    @abstractmethod
    def measure(
        self, subjects: Sequence[Subject], row_done: Callable[[], None]
    ) -> list[Measurement]:
        """What is found of each of the runs; `row_done()` is called for each row of each run."""


def measured(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs of a few parameters with what their configs ask to measure."""
    return tuple(_measured(run) for run in runs)


def _measured(run: Run) -> Run:
    asked = [one for one in run.spec.measure if isinstance(one, RunMeasure)]
    if not asked:
        return run
    found = tuple(one.of_run(run) for one in asked)
    return replace(run, recording=replace(run.recording, measured=found))
