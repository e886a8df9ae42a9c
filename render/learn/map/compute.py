"""Computes a map: which runs are trained together, in chunks of one shape, and what came of each.

Runs whose loss is another function, or that see other batches, are not trained together: they
form groups. A group is cut into chunks, the last one filled up, so that all have one shape; as
each run is computed element by element, no run depends on the chunk that it is in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
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
from render.learn.map.networks import (
    LEAST_UNIT,
    agrees,
    alone,
    count_weights,
    judged,
    refuse_size,
    train_networks,
    unit_of,
)
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
LEAST_CHUNKS = 8  # of a large group, so that several processes have some
MOST_COST = 4e11  # runs × steps × points: an hour and more
MOST_NETWORK_COST = 4e12  # the same × weights
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
    if part == "model" and spec.model.network:
        return one.leaf[1] in spec.model.start_options
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


Chunk = tuple[Numbers, Codes, Array, Array]  # runs of a group: verdicts, since, last losses


@dataclass(frozen=True)
class Part:
    """Every `of`-th chunk of a map, from the one with this number on."""

    number: int = 0
    of: int = 1


@dataclass(frozen=True)
class Computed:
    """What a part computed of some pixels."""

    pixels: Numbers  # (N,) row-major
    verdict: Codes  # (N,)
    epochs: Array  # (N,)
    loss: Array  # (N,)


Spread = Callable[[Spec, MapOptions, Progress], Sequence[Computed]]  # of parts to processes


def compute(
    spec: Spec,
    options: MapOptions,
    progress: Progress = silent,
    runs_in_chunk: int | None = None,
    spread: Spread | None = None,
) -> RunMap:
    """Train and judge the run of each pixel. Raises RenderError, also for what would take hours.

    `spec` is the film's without its runs. Neither `runs_in_chunk` nor `spread`, which computes
    all parts, changes anything but memory and time.
    """
    width, height = options.size
    refuse_cost(spec, options)
    if spread is None:
        parts: Sequence[Computed] = [compute_part(spec, options, Part(), progress, runs_in_chunk)]
    else:
        parts = spread(spec, options, progress)
    count = width * height
    verdict, epochs, loss = np.zeros(count, np.uint8), np.zeros(count), np.zeros(count)
    for part in parts:
        verdict[part.pixels], loss[part.pixels] = part.verdict, part.loss
        epochs[part.pixels] = part.epochs
    shape = height, width
    return RunMap(
        options, verdict.reshape(shape), epochs.reshape(shape), loss.reshape(shape),
        _boundary(spec, options), spec.training.epochs,
    )  # fmt: skip


@own_errstate()
@own_torch()
def _boundary(spec: Spec, options: MapOptions) -> Array:
    return np.empty((0, 2)) if spec.model.network else boundary(spec, options)


@own_errstate()
@own_torch()
def compute_part(
    spec: Spec,
    options: MapOptions,
    part: Part,
    progress: Progress = silent,
    runs_in_chunk: int | None = None,
) -> Computed:
    """Train and judge the runs of a part. Raises RenderError."""
    width, height = options.size
    found: list[Computed] = []
    passed = number = 0
    for group in groups(spec, options):
        of_group = NetworkChunks if spec.model.network else ModelChunks
        chunks: Chunks = of_group(group, runs_in_chunk)
        for runs in chunks:
            mine, number = number % part.of == part.number, number + 1
            passed += len(runs)
            if not mine:
                continue
            _, codes, since, last = chunks.judged(runs)
            epochs = np.where(codes == CONVERGED, since / chunks.per_epoch, np.nan)
            found.append(Computed(group.pixels[runs], codes, epochs, last))
            progress(passed, width * height)
    whole = zip(*((one.pixels, one.verdict, one.epochs, one.loss) for one in found), strict=True)
    return Computed(*map(np.concatenate, whole)) if found else NOTHING


NOTHING = Computed(np.empty(0, np.intp), np.empty(0, np.uint8), np.empty(0), np.empty(0))


@own_errstate()
@own_torch()
def refuse_cost(spec: Spec, options: MapOptions) -> None:
    """Raise RenderError for a map that would take hours."""
    if spec.model.recorded:
        raise spec.fault(("map",), "a run of another program is one run: no key makes another")
    pixels = options.size[0] * options.size[1]
    group = next(groups(spec, options))
    dataset = group.spec.dataset.make(group.spec.seed)
    points, steps = len(dataset.y), group.spec.training.steps(len(dataset.y))
    cost, most = f"{pixels:,} runs × {steps:,} steps × {points:,} points", MOST_COST
    work = pixels * steps * points
    if spec.model.network:
        weights = refuse_size(group.spec, dataset, pixels)
        cost, most, work = f"{cost} × {weights:,} weights", MOST_NETWORK_COST, work * weights
    if work > most:
        hours = work / most
        raise spec.fault(
            ("map",),
            f"{cost} would take about {hours:,.0f} hours: take fewer pixels, epochs or points",
        )


class Chunks(ABC):
    """The runs of a group, in chunks."""

    def __init__(self, group: Group, runs_in_chunk: int | None) -> None:
        self.group, self.runs_in_chunk = group, runs_in_chunk
        self.dataset = group.spec.dataset.make(group.spec.seed)
        self.steps = group.spec.training.steps(len(self.dataset.y))
        self.per_epoch = group.spec.training.steps_per_epoch(len(self.dataset.y))

    @cached_property
    def together(self) -> bool:
        """Whether the runs of a chunk are trained together."""
        if self._agrees():
            return True
        _refuse_alone(self.group, self.steps)
        return False

    def __iter__(self) -> Iterator[Numbers]:
        count = len(self.group.pixels)
        size = self._size()
        for start in range(0, count, size):
            yield np.arange(start, min(start + size, count))

    @abstractmethod
    def _agrees(self) -> bool:
        """Whether training together computes what the film's own loop does."""

    @abstractmethod
    def _size(self) -> int:
        """How many runs a chunk has."""

    @abstractmethod
    def judged(self, runs: Numbers) -> Chunk:
        """What came of some runs."""


class ModelChunks(Chunks):
    """Of models of a few parameters, whose loss and minimum are functions of them."""

    def _agrees(self) -> bool:
        return _agrees(self.group, self.dataset)

    @cached_property
    def judge(self) -> Judge:
        """What is known of their loss."""
        return Judge.of(self.group, self.dataset)

    def _size(self) -> int:
        starts = self.group.spec.model.parameters().values()
        trained = sum(not start.frozen for start in starts)
        fitting = int(CHUNK_BYTES / (8 * (self.steps + 1) * (2 * trained + 2)))
        shared = -(-len(self.group.pixels) // (LANES * LEAST_CHUNKS)) * LANES
        usual = max(LANES, min(fitting // LANES * LANES, shared, MOST_RUNS))
        return self.runs_in_chunk or usual

    def judged(self, runs: Numbers) -> Chunk:
        group = self.group
        if not self.together:
            each = [self.judge.alone(group, self.dataset, run) for run in runs.tolist()]
            codes, since, last = (np.concatenate(one) for one in zip(*each, strict=True))
            return runs, codes, since, last
        # Numbers beside one another are computed at once, the last ones of a row in another way.
        filled = np.append(runs, np.full(-len(runs) % LANES, runs[-1]))
        varied = {leaf: values[filled] for leaf, values in group.varied.items()}
        batch = train_batch(group.spec, self.dataset, varied, len(filled))
        own = batch.of(np.arange(len(runs)))
        return (runs, *self.judge.together(group, self.dataset, runs, own))


class NetworkChunks(Chunks):
    """Of networks: a chunk is one unit or several, and a unit always has the same runs."""

    @cached_property
    def unit(self) -> int:
        """How many runs are trained together."""
        weights = count_weights(self.group.spec, self.dataset)
        most = -(-len(self.group.pixels) // LEAST_CHUNKS)
        return unit_of(weights, len(self.dataset.y), self.steps, most)

    def _agrees(self) -> bool:
        group, epochs = self.group, min(self.group.spec.training.epochs, TRIED_EPOCHS)
        tried = sorted({0, len(group.pixels) // 2, len(group.pixels) - 1})
        short = with_value(group.spec, ("training", "epochs"), epochs)
        specs = {
            i: with_value(_of_run(group, run), ("training", "epochs"), epochs)
            for i, run in enumerate(tried)
        }
        filled = np.resize(tried, LEAST_UNIT)
        varied = {leaf: values[filled] for leaf, values in group.varied.items()}
        train = partial(train_networks, short, self.dataset, varied, LEAST_UNIT)
        return agrees(specs, self.dataset, train, AGREES)

    def _size(self) -> int:
        return -(-(self.runs_in_chunk or self.unit) // self.unit) * self.unit

    def judged(self, runs: Numbers) -> Chunk:
        group = self.group
        if not self.together:
            each = [alone(_of_run(group, run), self.dataset) for run in runs.tolist()]
            code, since, last = (np.array(one) for one in zip(*each, strict=True))
            return runs, code.astype(np.uint8), since, last
        parts = []
        for start in range(0, len(runs), self.unit):
            some = runs[start : start + self.unit]
            filled = np.append(some, np.full(self.unit - len(some), some[-1]))
            varied = {leaf: values[filled] for leaf, values in group.varied.items()}
            batch = train_networks(group.spec, self.dataset, varied, self.unit)
            codes, since_ = judged(group.spec, len(self.dataset.y), batch)
            parts.append([one[: len(some)] for one in (codes, since_, batch.last)])
        codes, since_, last_ = (np.concatenate(one) for one in zip(*parts, strict=True))
        return runs, codes, since_, last_


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
        whole = isinstance(value_at(made, leaf), int)
        made = with_value(made, leaf, int(values[run]) if whole else float(values[run]))
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
