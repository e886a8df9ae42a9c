"""From the kept weights of runs to what is drawn: recordings and landscapes on a plane.

Everything that needs the network is computed here: losses at the kept weights and between them,
the surface, regions of classes. Drawing needs no torch.

Shapes: T+1 kept snapshots of a run, P weights, E places between two snapshots, G grid points.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from render.errors import RenderError
from render.learn.extents import PADDING, SHORTEST, followed, united
from render.learn.landscape import ceiling, overflow
from render.learn.minimum import Minimum
from render.learn.networks.check import check_plane, check_rows
from render.learn.networks.evaluation import Buffers, Evaluation
from render.learn.networks.fit import predictions
from render.learn.networks.history import History
from render.learn.networks.images import layer_images, regions
from render.learn.networks.planes import (
    LEAST_SNAPSHOTS,
    NetworkPlane,
    PlaneOptions,
    ending,
    plane_of,
)
from render.learn.record import Counter, Progress, silent
from render.learn.torch_state import own_torch
from render.phrases import form
from render.projected import MAX_NAMED, GridLoss, Projected
from render.recording import ONE_SCALE, Array, Landscape, Plane, Recording

FLIGHT = 10.0  # times as high above its start as it came below it: a run that stays there flies off
BETWEEN = 8  # places between two kept snapshots, at most
STILL = 1e-6  # of the longer axis: a shorter way along the other is rounding
AROUND = 0.5  # of its own size: what is drawn of a weight that does not move
METHOD = "none: a plane through the space of many weights"
OWN_BUFFERS = form(
    "eval mode: each dot with its own buffers, the surface with those of the last snapshot"
)

Extents = Mapping[str, Any]  # the name of an axis → its range, or "auto"
Ranges = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Measured:
    """A run, as far as its losses are finite, with what does not depend on a plane."""

    history: History
    evaluation: Evaluation
    loss: Array  # (T+1,)
    accuracy: Array | None
    validation_loss: Array | None
    validation_accuracy: Array | None

    def weights(self, row: int) -> Array:
        """(P,) of a row."""
        return np.asarray(self.history.weights[row], dtype=np.float64)

    def buffers(self, row: int) -> Buffers:
        """Those of a row."""
        return {name: values[row] for name, values in self.history.buffers.items()}

    @property
    def changing(self) -> bool:
        """Whether the buffers are not the same at each row, as those of BatchNorm."""
        return any((values != values[:1]).any() for values in self.history.buffers.values())


def before_flight(run: Measured) -> Measured:
    """The rows that decide on a plane: of a run that flies off those before, else all.

    Rows far out swamp all others: they lie on a line, and a plane through them shows nothing else.
    A run flies off once its loss stays higher above its start than FLIGHT times what it gained, or
    than FLIGHT times its size where it gained nothing.
    """
    loss, start = run.loss, float(run.loss[0])
    top = start + FLIGHT * max(start - float(loss.min()), abs(start))
    if loss[-1] <= top:
        return run
    rows = max(int(np.flatnonzero(loss <= top)[-1]) + 1, LEAST_SNAPSHOTS)
    return replace(run, history=_cut(run.history, rows), loss=loss[:rows])


@own_torch()  # in the order of one thread; more of them wait for one another on small tensors
def drawn(
    histories: Sequence[History],
    evaluations: Sequence[Evaluation],
    options: PlaneOptions,
    grid: int,
    extents: Extents | None = None,
    log: bool = False,
    progress: Progress = silent,
    *,
    share: bool = True,
    one_scale: bool = False,
) -> tuple[tuple[Recording, ...], tuple[Landscape, ...]]:
    """The recording and the landscape of each run on a plane of G × G points.

    With `share`, as in a race, all runs have the same plane and the same surface: that of the
    run that ended lowest, with the buffers of its last snapshot. Else each has its own; with
    `one_scale` all of them have the same ranges where their axes have the same names, and the
    same height. A run ends before the first kept snapshot whose loss is not finite.

    `progress(done, total)` is called up to 200 times; the units are evaluations. Raises
    RenderError for a loss that is not finite at the start, not one number, not reproducible; for
    runs that can't share a surface; and for a plane that is none. Raises TruthError where the
    surface or a recorded loss is not what the model gives.
    """
    counted = Tally(_evaluations(histories, grid, share), progress)
    for history, evaluation in zip(histories, evaluations, strict=True):
        check_history(history, evaluation)
    if share:
        _check_alike(histories)
    runs = [measured(*each, counted) for each in zip(histories, evaluations, strict=True)]
    groups = [runs] if share else [[run] for run in runs]
    scans = [_Scan.of(group, options, grid) for group in groups]
    made = [one.recordings(counted) for one in scans]
    ranges = [one.ranges(own, extents or {}) for one, own in zip(scans, made, strict=True)]
    if one_scale:
        ranges = [{name: united(ranges)[name] for name in own} for own in ranges]
    losses = [one.surface(own, counted) for one, own in zip(scans, ranges, strict=True)]
    tops = [ceiling(*each) for each in zip(ranges, made, losses, strict=True)]
    tops = [max(tops)] * len(tops) if one_scale else tops
    recordings: list[Recording] = []
    landscapes: list[Landscape] = []
    for one, own, range_, loss, top in zip(scans, made, ranges, losses, tops, strict=True):
        landscape = one.landscape(own, range_, loss, top, log)
        objective = GridLoss.over(landscape.grid, landscape.loss, landscape.missing)
        finished = [replace(recording, objective=objective) for recording in own]
        one.check(finished, landscape)
        recordings += finished
        landscapes += [landscape] * len(own)
    counted.finish()
    return tuple(recordings), tuple(landscapes)


class Tally:
    """Counts evaluations; where there are fewer than expected, the rest is done at the end."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._left, self._counter = total, Counter(total, progress)

    def __call__(self) -> None:
        """Count one more."""
        if self._left:
            self._left -= 1
            self._counter()

    def finish(self) -> None:
        """Count all that are left."""
        while self._left:
            self()


def _evaluations(histories: Sequence[History], grid: int, share: bool) -> int:
    """How many losses and gradients are computed: three of each row, the places between, a grid."""
    rows = [len(history.weights) for history in histories]
    total = 3 * sum(rows) + grid**2 * (1 if share else len(rows))
    for group in [rows] if share else [[count] for count in rows]:
        steps = sum(group) - len(group)
        total += 2 * steps * places_between(steps, grid)
    return total


def places_between(steps: int, grid: int) -> int:
    """E between two rows: 1 to 8, and no more evaluations in all of the runs than in the grid."""
    return int(np.clip(grid**2 // max(1, 2 * steps), 1, BETWEEN))


def check_history(history: History, evaluation: Evaluation) -> None:
    """Raise RenderError for weights that are not those of the model."""
    layout = evaluation.layout
    if history.names != layout.names or history.shapes != layout.shapes:
        kept = sum(int(np.prod(shape, dtype=int)) for shape in history.shapes)
        found = f"{kept} weights in {len(history.names)} parameters"
        wanted = f"{layout.count} in {len(layout.names)}"
        raise RenderError(f"the run {history.run!r} has {found}, and the model trains {wanted}")


def _check_alike(histories: Sequence[History]) -> None:
    first = histories[0]
    for other in histories[1:]:
        if (other.names, other.shapes) != (first.names, first.shapes):
            why = "models of different shapes have no plane in common: show them in a grid"
            raise RenderError(f"the runs {first.run!r} and {other.run!r} can't race: {why}")


def measured(history: History, evaluation: Evaluation, row_done: Callable[[], None]) -> Measured:
    """The losses and accuracies at each kept snapshot, up to the last one that is finite."""
    rows: list[tuple[float, ...]] = []
    count = len(history.weights)
    own = Measured(history, evaluation, np.zeros(0), None, None, None)
    for row in range(count):
        weights, buffers = own.weights(row), own.buffers(row)
        if row in (0, count // 2, count - 1):
            evaluation.check_reproducible(weights, buffers)
        each = [evaluation.measured(weights, buffers)]
        if evaluation.validated:
            each.append(evaluation.measured(weights, buffers, validation=True))
        row_done()
        if not (np.isfinite(each[0][0]) and np.isfinite(weights).all()):
            break
        rows.append(tuple(np.nan if n is None else n for pair in each for n in pair))
    if not rows:
        raise RenderError(f"the loss is not finite at the start of the run {history.run!r}")
    table = np.array(rows).T
    classes = not np.isnan(table[1]).all()
    return Measured(
        history if len(rows) == count else _cut(history, len(rows)),
        evaluation,
        table[0],
        table[1] if classes else None,
        table[2] if evaluation.validated else None,
        table[3] if evaluation.validated and classes else None,
    )


def _cut(history: History, rows: int) -> History:
    """Its first rows: the next one is not finite."""
    known, lr = history.batch_loss[:rows].copy(), history.lr[:rows].copy()
    known[-1] = lr[-1] = np.nan
    gradients = history.gradients
    if gradients is not None:
        gradients = gradients[:rows].copy()
        gradients[-1] = np.nan
    return replace(
        history,
        weights=history.weights[:rows],
        step=history.step[:rows],
        epoch=history.epoch[:rows],
        batch_loss=known,
        lr=lr,
        buffers={name: values[:rows] for name, values in history.buffers.items()},
        gradients=gradients,
        broke_off=True,
    )


@dataclass(frozen=True)
class _Scan:
    """The runs on one plane, and the one of them whose loss the surface is."""

    runs: Sequence[Measured]
    plane: NetworkPlane
    best: Measured
    grid: int  # G

    @classmethod
    def of(cls, runs: Sequence[Measured], options: PlaneOptions, grid: int) -> _Scan:
        evaluation = runs[0].evaluation
        near = [before_flight(run) for run in runs]
        histories = [run.history for run in near]
        last = ending(histories, evaluation)
        best = next(run for run in near if run.history is last)
        plane = plane_of(histories, best.evaluation, options)
        scan = cls(runs, plane, best, grid)
        scan._check_one_loss()
        return scan

    def _check_one_loss(self) -> None:
        """Raise RenderError for runs whose losses at the same weights differ."""
        row = len(self.best.loss) - 1
        weights, buffers = self.best.weights(row), self.buffers
        for run in self.runs:
            if run.evaluation is not self.best.evaluation:
                other = run.evaluation.loss(weights, buffers)
                size = float(self.best.loss[0])
                if not self.best.evaluation.same(float(self.best.loss[row]), other, size):
                    names = f"{self.best.history.run!r} and {run.history.run!r}"
                    why = "the same weights have different losses: show them in a grid"
                    raise RenderError(f"the runs {names} have no surface in common: {why}")

    @property
    def buffers(self) -> Buffers:
        """Those of the surface."""
        return self.best.buffers(len(self.best.loss) - 1)

    @property
    def axes(self) -> tuple[str, str]:
        return self.plane.basis.axes

    @property
    def places(self) -> int:
        """E."""
        return places_between(sum(len(run.loss) - 1 for run in self.runs), self.grid)

    def recordings(self, row_done: Callable[[], None]) -> list[Recording]:
        """Each run on the plane; its objective comes with the surface."""
        return [self._recording(run, row_done) for run in self.runs]

    def _recording(self, run: Measured, row_done: Callable[[], None]) -> Recording:
        history, evaluation = run.history, run.evaluation
        weights, count = history.weights, len(run.loss)
        coordinates = self.plane.project(weights)
        parts = np.arange(1, self.places + 1)[:, None] / (self.places + 1)
        steps = np.diff(coordinates, axis=0)[:, None]
        on_plane = (coordinates[:-1, None] + parts * steps).reshape(-1, 2)
        named = history.count <= MAX_NAMED
        slopes, norms = np.zeros((count, 2)), np.zeros(count)
        gradients = np.full((count, history.count), np.nan) if named else None
        for row in range(count):
            here, buffers = run.weights(row), run.buffers(row)
            gradient = evaluation.gradient(here, buffers)
            slopes[row], norms[row] = self.plane.slope(gradient), np.linalg.norm(gradient)
            if gradients is not None:
                gradients[row] = gradient
            row_done()
        if gradients is not None and history.gradients is not None:
            gradients[:-1] = history.gradients[: count - 1]
        plane_loss = self._losses(coordinates, row_done)
        plane_between = self._losses(on_plane, row_done)
        projected = Projected(
            count=history.count,
            step=history.step,
            between=_finite(self._between(run, row_done), run.loss),
            plane_loss=plane_loss,
            plane_between=_finite(plane_between.reshape(count - 1, self.places), plane_loss),
            distance=self.plane.distance(weights),
            grad_norm=norms,
            accuracy=run.accuracy,
            validation_accuracy=run.validation_accuracy,
            names=evaluation.layout.labels() if named else (),
            weights=np.asarray(weights, dtype=np.float64) if named else None,
            gradients=gradients,
            regions=regions(evaluation, weights, history.buffers),
            predictions=predictions(evaluation, weights, history.buffers),
            layers=layer_images(evaluation.layout, weights),
            remarks=(*evaluation.remarks, *([OWN_BUFFERS] if run.changing else [])),
        )
        known = np.isfinite(history.batch_loss)
        return Recording(
            run=history.run,
            names=self.axes,
            frozen={},
            params=coordinates,
            grads=slopes,
            loss=run.loss,
            batch_loss=history.batch_loss,
            lr=history.lr,
            epoch=history.epoch,
            broke_off=history.broke_off,
            objective=lambda params: np.full(params.shape[:-1], np.nan),  # until it is scanned
            validation_loss=run.validation_loss,
            full_batch=bool(
                np.isclose(history.batch_loss[known], run.loss[known], rtol=1e-4).all()
            ),
            plain=False,
            projected=projected,
        )

    def _between(self, run: Measured, row_done: Callable[[], None]) -> Array:
        """The losses (T, E) at places between the rows, with buffers between theirs."""
        parts = (np.arange(1, self.places + 1) / (self.places + 1)).tolist()
        rows = range(len(run.loss) - 1)

        def places(row: int) -> Iterator[Array]:
            here, there = run.weights(row), run.weights(row + 1)
            for part in parts:
                yield (1 - part) * here + part * there

        if not run.changing:  # so that those of a small model are computed together
            every = itertools.chain.from_iterable(map(places, rows))
            losses = run.evaluation.losses(every, run.buffers(0), row_done)
            return losses.reshape(len(rows), self.places)
        found = np.empty((len(rows), len(parts)))
        for row in rows:
            here, there = run.buffers(row), run.buffers(row + 1)
            for k, (weights, part) in enumerate(zip(places(row), parts, strict=True)):
                found[row, k] = run.evaluation.loss(weights, _mixed(here, there, part))
                row_done()
        return found

    def _losses(self, coordinates: Array, row_done: Callable[[], None]) -> Array:
        """The loss (M,) of the surface at coordinates (M, 2)."""
        lifted = self.plane.lifted(coordinates)
        return self.best.evaluation.losses(lifted, self.buffers, row_done)

    def axis(self, ranges: Ranges, k: int) -> Array:
        """The coordinates (G,) of the grid along an axis."""
        return np.linspace(*ranges[self.axes[k]], self.grid)

    def surface(self, ranges: Ranges, row_done: Callable[[], None]) -> Array:
        """The loss (G, G) at the grid, indexed [second axis, first axis]; not always finite."""
        x, y = self.axis(ranges, 0), self.axis(ranges, 1)
        loss = np.empty((self.grid, self.grid))
        for row, height in enumerate(y):
            places = np.column_stack([x, np.full(self.grid, height)])
            loss[row] = self._losses(places, row_done)
        return loss

    def landscape(
        self,
        recordings: Sequence[Recording],
        ranges: Ranges,
        loss: Array,
        top: float,
        log: bool,
    ) -> Landscape:
        """The surface, cut off at `top`."""
        x, y = self.axis(ranges, 0), self.axis(ranges, 1)
        finite = np.isfinite(loss)
        place, lowest = _lowest((x, y), loss, recordings)
        return Landscape(
            plane=Plane.of_parameters(self.axes, self.axes, {}),
            axes=self.axes,
            grid=(x, y),
            loss=np.where(finite, loss, overflow(loss[finite], top)),
            missing=None if finite.all() else (~finite).astype(float),
            ceiling=top,
            held={},
            optimum=dict(zip(self.axes, place.tolist(), strict=True)),
            minimum=lowest,
            exact=False,
            eigenvalues=np.zeros(0),
            eigenvectors=np.zeros((0, 0)),
            method=METHOD,
            bowl=False,
            log=log,
            basis=self.plane.basis,
        )

    def check(self, recordings: Sequence[Recording], landscape: Landscape) -> None:
        """Raise TruthError where the surface or a recorded loss is not that of the model."""
        check_plane(self.plane, self.best.evaluation, self.buffers, landscape)
        for run, recording in zip(self.runs, recordings, strict=True):
            check_rows(run.evaluation, run.history, recording.loss)

    def ranges(self, recordings: Sequence[Recording], extents: Extents) -> Ranges:
        """The range along each axis: that of the config, else around the paths of all runs.

        Around the middle of the paths on a plane of pca or of two weights, around the last
        snapshot on one of random directions or of the Hessian. Random directions reach at least
        as far as the weights are from 0: 1 with filter normalisation, as Li et al. draw it.
        """
        given = {name.replace(" ", ""): at for name, at in extents.items() if at != "auto"}
        path = np.concatenate([_followed(recording, recordings) for recording in recordings])
        around_end = self.plane.basis.kind in ("random", "hessian")
        low, high = path.min(axis=0), path.max(axis=0)
        middle = np.zeros(2) if around_end else (low + high) / 2
        half = PADDING * np.abs(path - middle).max(axis=0)
        half = np.maximum(half, self._least_half())
        still = half <= STILL * half.max()
        size = np.maximum(np.abs(middle), np.abs(path).max(axis=0)) * AROUND
        half = np.where(still, np.maximum(half.max(), size) if half.max() > 0 else size, half)
        half = np.where(half > 0, half, 1.0)
        longest = half.max()
        if longest <= ONE_SCALE * half.min():
            half = np.maximum(half, SHORTEST * longest)
        ranges = {}
        for k, name in enumerate(self.axes):
            ranges[name] = (float(middle[k] - half[k]), float(middle[k] + half[k]))
        return {**ranges, **{name: given[name] for name in self.axes if name in given}}

    def _least_half(self) -> Array:
        if self.plane.basis.normalize == "filter":
            return np.ones(2)
        if self.plane.basis.kind == "random":
            lengths = np.linalg.norm(self.plane.directions, axis=1)
            parts = [part for part, _ in self.best.evaluation.layout.filters()]
            whole = self.plane.origin
            size = np.sqrt(sum(float((whole[part] ** 2).sum()) for part in parts))
            return np.asarray((size or float(np.linalg.norm(whole))) / lengths)
        return np.zeros(2)


def _followed(recording: Recording, others: Sequence[Recording]) -> Array:
    """The rows of a run that its picture holds: one that flies off is not followed far.

    Among others that stay no further than its first step: it must not make them small.
    """
    at_end = recording.params[-1]
    nothing = Minimum(at_end, float(recording.loss.min()), np.zeros((2, 2)), METHOD, False)
    return followed(recording, nothing, others)


def _lowest(
    grid: tuple[Array, Array], loss: Array, recordings: Sequence[Recording]
) -> tuple[Array, float]:
    """The lowest place (2,) of the surface that is known, and the loss there."""
    row, column = np.unravel_index(np.nanargmin(np.append(loss, np.inf)) % loss.size, loss.shape)
    place, lowest = np.array([grid[0][column], grid[1][row]]), float(loss[row, column])
    for recording in recordings:
        projected = recording.projected
        if projected is not None and np.isfinite(projected.plane_loss).any():
            at = int(np.nanargmin(projected.plane_loss))
            if not lowest <= projected.plane_loss[at]:
                place, lowest = recording.params[at], float(projected.plane_loss[at])
    return place, lowest


def _mixed(here: Buffers, there: Buffers, part: float) -> Buffers:
    """Buffers between two rows; those that are whole numbers are those of the row before."""
    return {
        name: (1 - part) * values + part * there[name]
        if np.issubdtype(values.dtype, np.floating)
        else values
        for name, values in here.items()
    }


def _finite(between: Array, rows: Array) -> Array:
    """Losses (T, E) between rows (T+1,); a line where one is not finite."""
    if np.isfinite(between).all():
        return between
    parts = np.arange(1, between.shape[1] + 1) / (between.shape[1] + 1)
    line = rows[:-1, None] + parts * np.diff(rows)[:, None]
    return np.where(np.isfinite(between), between, line)
