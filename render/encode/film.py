"""The pictures of a film plan: every frame once into all of its files, or single stills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from render.config.theme import refuse_opaque
from render.encode.base import FilmInfo, Format, FrameFormat, Reduced, StillFormat, StillInfo
from render.encode.metadata import file_metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.draw.plan import Composition, FilmPlan
    from render.results import OutputFile
    from render.timeline.plan import Timeline

Progress = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True)
class Drawn:
    """What came of drawing; empty where nothing was drawn."""

    info: FilmInfo | None = None
    still_px: tuple[int, int] | None = None  # of stills: width, height
    frames_hash: str | None = None  # xxh3-128 of all raw RGBA frames in order
    panels: Mapping[str, list[int]] = field(default_factory=dict)
    missing: str | None = None  # what the film's own layout has no room for
    reduced: Mapping[Path, Reduced] = field(default_factory=dict)  # by part file


def encode_film(
    plan: FilmPlan, files: Sequence[tuple[FrameFormat, Path]], progress: Progress
) -> Drawn:
    """Draw every frame once, into all of the files at once. Raises RenderError."""
    from render.draw.animation import encode_frames
    from render.draw.stage import printed
    from render.draw.style import house_style

    theme, timeline = plan.composition.theme, plan.timeline
    with house_style():
        stage = plan.stage()
        info = FilmInfo(
            title=plan.spec.title,
            size_px=stage.size_px,
            fps=timeline.fps,
            frames=len(timeline),
            colours=theme.colours(len(plan.runs)),
            sample=lambda count: [stage.picture(m) for m in timeline.spread(count)],
            about=file_metadata(plan.composition.config_hash),
            clear=theme.clear,
            printed=partial(printed, stage, timeline.moments[-1]),
        )
        frames_hash, reduced = encode_frames(stage, timeline, info, files, progress)
        return Drawn(info, None, frames_hash, stage.rectangles(), stage.lacks, reduced)


def encode_stills(
    plan: FilmPlan,
    timeline: Timeline,
    files: Sequence[tuple[OutputFile, Path]],
    progress: Progress,
) -> Drawn:
    """Draw the picture of each moment into its part file. Raises RenderError."""
    from render.draw.stage import printed
    from render.draw.style import house_style

    about = file_metadata(plan.composition.config_hash)
    with house_style():
        stage = plan.stage()
        for done, (moment, (file, part)) in enumerate(zip(timeline, files, strict=True), 1):
            assert isinstance(file.format, StillFormat)
            vector = partial(printed, stage, moment)
            still = StillInfo(plan.spec.title, about, stage.picture(moment), vector)
            file.format.save(part, still)
            progress("stills", done, len(files))
        return Drawn(still_px=stage.size_px, missing=stage.lacks)


def refuse_undrawable(composition: Composition, formats: Sequence[Format]) -> None:
    """Raise RenderError for letters that no font here has, or a format without transparency
    where the theme has no background.

    Before training: whoever waited for it would have waited in vain.
    """
    refuse_opaque(composition.theme, formats)
    if any(isinstance(format_, FrameFormat) for format_ in formats):
        from render.draw.wording import check_letters

        check_letters(composition.spec)
