"""How a film is made, from its config to its files.

Compose, learn, plan, draw, describe. To learn is to generate the data, to train, to scan the
loss around the runs, to judge them, and to check that no picture will contradict a recording.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from render.cache import stages
from render.cache.films import FilmRecord
from render.cache.store import NO_STORE, Store
from render.config.panels import shows_landscape, shows_map
from render.config.spec import Spec
from render.config.theme import load_theme
from render.config.when import SEVERAL, When
from render.describe.companions import describe
from render.describe.manifest import output_of, report_message
from render.draw.plan import FilmPlan, compose, plan_film
from render.encode.atomic import Parts, remove_abandoned_parts
from render.encode.base import FrameFormat
from render.encode.film import Drawn, encode_film, encode_stills, refuse_undrawable
from render.errors import RenderError
from render.learn.map.result import RunMap
from render.learn.networks.history import History
from render.recording import Dataset, Landscape, Recording, own_errstate
from render.results import OutputFile, Report, Run, judge_runs

if TYPE_CHECKING:
    from render.learn.map.compute import Spread

Progress = Callable[[str, int, int], None]  # stage, done, total
Source = Callable[[Spec, Store, Progress], tuple[Run, ...]]  # of the runs of a film, as `learn` is
MAX_STILLS = 201  # pictures of one film: of 200 steps and the start
SLOW_S = 1.0  # a scan that takes longer reports its rows


def silent(stage: str, done: int, total: int) -> None:
    """Report no progress."""


@own_errstate()
def make(
    spec: Spec,
    files: Sequence[OutputFile],
    progress: Progress,
    store: Store = NO_STORE,
    source: Source | None = None,
    processes: int = 1,
) -> Report:
    """Make a film. All of its files appear at the end, or none. Raises RenderError.

    `processes` may draw its frames at the same time; the files are the same for any number.

    Its runs are learnt, or come from a `source`: then no config says all that the film depends on,
    and it is not noted as one that need not be made again.
    """
    started_s = time.perf_counter()
    record = FilmRecord.begins(spec, files, None, store if source is None else NO_STORE)
    composition = compose(spec)
    refuse_undrawable(composition, [file.format for file in files])
    for folder in {file.path.parent for file in files}:
        remove_abandoned_parts(folder)
    with Parts() as parts:
        part_files = [(file, parts.beside(file.path, file.format.folder)) for file in files]
        runs = (source or learn)(spec, store, progress)
        plan = plan_film(composition, runs)
        drawn = draw(plan, part_files, progress, processes)
        outputs = describe(plan, drawn, part_files)
    message = report_message(runs, drawn.missing, outputs, plan.remarks)
    return record.noted(Report(spec.name, outputs, time.perf_counter() - started_s, message))


@own_errstate()
def still(
    spec: Spec,
    when: When,
    file: OutputFile,
    progress: Progress,
    store: Store = NO_STORE,
    source: Source | None = None,
) -> Report:
    """Draw a time of a film, or each of its steps or stops: NAME.png becomes NAME-000.png …

    All of the files appear at the end, or none. Its runs come from where those of `make` do.
    Raises RenderError.
    """
    started_s = time.perf_counter()
    record = FilmRecord.begins(spec, [file], when, store if source is None else NO_STORE)
    composition = compose(spec)
    refuse_undrawable(composition, [file.format])
    remove_abandoned_parts(file.path.parent)
    with Parts() as parts:
        runs = (source or learn)(spec, store, progress)
        plan = plan_film(composition, runs)
        moments = plan.stills(when)
        files = [OutputFile(file.format, path) for path in _numbered(file.path, when, len(moments))]
        part_files = [(one, parts.beside(one.path)) for one in files]
        drawn = encode_stills(plan, moments, part_files, progress)
        outputs = tuple(output_of(one, part, drawn) for one, part in part_files)
    remarks = (*plan.remarks, *plan.still_remarks(when))
    message = report_message(runs, drawn.missing, remarks=remarks)
    return record.noted(Report(spec.name, outputs, time.perf_counter() - started_s, message))


def learn(spec: Spec, store: Store = NO_STORE, progress: Progress = silent) -> tuple[Run, ...]:
    """Generate the data of each run, train it, scan the loss around it, judge it and measure it.

    Results in the store are not computed again, but they are checked again, which is cheap. Raises
    RenderError.
    """
    from render.learn.check import check, check_data
    from render.learn.measures.base import measured

    datasets = [stages.dataset(store, one, partial(generate, one)) for one in spec.each]
    for one, dataset in zip(spec.each, datasets, strict=True):
        check_data(one, dataset)
    seen = spec if shows_landscape(spec) else spec.without_landscape()
    if spec.each[0].model.network:
        recordings, landscapes = _learn_networks(seen, datasets, store, progress)
    else:
        recordings = _train_each(spec, datasets, progress, partial(stages.recording, store), train)
        rows = partial(_report_slow, progress, "landscape", time.perf_counter())
        landscapes = stages.landscapes(store, seen, datasets, partial(scan, seen, recordings, rows))
    runs = judge_runs(spec, datasets, recordings, landscapes)
    for run in runs:
        check(run)
    if shows_map(spec):
        made = learn_map(spec, store, progress)
        runs = tuple(replace(run, map=made) for run in runs)
    return measured(runs)


Trained = TypeVar("Trained", Recording, History)


def _train_each(
    spec: Spec,
    datasets: Sequence[Dataset],
    progress: Progress,
    stage: Callable[[Spec, Dataset, Callable[[], Trained]], Trained],
    train: Callable[[Spec, Dataset, Callable[[int, int], None]], Trained],
) -> list[Trained]:
    """What each run leaves, new or from the store; the steps of all runs are reported."""
    each = list(zip(spec.each, datasets, strict=True))
    total = sum(one.training.steps(len(dataset.y)) for one, dataset in each)
    made: list[Trained] = []
    before = 0
    for one, dataset in each:
        report = partial(_report, progress, before, total)
        report(0, total)
        made.append(stage(one, dataset, partial(train, one, dataset, report)))
        before += made[-1].steps
    progress("training", total, total)
    return made


def _learn_networks(
    spec: Spec, datasets: Sequence[Dataset], store: Store, progress: Progress
) -> tuple[Sequence[Recording], Sequence[Landscape]]:
    """Train networks, and evaluate them around their runs; from the store neither needs torch."""

    def draw() -> tuple[Sequence[Recording], Sequence[Landscape]]:
        from render.learn.networks.on_plane import on_plane

        weights = partial(stages.weights, store)
        histories = _train_each(spec, datasets, progress, weights, train_network)
        rows = partial(_report_slow, progress, "landscape", time.perf_counter())
        return on_plane(spec, datasets, histories, rows)

    return stages.on_plane(store, spec, datasets, draw)


def _report(progress: Progress, before: int, total: int, done: int, steps: int) -> None:
    """Report the steps of one run as a part of all runs' steps; `steps` are the run's own."""
    progress("training", min(before + done, total), total)


def _report_slow(progress: Progress, stage: str, started_s: float, done: int, total: int) -> None:
    """A stage that is over at once needs no bar."""
    if time.perf_counter() - started_s > SLOW_S:
        progress(stage, done, total)


def learn_map(
    spec: Spec, store: Store = NO_STORE, progress: Progress = silent, spread: Spread | None = None
) -> RunMap:
    """Train and judge the run of each pixel of a film's map. Raises RenderError.

    `spread`, if it is given, computes the parts of a map that isn't in the store.
    """
    assert spec.map is not None
    shared, windows = spec.map.run(spec), spec.map.windows

    def numbers(k: int) -> RunMap:
        from render.learn.map.compute import compute

        def report(done: int, runs: int) -> None:
            progress("map", done + k * runs, len(windows) * runs)

        return compute(shared, windows[k], report, spread=spread)

    first, *closer = (
        stages.run_map(store, shared, window, partial(numbers, k))
        for k, window in enumerate(windows)
    )
    return replace(first, options=spec.map, zoomed=tuple(closer))


@own_errstate()
def make_map(
    spec: Spec,
    files: Mapping[str, Path],
    progress: Progress,
    store: Store = NO_STORE,
    sets: Sequence[str] = (),
    spread: Spread | None = None,
) -> RunMap:
    """Make the files of a map, by their kinds; all of them appear at the end, or none.

    `sets` are the KEY=VALUE that the config was loaded with: command lines repeat them. `spread`
    computes the parts of the map elsewhere. Raises RenderError.
    """
    from render.describe.map_files import write_map

    theme = load_theme(spec.film.theme, spec.path.parent)
    for folder in {path.parent for path in files.values()}:
        remove_abandoned_parts(folder)
    with Parts() as parts:
        part_files = {kind: parts.beside(path) for kind, path in files.items()}
        run_map = learn_map(spec, store, progress, spread)
        write_map(spec, theme, run_map, part_files, sets)
    return run_map


def draw(
    plan: FilmPlan,
    part_files: Sequence[tuple[OutputFile, Path]],
    progress: Progress,
    processes: int = 1,
) -> Drawn:
    """Draw every frame once, into all files that hold pictures. Raises RenderError."""
    pictures = [
        (file.format, part) for file, part in part_files if isinstance(file.format, FrameFormat)
    ]
    return encode_film(plan, pictures, progress, processes) if pictures else Drawn()


def generate(spec: Spec) -> Dataset:
    """The points that a run is trained on."""
    return spec.dataset.make(spec.seed)


# Imported late: results from the store need no torch.
def train(spec: Spec, dataset: Dataset, progress: Callable[[int, int], None]) -> Recording:
    """Train a run by the lecture's loop."""
    from render.learn.loop import train

    return train(spec, dataset, progress)


def train_network(spec: Spec, dataset: Dataset, progress: Callable[[int, int], None]) -> History:
    """Train a run of a network by the same loop."""
    from render.learn.networks.training import train_network

    return train_network(spec, dataset, progress)


def scan(
    spec: Spec, recordings: Sequence[Recording], progress: Callable[[int, int], None]
) -> Sequence[Landscape]:
    """Evaluate the loss around the runs."""
    from render.learn.landscape import scan

    return scan(spec, recordings, progress)


def _numbered(path: Path, when: When, count: int) -> list[Path]:
    """The file of each still. Raises RenderError for more than MAX_STILLS."""
    if count > MAX_STILLS:
        limit = f"at most {MAX_STILLS - 1} steps can be drawn one by one"
        raise RenderError(f"{limit}, and this film has {count - 1:,}: name a time")
    return [path] if when not in SEVERAL else [numbered(path, i) for i in range(count)]


def numbered(path: Path, index: int) -> Path:
    """The file of one of the stills of all steps, or stops."""
    return path.with_name(f"{path.stem}-{index:03}{path.suffix}")
