"""A map of runs as a picture of its own: in the film's theme, with its title and legend."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from render.cells import MARGIN_EM, Cell, Type
from render.config.spec import Spec
from render.config.theme import Theme
from render.draw.artists import PaintedArtist, Stamp, outline
from render.draw.layers import Layers
from render.draw.plot.legend import ROW_EM as LEGEND_ROW_EM
from render.draw.plot.legend import Mark, rows_of
from render.draw.plot.run_map import (
    BELOW_EM,
    RIGHT_EM,
    RunMapPlot,
    above_em,
    draw_sample,
    left_px,
    legend_of,
)
from render.draw.run_style import run_styles
from render.draw.stage import PRINTED, drawing, known_metadata
from render.draw.style import DPI, house_style
from render.draw.wording import Wording
from render.errors import EncodeError
from render.learn.map.result import RunMap
from render.phrases import phrase
from render.recording import Pixels

LEAST_PX = 640  # of the longer side of the area of runs: fewer runs are drawn as blocks
TITLE_EM = 2.2  # of the title's row, in its own height
LEGEND_ROWS = 4  # for which there is room beside any legend


@dataclass(frozen=True)
class MapPicture:
    """A drawn map; `area` is where its runs are, from the picture's lower left."""

    figure: Figure
    size_px: tuple[int, int]
    area: Cell
    scale: int  # pixels of a run along each axis

    def pixels(self) -> Pixels:
        """The picture (height, width, 4) RGBA."""
        with drawing():
            canvas = FigureCanvasAgg(self.figure)
            canvas.draw()
            return np.asarray(canvas.buffer_rgba()).copy()

    def save_svg(self, path: Path, about: Mapping[str, str]) -> None:
        """Write it as a vector drawing; its runs are a picture in it. Raises EncodeError."""
        data = BytesIO()
        with house_style(PRINTED), drawing():
            self.figure.savefig(data, format="svg", metadata=known_metadata("svg", about))
        text = re.sub(
            rb'(<svg [^>]*?width="[\d.]+)pt(" height="[\d.]+)pt"', rb'\1\2"',
            data.getvalue(), count=1,
        )  # fmt: skip
        try:
            path.write_bytes(text)
        except OSError as error:
            raise EncodeError(f"can't write the picture: {error.strerror or error}") from error


Place = tuple[str, float, float]  # a run of the film: its label, and its values of both keys


def draw_map(spec: Spec, theme: Theme, run_map: RunMap, places: Sequence[Place]) -> MapPicture:
    """Draw a map; each run is a square of whole pixels."""
    scale = max(1, -(-LEAST_PX // max(run_map.options.size)))
    inner = tuple(scale * side for side in run_map.options.size)
    type_ = Type.of((max(inner), max(inner) * 9 // 16), theme.text_scale, theme.stroke_scale)
    type_ = replace(type_, bare=False)
    with drawing():
        return _drawn(spec, theme, run_map, places, scale, inner, type_)


def _drawn(
    spec: Spec,
    theme: Theme,
    run_map: RunMap,
    places: Sequence[Place],
    scale: int,
    inner: tuple[int, ...],
    type_: Type,
) -> MapPicture:
    em, margin = type_.ticks, round(MARGIN_EM * type_.text / 2)
    styles = run_styles(theme, max(len(places), 1))
    dots = [
        Stamp(type_.dot, theme.parameter if len(places) == 1 else style.dot, theme.edge,
              max(2.0, 0.3 * type_.dot), shape=outline(style.marker, style.grown))
        for style in styles
    ]  # fmt: skip
    names = [phrase("this film's run")] if len(places) == 1 else [name for name, _, _ in places]
    marks = tuple(Mark((name,), dot) for name, dot in zip(names, dots, strict=False))
    wording = Wording.of(spec)

    def layers_of(height: int, width: int) -> Layers:
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=theme.background)
        return Layers(figure, theme, type_, (), wording=wording)

    trial = layers_of(inner[1], inner[0])
    width = inner[0] + round(left_px(trial, run_map)) + round(RIGHT_EM * em) + 2 * margin
    rows = rows_of(trial, width - 2 * margin, [*legend_of(trial, run_map), *marks])
    head = round(TITLE_EM * type_.title)
    below = round(BELOW_EM * em) + round(LEGEND_ROW_EM * em * rows)
    height = inner[1] + round(above_em(len(run_map.windows)) * em) + below + head + 2 * margin
    layers = layers_of(height, width)
    cell = Cell(margin, margin, width - 2 * margin, height - 2 * margin - head)
    plot = RunMapPlot(layers, cell, run_map, marks)
    title, size = layers.shrunk(spec.title, width - 2 * margin, type_.title, em)
    layers.add(layers.words(margin, height - margin - type_.title, title, size=size))
    for (_, x, y), dot in zip(places, dots, strict=False):
        at = plot.pixel(x, y)
        layers.add(PaintedArtist(partial(draw_sample, dot, at), 5))
    return MapPicture(layers.figure, (width, height), plot.area, scale)
