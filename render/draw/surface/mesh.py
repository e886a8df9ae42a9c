"""The picture of a lit surface, with smooth silhouettes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from PIL import Image
from xxhash import xxh3_128

from render.cells import Cell
from render.config.theme import Theme
from render.draw.artists import Pen
from render.draw.interpolation import Cubic, finer
from render.draw.plot.contours import colormap
from render.draw.style import DPI
from render.draw.surface.geometry import HeightField, Projection
from render.recording import Array, Pixels

SUPERSAMPLING = 3
QUICK_SUPERSAMPLING = 2  # for a surface that is painted in every frame
MAX_REMEMBERED = 4  # surfaces; each takes two megabytes
LIGHT = np.array([-0.45, -0.35, 0.82])  # direction to the lamp, in the unit box
QUADS = (24, 36, 48, 60, 84, 120, 180, 240)  # quads along an axis: at least so many
MAX_STEP, MAX_QUICK_STEP = 0.008, 0.036  # of the colormap between quads: a larger one can be seen
MAX_CHORD, MAX_QUICK_CHORD = 0.0002, 0.001  # from a quad to the surface, in box widths
WIRES = 12  # wires divide the surface into so many parts along each axis
WIRE_WIDTH = 0.0022  # of the box
BAND = 1 / 24  # of the box: painted at once, before the wires on it are
AT = IdentityTransform().frozen()
PLAIN = GraphicsContextBase()
NO_OFFSETS, NO_EDGES = np.zeros((1, 2)), np.empty((0, 4))

Lines = npt.NDArray[np.intp]  # of the grid, along one axis, in painting order


@dataclass(frozen=True)
class Mesh:
    """A surface ready to be painted from any side."""

    field: HeightField
    colours: Array  # (rows, columns, 4) RGBA of each quad
    wire: Pen  # its width is of the box
    factor: int  # painted this many times larger and then reduced, for smooth silhouettes
    holes: Array | None = None  # (rows + 1, columns + 1), 1 at grid points that are left out

    @classmethod
    def of(
        cls, field: HeightField, top: float, level: Array, theme: Theme, quick: bool = False
    ) -> Mesh:
        """The mesh of a field that is cut off at `top`.

        `level` (G, G) runs from 0 to 1 along the theme's colormap. The field is cut off after
        refining, so that its rim is smooth. `quick` is for a moving camera: coarser, and with a
        smaller factor.
        """

        def made() -> Mesh:
            fine, tone = REFINED.of(
                _digest(quick, field.x, field.y, field.z, level),
                lambda: refined(field, level, enough(field, level, quick)),
            )
            fine = replace(fine, z=np.minimum(fine.z, top))
            wire = Pen(theme.wire, WIRE_WIDTH, alpha=theme.wire_strength, cap="butt")
            factor = QUICK_SUPERSAMPLING if quick else SUPERSAMPLING
            return cls(fine, shaded(fine, tone, theme), wire, factor)

        return MESHES.of(_digest((top, theme, quick), field.x, field.y, field.z, level), made)

    def without(self, field: HeightField, missing: Array) -> Mesh:
        """The same with holes where, in the grid of `field`, `missing` (G, G) is 1."""
        down = np.abs(self.field.y[:, None] - field.y).argmin(axis=1)
        along = np.abs(self.field.x[:, None] - field.x).argmin(axis=1)
        holes = missing[down][:, along]
        beside = holes[1:, 1:] + holes[1:, :-1] + holes[:-1, 1:] + holes[:-1, :-1] > 0
        colours = np.where(beside[..., None], 0.0, self.colours)
        return replace(self, colours=colours, holes=holes)

    def picture(self, projection: Projection, cell: Cell) -> tuple[Pixels, tuple[int, int]]:
        """The surface as (height, width, 4) RGBA, and the whole pixel of its lower left corner.

        The picture is as small as the surface allows, at most the cell, and transparent around the
        surface. It is painted from back to front at `factor` times the size, then reduced. A wire
        is drawn after the quads on both sides of it, so that quads in front hide it.
        """
        corners = projection(self._points)
        left, bottom, width, height = _window(corners, cell)
        corners = (corners - (left, bottom)) * self.factor
        wire = replace(self.wire, width=self.wire.width * projection.scale * self.factor)
        across, eye = replace(self, wire=wire), projection.eye
        if abs(eye[0]) > abs(eye[1]):  # no band may contain a wall and what is behind it
            across, corners, eye = across._turned(), corners.swapaxes(0, 1), eye[[1, 0, 2]]

        def paint() -> Pixels:
            renderer = RendererAgg(width * self.factor, height * self.factor, DPI)
            pixels = np.asarray(renderer.buffer_rgba())
            pixels[:] = 0
            across._fill(renderer, corners, eye)
            return _reduced(pixels, self.factor)

        if self.factor == QUICK_SUPERSAMPLING:  # no pose of a moving camera comes again soon
            return paint(), (left, bottom)
        key = across._key(corners, eye, (width, height))
        return PICTURES.of(key, paint), (left, bottom)

    @cached_property
    def _points(self) -> Array:
        """The grid's points in the box (rows + 1, columns + 1, 3)."""
        x, y = np.meshgrid(self.field.x, self.field.y)
        return np.stack([x, y, self.field.z], axis=-1)

    def _key(self, corners: Array, eye: Array, size_px: tuple[int, int]) -> bytes:
        """A digest of all that the painted surface depends on."""
        field, holes = self.field, np.empty(0) if self.holes is None else self.holes
        facts = self.wire, self.factor, size_px
        return _digest(facts, corners, eye, field.x, field.y, self.colours, holes)

    def _turned(self) -> Mesh:
        """The same mesh with x and y exchanged."""
        field = HeightField(self.field.y, self.field.x, self.field.z.T)
        holes = None if self.holes is None else self.holes.T
        return replace(self, field=field, colours=self.colours.swapaxes(0, 1), holes=holes)

    def _fill(self, renderer: RendererAgg, corners: Array, eye: Array) -> None:
        """Paint it in bands of rows, from back to front."""
        for rows, columns in back_to_front(self.field, eye):
            points = corners[rows][:, columns]
            drawn = points
            if self.holes is not None:  # no wire is drawn there
                drawn = np.where(self.holes[rows][:, columns, None] > 0, np.nan, points)
            quads = self.colours[_between(rows)][:, _between(columns)]
            across = np.flatnonzero(_is_wire(rows, self.field.y))
            along = np.flatnonzero(_is_wire(columns, self.field.x))
            wired = 0  # rows from the first whose wires are drawn
            for first, last in self._bands(len(rows) - 1):
                _paint(renderer, points[first : last + 1], quads[first:last])
                safe = last if last == len(rows) - 1 else last - 1
                own = across[(across > wired) & (across <= safe)] - wired
                wires = _wires(drawn[wired : safe + 1], own, along)
                if wires is not None:
                    self.wire.draw_path(renderer, wires)
                wired = safe

    def _bands(self, quads: int) -> Iterator[tuple[int, int]]:
        """The first and the last grid line of each band of so many rows of quads."""
        tall = max(2, round(BAND * (len(self.field.y) - 1)))
        starts = range(0, quads, tall)
        yield from zip(starts, [*starts[1:], quads], strict=True)


def _paint(renderer: RendererAgg, points: Array, quads: Array) -> None:
    """Fill the quads between points (R + 1, C + 1, 2) with RGBA (R, C, 4), in this order."""
    rows, columns = quads.shape[:2]
    renderer.draw_quad_mesh(
        PLAIN, AT, columns, rows, points, NO_OFFSETS, AT,
        quads.reshape(-1, 4),  # type: ignore[arg-type]  # an array is what Agg wants
        False,
        NO_EDGES,  # type: ignore[arg-type]
    )  # fmt: skip


def _wires(points: Array, across: Lines, along: Lines) -> Path | None:
    """The wires between points (R, C, 2): the rows `across` and the columns `along`, in that order.

    None where there are none.
    """
    down = points[:, along].swapaxes(0, 1) if len(points) > 1 else points[:0]
    lines = [_parted(each) for each in (points[across], down) if len(each)]
    return Path(np.concatenate(lines)) if lines else None


def _parted(lines: Array) -> Array:
    """Lines (L, N, 2) as one array of points, with a nan after each of them."""
    count, points, _ = lines.shape
    parted = np.full((count, points + 1, 2), np.nan)
    parted[:, :-1] = lines
    return parted.reshape(-1, 2)


Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """What was made last, by a digest of all that it depends on; nobody changes it.

    A run with another rate is on the same surface, and a film that is edited is drawn anew at
    each change.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._made: dict[bytes, Made] = {}

    def of(self, key: bytes, make: Callable[[], Made]) -> Made:
        """What has that key, made if it isn't there."""
        with self._lock:
            there = self._made.get(key)
        one = make() if there is None else there
        with self._lock:
            self._made.pop(key, None)
            self._made[key] = one  # the last one used is the last one to go
            while len(self._made) > self._limit:
                del self._made[next(iter(self._made))]
        return one


def _digest(facts: object, *arrays: Array) -> bytes:
    digest = xxh3_128(repr((facts, [array.shape for array in arrays])).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.digest()


REFINED = Remembered[tuple[HeightField, Array]](MAX_REMEMBERED)  # in any theme
MESHES = Remembered[Mesh](MAX_REMEMBERED)
PICTURES = Remembered[Pixels](MAX_REMEMBERED)


def _window(corners: Array, cell: Cell) -> tuple[int, int, int, int]:
    """Left, bottom, width and height of what is to be painted, in whole pixels."""
    flat = corners.reshape(-1, 2)
    low = np.maximum(np.floor(flat.min(axis=0)), np.round((cell.left, cell.bottom)))
    high = np.minimum(np.ceil(flat.max(axis=0)), np.round((cell.right, cell.top)))
    width, height = np.maximum(high - low, 1).astype(int)
    return int(low[0]), int(low[1]), int(width), int(height)


def _reduced(large: Pixels, factor: int) -> Pixels:
    """A picture `factor` times smaller; each pixel is the mean of a square, weighted by alpha."""
    height, width, _ = large.shape
    # Agg's colours are either opaque or clear here, so they are multiplied by alpha already:
    # four plain channels, without the conversions that RGBA would take.
    image = Image.frombuffer("RGBX", (width, height), large, "raw", "RGBX", 0, 1)
    small = np.array(image.reduce(factor))
    alpha = small.view("<u4").reshape(-1) >> np.uint32(24)
    partly = np.flatnonzero(alpha - np.uint32(1) < 254)  # neither 0, which wraps here, nor 255
    flat = small.reshape(-1, 4)
    covered = flat[partly].astype(np.uint16)
    covered[:, :3] = np.minimum(255, covered[:, :3] * 255 // covered[:, 3:])
    flat[partly] = covered.astype(np.uint8)
    return small


def back_to_front(field: HeightField, eye: Array) -> Iterator[tuple[Lines, Lines]]:
    """Rows and columns of grid lines in painting order, in up to nine blocks.

    The planes through the eye along each axis split the grid into blocks that can't hide
    one another, except for the quads that a plane crosses, which come last. Inside a block,
    painting towards the eye never covers what is nearer.
    """
    for rows in _towards(field.y, eye[1]):
        for columns in _towards(field.x, eye[0]):
            yield rows, columns


def _towards(axis: Array, eye: float) -> list[Lines]:
    beyond = int(np.searchsorted(axis, eye))  # the first line that the eye has not passed
    below, above = np.arange(beyond), np.arange(len(axis) - 1, beyond - 1, -1)
    around = np.arange(beyond - 1, beyond + 1) if 0 < beyond < len(axis) else np.zeros(0, int)
    return [block for block in (below, above, around) if len(block) > 1]


def _between(lines: Lines) -> Lines:
    """The quads between grid lines, in the order of the lines."""
    return np.minimum(lines[:-1], lines[1:])


def _is_wire(lines: Lines, axis: Array) -> npt.NDArray[np.bool_]:
    """Whether each of these lines of a refined axis is a wire; those at its ends are not."""
    return (lines % ((len(axis) - 1) // WIRES) == 0) & (lines > 0) & (lines < len(axis) - 1)


def enough(field: HeightField, level: Array, quick: bool) -> tuple[int, int]:
    """The number of quads along x and y at which facets are invisible; fewer if `quick`."""
    across = _enough(field.x, field.z.T, level.T, quick)
    return across, _enough(field.y, field.z, level, quick)


def _enough(axis: Array, z: Array, level: Array, quick: bool) -> int:
    """Quads along the first axis of z and level."""
    step, chord = (MAX_QUICK_STEP, MAX_QUICK_CHORD) if quick else (MAX_STEP, MAX_CHORD)
    for quads in QUADS:
        coarse = np.linspace(axis[0], axis[-1], quads + 1)
        middles = Cubic.between(axis, (coarse[1:] + coarse[:-1]) / 2)
        there = Cubic.between(axis, coarse)
        steps = np.abs(np.diff(there(level), axis=0))
        heights = there(z)
        off = np.abs(middles(z) - (heights[1:] + heights[:-1]) / 2)
        if np.quantile(steps, 0.95) <= step and np.quantile(off, 0.95) <= chord:
            break
    return quads if quick else max(quads, len(axis) - 1)


def refined(field: HeightField, level: Array, quads: tuple[int, int]) -> tuple[HeightField, Array]:
    """Field and level on a grid of about so many quads, with a line where each wire is.

    Cubic between the grid points (Lagrange, four points), so exact for a quadratic loss.
    """
    x, y = _fine(field.x, quads[0]), _fine(field.y, quads[1])
    old, new = (field.x, field.y), (x, y)
    return HeightField(x, y, finer(field.z, old, new)), finer(level, old, new)


def _fine(axis: Array, quads: int) -> Array:
    return np.linspace(axis[0], axis[-1], -(-quads // WIRES) * WIRES + 1)


def shaded(field: HeightField, level: Array, theme: Theme) -> Array:
    """RGBA (rows, columns, 4) of each quad: colormap and lamp."""
    middle = (level[1:, 1:] + level[1:, :-1] + level[:-1, 1:] + level[:-1, :-1]) / 4
    colours = np.array(colormap(theme)(np.clip(middle, 0, 1)))
    slope_y, slope_x = np.gradient(field.z, field.y, field.x)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(slope_x)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lit = (normal @ (LIGHT / np.linalg.norm(LIGHT)) + 1) / 2
    low, high = theme.shade
    colours[..., :3] *= (low + (high - low) * lit[:-1, :-1])[..., None]
    return np.clip(colours, 0, 1)
