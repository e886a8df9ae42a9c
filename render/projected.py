"""What is known of a run in a space of many parameters, of which only a plane is drawn.

A network of 100,000 weights is drawn on a plane through the space of its weights. Its recording
has the plane's coordinates for parameters, a row for each kept snapshot, and the loss over the
whole training set at the snapshot itself, not at its place on the plane. What else drawing needs
is here, all of it computed before: drawing never evaluates a network.

Shapes: T+1 rows (kept snapshots), E places between two rows, G grid points along an axis.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

SNAPSHOTS = 400  # that are kept of a run, at most, the first and the last among them
MAX_NAMED = 50  # parameters: with more, the table has the plane's coordinates alone


def kept_steps(steps: int, most: int = SNAPSHOTS) -> Numbers:
    """(T+1,) the steps whose snapshots are kept of a run of so many steps: evenly, and the last.

    A recorder that does not know how long the run will be keeps the same ones: whenever all rows
    but one are full it drops every second one, and the one that is left is for the end.
    """
    stride = 1
    while steps // stride + 1 > most - 1:
        stride *= 2
    return np.unique([*range(0, steps + 1, stride), steps]).astype(float)


@dataclass(frozen=True)
class Regions:
    """What a model of two features predicts over their plane, at each row of the recording."""

    x: Numbers  # (G,) along the first feature
    y: Numbers  # (G,) along the second
    label: Bytes  # (T+1, G, G) the class predicted there, indexed [row, second, first]
    certainty: Bytes  # (T+1, G, G) its probability, 255 is 1


@dataclass(frozen=True)
class Predictions:
    """What a model predicts whose prediction is a number, at each row of the recording."""

    chosen: npt.NDArray[np.int64]  # (K,) the training points at which it is known
    at_points: Numbers  # (T+1, K) what is predicted there
    inputs: Numbers | None = None  # (M,) places along the only feature; None with several
    along: Numbers | None = None  # (T+1, M) what is predicted at these places


@dataclass(frozen=True)
class LayerWeights:
    """The weights of one layer at each row as a small image: a matrix, or its block means."""

    name: str  # as the model has it: `0.weight`
    shape: tuple[int, ...]  # of the weights themselves
    image: Numbers  # (T+1, height, width)


@dataclass(frozen=True)
class Measurement:
    """Numbers that were measured of a run at each row, such as the sharpness."""

    kind: str  # the measure's name
    columns: tuple[str, ...]  # (K,) of the table
    values: Numbers  # (T+1, K), nan where there is none
    theory: Numbers | None = None  # (T+1, K) what theory says of them; nan, None: it says nothing
    word: str = "theory"  # what that is: its columns are `sharpness_limit`

    @property
    def table(self) -> dict[str, Numbers]:
        """The numbers (T+1,) by their columns."""
        found = dict(zip(self.columns, self.values.T, strict=True))
        if self.theory is not None:
            names = (f"{name}_{self.word}" for name in self.columns)
            found |= dict(zip(names, self.theory.T, strict=True))
        return found


@dataclass(frozen=True)
class Projected:
    """The numbers of a run away from its plane, a row for each kept snapshot."""

    count: int  # P, how many parameters the model trains
    step: Numbers  # (T+1,) how many updates led to each row, ascending from 0
    between: Numbers  # (T, E) true losses at E places evenly spaced between a row and the next
    plane_loss: Numbers  # (T+1,) the loss at each row's projection onto the plane
    plane_between: Numbers  # (T, E) the same at the places between
    distance: Numbers  # (T+1,) from the plane, Euclidean
    grad_norm: Numbers  # (T+1,) of the gradient of the loss over the whole training set
    accuracy: Numbers | None = None  # (T+1,) over the training set; None without classes
    validation_accuracy: Numbers | None = None  # (T+1,)
    names: tuple[str, ...] = ()  # of the parameters, `0.weight[2,1]`, if at most MAX_NAMED
    weights: Numbers | None = None  # (T+1, P) the parameters themselves, if they have names
    gradients: Numbers | None = None  # (T+1, P) of the step from this row, if they have names
    regions: Regions | None = None  # of a model of two features
    predictions: Predictions | None = None  # of a model that predicts a number
    layers: tuple[LayerWeights, ...] = ()
    remarks: tuple[str, ...] = ()  # that the film must say: eval mode, buffers, float32
    measured: tuple[Measurement, ...] = ()  # that the config asks for

    def measurement(self, kind: str) -> Measurement | None:
        """What was measured by the measure of that name; None if it was not asked for."""
        return next((one for one in self.measured if one.kind == kind), None)

    def gap(self, loss: Numbers) -> float:
        """The largest difference between the losses (T+1,) of the rows and those on the plane.

        Where both are finite; on the plane a run that flies off may have none.
        """
        gaps = np.abs(loss - self.plane_loss)
        return float(gaps[np.isfinite(gaps)].max(initial=0.0))


@dataclass(frozen=True)
class Basis:
    """Where the plane of a landscape comes from, for the manifest and for what is said of it."""

    kind: str  # pca, random, hessian or parameters
    axes: tuple[str, str]  # the columns of its coordinates: pc1, pc2
    centre: str = "mean"  # the point of the space that is the plane's origin: mean or end
    normalize: str = ""  # `filter` if its directions have the norms of the model's filters
    seed: int | None = None  # of random directions
    # That were kept, of all runs together; of a run that flies off only those before.
    snapshots: int = 0
    # (K,) the share of the snapshots' variance along each component, largest first, and (K,) what
    # a random walk of as many snapshots in as many dimensions gives; empty but for pca.
    explained: Numbers = field(default_factory=lambda: np.zeros(0))
    random_walk: Numbers = field(default_factory=lambda: np.zeros(0))
    eigenvalues: tuple[float, ...] = ()  # of the Hessian along the directions, of a hessian plane


EDGE = 1e-9  # of an axis: what is so little outside is on the edge


@dataclass(frozen=True)
class GridLoss:
    """The loss over a plane whose losses are known at the points of a grid; no network is needed.

    At a point of the grid it is what was computed there, between four of them a cubic
    convolution (Keys 1981, a = −½): its error falls with the third power of their distance. It
    is linear beside a place where the loss is not finite, and nan there and outside the grid.
    """

    x: Numbers  # (G,) the coordinates along each axis, ascending
    y: Numbers  # (G,)
    loss: Numbers  # (G, G), indexed [second axis, first axis], nan where it is not finite

    @classmethod
    def over(
        cls, grid: tuple[Numbers, ...], loss: Numbers, missing: Numbers | None = None
    ) -> GridLoss:
        """Of a landscape: what is `missing` there is not finite here."""
        x, y = grid
        return cls(x, y, loss if missing is None else np.where(missing > 0, np.nan, loss))

    def __call__(self, params: Numbers) -> Numbers:
        """The loss (...,) at coordinates (..., 2)."""
        column, right, inside = _cells(self.x, params[..., 0])
        row, above, within = _cells(self.y, params[..., 1])
        across, along = _cubic(right), _cubic(above)
        found = np.zeros(np.shape(right))
        for j in range(4):
            for i in range(4):
                node = self._padded[row + j, column + i]
                found += along[j] * across[i] * node
        if not self._finite:
            whole = np.isfinite(found)
            found = np.where(whole, found, self._linear(column, right, row, above))
        found = np.maximum(found, self._least)
        return np.where(inside & within, found, np.nan)

    @cached_property
    def _finite(self) -> bool:
        return bool(np.isfinite(self.loss).all())

    @cached_property
    def _least(self) -> float:
        """A loss that is positive on all of the grid is so between its points, too."""
        least = float(np.nanmin(self.loss, initial=np.inf))
        return least / 2 if least >= 0 else -np.inf

    @cached_property
    def _padded(self) -> Numbers:
        """The grid with one more row and column on each side, as Keys continues it."""
        wide = self.loss
        for _ in (0, 1):  # columns, then rows
            before = 3 * wide[:, 0] - 3 * wide[:, 1] + wide[:, 2]
            after = 3 * wide[:, -1] - 3 * wide[:, -2] + wide[:, -3]
            wide = np.column_stack([before, wide, after]).T
        return np.ascontiguousarray(wide)

    def _linear(
        self,
        column: npt.NDArray[np.intp],
        right: Numbers,
        row: npt.NDArray[np.intp],
        above: Numbers,
    ) -> Numbers:
        found = np.zeros(np.shape(right))
        for j, y in ((0, 1 - above), (1, above)):
            for i, x in ((0, 1 - right), (1, right)):
                share = x * y  # where it is 0, the node does not count, even if it is nan
                found += np.where(share > 0, share * self.loss[row + j, column + i], 0.0)
        return found


def _cells(
    axis: Numbers, places: Numbers
) -> tuple[npt.NDArray[np.intp], Numbers, npt.NDArray[np.bool_]]:
    """The cell of each place along an axis, the part 0…1 of it, and whether it is on the axis."""
    slack = EDGE * (axis[-1] - axis[0])
    inside = (places >= axis[0] - slack) & (places <= axis[-1] + slack)
    at = np.clip(np.nan_to_num(places, nan=axis[0]), axis[0], axis[-1])
    cell = np.clip(np.searchsorted(axis, at, side="right") - 1, 0, len(axis) - 2)
    part = (at - axis[cell]) / (axis[cell + 1] - axis[cell])
    return cell, part, inside


def _cubic(part: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """The weights of the four nodes around a part 0…1 of a cell."""
    square, cube = part * part, part**3
    return (
        -cube / 2 + square - part / 2,
        1.5 * cube - 2.5 * square + 1,
        -1.5 * cube + 2 * square + part / 2,
        (cube - square) / 2,
    )
