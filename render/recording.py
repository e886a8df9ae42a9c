"""What learning passes on to drawing: Dataset, Recording, Snapshot, Plane, Landscape.

Shapes: T steps, P trained parameters, A parameters in all (the frozen ones included), D
coordinates (1 or 2), G grid points along an axis.
"""

from __future__ import annotations

import csv
import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from render.projected import Basis, Measurement, Projected

Array = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]  # (height, width, 4) RGBA, C-contiguous


def own_errstate() -> np.errstate:
    """NumPy's own error state, whatever a session has set, as a context or a decorator.

    But overflow and nan are silent: a run that diverges is no reason for warnings.
    """
    return np.errstate(divide="warn", over="ignore", under="ignore", invalid="ignore")


@dataclass(frozen=True)
class Points:
    """Inputs and labels: N points, F features, K targets. Labs have float32, here it is float64."""

    x: Array  # (N,), or (N, F) when there are several features
    y: Array  # (N,), or (N, K) when there are several targets; the numbers of classes from 0

    @property
    def columns(self) -> Array:
        """The inputs as a model takes them: (N,), or (F, N)."""
        return self.x if self.x.ndim == 1 else self.x.T


@dataclass(frozen=True)
class Dataset(Points):
    """The training data, and what is known about them."""

    clean: Array | None = None  # (N,) the true function at x; None if unknown
    validation: Points | None = None  # points that training never sees
    names: tuple[str, ...] = ("x", "y")  # of each input, then of the label, for axes
    # (a, b), numbers or (F,): a·x + b are the inputs before they were scaled
    unscale: tuple[float | Array, float | Array] = (1.0, 0.0)
    dropped: int = 0  # rows of its file that were left out because a number is missing
    classes: tuple[str, ...] | None = None  # (C,) their names; None for labels that are numbers

    @property
    def features(self) -> int:
        """The number of columns of inputs F."""
        return 1 if self.x.ndim == 1 else int(self.x.shape[1])

    @property
    def targets(self) -> int:
        """The number of columns of labels K."""
        return 1 if self.y.ndim == 1 else int(self.y.shape[1])


class Objective(Protocol):
    """The loss over the whole training set as a function of all parameters."""

    def __call__(self, params: Array) -> Array:
        """Loss (...,) at params (..., A), in the order of `Recording.parameters`."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """The run at one row; at a fractional one, between two recorded rows."""

    row: float
    step: float  # the number of updates until then
    epoch: float
    values: Mapping[str, float]  # every parameter by name, frozen ones included
    loss: float  # the true loss at these values


@dataclass(frozen=True)
class Recording:
    """One run: row 0 is the start, row T the end.

    Row k is step k, but for a run of which not every snapshot is kept: there it is step
    `projected.step[k]`. What is drawn goes by rows, what is written by steps.
    """

    run: str  # its label in tables and legends
    names: tuple[str, ...]  # (P,) trained parameters
    frozen: Mapping[str, float]  # parameters that never move
    params: Array  # (T+1, P)
    grads: Array  # (T+1, P) used by the step from this row to the next; the last over all data
    loss: Array  # (T+1,) over the whole training set
    batch_loss: Array  # (T+1,) of the batch of the step from this row to the next; the last is nan
    lr: Array  # (T+1,) of the step from this row to the next; the last is nan
    epoch: Array  # (T+1,) step / steps per epoch
    broke_off: bool  # whether training ended at row T because the next row would not be finite
    objective: Objective  # over all parameters, in the order of `parameters`
    validation_loss: Array | None = None  # (T+1,) over points that training never sees
    full_batch: bool = True  # whether every step used all of the data
    noisy: bool = False  # whether noise was added to the gradients
    plain: bool = True  # whether every step was −lr · gradient and nothing else
    projected: Projected | None = None  # of a run whose parameters are coordinates of a plane
    measured: tuple[Measurement, ...] = ()  # that the config asks for, of a few parameters

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table of this run: a row for each snapshot, in full precision.

        Raises OSError.
        """
        write(Path(path), [self])

    def to_pandas(self) -> Any:
        """The same table as a pandas DataFrame; batch_loss and lr of the last row are nan.

        Raises ImportError without pandas.
        """
        try:
            pandas = importlib.import_module("pandas")
        except ImportError:
            raise ImportError("recording.to_pandas() needs pandas: pip install pandas") from None

        steps = np.arange(self.last + 1) if self.kept is None else self.kept.astype(int)
        loop = zip(LOOP[2:], (self.known_epoch, self.loss, self.batch_loss, self.lr), strict=True)
        own = {name: column for (_, name), column in own_numbers(self).items()}
        return pandas.DataFrame({"run": self.run, "step": steps, **dict(loop), **own})

    @property
    def last(self) -> int:
        """T, the number of the last row."""
        return len(self.loss) - 1

    @property
    def kept(self) -> Array | None:
        """(T+1,) the steps of the rows; None if there is a row for every step."""
        return None if self.projected is None else self.projected.step

    def measurement(self, kind: str) -> Measurement | None:
        """What was measured by the measure of that name; None if it was not asked for."""
        return next((one for one in self.measurements if one.kind == kind), None)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """All that was measured, also of a network."""
        return self.measured if self.projected is None else self.projected.measured

    @property
    def steps(self) -> int:
        """The number of updates: T, or more if not every snapshot is kept."""
        return self.last if self.kept is None else int(self.kept[-1])

    @property
    def counts_epochs(self) -> bool:
        """Whether its epochs are known: a loop of somebody's own may not say them."""
        return not self.steps or bool(self.epoch[-1] > 0)

    @property
    def known_epoch(self) -> Array:
        """(T+1,) the epoch of each row, nan where it is not known."""
        return self.epoch if self.counts_epochs else np.full(self.last + 1, np.nan)

    @property
    def per_epoch(self) -> int:
        """The number of steps in an epoch; 1 where that is not known."""
        if not (self.steps and self.counts_epochs):
            return 1
        return max(round(self.steps / float(self.epoch[-1])), 1)

    @property
    def rows_per_epoch(self) -> int:
        """The number of rows in an epoch, about: not every snapshot is kept; at least 1."""
        if self.kept is None or not self.steps:
            return self.per_epoch
        return max(round(self.per_epoch * self.last / self.steps), 1)

    def steps_at(self, rows: Array) -> Array:
        """The number of updates (...,) until fractional rows (...,)."""
        return rows if self.kept is None else np.interp(rows, np.arange(self.last + 1), self.kept)

    def rows_at(self, steps: Array) -> Array:
        """The fractional rows (...,) at numbers of updates (...,); the last one after the end."""
        if self.kept is None:
            return np.minimum(steps, self.last)
        return np.interp(steps, self.kept, np.arange(self.last + 1))

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """All parameters (A,), trained ones first: the order that `objective` expects."""
        return (*self.names, *self.frozen)

    def completed(self, trained: Array) -> Array:
        """All parameters (..., A) of trained ones (..., P): the frozen ones are added."""
        if not self.frozen:
            return trained
        count = len(self.names)
        params = np.empty((*trained.shape[:-1], count + len(self.frozen)))
        params[..., :count], params[..., count:] = trained, [*self.frozen.values()]
        return params

    def values(self, rows: Array) -> Array:
        """All parameters (..., A) at fractional rows (...,), linear between two."""
        # Not np.clip: of a few rows it takes as long as all the rest.
        below = np.minimum(np.maximum(np.floor(rows).astype(int), 0), max(self.last - 1, 0))
        above = np.minimum(below + 1, self.last)
        part = (rows - below)[..., None]
        return self.completed(self.params[below] * (1 - part) + self.params[above] * part)

    def losses(self, rows: Array, values: Array | None = None) -> Array:
        """The loss (...,) at fractional rows: recorded at whole ones, the true loss between.

        Between two rows it is the objective at the interpolated parameters, so that a dot
        drawn there lies on the surface and not on the chord above it. `values` (..., A) are
        the parameters there, where they are known already. On a plane through many parameters
        it lies between the true losses that were computed at places between the rows.
        """
        if self.projected is not None:
            return _interpolated(self.loss, self.projected.between, rows)
        whole = np.rint(rows).astype(int)
        between = self.objective(self.values(rows) if values is None else values)
        return np.where(rows == whole, self.loss[whole], between)

    def plane_losses(self, rows: Array) -> Array:
        """The loss (...,) of the plane at the place of the run at fractional rows.

        It is exact at whole rows. Only of a run that has `projected`.
        """
        assert self.projected is not None
        return _interpolated(self.projected.plane_loss, self.projected.plane_between, rows)

    def epochs(self, row: float) -> float:
        """The epoch at a fractional row."""
        below = min(int(row), self.last)
        above = min(below + 1, self.last)
        return float(self.epoch[below] + (row - below) * (self.epoch[above] - self.epoch[below]))

    def at(self, row: float) -> Snapshot:
        """The run at a fractional row."""
        rows = np.asarray(float(row))
        return self.snapshot(rows, self.values(rows), float(self.losses(rows)))

    def recorded(self, row: int) -> Snapshot:
        """The run at a row, as it was recorded: nothing is computed."""
        return self.snapshot(
            np.asarray(float(row)), self.completed(self.params[row]), float(self.loss[row])
        )

    def snapshot(self, row: Array, values: Array, loss: float) -> Snapshot:
        """The run at a fractional row (), with parameters (A,) and loss that are known there."""
        return Snapshot(
            row=float(row),
            step=float(self.steps_at(row)),
            epoch=self.epochs(float(row)),
            values=dict(zip(self.parameters, values.tolist(), strict=True)),
            loss=loss,
        )


@dataclass(frozen=True)
class Plane:
    """A plane, or a line, in parameter space: points `origin + coordinates @ directions`.

    The directions are linearly independent; they need be neither orthogonal nor of length 1.
    `of_parameters` makes a plane that two parameters span: its coordinates are the parameters
    themselves, to the last bit.
    """

    origin: Array  # (A,) where all coordinates are 0
    directions: Array  # (D, A), D is 1 or 2

    @classmethod
    def of_parameters(
        cls, names: Sequence[str], spanning: Sequence[str], values: Mapping[str, float]
    ) -> Plane:
        """The plane along which only the `spanning` parameters change.

        `names` are all parameters, in the order of the space; `values` has those that do not
        change.
        """
        origin = np.array([0.0 if name in spanning else values[name] for name in names])
        directions = np.eye(len(names))[[names.index(name) for name in spanning]]
        return cls(origin, directions)

    @cached_property
    def columns(self) -> list[int] | None:
        """The index of the parameter that each coordinate is; None if any is not a parameter."""
        single = np.count_nonzero(self.directions, axis=1) == 1
        columns = self.directions.argmax(axis=1)
        unit = self.directions[np.arange(len(columns)), columns] == 1
        if single.all() and unit.all() and not self.origin[columns].any():
            return [int(column) for column in columns]
        return None

    def project(self, params: Array) -> Array:
        """Coordinates (..., D) of the point of the plane that is nearest to params (..., A)."""
        if self.columns is not None:
            return params[..., self.columns]
        return (params - self.origin) @ self._inverse

    def lift(self, coordinates: Array) -> Array:
        """Parameters (..., A) at coordinates (..., D)."""
        if self.columns is None:
            return self.origin + coordinates @ self.directions
        params = np.empty((*coordinates.shape[:-1], len(self.origin)))
        params[...] = self.origin
        params[..., self.columns] = coordinates
        return params

    def shifted(self, params: Array, coordinates: Array) -> Array:
        """Params (..., A), moved parallel to the plane until they have coordinates (..., D)."""
        if self.columns is None:
            return params + (coordinates - self.project(params)) @ self.directions
        shape = np.broadcast_shapes(params.shape[:-1], coordinates.shape[:-1])
        moved = np.empty((*shape, len(self.origin)))
        moved[...] = params
        moved[..., self.columns] = coordinates
        return moved

    def distance(self, params: Array) -> Array:
        """How far params (..., A) are from the plane (...,), Euclidean."""
        off: Array = np.linalg.norm(params - self.lift(self.project(params)), axis=-1)
        return off

    @cached_property
    def _inverse(self) -> Array:
        """The matrix (A, D) from a step in the space to one in coordinates, by least squares.

        From the Gram matrix (D, D), so that it costs little for 100,000 parameters.
        """
        gram = self.directions @ self.directions.T
        return np.asarray(np.linalg.solve(gram, self.directions).T)


def _interpolated(numbers: Array, between: Array, rows: Array) -> Array:
    """Numbers (...,) at fractional rows from those of rows (T+1,) and between them (T, E)."""
    parts = between.shape[1] + 1
    fine = np.append(np.column_stack([numbers[:-1], between]).ravel(), numbers[-1])
    return np.interp(rows, np.arange(len(fine)) / parts, fine)


ONE_SCALE = 6.5  # axes whose lengths differ by less are drawn on one scale: 6 : 1, and some room


@dataclass(frozen=True)
class Landscape:
    """The loss over a plane around the runs, with what is exactly known of its minimum.

    Where the loss has only one parameter it is over a line: a curve instead of a surface.
    """

    plane: Plane  # in the space of all parameters, in the order of `Recording.parameters`
    axes: tuple[str, ...]  # (D,) what the plane's coordinates are called, along x first
    grid: tuple[Array, ...]  # (G,) coordinates along each axis
    loss: Array  # (G, G), indexed [second axis, first axis], or (G,); finite
    ceiling: float  # the surface is cut off here
    held: Mapping[str, float]  # the optimum of each trained parameter that does not span the plane
    optimum: Mapping[str, float]  # minimum over the trained parameters, every parameter by name
    minimum: float  # the loss there
    exact: bool  # whether there is a minimum; else `optimum` is only the best known point
    # (P,) of the Hessian over the trained parameters, ascending; rounding is 0. Empty: not known.
    eigenvalues: Array
    eigenvectors: Array  # (P, P), one a column, in the order of the eigenvalues
    method: str  # how the optimum was found
    minima: tuple[Mapping[str, float], ...] = ()  # every known minimum, local ones too
    bowl: bool = True  # whether the curvature is the same at the start of the run as at the minimum
    log: bool = False  # whether heights and contours are the logarithm of the loss
    flipped: bool = False  # whether the sign of b is flipped, as in the labs: a wrong surface
    # Like `loss`, 1 where the true loss is not finite: left out of the picture; None if nowhere.
    missing: Array | None = None
    basis: Basis | None = None  # of a plane that no two named parameters span

    @property
    def lengths(self) -> Array:
        """The length (D,) of each axis, in its own units."""
        return np.array([float(grid[-1] - grid[0]) for grid in self.grid])

    @property
    def one_scale(self) -> bool:
        """Whether the axes have as many units per pixel, so that what is round is drawn round."""
        return bool(self.lengths.max() <= ONE_SCALE * self.lengths.min())

    @property
    def sides(self) -> Array:
        """The length (D,) of each axis as it is drawn, the longest is 1."""
        return self.lengths / self.lengths.max() if self.one_scale else np.ones(len(self.grid))

    @property
    def apart(self) -> bool:
        """Whether a run may be away from the surface, so that a plumb line joins them."""
        return self.flipped or bool(self.held) or self.basis is not None

    def surface(self, recording: Recording, coordinates: Array) -> Array:
        """The loss (...,) of the surface, also a wrong one, at coordinates (..., D)."""
        params = self.plane.lift(coordinates)
        if self.flipped:  # the labs' mistake, drawn on purpose: the sign of b is turned
            params = params * [-1.0 if name == "b" else 1.0 for name in recording.parameters]
        return recording.objective(params)

    def moving(self, recording: Recording) -> list[bool]:
        """For each axis, whether a run can move along it; a frozen parameter does not move."""
        trained = self.plane.directions[:, : len(recording.names)]
        return [bool(direction.any()) for direction in trained]

    def minima_of(self, names: Sequence[str]) -> Array:
        """The parameters `names` (M, N) at all known minima, or at the optimum if none is known."""
        places = self.minima or (self.optimum,)
        return np.array([[place[name] for name in names] for place in places])

    @property
    def condition(self) -> float:
        """λmax / λmin of the Hessian; inf for a flat direction, nan where it is not known."""
        if not len(self.eigenvalues):
            return float("nan")
        low, high = self.eigenvalues[0], self.eigenvalues[-1]
        return float(high / low) if low > 0 else float("inf")

    @property
    def lr_max(self) -> float:
        """2/λmax: plain gradient descent with a larger learning rate diverges on a quadratic.

        nan where the curvature is not known.
        """
        if not len(self.eigenvalues):
            return float("nan")
        return float(2 / self.eigenvalues[-1]) if self.eigenvalues[-1] > 0 else float("inf")


LOOP = ("run", "step", "epoch", "loss", "batch_loss", "lr")  # the columns that every run has
# What each column says, for the documentation; `NAME` is a parameter's or a coordinate's.
COLUMNS: Mapping[str, str] = {
    "run": "the run's label",
    "step": "the number of updates until then",
    "epoch": "the passes over the data until then",
    "loss": "over the whole training set",
    "batch_loss": "of the batch of the step from this row to the next",
    "lr": "the learning rate of the step from this row to the next",
    "NAME": "each trained parameter; of a model with many, its coordinates on the plane instead",
    "grad_NAME": "the gradient that the step from this row used; in the last row, over all data",
    "MEASURE": "what the config's `measure` asks for, such as component_1 or sharpness",
    "MEASURE_theory": "what theory says of it, where it says something",
    "distance": "of a network: from its plane, in the space of the weights",
    "plane_loss": "of a network: the loss of the plane at its coordinates",
    "grad_norm": "of a network: the length of the gradient over all weights",
    "accuracy": "of classes: the share of the training points whose class is predicted",
    "validation_loss": "of a network: over the points that training never sees",
    "validation_accuracy": "of classes: the share of those points whose class is predicted",
}
CHUNK_ROWS = 4096  # converted to Python numbers at once, so that memory stays small


# Of the table, after those of the loop: its part (parameters, gradients, the rest) and its name.
Column = tuple[int, str]


def columns(recordings: Sequence[Recording]) -> list[Column]:
    """The columns of the table that not every run has: parameters, their gradients, the rest."""
    own = dict.fromkeys(column for recording in recordings for column in own_numbers(recording))
    return sorted(own, key=lambda column: column[0])  # stable: in the order of the runs


def named(recording: Recording) -> tuple[tuple[str, ...], Array, Array]:
    """The trained parameters of a run that have names, with their values and gradients (T+1, P)."""
    away = recording.projected
    if away is None:
        return recording.names, recording.params, recording.grads
    if away.weights is None:
        nothing = np.zeros((recording.last + 1, 0))
        return (), nothing, nothing
    unknown = np.full(away.weights.shape, np.nan)
    return away.names, away.weights, unknown if away.gradients is None else away.gradients


def own_numbers(recording: Recording) -> dict[Column, Array]:
    """The numbers (T+1,) of a run by their columns.

    A run in many parameters has the coordinates on its plane, and how far it is from there.
    """
    names, values, gradients = named(recording)
    numbers = {(0, name): column for name, column in zip(names, values.T, strict=True)}
    numbers |= {
        (1, f"grad_{name}"): column for name, column in zip(names, gradients.T, strict=True)
    }
    if (away := recording.projected) is not None:
        axes = zip(recording.names, recording.params.T, strict=True)
        rest: dict[str, Array | None] = {name: at for name, at in axes if name not in names}
        rest |= {
            "distance": away.distance,
            "plane_loss": away.plane_loss,
            "grad_norm": away.grad_norm,
            "accuracy": away.accuracy,
            "validation_loss": recording.validation_loss,
            "validation_accuracy": away.validation_accuracy,
        }
        numbers |= {(2, name): column for name, column in rest.items() if column is not None}
    for measurement in recording.measurements:
        numbers |= {(2, name): column for name, column in measurement.table.items()}
    return numbers


def rows(recording: Recording, head: Sequence[Column]) -> Iterator[list[object]]:
    """The table's rows 0…T of a run, whose columns after those of the loop are `head`.

    Empty are batch_loss and lr of the last row, which no step follows, the columns that only
    other runs have, and in a run of which not all is known, what is not.
    """
    numbers = own_numbers(recording)
    loop = (recording.known_epoch, recording.loss, recording.batch_loss, recording.lr)
    places = [head.index(column) for column in numbers]
    for start in range(0, recording.last + 1, CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        table = np.column_stack([one[part] for one in (*loop, *numbers.values())]).tolist()
        for row, values in enumerate(table, start):
            first, own = values[: len(loop)], values[len(loop) :]
            if row == recording.last:
                first[2:] = "", ""
            cells: list[object] = [""] * len(head)
            for place, value in zip(places, own, strict=True):
                cells[place] = value
            if recording.kept is None and not recording.measured:
                yield [recording.run, row, *first, *cells]
            else:
                known = ["" if cell != cell else cell for cell in (*first, *cells)]  # nan
                step = row if recording.kept is None else int(recording.kept[row])
                yield [recording.run, step, *known]


def write(path: Path, recordings: Sequence[Recording]) -> None:
    """Write the rows of all runs as CSV, in full precision. Raises OSError."""
    head = columns(recordings)
    # A run may have the name of a file, and such a name need not be UTF-8.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.writer(file, lineterminator="\n")  # writes floats by repr
        table.writerow([*LOOP, *(name for _, name in head)])
        for recording in recordings:
            table.writerows(rows(recording, head))
