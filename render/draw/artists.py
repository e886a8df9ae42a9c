"""Artists that draw in pixels: strokes, dots, pictures. They are fast, since films need many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from render.cells import Cell
from render.draw.lister import Lister
from render.draw.style import DPI
from render.recording import Array, Pixels

CIRCLE = Path.unit_circle()
UNMOVED: Array = np.eye(3)
PLAIN = GraphicsContextBase()
RGBA = tuple[float, float, float, float]


@dataclass(frozen=True)
class Pen:
    """The colour, width, dashes and ends of a stroke. Widths and dashes in pixels."""

    colour: str
    width: float
    alpha: float = 1.0
    dashes: tuple[float, ...] = ()
    cap: str = "round"
    clip: Cell | None = None

    def draw(self, renderer: Any, points: Array, offset: float = 0.0) -> None:
        """One stroke through points (M, 2); `offset` pixels into the dash pattern."""
        self.draw_path(renderer, Path(points), offset)

    def draw_path(self, renderer: Any, path: Path, offset: float = 0.0) -> None:
        """The strokes along a path, whose vertices are pixels."""
        gc = self._graphics
        if self.dashes:
            gc.set_dashes(offset, self.dashes)
        draw_path(renderer, gc, path)

    @cached_property
    def _graphics(self) -> GraphicsContextBase:
        """Agg's form of the pen; cached: making one takes longer than drawing a short stroke."""
        gc = _graphics(self.colour, self.alpha, self.width, self.cap)
        if self.clip is not None:
            cell = self.clip
            gc.set_clip_rectangle(Bbox.from_bounds(cell.left, cell.bottom, cell.width, cell.height))
        return gc

    def fill(self, renderer: Any, path: Path) -> None:
        """An outline (M, 2) in pixels, filled, without an edge."""
        gc, colour = self._filled
        draw_path(renderer, gc, path, face=colour)

    @cached_property
    def _filled(self) -> tuple[GraphicsContextBase, RGBA]:
        gc = _graphics(self.colour, self.alpha, 0.0, self.cap)
        gc.set_clip_rectangle(self._graphics.get_clip_rectangle())
        return gc, to_rgba(self.colour, self.alpha)


def _graphics(colour: str, alpha: float, width: float, cap: str) -> GraphicsContextBase:
    gc = GraphicsContextBase()
    gc.set_foreground(to_rgba(colour, alpha), isRGBA=True)
    gc.set_alpha(alpha)
    gc.set_linewidth(width)
    gc.set_capstyle(cap)  # type: ignore[arg-type]
    gc.set_joinstyle("round")
    gc.set_snap(False)
    return gc


def draw_path(
    renderer: Any,
    gc: GraphicsContextBase,
    path: Path,
    place: Array = UNMOVED,
    face: RGBA | None = None,
) -> None:
    """Draw a path in pixels, moved and scaled by `place` (3, 3).

    Straight by Agg, if that draws: its wrapper asks Matplotlib's settings, and a transform fills
    its caches, which is a third of the time of a small path. The pixels are the same.
    """
    if type(renderer) is RendererAgg:
        renderer._renderer.draw_path(gc, path, place, face)
    else:
        renderer.draw_path(gc, path, Affine2D(place), face)


def arrow(renderer: Any, points: Array, pen: Pen, head: float) -> None:
    """An arrow from points[0] to points[1] (2, 2) in pixels, its head `head` long.

    A short arrow is a head alone; one under a pixel is not drawn.
    """
    length = float(np.linalg.norm(points[1] - points[0]))
    if length < 1:
        return
    along = (points[1] - points[0]) / length
    across = np.array([-along[1], along[0]])
    head = min(head, length)
    neck = points[1] - head * along
    if length > head:
        pen.draw(renderer, np.stack([points[0], neck + 0.5 * along]))
    tip = np.stack([points[1], neck + 0.6 * head * across, neck - 0.6 * head * across, points[1]])
    pen.fill(renderer, Path(tip))


def outline(marker: str, grown: float) -> Path:
    """The outline of one of Matplotlib's markers, which looks as large as a disc of radius 1."""
    style = MarkerStyle(marker)
    # Matplotlib's markers are one wide, so of radius one half.
    path = (style.get_transform() + Affine2D().scale(2 * grown)).transform_path(style.get_path())
    return CIRCLE if marker == "o" else path


@dataclass(frozen=True)
class Stamp:
    """A filled shape with an edge. Sizes in pixels."""

    radius: float
    face: str
    edge: str | None = None
    edge_width: float = 0.0
    alpha: float = 1.0
    shape: Path = CIRCLE  # of radius 1

    def draw(self, renderer: Any, at: Array) -> None:
        """Draw it at a pixel (2,). Fractions count: Matplotlib's markers jump to whole pixels."""
        gc, face = self._graphics
        radius = self.radius
        place = np.array([[radius, 0.0, at[0]], [0.0, radius, at[1]], [0.0, 0.0, 1.0]])
        draw_path(renderer, gc, self.shape, place, face)

    @cached_property
    def _graphics(self) -> tuple[GraphicsContextBase, RGBA | None]:
        gc = _graphics(self.edge or self.face, self.alpha, self.edge_width, "butt")
        return gc, to_rgba(self.face, self.alpha) if self.face != "none" else None


class PaintedArtist(Artist):
    """An artist that draws by one function of the renderer."""

    def __init__(self, paint: Callable[[Any], None], zorder: float = 1) -> None:
        super().__init__()
        self.paint = paint
        self.set_zorder(zorder)

    def draw(self, renderer: Any) -> None:
        if self.get_visible():
            self.paint(renderer)

    def set(self, **properties: Any) -> list[Any]:
        """As `Artist.set`. Because it is defined here, Matplotlib does not document the
        properties of each subclass again at import, which takes 3 ms each."""
        return super().set(**properties)


class Stamped(PaintedArtist):
    """Stamps that stay where they are, in order: (stamp, pixel (2,)) each.

    In pictures and lists they are drawn once and then copied, since a film may have thousands of
    them over something that changes.
    """

    def __init__(self, stamps: Sequence[tuple[Stamp, Array]], area: Cell, zorder: float) -> None:
        """`area` holds them all."""
        super().__init__(self._paint, zorder)
        self.stamps, self._left, self._bottom = stamps, int(area.left), int(area.bottom)
        self._size = int(area.width) + 2, int(area.height) + 2

    def _paint(self, renderer: Any) -> None:
        if isinstance(renderer, RendererAgg):
            renderer.draw_image(PLAIN, self._left, self._bottom, self._picture)
            return
        if isinstance(renderer, Lister):
            renderer.once(self, lambda: self._each(renderer))
        else:
            self._each(renderer)

    def _each(self, renderer: Any) -> None:
        for stamp, at in self.stamps:
            stamp.draw(renderer, at)

    @cached_property
    def _picture(self) -> Pixels:
        alone = RendererAgg(*self._size, DPI)
        corner = np.array([self._left, self._bottom])
        for stamp, at in self.stamps:
            stamp.draw(alone, at - corner)
        return np.ascontiguousarray(np.asarray(alone.buffer_rgba())[::-1])


class Raster(Artist):
    """A picture (height, width, 4) RGBA with its lower left corner at a whole pixel."""

    def __init__(self, pixels: Pixels, left: float, bottom: float, zorder: float = 1) -> None:
        super().__init__()
        self.flipped = np.ascontiguousarray(pixels[::-1])
        self.corner = round(left), round(bottom)
        self.set_zorder(zorder)

    def draw(self, renderer: Any) -> None:
        if not self.get_visible():
            return
        gc = renderer.new_gc()
        renderer.draw_image(gc, *self.corner, self.flipped)
        gc.restore()
