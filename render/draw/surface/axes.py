"""The numbers and names along the axes of the surface's box, and the lines on its floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from render.cells import Cell
from render.draw.artists import Pen
from render.draw.layers import Layers
from render.draw.plot.axes import decades, in_powers, plain
from render.draw.plot.contours import colormap, contours
from render.draw.surface.geometry import Projection, World
from render.draw.text import LiveText
from render.recording import Array

TICKS = 5  # along each axis, about


def ticks(world: World, axis: int) -> Array:
    """The tick values of a parameter axis, inside the picture."""
    grid = world.landscape.grid[axis]
    return np.array(_ticks(float(grid[0]), float(grid[-1]), TICKS))


def loss_ticks(world: World) -> Array:
    """Tick values of the loss axis."""
    if world.landscape.log:
        return np.array([10.0**power for power in decades(*world.losses, TICKS)])
    return np.array(_ticks(*world.losses, TICKS - 1))


@lru_cache(maxsize=64)  # a moving camera needs them in every frame, for three axes of each surface
def _ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    values = np.asarray(MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high))
    slack = 1e-9 * (high - low)
    return tuple(values[(values >= low - slack) & (values <= high + slack)].tolist())


GAP = np.full((1, 3), np.nan)  # between two lines of one path


@dataclass(frozen=True)
class Floor:
    """Grid and contours on the floor, computed once and drawn from any pose."""

    world: World
    layers: Layers
    cell: Cell | None  # nothing is drawn outside it

    def paint(self, renderer: Any, projection: Projection) -> None:
        """Draw them for a pose."""
        x, y = loss_corner(self.world, projection)
        upright = np.array([[x, y, self.world.floor], [x, y, self.world.top]])
        thin, grid = self._grid
        thin.draw_path(renderer, Path(projection(np.concatenate([grid, GAP, upright]))))
        for pen, lines in self._contours:
            pen.draw_path(renderer, Path(projection(lines)))

    @cached_property
    def _grid(self) -> tuple[Pen, Array]:
        lines = []
        for axis in (0, 1):
            for at in (-0.5, *self.world.across(axis, ticks(self.world, axis)), 0.5):
                ends = np.full((2, 3), self.world.floor)
                ends[:, axis], ends[:, 1 - axis] = at, (-0.5, 0.5)
                lines.append(ends)
        pen = Pen(self.layers.theme.grid, self.layers.type.hair, cap="butt", clip=self.cell)
        return pen, _joined(lines)

    @cached_property
    def _contours(self) -> list[tuple[Pen, Array]]:
        """A pen for each level, and its lines (M, 3)."""
        colours, levels = colormap(self.layers.theme), []
        for level, lines in contours(self.world.landscape):
            red, green, blue, _ = colours(level)
            colour = f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
            pen = Pen(colour, 1.4 * self.layers.type.hair, cap="butt", clip=self.cell)
            levels.append((pen, _joined([self._laid(line) for line in lines])))
        return [(pen, lines) for pen, lines in levels if len(lines)]

    def _laid(self, line: Array) -> Array:
        """A contour (M, 2) in parameters on the floor (M, 3)."""
        x, y = self.world.across(0, line[:, 0]), self.world.across(1, line[:, 1])
        return np.stack([x, y, np.full_like(x, self.world.floor)], axis=-1)


def loss_corner(world: World, projection: Projection) -> tuple[float, float]:
    """The corner of the box furthest to the right, where the loss axis stands."""
    corners = [(x, y) for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
    flat = projection(np.array([[x, y, world.floor] for x, y in corners]))
    return corners[int(flat[:, 0].argmax())]


def _joined(lines: list[Array]) -> Array:
    """Lines (M, 3) joined into one array, with a nan between two lines."""
    parts = [part for line in lines for part in (line, GAP)]
    return np.concatenate(parts[:-1]) if parts else np.zeros((0, 3))


MIDDLE_EM = 0.36  # of a word above its baseline, in text heights
DESCENT_EM, ASCENT_EM = 0.2, 0.75  # of its letters under and over the baseline
PADDING_EM = 0.15  # around a word: no other word may be nearer
TICK_GAP_EM, NAME_GAP_EM = 0.55, 2.1  # from an axis to its tick labels, and to its name


@dataclass(frozen=True)
class Box:
    """The words around the surface for one pose."""

    world: World
    projection: Projection
    layers: Layers
    cell: Cell  # nothing is drawn outside it, however near the camera is

    def corner(self, towards: int, axis: int) -> float:
        """±½: the side of the box along an axis that is nearer to the eye, or the other one."""
        return float(np.copysign(0.5, towards * self.projection.eye[axis]))

    def artists(self, labels: tuple[str, str]) -> Iterator[Artist]:
        """The labels of the axes; one that would overlap another is left out."""
        if self.layers.type.bare:
            return
        *first, first_name = self._floor_labels(0, labels[0])
        *second, second_name = self._floor_labels(1, labels[1])
        *losses, loss_name = self._loss_labels()
        yield from self._apart([first_name, second_name, loss_name, *losses, *first, *second])

    def _floor_labels(self, axis: int, label: str) -> Iterator[LiveText]:
        """The words along the edge nearest to the eye, away from the floor's middle."""
        near = self.corner(1, 1 - axis)
        values = ticks(self.world, axis)
        ends = np.full((len(values) + 1, 3), self.world.floor)
        ends[:, axis] = [*self.world.across(axis, values), 0.0]
        ends[:, 1 - axis] = near
        at = self.projection(ends)
        inward = ends.copy()
        inward[:, 1 - axis] = 0.0
        out = at - self.projection(inward)
        out /= np.linalg.norm(out, axis=-1, keepdims=True)
        for value, point, direction in zip(values, at, out, strict=False):
            yield self._outside(point, direction, TICK_GAP_EM, plain(value))
        yield self._outside(at[-1], out[-1], NAME_GAP_EM, label)

    def _loss_labels(self) -> Iterator[LiveText]:
        x, y = loss_corner(self.world, self.projection)
        values = loss_ticks(self.world)
        points = [[x, y, float(self.world.up(np.asarray(v)))] for v in values]
        at = self.projection(np.array([*points, [x, y, self.world.top]]))
        em = self.layers.type.ticks
        write = in_powers if self.world.landscape.log else plain
        for value, (px, py) in zip(values, at, strict=False):
            yield self._word(px + 0.7 * em, py, write(value), ha="left")
        yield self._word(at[-1, 0] + 0.7 * em, at[-1, 1] + 1.2 * em, "loss", ha="left")

    def _apart(self, words: Sequence[LiveText]) -> Iterator[LiveText]:
        """The words without those that overlap an earlier one."""
        em, boxes = self.layers.type.ticks, np.zeros((0, 4))
        for word in words:
            right = word.x + self.layers.width(word.text, em)
            box = np.array(
                [word.x, word.baseline - DESCENT_EM * em, right, word.baseline + ASCENT_EM * em]
            )
            meets = (boxes[:, :2] < box[2:] + PADDING_EM * em).all(axis=1)
            meets &= (boxes[:, 2:] > box[:2] - PADDING_EM * em).all(axis=1)
            if not meets.any() and self._holds(box):
                boxes = np.vstack([boxes, box])
                yield word

    def _holds(self, box: Array) -> bool:
        """Whether a word's box is inside the cell."""
        cell = self.cell
        inside = box[0] >= cell.left and box[2] <= cell.right
        return bool(inside and box[1] >= cell.bottom and box[3] <= cell.top)

    def _outside(self, point: Array, direction: Array, gap: float, text: str) -> LiveText:
        """A word outside a point, its box `gap` text heights away."""
        em = self.layers.type.ticks
        half = np.array([0.29 * em * len(text), 0.4 * em])
        x, y = point + direction * (gap * em + float(np.abs(direction) @ half))
        return self._word(x, y, text)

    def _word(self, x: float, y: float, text: str, ha: str = "center") -> LiveText:
        layers, em = self.layers, self.layers.type.ticks
        left = x if ha == "left" else x - layers.width(text, em) / 2
        word = layers.live(left, y - MIDDLE_EM * em, size=em, colour=layers.theme.muted, mono=False)
        word.text = text
        return word
