"""A lit height field in, its picture with smooth silhouettes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.transforms import IdentityTransform
from PIL import Image

from render.draw.layout import Cell
from render.draw.levels import colormap
from render.draw.occlusion import HeightField
from render.draw.projection import Projection
from render.draw.style import DPI
from render.draw.themes.base import Theme, rgb
from render.encode.base import Pixels
from render.recording import Array

SUPERSAMPLING = 3
QUICK = 2  # the same for a surface that is painted anew in every frame
LIGHT = np.array([-0.45, -0.35, 0.82])  # direction to the lamp, in the unit box
FINENESS = 240  # quads along each axis at least, so that no facet shows
QUICK_FINENESS = 96
WIRES = 12  # lines across the surface along each axis
WIRE_WIDTH = 0.0022  # of the box


@dataclass(frozen=True)
class Mesh:
    """A surface ready to be painted from any side."""

    field: HeightField
    colours: Array  # (rows, columns, 4) RGBA of each quad
    factor: int  # painted so many times larger than it is shown, for smooth silhouettes

    @classmethod
    def of(
        cls, field: HeightField, top: float, level: Array, theme: Theme, quick: bool = False
    ) -> Mesh:
        """The mesh of a field that is cut off at `top`.

        `level` (G, G) runs from 0 to 1 along the theme's colormap. The field is cut off after
        refining, so that its rim is smooth. `quick`: coarser and less large, for a camera
        that moves.
        """
        fine, tone = refined(field, level, QUICK_FINENESS if quick else FINENESS)
        fine = replace(fine, z=np.minimum(fine.z, top))
        return cls(fine, shaded(fine, tone, theme), QUICK if quick else SUPERSAMPLING)

    def picture(self, projection: Projection, cell: Cell) -> Pixels:
        """The surface as (height, width, 4) RGBA the size of the cell, clear where it is not.

        Painted back to front at `factor` times the size, then reduced.
        """
        width, height = (round(side) * self.factor for side in (cell.width, cell.height))
        renderer = RendererAgg(width, height, DPI)
        x, y = np.meshgrid(self.field.x, self.field.y)
        corners = projection(np.stack([x, y, self.field.z], axis=-1))
        corners = (corners - (cell.left, cell.bottom)) * self.factor
        gc = renderer.new_gc()
        for rows, columns in back_to_front(self.field, projection.eye):
            points = corners[rows][:, columns]
            quads = self.colours[_between(rows)][:, _between(columns)].reshape(-1, 4)
            renderer.draw_quad_mesh(
                gc,
                IdentityTransform().frozen(),
                points.shape[1] - 1,
                points.shape[0] - 1,
                points,
                np.zeros((1, 2)),
                IdentityTransform().frozen(),
                quads,  # type: ignore[arg-type]  # an array is what Agg wants
                False,
                np.empty((0, 4)),  # type: ignore[arg-type]
            )
        large = Image.fromarray(np.asarray(renderer.buffer_rgba()))
        return np.asarray(large.reduce(self.factor))


def back_to_front(
    field: HeightField, eye: Array
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Rows and columns of grid lines in painting order, in up to four blocks.

    The planes through the eye along each axis split the grid into blocks that can't hide
    one another; inside a block, going towards the eye never paints over what is nearer.
    """
    for rows in _towards(field.y, eye[1]):
        for columns in _towards(field.x, eye[0]):
            yield rows, columns


def _towards(axis: Array, eye: float) -> list[npt.NDArray[np.intp]]:
    split = int(np.clip(np.searchsorted(axis, eye), 0, len(axis) - 1))
    below, above = np.arange(split + 1), np.arange(len(axis) - 1, split - 1, -1)
    return [block for block in (below, above) if len(block) > 1]


def _between(lines: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The quads between grid lines, in the order of the lines."""
    return np.minimum(lines[:-1], lines[1:])


def refined(
    field: HeightField, level: Array, fineness: int = FINENESS
) -> tuple[HeightField, Array]:
    """Field and level on a grid fine enough to look smooth, with a thin quad at each wire.

    Cubic between the grid points (Lagrange, four points), so exact for a quadratic loss.
    """
    x, y = _fine(field.x, fineness), _fine(field.y, fineness)
    along, down = _cubic(field.x, x), _cubic(field.y, y)
    return HeightField(x, y, down @ field.z @ along.T), down @ level @ along.T


def _fine(axis: Array, fineness: int) -> Array:
    low, high = axis[0], axis[-1]
    wires = np.linspace(low, high, WIRES + 1)[1:-1]
    plain = np.linspace(low, high, max(fineness, len(axis) - 1) + 1)
    half = WIRE_WIDTH / 2
    clear = np.abs(plain[:, None] - wires).min(axis=1) > half
    return np.sort(np.concatenate([plain[clear], wires - half, wires + half]))


def _is_wire(axis: Array) -> npt.NDArray[np.bool_]:
    """Which of the quads between the lines of a fine axis is a wire."""
    wires = np.linspace(axis[0], axis[-1], WIRES + 1)[1:-1]
    middles = (axis[1:] + axis[:-1]) / 2
    return np.asarray(np.abs(middles[:, None] - wires).min(axis=1) < WIRE_WIDTH / 4)


def _cubic(coarse: Array, fine: Array) -> Array:
    """The matrix (F, G) that interpolates values on `coarse` at `fine`, both in one range."""
    at = (fine - coarse[0]) / (coarse[1] - coarse[0])
    first = np.clip(np.floor(at).astype(int) - 1, 0, len(coarse) - 4)
    t = at - first  # in the frame of four points at 0, 1, 2, 3
    weights = np.stack(
        [
            -(t - 1) * (t - 2) * (t - 3) / 6,
            t * (t - 2) * (t - 3) / 2,
            -t * (t - 1) * (t - 3) / 2,
            t * (t - 1) * (t - 2) / 6,
        ],
        axis=-1,
    )
    matrix = np.zeros((len(fine), len(coarse)))
    rows = np.arange(len(fine))[:, None]
    matrix[rows, first[:, None] + np.arange(4)] = weights
    return matrix


def shaded(field: HeightField, level: Array, theme: Theme) -> Array:
    """RGBA (rows, columns, 4) of each quad: colormap, lamp, and the wire where it is thin."""
    middle = (level[1:, 1:] + level[1:, :-1] + level[:-1, 1:] + level[:-1, :-1]) / 4
    colours = np.array(colormap(theme)(np.clip(middle, 0, 1)))
    slope_y, slope_x = np.gradient(field.z, field.y, field.x)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(slope_x)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lit = (normal @ (LIGHT / np.linalg.norm(LIGHT)) + 1) / 2
    low, high = theme.shade
    colours[..., :3] *= (low + (high - low) * lit[:-1, :-1])[..., None]
    wire = np.array(rgb(theme.wire)) / 255
    on_wire = _is_wire(field.y)[:, None] | _is_wire(field.x)
    mixed = colours[..., :3] + theme.wire_strength * (wire - colours[..., :3])
    colours[..., :3] = np.where(on_wire[..., None], mixed, colours[..., :3])
    return np.clip(colours, 0, 1)
