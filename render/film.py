"""The whole story on one page: a spec in, a film and its numbers out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from render.cache.films import Making
from render.cache.store import NOWHERE, Store
from render.config.spec import Spec
from render.content import content
from render.draw.themes.common import user
from render.draw.themes.common.clear import refuse_opaque
from render.encode.base import Clip, FrameFormat, TableFormat
from render.encode.part import Parts, sweep
from render.errors import RenderError
from render.learned import learn as learn
from render.manifest import Drawn, Output, manifest
from render.report import Report as Report
from render.report import Target as Target
from render.report import message, output
from render.run import Run
from render.scene import captioned, compose

if TYPE_CHECKING:
    from render.draw.stage import Stage
    from render.timeline.plan import Timeline
    from render.timeline.when import When

MOST_STILLS = 201  # pictures of one film: of 200 steps and the start
Progress = Callable[[str, int, int], None]  # stage, done, total


@np.errstate(over="ignore", invalid="ignore")  # a run that diverges is no reason for warnings
def make(
    spec: Spec, targets: Sequence[Target], progress: Progress, store: Store = NOWHERE
) -> Report:
    """Train, check, draw, encode. All of the files appear at the end, or none.

    Raises RenderError.
    """
    from render.draw.wording import writable

    started_s = time.perf_counter()
    making = Making.begins(spec, targets, None, store)
    theme = user.theme(spec.film.theme, spec.path.parent)
    refuse_opaque(theme, [target.format for target in targets])
    if any(isinstance(target.format, FrameFormat) for target in targets):
        writable(spec)
    for folder in {target.path.parent for target in targets}:
        sweep(folder)
    with Parts() as parts:
        files = [(target, parts.beside(target.path)) for target in targets]
        progress("training", 0, 1)
        runs = learn(spec, store)
        progress("training", 1, 1)
        drawn = Drawn()
        pictures = [(t.format, p) for t, p in files if isinstance(t.format, FrameFormat)]
        if pictures:
            drawn = draw(spec, runs, pictures, progress)
        outputs = [output(t, p, drawn.clip) for t, p in files if t.format.draws]
        facts = manifest(spec, runs, drawn, outputs)
        for target, part in files:
            if isinstance(target.format, TableFormat):
                target.format.save(part, [run.recording for run in runs], facts)
        outputs = [output(target, part, drawn.clip) for target, part in files]
    seconds = time.perf_counter() - started_s
    report = Report(spec.name, tuple(outputs), seconds, message(runs, drawn.lacks))
    return making.noted(report)


@np.errstate(over="ignore", invalid="ignore")
def still(spec: Spec, when: When, path: Path, progress: Progress, store: Store = NOWHERE) -> Report:
    """Train, check, draw a time of the film, or each of its steps, as PNG; all or none.

    Of steps, NAME.png stands for NAME-000.png and so on. Raises RenderError.
    """
    from render.draw.style import house_style
    from render.draw.wording import writable
    from render.encode.formats.png import Png, save
    from render.timeline.when import EVERY

    started_s = time.perf_counter()
    making = Making.begins(spec, [Target(Png(), path)], when, store)
    writable(spec)
    sweep(path.parent)
    progress("training", 0, 1)
    runs = learn(spec, store)
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
            outputs.append(
                Output(file, "png", part.stat().st_size, stage.size_px, hash=content(part))
            )
            progress("stills", len(outputs), len(files))
    seconds = time.perf_counter() - started_s
    return making.noted(Report(spec.name, tuple(outputs), seconds, message(runs, stage.lacks)))


def _numbered(path: Path, count: int) -> list[Path]:
    return [path.with_name(f"{path.stem}-{i:03}{path.suffix}") for i in range(count)]


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
