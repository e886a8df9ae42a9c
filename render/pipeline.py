"""The whole story on one page: a spec in, a film and its numbers out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from render import registry
from render.cache import stages
from render.cache.films import FilmRecord
from render.cache.store import NO_STORE, Store
from render.config.dump import config_hash
from render.config.spec import Spec
from render.config.theme import load_theme, refuse_opaque
from render.describe.companions import write_companions
from render.encode.atomic import Parts, remove_abandoned_parts
from render.encode.base import FilmInfo, FrameFormat, StillFormat, StillInfo
from render.encode.metadata import file_metadata
from render.errors import RenderError
from render.files import content, size
from render.recording import Dataset
from render.results import (
    Drawn,
    Output,
    OutputFile,
    Report,
    Run,
    judge,
    manifest,
    output_of,
    report_message,
)
from render.scene import captioned, compose

if TYPE_CHECKING:
    from render.draw.stage import Stage
    from render.timeline.plan import Timeline
    from render.timeline.when import When


def learn(spec: Spec, store: Store = NO_STORE) -> tuple[Run, ...]:
    """Every run, from the store what is there. Raises RenderError.

    What is kept is held against the model like what is fresh: that is cheap, and no film lies.
    """
    from render.learn import check

    datasets = [_dataset(one, store) for one in spec.each]
    each = list(zip(spec.each, datasets, strict=True))
    recordings = [stages.recording(one, data, store) for one, data in each]
    landscapes = stages.landscapes(spec, datasets, recordings, store)
    runs = tuple(
        Run(one, data, recording, landscape, judge(recording, landscape))
        for (one, data), recording, landscape in zip(each, recordings, landscapes, strict=True)
    )
    for run in runs:
        check.check(run)
    return runs


def _dataset(spec: Spec, store: Store) -> Dataset:
    """The data of a run, if a loss and a model can do anything with them."""
    dataset = stages.data(spec, store)
    if spec.loss.probabilities and not np.isin(dataset.y, (0, 1)).all():
        raise RenderError("loss: cross-entropy is for labels 0 and 1, and the data have others")
    alike = (dataset.columns == dataset.columns[..., :1]).all()
    if spec.model.needs_data and alike:
        raise RenderError("dataset: all inputs are the same, so nothing can be learnt from them")
    return dataset


MOST_STILLS = 201  # pictures of one film: of 200 steps and the start
Progress = Callable[[str, int, int], None]  # stage, done, total


@np.errstate(over="ignore", invalid="ignore")  # a run that diverges is no reason for warnings
def make(
    spec: Spec, targets: Sequence[OutputFile], progress: Progress, store: Store = NO_STORE
) -> Report:
    """Train, check, draw, encode. All of the files appear at the end, or none.

    Raises RenderError.
    """
    from render.draw.wording import check_letters

    started_s = time.perf_counter()
    making = FilmRecord.begins(spec, targets, None, store)
    theme = load_theme(spec.film.theme, spec.path.parent)
    refuse_opaque(theme, [target.format for target in targets])
    if any(isinstance(target.format, FrameFormat) for target in targets):
        check_letters(spec)
    for folder in {target.path.parent for target in targets}:
        remove_abandoned_parts(folder)
    with Parts() as parts:
        files = [(t, parts.beside(t.path, t.format.folder)) for t in targets]
        progress("training", 0, 1)
        runs = learn(spec, store)
        progress("training", 1, 1)
        drawn = Drawn()
        pictures = [(t.format, p) for t, p in files if isinstance(t.format, FrameFormat)]
        if pictures:
            drawn = draw(spec, runs, pictures, progress)
        outputs = [output_of(t, p, drawn) for t, p in files if t.format.draws]
        facts = manifest(spec, runs, drawn, outputs)
        write_companions(spec, runs, facts, files)
        outputs = [output_of(target, part, drawn) for target, part in files]
    seconds = time.perf_counter() - started_s
    report = Report(spec.name, tuple(outputs), seconds, report_message(runs, drawn.lacks, outputs))
    return making.noted(report)


@np.errstate(over="ignore", invalid="ignore")
def still(
    spec: Spec,
    when: When,
    path: Path,
    progress: Progress,
    store: Store = NO_STORE,
    format_: StillFormat | None = None,
) -> Report:
    """Train, check, draw a time of the film, or each of its steps; all or none.

    As PNG, if not `format_`. Of steps, NAME.png stands for NAME-000.png and so on. Raises
    RenderError.
    """
    from render.draw.stage import printed
    from render.draw.wording import check_letters
    from render.encode.formats.png import PngFormat
    from render.timeline.when import EVERY

    started_s = time.perf_counter()
    format_ = format_ or PngFormat()
    making = FilmRecord.begins(spec, [OutputFile(format_, path)], when, store)
    refuse_opaque(load_theme(spec.film.theme, spec.path.parent), [format_])
    check_letters(spec)
    remove_abandoned_parts(path.parent)
    progress("training", 0, 1)
    runs = learn(spec, store)
    progress("training", 1, 1)
    with Parts() as parts:
        stage, timeline = staged(spec, runs, when)
        if len(timeline) > MOST_STILLS:
            told = f"--still steps draws at most {MOST_STILLS - 1} steps"
            raise RenderError(f"{told}, and this film has {len(timeline) - 1:,}: name a time")
        files = [path] if when != EVERY else _numbered(path, len(timeline))
        outputs, known = [], file_metadata(config_hash(spec))
        for moment, file in zip(timeline, files, strict=True):
            part = parts.beside(file)
            shot = StillInfo(
                spec.title, known, stage.picture(moment), partial(printed, stage, moment)
            )
            format_.save(part, shot)
            kind = registry.name_of(type(format_))
            outputs.append(Output(file, kind, size(part), stage.size_px, hash=content(part)))
            progress("stills", len(outputs), len(files))
    seconds = time.perf_counter() - started_s
    return making.noted(
        Report(spec.name, tuple(outputs), seconds, report_message(runs, stage.lacks))
    )


def _numbered(path: Path, count: int) -> list[Path]:
    return [path.with_name(f"{path.stem}-{i:03}{path.suffix}") for i in range(count)]


def draw(
    spec: Spec,
    runs: Sequence[Run],
    pictures: Sequence[tuple[FrameFormat, Path]],
    progress: Progress,
) -> Drawn:
    """One pass over the frames, into every picture format at once."""
    from render.draw.animation import encode_frames
    from render.draw.stage import printed

    stage, timeline = staged(spec, runs)
    clip = FilmInfo(
        title=spec.title,
        size_px=stage.size_px,
        fps=timeline.fps,
        frames=len(timeline),
        colours=stage.show.theme.colours(len(runs)),
        sample=lambda count: [stage.picture(m) for m in timeline.spread(count)],
        about=file_metadata(config_hash(spec)),
        clear=stage.show.theme.clear,
        printed=partial(printed, stage, timeline.moments[-1]),
    )
    frames_hash, lowered = encode_frames(stage, timeline, clip, pictures, progress)
    return Drawn(clip, frames_hash, stage.rectangles(), stage.lacks, lowered)


def staged(spec: Spec, runs: Sequence[Run], still: When | None = None) -> tuple[Stage, Timeline]:
    """The film set up, or its stills of a time, ready to be drawn."""
    from render.draw.context import Context
    from render.draw.stage import Stage
    from render.draw.surface.viewpoint import viewpoint
    from render.timeline.camera import camera_path
    from render.timeline.plan import plan, timing
    from render.timeline.when import seconds, stills

    scene, film = compose(spec), spec.film
    theme = load_theme(film.theme, spec.path.parent)
    told = timing(spec, runs, scene.beats)
    clock, course = told.clock, told.course
    show = Context(spec, tuple(runs), clock, theme, told.captions)
    scene = captioned(scene) if told.captions else scene
    first = runs[0]
    lowest = first.landscape.minimum if first.landscape.exact else None
    known = (course, clock, first.recording, film.last_s, lowest)
    view = viewpoint(film.camera, runs, clock)
    look = camera_path(
        film.camera, view, lambda when: min(seconds(when, *known), film.last_s), film.duration
    )
    timeline = plan(course, film, look)
    stage = Stage(show, scene, film.size, timeline.cameras)
    if still is not None:
        return stage, plan(course, film, look, stills(still, *known))
    return stage, timeline if film.frames is None else timeline.part(*film.frames)
