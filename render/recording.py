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

from render.projected import Basis, Projected

Array = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]  # (height, width, 4) RGBA, C-contiguous


def own_errstate() -> np.errstate:
    """NumPy's own error state, whatever a session has set, as a context or a decorator.

    But overflow and nan are silent: a run that diverges is no reason for warnings.
    """
    return np.errstate(divide="warn", over="ignore", under="ignore", invalid="ignore")


@dataclass(frozen=True)
class Points:
    """Inputs and labels: N points, F features. Labs have float32, here it is float64."""

    x: Array  # (N,), or (N, F) when there are several features
    y: Array  # (N,)

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


class Objective(Protocol):
    """The loss over the whole training set as a function of all parameters."""

    def __call__(self, params: Array) -> Array:
        """Loss (...,) at params (..., A), in the order of `Recording.parameters`."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """The run at one step; at a fractional one, between two recorded steps."""

    step: float
    epoch: float
    values: Mapping[str, float]  # every parameter by name, frozen ones included
    loss: float  # the true loss at these values


@dataclass(frozen=True)
class Recording:
    """One run: row 0 is the start, row T the end."""

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

        values = (self.epoch, self.loss, self.batch_loss, self.lr, *self.params.T, *self.grads.T)
        numbers = dict(zip(columns(self.names)[2:], values, strict=True))
        return pandas.DataFrame({"run": self.run, "step": np.arange(self.steps + 1), **numbers})

    @property
    def steps(self) -> int:
        """T, the number of updates."""
        return len(self.loss) - 1

    @property
    def per_epoch(self) -> int:
        """The number of steps in an epoch."""
        return round(self.steps / float(self.epoch[-1])) if self.steps else 1

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """All parameters (A,), trained ones first: the order that `objective` expects."""
        return (*self.names, *self.frozen)

    def completed(self, trained: Array) -> Array:
        """All parameters (..., A) of trained ones (..., P): the frozen ones are added."""
        count = len(self.names)
        params = np.empty((*trained.shape[:-1], count + len(self.frozen)))
        params[..., :count], params[..., count:] = trained, [*self.frozen.values()]
        return params

    def values(self, steps: Array) -> Array:
        """All parameters (..., A) at fractional steps (...,), linear between two rows."""
        below = np.clip(np.floor(steps).astype(int), 0, max(self.steps - 1, 0))
        above = np.minimum(below + 1, self.steps)
        part = (steps - below)[..., None]
        return self.completed(self.params[below] * (1 - part) + self.params[above] * part)

    def losses(self, steps: Array, values: Array | None = None) -> Array:
        """The loss (...,) at fractional steps: recorded at whole ones, the true loss between.

        Between two rows it is the objective at the interpolated parameters, so that a dot
        drawn there lies on the surface and not on the chord above it. `values` (..., A) are
        the parameters there, where they are known already. On a plane through many parameters
        it lies between the true losses that were computed at places between the rows.
        """
        if self.projected is not None:
            return _interpolated(self.loss, self.projected.between, steps)
        whole = np.rint(steps).astype(int)
        between = self.objective(self.values(steps) if values is None else values)
        return np.where(steps == whole, self.loss[whole], between)

    def plane_losses(self, steps: Array) -> Array:
        """The loss (...,) of the plane at the place of the run at fractional steps.

        It is exact at whole steps. Only of a run that has `projected`.
        """
        assert self.projected is not None
        return _interpolated(self.projected.plane_loss, self.projected.plane_between, steps)

    def epochs(self, step: float) -> float:
        """The epoch at a fractional step."""
        below = min(int(step), self.steps)
        above = min(below + 1, self.steps)
        return float(self.epoch[below] + (step - below) * (self.epoch[above] - self.epoch[below]))

    def at(self, step: float) -> Snapshot:
        """The run at a fractional step."""
        steps = np.asarray(float(step))
        return Snapshot(
            step=float(step),
            epoch=self.epochs(step),
            values=dict(zip(self.parameters, self.values(steps).tolist(), strict=True)),
            loss=float(self.losses(steps)),
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


def _interpolated(rows: Array, between: Array, steps: Array) -> Array:
    """Numbers (...,) at fractional steps from those of rows (T+1,) and between them (T, E)."""
    parts = between.shape[1] + 1
    fine = np.append(np.column_stack([rows[:-1], between]).ravel(), rows[-1])
    return np.interp(steps, np.arange(len(fine)) / parts, fine)


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
    eigenvalues: Array  # (P,) of the Hessian over the trained parameters, ascending; rounding is 0
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
        """λmax / λmin of the Hessian; inf for a flat direction."""
        low, high = self.eigenvalues[0], self.eigenvalues[-1]
        return float(high / low) if low > 0 else float("inf")

    @property
    def lr_max(self) -> float:
        """2/λmax: plain gradient descent with a larger learning rate diverges on a quadratic."""
        return float(2 / self.eigenvalues[-1]) if self.eigenvalues[-1] > 0 else float("inf")


CHUNK_ROWS = 4096  # converted to Python numbers at once, so that memory stays small


def columns(names: Sequence[str]) -> list[str]:
    """The names of the table's columns; `names` are those of the trained parameters."""
    gradients = [f"grad_{name}" for name in names]
    return ["run", "step", "epoch", "loss", "batch_loss", "lr", *names, *gradients]


def trained(recordings: Sequence[Recording]) -> tuple[str, ...]:
    """The parameters that any of the runs trains."""
    return tuple(dict.fromkeys(name for r in recordings for name in r.names))


def rows(recording: Recording, names: Sequence[str]) -> Iterator[list[object]]:
    """The table's rows 0…T of a run, whose columns are for the trained parameters `names`.

    Empty are batch_loss and lr of the last row, which no step follows, and the columns of
    parameters that only other runs train.
    """
    numbered = (recording.epoch, recording.loss, recording.batch_loss, recording.lr)
    places = [names.index(name) for name in recording.names]
    for start in range(0, recording.steps + 1, CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        numbers = np.column_stack([c[part] for c in numbered]).tolist()
        params, grads = recording.params[part].tolist(), recording.grads[part].tolist()
        for step, (row, param, grad) in enumerate(zip(numbers, params, grads, strict=True), start):
            if step == recording.steps:
                row[2:4] = "", ""
            cells: list[object] = [""] * (2 * len(names))
            for i, value, slope in zip(places, param, grad, strict=True):
                cells[i], cells[len(names) + i] = value, slope
            yield [recording.run, step, *row, *cells]


def write(path: Path, recordings: Sequence[Recording]) -> None:
    """Write the rows of all runs as CSV, in full precision. Raises OSError."""
    names = trained(recordings)
    # A run may have the name of a file, and such a name need not be UTF-8.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.writer(file, lineterminator="\n")  # writes floats by repr
        table.writerow(columns(names))
        for recording in recordings:
            table.writerows(rows(recording, names))
