"""The whole story on one page: a spec in, a film and its numbers out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from render import registry
from render.config.spec import Spec
from render.encode.base import Clip, Format, FrameFormat, TableFormat
from render.encode.part import Parts, sweep
from render.errors import RenderError
from render.manifest import Drawn, Output, manifest
from render.recording import Dataset, Landscape, Recording
from render.scene import compose
from render.verdict import Verdict, judge

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
    started_s = time.perf_counter()
    for folder in {target.path.parent for target in targets}:
        sweep(folder)
    with Parts() as parts:
        files = [(target, parts.beside(target.path)) for target in targets]
        progress("training", 0, 1)
        dataset, recording, landscape = learn(spec)
        progress("training", 1, 1)
        verdict = judge(recording, landscape)
        drawn = Drawn()
        pictures = [(t.format, p) for t, p in files if isinstance(t.format, FrameFormat)]
        if pictures:
            drawn = draw(spec, dataset, recording, landscape, verdict, pictures, progress)
        outputs = [_output(t, p, drawn.clip) for t, p in files if t.format.draws]
        facts = manifest(spec, dataset, recording, landscape, verdict, drawn, outputs)
        for target, part in files:
            if isinstance(target.format, TableFormat):
                target.format.save(part, recording, facts)
        outputs = [_output(target, part, drawn.clip) for target, part in files]
    return Report(spec.name, tuple(outputs), time.perf_counter() - started_s, verdict.sentence)


def learn(spec: Spec) -> tuple[Dataset, Recording, Landscape]:
    """The data, the run, and the landscape around it, held against one another."""
    from render.learn import truth
    from render.learn.landscape import scan
    from render.learn.loop import train

    dataset = spec.dataset.make(spec.seed)
    if spec.loss.probabilities and not np.isin(dataset.y, (0, 1)).all():
        raise RenderError("loss: cross-entropy is for labels 0 and 1, and the data have others")
    if (dataset.columns == dataset.columns[..., :1]).all():
        raise RenderError("dataset: all inputs are the same, so nothing can be learnt from them")
    recording = train(spec, dataset)
    landscape = scan(spec, recording)
    truth.check(spec, dataset, recording, landscape)
    return dataset, recording, landscape


def draw(
    spec: Spec,
    dataset: Dataset,
    recording: Recording,
    landscape: Landscape,
    verdict: Verdict,
    pictures: Sequence[tuple[FrameFormat, Path]],
    progress: Progress,
) -> Drawn:
    """One pass over the frames, into every picture format at once."""
    from render.draw.animation import shoot
    from render.draw.show import Show
    from render.draw.stage import Stage
    from render.draw.style import house_style
    from render.timeline.plan import plan

    scene, film = compose(spec), spec.film
    theme = registry.member("draw/themes", film.theme)()
    show = Show(spec, dataset, recording, landscape, verdict, theme)
    timeline = plan(scene.beats, recording, film)
    with house_style():
        stage = Stage(show, scene, film.size)
        clip = Clip(
            title=spec.title,
            size_px=film.size,
            fps=film.fps,
            frames=len(timeline),
            colours=theme.colours(),
            sample=lambda count: [stage.picture(m) for m in timeline.spread(count)],
        )
        frames_hash = shoot(stage, timeline, clip, pictures, progress)
    return Drawn(clip=clip, frames_hash=frames_hash, panels=stage.rectangles())


def _output(target: Target, part: Path, clip: Clip | None) -> Output:
    kind, size = registry.name_of(type(target.format)), part.stat().st_size
    if clip is None or not isinstance(target.format, FrameFormat):
        return Output(target.path, kind, size)
    made = target.format.describe(clip)
    return Output(target.path, kind, size, tuple(made["size"]), made.get("duration"))
