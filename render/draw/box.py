"""What stands around the surface: floor grid, contours on the floor, axes with their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.ticker import MaxNLocator

from render.draw.layout import Cell
from render.draw.letters import LiveText
from render.draw.levels import colormap, contours
from render.draw.marks import Drawing, Pen
from render.draw.page import Page
from render.draw.plot import decades, in_powers, plain
from render.draw.projection import Projection
from render.draw.world import World
from render.recording import Array

TICKS = 5  # along each axis, about
MIDDLE = 0.36  # of a word above its baseline, in text heights
DEEP, TALL, AIR = 0.2, 0.75, 0.15  # its letters under and over the baseline, and room around
NEAR, FAR = 0.55, 2.1  # gap between an axis and its tick labels and name, in tick heights


@dataclass(frozen=True)
class Box:
    """The frame of the surface for one pose."""

    world: World
    projection: Projection
    page: Page
    cell: Cell | None = None  # nothing is drawn outside it, however near the camera is

    def corner(self, towards: int, axis: int) -> float:
        """±½: the side of the box along an axis that is nearer the eye, or the farther one."""
        return float(np.copysign(0.5, towards * self.projection.eye[axis]))

    def artists(self, labels: tuple[str, str]) -> Iterator[Artist]:
        """Grid and contours below the surface, then the labels."""
        yield Drawing(self._paint_floor, zorder=0.5)
        if self.page.type.bare:
            return
        *first, first_name = self._floor_labels(0, labels[0])
        *second, second_name = self._floor_labels(1, labels[1])
        *losses, loss_name = self._loss_labels()
        yield from self._apart([first_name, second_name, loss_name, *losses, *first, *second])

    def ticks(self, axis: int) -> Array:
        """Tick values of a parameter axis, inside the picture."""
        grid = self.world.landscape.grid[axis]
        return _ticks(float(grid[0]), float(grid[-1]), TICKS)

    def loss_ticks(self) -> Array:
        """Tick values of the loss axis."""
        if self.world.landscape.log:
            return np.array([10.0**power for power in decades(*self.world.losses, TICKS)])
        return _ticks(*self.world.losses, TICKS - 1)

    def _paint_floor(self, renderer: Any) -> None:
        floor, theme = self.world.floor, self.page.theme
        thin = Pen(theme.grid, self.page.type.hair, cap="butt", clip=self.cell)
        for axis in (0, 1):
            for at in (-0.5, *self.world.across(axis, self.ticks(axis)), 0.5):
                ends = np.full((2, 3), floor)
                ends[:, axis], ends[:, 1 - axis] = at, (-0.5, 0.5)
                thin.draw(renderer, self.projection(ends))
        x, y = self.loss_axis()
        thin.draw(renderer, self.projection(np.array([[x, y, floor], [x, y, self.world.top]])))
        colours = colormap(theme)
        for level, lines in contours(self.world.landscape):
            red, green, blue, _ = colours(level)
            colour = f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
            pen = Pen(colour, 1.4 * self.page.type.hair, cap="butt", clip=self.cell)
            for line in lines:
                x_, y_ = self.world.across(0, line[:, 0]), self.world.across(1, line[:, 1])
                pen.draw(renderer, self.projection(np.stack([x_, y_, np.full_like(x_, floor)], -1)))

    def loss_axis(self) -> tuple[float, float]:
        """The corner of the box furthest to the right, where the loss axis stands."""
        corners = [(x, y) for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
        flat = self.projection(np.array([[x, y, self.world.floor] for x, y in corners]))
        return corners[int(flat[:, 0].argmax())]

    def _floor_labels(self, axis: int, label: str) -> Iterator[LiveText]:
        """Along the edge nearest the eye, pushed away from the floor's middle."""
        near = self.corner(1, 1 - axis)
        values = self.ticks(axis)
        ends = np.full((len(values) + 1, 3), self.world.floor)
        ends[:, axis] = [*self.world.across(axis, values), 0.0]
        ends[:, 1 - axis] = near
        at = self.projection(ends)
        inward = ends.copy()
        inward[:, 1 - axis] = 0.0
        out = at - self.projection(inward)
        out /= np.linalg.norm(out, axis=-1, keepdims=True)
        for value, point, way in zip(values, at, out, strict=False):
            yield self._outside(point, way, NEAR, plain(value))
        yield self._outside(at[-1], out[-1], FAR, label)

    def _loss_labels(self) -> Iterator[LiveText]:
        x, y = self.loss_axis()
        values = self.loss_ticks()
        points = [[x, y, float(self.world.up(np.asarray(v)))] for v in values]
        at = self.projection(np.array([*points, [x, y, self.world.top]]))
        em = self.page.type.ticks
        write = in_powers if self.world.landscape.log else plain
        for value, (px, py) in zip(values, at, strict=False):
            yield self._word(px + 0.7 * em, py, write(value), ha="left")
        yield self._word(at[-1, 0] + 0.7 * em, at[-1, 1] + 1.2 * em, "loss", ha="left")

    def _apart(self, words: Sequence[LiveText]) -> Iterator[LiveText]:
        """Those that do not meet one that came before: of ticks too close, some are left out."""
        em, kept = self.page.type.ticks, np.zeros((0, 4))
        for word in words:
            right = word.x + self.page.width(word.text, em)
            box = np.array([word.x, word.baseline - DEEP * em, right, word.baseline + TALL * em])
            meets = (kept[:, :2] < box[2:] + AIR * em).all(axis=1)
            meets &= (kept[:, 2:] > box[:2] - AIR * em).all(axis=1)
            if not meets.any() and self._holds(box):
                kept = np.vstack([kept, box])
                yield word

    def _holds(self, box: Array) -> bool:
        """Whether a word's box is inside the cell."""
        cell = self.cell
        if cell is None:
            return True
        inside = box[0] >= cell.left and box[2] <= cell.right
        return bool(inside and box[1] >= cell.bottom and box[3] <= cell.top)

    def _outside(self, point: Array, way: Array, gap: float, text: str) -> LiveText:
        """A word beyond a point, so far that its own box keeps the gap."""
        em = self.page.type.ticks
        half = np.array([0.29 * em * len(text), 0.4 * em])
        x, y = point + way * (gap * em + float(np.abs(way) @ half))
        return self._word(x, y, text)

    def _word(self, x: float, y: float, text: str, ha: str = "center") -> LiveText:
        page, em = self.page, self.page.type.ticks
        left = x if ha == "left" else x - page.width(text, em) / 2
        word = page.live(left, y - MIDDLE * em, size=em, colour=page.theme.muted, mono=False)
        word.text = text
        return word


def _ticks(low: float, high: float, count: int) -> Array:
    found = np.asarray(MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high))
    slack = 1e-9 * (high - low)
    return found[(found >= low - slack) & (found <= high + slack)]
