"""The whole story on one page: a spec in, a film and its numbers out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from render import registry
from render.config.spec import Spec
from render.draw.themes.common import user
from render.draw.themes.common.clear import refuse_opaque
from render.encode.base import Clip, Format, FrameFormat, TableFormat
from render.encode.part import Parts, sweep
from render.errors import RenderError
from render.manifest import Drawn, Output, manifest
from render.recording import Dataset
from render.run import Run
from render.scene import captioned, compose
from render.verdict import judge

if TYPE_CHECKING:
    from render.draw.stage import Stage
    from render.timeline.plan import Timeline
    from render.timeline.when import When

MOST_STILLS = 201  # pictures of one film: of 200 steps and the start
Progress = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True)
class Target:
    """A file to make."""

    format: Format
    path: Path


@dataclass(frozen=True)
class Report:
    """A film that was made."""

    name: str
    outputs: tuple[Output, ...]
    seconds: float
    message: str  # the verdict


@np.errstate(over="ignore", invalid="ignore")  # a run that diverges is no reason for warnings
def make(spec: Spec, targets: Sequence[Target], progress: Progress) -> Report:
    """Train, check, draw, encode. All of the files appear at the end, or none.

    Raises RenderError.
    """
    from render.draw.wording import writable

    started_s = time.perf_counter()
    theme = user.theme(spec.film.theme, spec.path.parent)
    refuse_opaque(theme, [target.format for target in targets])
    if any(isinstance(target.format, FrameFormat) for target in targets):
        writable(spec)
    for folder in {target.path.parent for target in targets}:
        sweep(folder)
    with Parts() as parts:
        files = [(target, parts.beside(target.path)) for target in targets]
        progress("training", 0, 1)
        runs = learn(spec)
        progress("training", 1, 1)
        drawn = Drawn()
        pictures = [(t.format, p) for t, p in files if isinstance(t.format, FrameFormat)]
        if pictures:
            drawn = draw(spec, runs, pictures, progress)
        outputs = [_output(t, p, drawn.clip) for t, p in files if t.format.draws]
        facts = manifest(spec, runs, drawn, outputs)
        for target, part in files:
            if isinstance(target.format, TableFormat):
                target.format.save(part, [run.recording for run in runs], facts)
        outputs = [_output(target, part, drawn.clip) for target, part in files]
    return Report(
        spec.name, tuple(outputs), time.perf_counter() - started_s, _message(runs, drawn.lacks)
    )


@np.errstate(over="ignore", invalid="ignore")
def still(spec: Spec, when: When, path: Path, progress: Progress) -> Report:
    """Train, check, draw a time of the film, or each of its steps, as PNG; all or none.

    Of steps, NAME.png stands for NAME-000.png and so on. Raises RenderError.
    """
    from render.draw.style import house_style
    from render.draw.wording import writable
    from render.encode.formats.png import save
    from render.timeline.when import EVERY

    started_s = time.perf_counter()
    writable(spec)
    sweep(path.parent)
    progress("training", 0, 1)
    runs = learn(spec)
    progress("training", 1, 1)
    with Parts() as parts, house_style():
        stage, timeline = staged(spec, runs, when)
        if len(timeline) > MOST_STILLS:
            told = f"--still steps draws at most {MOST_STILLS - 1} steps"
            raise RenderError(f"{told}, and this film has {len(timeline) - 1:,}: name a time")
        files = [path] if when != EVERY else _numbered(path, len(timeline))
        outputs = []
        for moment, file in zip(timeline, files, strict=True):
            part = parts.beside(file)
            save(part, stage.picture(moment))
            outputs.append(Output(file, "png", part.stat().st_size, stage.size_px))
            progress("stills", len(outputs), len(files))
    return Report(
        spec.name, tuple(outputs), time.perf_counter() - started_s, _message(runs, stage.lacks)
    )


def _numbered(path: Path, count: int) -> list[Path]:
    return [path.with_name(f"{path.stem}-{i:03}{path.suffix}") for i in range(count)]


def learn(spec: Spec) -> tuple[Run, ...]:
    """Every run with its data and the landscape around it, held against one another."""
    from render.learn import truth
    from render.learn.landscape import scan
    from render.learn.loop import train

    datasets = [_dataset(one) for one in spec.each]
    recordings = [train(one, data) for one, data in zip(spec.each, datasets, strict=True)]
    landscapes = scan(spec, recordings)
    runs = tuple(
        Run(one, data, recording, landscape, judge(recording, landscape))
        for one, data, recording, landscape in zip(
            spec.each, datasets, recordings, landscapes, strict=True
        )
    )
    for run in runs:
        truth.check(run)
    return runs


def _dataset(spec: Spec) -> Dataset:
    """The data of a run, if a loss and a model can do anything with them."""
    dataset = spec.dataset.make(spec.seed)
    if spec.loss.probabilities and not np.isin(dataset.y, (0, 1)).all():
        raise RenderError("loss: cross-entropy is for labels 0 and 1, and the data have others")
    alike = (dataset.columns == dataset.columns[..., :1]).all()
    if spec.model.needs_data and alike:
        raise RenderError("dataset: all inputs are the same, so nothing can be learnt from them")
    return dataset


def draw(
    spec: Spec,
    runs: Sequence[Run],
    pictures: Sequence[tuple[FrameFormat, Path]],
    progress: Progress,
) -> Drawn:
    """One pass over the frames, into every picture format at once."""
    from render.draw.animation import shoot
    from render.draw.style import house_style

    with house_style():
        stage, timeline = staged(spec, runs)
        clip = Clip(
            title=spec.title,
            size_px=stage.size_px,
            fps=timeline.fps,
            frames=len(timeline),
            colours=stage.show.theme.colours(len(runs)),
            sample=lambda count: [stage.picture(m) for m in timeline.spread(count)],
        )
        frames_hash = shoot(stage, timeline, clip, pictures, progress)
    return Drawn(clip, frames_hash, stage.rectangles(), stage.lacks)


def staged(spec: Spec, runs: Sequence[Run], still: When | None = None) -> tuple[Stage, Timeline]:
    """The film set up, or its stills of a time, ready to be drawn; use inside `house_style()`."""
    from render.draw.show import Show
    from render.draw.stage import Stage
    from render.draw.viewpoint import lengths, viewpoint
    from render.timeline.camera import looking
    from render.timeline.captions import lines
    from render.timeline.clock import Clock
    from render.timeline.pace import paced
    from render.timeline.plan import plan
    from render.timeline.when import seconds, stills

    scene, film = compose(spec), spec.film
    theme = user.theme(film.theme, spec.path.parent)
    unit = "epoch" if spec.model.needs_data else "step"
    clock = Clock.of([run.recording for run in runs], film.clock, unit)
    course = paced(scene.beats, film, lengths(runs, clock), told=len(runs) == 1)
    captions = lines(spec, runs, course, clock)
    show = Show(spec, tuple(runs), clock, theme, captions)
    scene = captioned(scene) if captions else scene
    first = runs[0]
    lowest = first.landscape.minimum if first.landscape.exact else None
    known = (course, clock, first.recording, film.last_s, lowest)
    view = viewpoint(film.camera, runs, clock)
    look = looking(
        film.camera, view, lambda when: min(seconds(when, *known), film.last_s), film.duration
    )
    timeline = plan(course, film, look)
    stage = Stage(show, scene, film.size, timeline.cameras)
    return stage, timeline if still is None else plan(course, film, look, stills(still, *known))


def _message(runs: Sequence[Run], lacks: str | None) -> str:
    """How each run ended, and what there was no room for."""
    lone = len(runs) == 1
    told = [
        run.verdict.sentence if lone else f"{run.label}: {run.verdict.sentence}" for run in runs
    ]
    if lacks:
        told.append(f"film.layout has no room: {lacks}; the scene's arrangement is used instead")
    return "\n  ".join(told)


def _output(target: Target, part: Path, clip: Clip | None) -> Output:
    kind, size = registry.name_of(type(target.format)), part.stat().st_size
    if clip is None or not isinstance(target.format, FrameFormat):
        return Output(target.path, kind, size)
    made = target.format.describe(clip)
    return Output(target.path, kind, size, tuple(made["size"]), made.get("duration"))
