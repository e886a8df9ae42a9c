"""Draws and encodes a film plan: every frame once, into all of its files, or its stills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import xxhash

from render.config.problems import placed
from render.config.theme import refuse_opaque
from render.config.when import STOPS
from render.draw.matplotlib_import import import_matplotlib, refuse_settings
from render.encode.base import (
    Encoder,
    FilmInfo,
    Format,
    Frame,
    FrameFormat,
    Reduced,
    StillFormat,
    StillInfo,
)
from render.encode.frame_workers import drawing_frames
from render.encode.metadata import file_metadata
from render.errors import RenderError
from render.recording import Pixels
from render.timeline.story import planned, planned_points

if TYPE_CHECKING:
    from render.draw.plan import Composition, FilmPlan
    from render.results import OutputFile
    from render.timeline.plan import Timeline

Progress = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True)
class Drawn:
    """The results of drawing; empty if nothing was drawn."""

    info: FilmInfo | None = None
    still_px: tuple[int, int] | None = None  # of stills: width, height
    frames_hash: str | None = None  # xxh3-128 of all raw RGBA frames in order
    panels: Mapping[str, list[int]] = field(default_factory=dict)
    missing: str | None = None  # panels for which the film's own layout has no room
    reduced: Mapping[Path, Reduced] = field(default_factory=dict)  # by part file


class Encoders:
    """`with Encoders(info, files) as encoders:`, and within it `write` for each frame in order.

    At the end of the block every file is finished; if the block ends by an exception, or a
    file can't be finished, all encoders are stopped and no process is left behind.
    """

    def __init__(self, info: FilmInfo, files: Sequence[tuple[FrameFormat, Path]]) -> None:
        self._info, self._files = info, files
        self._encoders: list[Encoder] = []
        self._hash = xxhash.xxh3_128()
        self._count = 0

    def __enter__(self) -> Encoders:
        try:
            for format_, path in self._files:
                self._encoders.append(format_.open(path, self._info))
        except BaseException:
            self._abort()
            raise
        return self

    def write(self, pixels: Pixels) -> None:
        """Take the next frame. Raises EncodeError; the pixels may be overwritten afterwards."""
        frame = Frame(self._count, self._count / self._info.fps, pixels)
        self._hash.update(pixels.data)
        for encoder in self._encoders:
            encoder.write(frame)
        self._count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for encoder in self._encoders:
                    encoder.close()
        except BaseException:
            self._abort()
            raise
        if kind is not None:
            self._abort()

    @property
    def frames_hash(self) -> str:
        """xxh3-128 of all frames written so far, in order."""
        return self._hash.hexdigest()

    @property
    def reduced(self) -> Mapping[Path, Reduced]:
        """What was reduced in each file to keep its limit, once all are finished."""
        made = zip(self._encoders, self._files, strict=True)
        return {path: one.reduced for one, (_, path) in made if one.reduced is not None}

    def _abort(self) -> None:
        for encoder in self._encoders:
            encoder.abort()


def encode_film(
    plan: FilmPlan,
    files: Sequence[tuple[FrameFormat, Path]],
    progress: Progress,
    processes: int = 1,
) -> Drawn:
    """Draw every frame once, into all of the files at once. Raises RenderError.

    `processes` may draw at the same time; the files are the same for any number.
    """
    import_matplotlib()
    from render.draw.stage import printed

    theme, timeline = plan.composition.theme, plan.timeline
    pages = [*zip(plan.stops, plan.stills(STOPS), strict=True)]
    stage = plan.stage()
    info = FilmInfo(
        title=plan.spec.plain_title,
        size_px=stage.size_px,
        fps=timeline.fps,
        frames=len(timeline),
        colours=theme.colours(len(plan.runs)),
        sample=lambda count: [stage.picture(m) for m in timeline.spread(count)],
        about=file_metadata(plan.composition.config_hash),
        clear=theme.clear,
        turns=len(timeline.cameras) > 1,
        printed=partial(printed, stage, timeline.moments[-1]),
        stops=plan.stops,
        handout=partial(_print_handout, stage, pages),
    )
    # First the processes: the files of the encoders must not be open in them.
    with drawing_frames(stage, timeline, processes) as draw, Encoders(info, files) as encoders:
        done = count(1)

        def take(pixels: Pixels) -> None:
            encoders.write(pixels)
            progress("frames", next(done), len(timeline))

        draw(take)
    rectangles, missing = stage.rectangles(), stage.missing
    return Drawn(info, None, encoders.frames_hash, rectangles, missing, encoders.reduced)


def _print_handout(*arguments: Any) -> None:
    """As `print_handout`, which only films with a handout need: its imports take a while."""
    from render.draw.handout import print_handout

    print_handout(*arguments)


def encode_stills(
    plan: FilmPlan,
    timeline: Timeline,
    files: Sequence[tuple[OutputFile, Path]],
    progress: Progress,
) -> Drawn:
    """Draw the picture of each moment into its part file. Raises RenderError."""
    import_matplotlib()
    from render.draw.stage import printed

    about = file_metadata(plan.composition.config_hash)
    stage = plan.stage()
    for done, (moment, (file, part)) in enumerate(zip(timeline, files, strict=True), 1):
        assert isinstance(file.format, StillFormat)
        vector = partial(printed, stage, moment)
        still = StillInfo(plan.spec.plain_title, about, stage.picture(moment), vector)
        file.format.save(part, still)
        progress("stills", done, len(files))
    return Drawn(still_px=stage.size_px, missing=stage.missing)


def refuse_undrawable(composition: Composition, formats: Sequence[Format]) -> None:
    """Raise RenderError for the first reason why these files can't be made.

    It runs before training, which would be useless.
    """
    for fault in undrawable(composition, formats):
        raise fault


def undrawable(
    composition: Composition, formats: Sequence[Format], points: Sequence[int] = ()
) -> Iterator[RenderError]:
    """Each reason why files of these formats can't be made, known before training.

    `points` are those that each run is trained on, where the data have been read.

    A format without transparency where the theme has no background, captions that reverse the
    story, letters that no font here has. Matplotlib is imported only for what only it knows.
    """
    spec = composition.spec
    pictures = any(format_.pictures for format_ in formats)
    tex = spec.film.tex or any(caption.tex for caption in spec.captions)
    colormap_named = isinstance(composition.theme.surface, str)
    try:
        if pictures or tex or colormap_named:
            refuse_settings()
    except RenderError as fault:
        yield fault
        return
    try:
        refuse_opaque(composition.theme, formats)
    except RenderError as fault:
        yield placed(spec.source, ("film", "theme"), str(fault))
    points = points or [n for one in spec.each if (n := planned_points(one)) is not None]
    if len(points) == len(spec.each):
        story = planned(spec, composition.scene.beats, points)
        if (reversal := story.refusal()) is not None:
            yield reversal
    if pictures:
        from render.draw.wording import check_letters

        try:
            check_letters(spec)
        except RenderError as fault:
            yield fault
    if colormap_named:
        import_matplotlib()
        from render.draw.plot.contours import colormap

        try:
            colormap(composition.theme)
        except RenderError as fault:
            yield placed(spec.source, ("film", "theme"), str(fault))
    if tex:
        import_matplotlib()
        from render.draw.mathtext import math_fault_of

        if (misread := math_fault_of(spec)) is not None:
            yield misread
