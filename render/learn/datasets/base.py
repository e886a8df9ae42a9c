"""The contract of a dataset: its options, and `points`, which gives x and clean labels.

A dataset that comes with the package is a YAML file; its numbers are in data/:

    description: Body mass of 342 penguins from the length of their flippers.
    source: K. B. Gorman, T. D. Williams, W. R. Fraser, PLoS ONE 9(3), e90081 (2014).
    file: penguins.csv  # two columns, x and y
    rows: 342
    axes: [flipper length (mm), body mass (g)]
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from render.config.options import Count, Flag, Integer, Number, Options, Positive
from render.errors import RenderError
from render.learn.tables.table import MAX_ROWS, read_columns
from render.learn.yaml_table import docstring, read_table
from render.phrases import phrase
from render.recording import Array, Dataset

MAX_POINTS = MAX_ROWS  # a row of a file is a point
BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
DATA = Path(__file__).parent / "data"  # SOURCES.md there describes each file

Noise = Annotated[Number, Field(ge=0, description="standard deviation of the noise added to y")]
Index = Annotated[Integer, Field(ge=0)]


@dataclass(frozen=True)
class InputRange(Options):
    """Evenly spaced inputs, `torch.arange(start, stop, step)`, without `stop` itself."""

    start: Annotated[Number, Field(description="the first input")] = -3.0
    stop: Annotated[Number, Field(description="end of the inputs, itself left out")] = 3.0
    step: Annotated[Positive, Field(description="distance between two inputs")] = 0.1

    def __post_init__(self) -> None:
        if not 1 < (self.stop - self.start) / self.step <= MAX_POINTS:
            allowed = f"between 2 and {MAX_POINTS:,} points"
            raise ValueError(f"start, stop and step must give {allowed}")

    @property
    def count(self) -> int:
        """The number of points that torch.arange makes."""
        return math.ceil((self.stop - self.start) / self.step)

    def column(self) -> Any:
        """The inputs as a float32 tensor (N, 1)."""
        import torch

        inputs = torch.arange(self.start, self.stop, self.step, dtype=torch.float32, device="cpu")
        return inputs.view(-1, 1)


@dataclass(frozen=True)
class Outlier(Options):
    """Labels of the training data that are set to a wrong value, as in lab 3.6."""

    at: Annotated[
        Index | tuple[Index, Index],
        Field(
            description="number of a point, from 0, or [first, end] without end",
            examples=[[10, 15]],
        ),
    ]
    y: Annotated[Number, Field(description="the value they are set to")]

    def __post_init__(self) -> None:
        if self.first >= self.end:
            raise ValueError(f"at: expected [first, end] with first < end, found {[*self._pair]}")

    @property
    def first(self) -> int:
        """The first point."""
        return self._pair[0]

    @property
    def end(self) -> int:
        """The point after the last."""
        return self._pair[1]

    @property
    def _pair(self) -> tuple[int, int]:
        return self.at if isinstance(self.at, tuple) else (self.at, self.at + 1)


@dataclass(frozen=True)
class Validation(Options):
    """Points that training never sees: a share of the data, or a second set without outliers."""

    fraction: Annotated[
        Annotated[Number, Field(gt=0, lt=1)] | None,
        Field(description="share of the points that is held out, chosen by the seed"),
    ] = None
    fresh: Annotated[
        Flag, Field(description="a second set at the same x: other noise, no outliers")
    ] = False

    def __post_init__(self) -> None:
        if (self.fraction is not None) == self.fresh:
            raise ValueError("expected either 'fraction' or 'fresh: true'")

    def held_out(self, count: int) -> int:
        """How many of the points are held out."""
        return 0 if self.fraction is None else round(self.fraction * count)


@dataclass(frozen=True)
class DatasetKind(Options, ABC):
    """A source of points, and the changes that are made to them."""

    formula: ClassVar[bool] = True  # whether y is a known function of x
    scatters: ClassVar[bool] = False  # whether noise is added to x, for labels that are classes

    noise: Noise = 0.0
    outliers: Annotated[
        tuple[Outlier, ...], Field(description="labels set to a wrong value: {at: [50, 55], y: 20}")
    ] = ()
    scale: Annotated[Number, Field(description="the model sees x · scale + shift")] = 1.0
    shift: Annotated[Number, Field(description="the model sees x · scale + shift")] = 0.0
    standardize: Annotated[
        Flag, Field(description="the model sees x with mean 0 and standard deviation 1")
    ] = False
    validation: Annotated[
        Validation | None, Field(description="points that training never sees")
    ] = None

    def __post_init__(self) -> None:
        if self.scale == 0:
            raise ValueError("scale: 0 would make every x the same")
        if self.standardize and (self.scale, self.shift) != (1, 0):
            raise ValueError("standardize undoes scale and shift: leave one or the other out")
        fresh = self.validation is not None and self.validation.fresh
        if fresh and not (self.noise or self.outliers):
            fault = "a fresh set equals the training data without noise or outliers"
            raise ValueError(f"validation: {fault}")
        if (count := self.count()) is not None:
            self.check(count)

    @abstractmethod
    def points(self) -> tuple[Any, Any]:
        """x (N, F) and clean y (N, K) as tensors, float32 as the labs have them.

        Classes are numbers from 0.
        """

    def counted_points(self) -> tuple[Any, Any, int, tuple[str, ...] | None]:
        """The points, how many rows of a file were left out, and the names of classes."""
        return *self.points(), 0, self.classes

    def count(self) -> int | None:
        """The number of points N; None if it is known only after the data are read."""
        return None

    @property
    def plain(self) -> bool:
        """Whether an input is a row of numbers, for which a model predicts those of a label."""
        return True

    @property
    def features(self) -> int:
        """The number of input columns F."""
        return 1

    @property
    def targets(self) -> int:
        """The number of columns of labels K."""
        return 1

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The names of the classes; None for labels that are numbers, and until a file is read."""
        return None

    @property
    def classifies(self) -> bool:
        """Whether the labels are classes."""
        return self.classes is not None

    def names(self) -> tuple[str, ...] | None:
        """The names of each input and of the label, for axes; None for x and y."""
        return None

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The names of each input and of each label."""
        return self.names() or (*numbered("x", self.features), *numbered("y", self.targets))

    def files(self) -> tuple[Path, ...]:
        """The files that it reads, except those of the package."""
        return ()

    def resolve(self, folder: Path) -> Self:
        """The dataset for a config in that folder. Raises ValueError for a file it can't use."""
        return self

    def check(self, count: int, classes: tuple[str, ...] | None = None) -> None:
        """Raise ValueError when the options don't fit a number of points, or its classes.

        `classes` are those of a file, once it is read.
        """
        classes = classes or self.classes
        if not 2 <= count <= MAX_POINTS:
            raise ValueError(f"expected between 2 and {MAX_POINTS:,} points, found {count:,}")
        if self.outliers and self.targets > 1:
            raise ValueError("outliers: they have one label, and the points have several")
        for outlier in self.outliers:
            if classes is not None and outlier.y not in range(len(classes)):
                known = f"the classes are 0 to {len(classes) - 1}"
                raise ValueError(f"outliers: {known}, found {outlier.y:g}")
            if outlier.end > count:
                there = f"there are {count:,} points, counted from 0"
                raise ValueError(f"outliers: no point {max(outlier.end - 1, count):,}; {there}")
        if self.validation is not None and self.validation.fraction is not None:
            held = self.validation.held_out(count)
            if held < 1 or count - held < 2:
                fault = f"{self.validation.fraction:g} of {count:,} points holds out {held:,}"
                raise ValueError(f"validation: {fault}: at least 1 must go and 2 must stay")

    def make(self, seed: int) -> Dataset:
        """The dataset of a film, in float64.

        x, noise and labels are computed in float32, as in the labs, whatever torch's settings
        are. Raises RenderError for options that don't fit the points.
        """
        from render.learn.generate import generate
        from render.learn.torch_state import own_torch

        with own_torch():
            x, clean, dropped, classes = self.counted_points()
            self.check_rows(len(x), classes)
            made = generate(self, x, clean, seed)
            return replace(made, dropped=dropped, classes=classes)

    def check_rows(self, count: int, classes: tuple[str, ...] | None = None) -> None:
        """Raise RenderError when the options don't fit the points that were read."""
        try:
            self.check(count, classes)
        except ValueError as fault:
            raise RenderError(f"dataset: {fault}") from None

    def excess_risk(self, ratio: Array) -> Array | None:
        """The error on new points (M,) of a fully trained linear model, but for their noise.

        By theory, at `ratio` (M,) features for each training point; None where none is known.
        """
        return None

    def inspect(self) -> Dataset | None:
        """The points of its files, read as `make` does but without torch, and not changed.

        None for a dataset without files. Raises RenderError for files that can't be read.
        """
        return None


def numbered(letter: str, count: int) -> tuple[str, ...]:
    """`x₁`, `x₂`, … for several columns; `x` for one."""
    if count == 1:
        return (letter,)
    return tuple(f"{letter}{str(i).translate(BELOW)}" for i in range(1, count + 1))


PointNoise = Annotated[
    Number, Field(ge=0, description="standard deviation of the noise added to each input")
]
PointCount = Annotated[
    Integer, Field(ge=4, le=100_000, description="how many points, as many of each class")
]


@dataclass(frozen=True)
class ClassDataset(DatasetKind, ABC):
    """Points of classes in a plane: their inputs have noise, their labels are exact.

    Point i has class i mod C, so that each batch has points of all classes.
    """

    formula: ClassVar[bool] = False
    scatters: ClassVar[bool] = True

    noise: PointNoise = 0.1
    n: PointCount = 200

    @property
    def features(self) -> int:
        return 2

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""

    @abstractmethod
    def place(self, label: Any, part: Any) -> tuple[Any, Any]:
        """x₁ and x₂ (N,) without noise of points of these labels (N,).

        `part` (N,) is how far along its class a point is: 0 for the first, 1 for the last.
        """

    def count(self) -> int:
        return self.n

    def points(self) -> tuple[Any, Any]:
        import torch

        number = torch.arange(self.n, dtype=torch.float32, device="cpu")
        count = len(self.classes)
        label = number % count
        turn = torch.div(number - label, count, rounding_mode="floor")
        last = torch.div(self.n - 1 - label, count, rounding_mode="floor")
        inputs = torch.stack(self.place(label, turn / last.clamp(min=1)), dim=1)
        return inputs, label.view(-1, 1)


class ShippedDataset(DatasetKind):
    """Two columns of a file in data/."""

    formula: ClassVar[bool] = False
    file: ClassVar[str]
    rows: ClassVar[int]
    axes: ClassVar[tuple[str, str]]  # with units

    @property
    def columns(self) -> tuple[str, str]:
        """Which columns of the file are x and y: by their names in its first line."""
        with (DATA / self.file).open(encoding="utf-8") as file:
            x, y = file.readline().strip().split(",")
        return x, y

    def count(self) -> int:
        return self.rows

    def names(self) -> tuple[str, ...]:
        return tuple(phrase(axis) for axis in self.axes)

    def points(self) -> tuple[Any, Any]:
        import torch

        x, y = torch.from_numpy(read_columns(DATA / self.file, self.columns).columns).float()
        return x.view(-1, 1), y.view(-1, 1)


@dataclass(frozen=True)
class DatasetFacts(Options):
    """The facts in the YAML file of a dataset that comes with the package."""

    description: Annotated[str, Field(description="of the points")]
    source: Annotated[str, Field(description="who published them")]
    file: Annotated[str, Field(description="in data/: x and y, named in the first line")]
    rows: Annotated[Count, Field(description="points in the file")]
    axes: Annotated[tuple[str, str], Field(description="x and y with their units")]


def from_table(file: Path) -> type[DatasetKind]:
    """The class that a YAML file describes. Raises ConfigError for a file with mistakes."""
    facts = read_table(file, DatasetFacts)
    attributes = {"file": facts.file, "rows": facts.rows, "axes": facts.axes}
    text = docstring(facts.description, facts.source)
    return type(file.stem, (ShippedDataset,), {"__doc__": text, **attributes})
