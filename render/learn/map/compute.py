"""Computes a map: which runs are trained together, in chunks of one shape, and what came of each.

Runs whose loss is another function, or that see other batches, are not trained together: they
form groups. A group is cut into chunks, the last one filled up, so that all have one shape; as
each run is computed element by element, no run depends on the chunk that it is in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from render.config.map import Leaf, MapOptions, value_at, with_value
from render.config.runs import without_starts
from render.config.spec import Spec
from render.errors import RenderError
from render.learn.extents import extents, on_one_scale
from render.learn.landscape import Survey, survey
from render.learn.loop import train
from render.learn.map.boundary import boundary
from render.learn.map.result import CONVERGED, DIVERGED, WORDS, Codes, Numbers, RunMap
from render.learn.map.training import Batch, train_batch
from render.learn.map.verdicts import Runs, words
from render.learn.minimum import Minimum
from render.learn.objective import QuadraticLoss, objective
from render.learn.planes import first_parameters
from render.learn.record import Progress, silent
from render.learn.torch_state import own_torch
from render.recording import Array, Dataset, Landscape, Objective, Recording, own_errstate
from render.results import judge

CHUNK_BYTES = 64e6  # of the rows of the runs of a chunk
LANES, MOST_RUNS = 64, 4096  # of a chunk: a multiple of the first, at most the second
MOST_COST = 4e11  # runs × steps × points: an hour and more
MOST_ALONE = 3e6  # steps of runs that can't be trained together: some minutes
TRIED_EPOCHS = 8  # of runs that are trained alone besides, to compare
AGREES = 1e-6  # relative: of parameters of a run that is trained together with others and alone
SCOUTS = 3  # along each axis: runs from which a minimum is searched that no formula gives


@dataclass(frozen=True)
class Group:
    """Runs that can be trained together: the same data, loss and batches."""

    spec: Spec
    pixels: Numbers  # (N,) row-major
    varied: Mapping[Leaf, Array]  # (N,) of each


def one_pixel(spec: Spec, options: MapOptions, x: float, y: float) -> Spec:
    """The film's run with the values of a pixel. Raises RenderError for values it refuses."""
    made = spec
    for axis, value in ((options.x, x), (options.y, y)):
        number = int(value) if axis.whole else value
        try:
            made = with_value(made, axis.leaf, number)
        except ValueError as fault:
            raise RenderError(f"map: {axis.written(value)}: {fault}") from fault
    return made


def varies_together(spec: Spec, options: MapOptions, axis: int) -> bool:
    """Whether runs that differ along an axis can be trained together."""
    one = (options.x, options.y)[axis]
    part = one.leaf[0]
    if part == "model":
        low, high = (with_value(spec.model, one.leaf[1:], end) for end in (one.low, one.high))
        return bool(without_starts(low) == without_starts(high))
    return part in ("optimizer", "schedule") and not one.whole


def groups(spec: Spec, options: MapOptions) -> Iterator[Group]:
    """The groups of a map's runs."""
    axes = options.x, options.y
    values = [axis.values(count) for axis, count in zip(axes, options.size, strict=True)]
    together = [varies_together(spec, options, i) for i in range(2)]
    columns, rows = np.meshgrid(*values)
    tables = [columns.ravel(), rows.ravel()]
    apart = [
        np.unique(one) if not same else np.array([np.nan])
        for one, same in zip(values, together, strict=True)
    ]
    for x, y in product(*apart):
        here, one = np.ones(columns.size, bool), spec
        for axis, table, value in zip(axes, tables, (x, y), strict=True):
            if not np.isnan(value):
                here &= table == value
                one = with_value(one, axis.leaf, int(value) if axis.whole else float(value))
        pixels = np.flatnonzero(here)
        varied = {
            axis.leaf: table[pixels]
            for axis, table, same in zip(axes, tables, together, strict=True)
            if same
        }
        yield Group(one, pixels, varied)


@own_errstate()
@own_torch()
def compute(
    spec: Spec, options: MapOptions, progress: Progress = silent, runs_in_chunk: int | None = None
) -> RunMap:
    """Train and judge the run of each pixel. Raises RenderError, also for what would take hours.

    `spec` is the film's without its runs. `runs_in_chunk` changes nothing but memory and time.
    """
    width, height = options.size
    if spec.model.network or spec.model.recorded:
        raise RenderError("map: maps of networks are not drawn yet")
    verdict = np.zeros(width * height, np.uint8)
    epochs, loss = np.full(width * height, np.nan), np.full(width * height, np.inf)
    done, first = 0, True
    for group in groups(spec, options):
        dataset = group.spec.dataset.make(group.spec.seed)
        if first:
            _refuse_cost(group, dataset, width * height)
            first = False
        judge_ = Judge.of(group, dataset)
        for runs, codes, since, last in _judged(group, dataset, judge_, runs_in_chunk):
            at = group.pixels[runs]
            per_epoch = group.spec.training.steps_per_epoch(len(dataset.y))
            verdict[at], loss[at] = codes, last
            epochs[at] = np.where(codes == CONVERGED, since / per_epoch, np.nan)
            done += len(at)
            progress(done, width * height)
    shape = height, width
    return RunMap(
        options, verdict.reshape(shape), epochs.reshape(shape), loss.reshape(shape),
        boundary(spec, options), spec.training.epochs,
    )  # fmt: skip


def _refuse_cost(group: Group, dataset: Dataset, pixels: int) -> None:
    """Raise RenderError for a map that would take hours."""
    points, steps = len(dataset.y), group.spec.training.steps(len(dataset.y))
    if pixels * steps * points > MOST_COST:
        cost = f"{pixels:,} runs × {steps:,} steps × {points:,} points"
        raise RenderError(f"map: {cost} would take hours: take fewer pixels, epochs or points")


def _chunks(count: int, size: int) -> Iterator[Numbers]:
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))


def _judged(
    group: Group, dataset: Dataset, judge_: Judge, runs_in_chunk: int | None
) -> Iterator[tuple[Numbers, Codes, Array, Array]]:
    """For some runs of a group at a time: their numbers, verdicts, since, and last losses."""
    steps = group.spec.training.steps(len(dataset.y))
    trained = len(judge_.names)
    fitting = int(CHUNK_BYTES / (8 * (steps + 1) * (2 * trained + 2)))
    whole = -(-len(group.pixels) // LANES) * LANES
    size = runs_in_chunk or max(LANES, min(fitting // LANES * LANES, whole, MOST_RUNS))
    if not _agrees(group, dataset):
        _refuse_alone(group, steps)
        for run in range(len(group.pixels)):
            yield (np.array([run]), *judge_.alone(group, dataset, run))
        return
    for runs in _chunks(len(group.pixels), size):
        # Numbers beside one another are computed at once, the last ones of a row in another way.
        filled = np.append(runs, np.full(-len(runs) % LANES, runs[-1]))
        varied = {leaf: values[filled] for leaf, values in group.varied.items()}
        batch = train_batch(group.spec, dataset, varied, len(filled))
        yield (runs, *judge_.together(group, dataset, runs, batch.of(np.arange(len(runs)))))


def _refuse_alone(group: Group, steps: int) -> None:
    if len(group.pixels) * steps > MOST_ALONE:
        cost = f"{len(group.pixels):,} runs of {steps:,} steps, one after another"
        minutes = len(group.pixels) * steps * 1.5e-4 / 60
        raise RenderError(
            f"map: this optimizer, loss or model can't train many runs at once, and {cost},"
            f" would take about {minutes:,.0f} minutes: take fewer pixels or epochs"
        )


def _of_run(group: Group, run: int) -> Spec:
    """The spec of one run of a group."""
    made = group.spec
    for leaf, values in group.varied.items():
        made = with_value(made, leaf, float(values[run]))
    return made


def _agrees(group: Group, dataset: Dataset) -> bool:
    """Whether training together computes what the film's own loop does: tried on three runs."""
    if group.spec.loss.mixes_points:
        return False
    tried = sorted({0, len(group.pixels) // 2, len(group.pixels) - 1})
    epochs = min(group.spec.training.epochs, TRIED_EPOCHS)
    short = with_value(group.spec, ("training", "epochs"), epochs)
    filled = np.resize(tried, LANES)
    varied = {leaf: values[filled] for leaf, values in group.varied.items()}
    try:
        batch = train_batch(short, dataset, varied, LANES)
        for column, run in enumerate(tried):
            own = with_value(_of_run(group, run), ("training", "epochs"), epochs)
            recording = train(own, dataset)
            mine = batch.params[: batch.length[column], :, column]
            if mine.shape != recording.params.shape:
                return False
            if not np.allclose(mine, recording.params, rtol=AGREES, atol=0):
                return False
    except RenderError:
        return True  # a start without a finite loss says nothing about the others
    except (TypeError, ValueError, RuntimeError, AttributeError):
        return False
    return True


@dataclass(frozen=True)
class Judge:
    """What is known of the loss of a group's runs."""

    names: tuple[str, ...]
    frozen: Mapping[str, float]
    objective: Objective
    minimum: Minimum | None  # None where each run has to find its own

    @classmethod
    def of(cls, group: Group, dataset: Dataset) -> Judge:
        """The minimum in closed form, or the best that a search from some runs finds."""
        spec = group.spec
        starts = spec.model.parameters()
        names = tuple(name for name, one in starts.items() if not one.frozen)
        frozen = {name: one.value for name, one in starts.items() if one.frozen}
        over_all = objective(spec.model, spec.loss, dataset, (*names, *frozen), len(names))
        known = spec.model.minima()
        if known is not None and not known and not (frozen or spec.loss.l1 or spec.loss.l2):
            return cls(names, frozen, over_all, None)  # it falls without end
        given = isinstance(over_all, QuadraticLoss) or known is not None
        count = 1 if given else SCOUTS**2
        tried = np.unique(np.linspace(0, len(group.pixels) - 1, count).astype(int))
        found: list[Minimum] = []
        for run in tried.tolist():
            try:
                own = _of_run(group, run)
                found.append(survey(own, train(own, dataset)).minimum)
            except RenderError:  # a start where the loss is no number
                continue
        if not found:
            raise RenderError("map: the loss is not finite at the start of these runs")
        best = min(found, key=lambda one: (not one.exact, one.loss))
        return cls(names, frozen, over_all, best)

    def together(
        self, group: Group, dataset: Dataset, runs: Numbers, batch: Batch
    ) -> tuple[Codes, Array, Array]:
        """Verdicts, since, and last losses of the runs of a chunk."""
        count = len(batch.length)
        codes, since = np.full(count, DIVERGED, np.uint8), np.full(count, np.inf)
        last = np.full(count, np.inf)
        spec = group.spec
        full = spec.training.steps_per_epoch(len(dataset.y)) == 1
        fixed = np.array([*self.frozen.values()])
        plain = np.array([_of_run(group, int(run)).optimizer.plain for run in runs[:1]])
        for length in np.unique(batch.length[batch.length > 0]).tolist():
            some = np.flatnonzero(batch.length == length)
            params = np.ascontiguousarray(np.moveaxis(batch.params[:length][:, :, some], 2, 0))
            loss = np.ascontiguousarray(batch.loss[:length][:, some].T)
            if not full:
                rest = np.broadcast_to(fixed, (*params.shape[:-1], len(fixed)))
                loss = self.objective(np.concatenate([params, rest], axis=-1))
            last[some] = loss[:, -1]
            grads = np.moveaxis(batch.grads[max(length - 5, 0) : length][:, :, some], 2, 0)
            ended = ~batch.broke_off[some]
            if length < 2 or self.minimum is None or not self.minimum.exact:
                ended[:] = False
            alone = ~ended
            if ended.any():
                rates = batch.rate[: length - 1][:, some[ended]]
                judged = Runs(
                    params[ended], grads[ended], loss[ended], rates[-1], rates.max(axis=0),
                    fixed, self.objective, full and not spec.training.noise,
                    np.broadcast_to(plain & spec.training.zero_grad, int(ended.sum())),
                )  # fmt: skip
                assert self.minimum is not None
                codes[some[ended]], since[some[ended]] = words(judged, self.minimum)
            for at in np.flatnonzero(alone).tolist():
                if batch.broke_off[some[at]] and length > 1:
                    continue  # it diverged
                own = _of_run(group, int(runs[some[at]]))
                recording = self._recording(own, dataset, batch, int(some[at]), loss[at], full)
                codes[some[at]], since[some[at]] = self._word(own, recording)
        return codes, since, last

    def alone(self, group: Group, dataset: Dataset, run: int) -> tuple[Codes, Array, Array]:
        """The same of one run, trained by the film's own loop."""
        own = _of_run(group, run)
        try:
            recording = train(own, dataset)
        except RenderError:  # not finite at the start
            return np.array([DIVERGED], np.uint8), np.array([np.inf]), np.array([np.inf])
        code, since = self._word(own, recording)
        return np.array([code], np.uint8), np.array([since]), recording.loss[-1:]

    def _recording(
        self, spec: Spec, dataset: Dataset, batch: Batch, run: int, loss: Array, full: bool
    ) -> Recording:
        """The recording that a film of this run has."""
        rows = slice(0, int(batch.length[run]))
        rate = np.append(batch.rate[: rows.stop - 1, run], np.nan)
        per_epoch = spec.training.steps_per_epoch(len(dataset.y))
        return Recording(
            run="",
            names=self.names,
            frozen=self.frozen,
            params=np.ascontiguousarray(batch.params[rows, :, run]),
            grads=np.ascontiguousarray(batch.grads[rows, :, run]),
            loss=loss,
            batch_loss=np.where(np.isnan(rate), np.nan, batch.loss[rows, run]),
            lr=rate,
            epoch=np.arange(rows.stop) / per_epoch,
            broke_off=bool(batch.broke_off[run]),
            objective=self.objective,
            full_batch=full,
            noisy=spec.training.noise > 0,
            plain=spec.optimizer.plain and spec.training.zero_grad,
        )

    def _word(self, spec: Spec, recording: Recording) -> tuple[int, float]:
        """The film's verdict on a run, and since when it has converged."""
        verdict = judge(recording, self._landscape(spec, recording))
        return WORDS.index(verdict.word), verdict.since

    def _landscape(self, spec: Spec, recording: Recording) -> Landscape:
        """The landscape as far as the judge reads it: without the loss on its grid."""
        if self.minimum is None:
            return bare_landscape(survey(spec, recording))
        shown = first_parameters(spec, recording)
        ranges = extents(spec, recording, self.minimum, shown)
        return bare_landscape(Survey(spec, recording, self.minimum, shown, ranges, (recording,)))


def bare_landscape(one: Survey) -> Landscape:
    """The landscape of a survey without the loss on its grid."""
    minimum, recording = one.minimum, one.recording
    ranges = on_one_scale(one.spec, one.ranges, one.shown)
    grid = tuple(np.array(ranges[name]) for name in one.shown)
    values, vectors = minimum.curvatures()
    named = dict(zip(recording.names, minimum.params.tolist(), strict=True))
    places: Sequence[Array] = [*minimum.minima]
    return Landscape(
        plane=one.plane,
        axes=one.shown,
        grid=grid,
        loss=np.zeros([2] * len(grid)),
        ceiling=0.0,
        held=one.held,
        optimum={**named, **recording.frozen},
        minimum=minimum.loss,
        exact=minimum.exact,
        eigenvalues=values,
        eigenvectors=vectors,
        method=minimum.method,
        minima=tuple(
            {**dict(zip(recording.names, place.tolist(), strict=True)), **recording.frozen}
            for place in places
        ),
        bowl=False,
    )


def run_of_film(spec: Spec, options: MapOptions) -> tuple[float, float]:
    """Where a run of the film lies: its values of both keys."""
    return tuple(float(value_at(spec, axis.leaf)) for axis in (options.x, options.y))  # type: ignore[return-value]
