"""The numbers and names along the axes of the box in which the surface stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist

from render.draw.floor import loss_corner
from render.draw.layout import Cell
from render.draw.letters import LiveText
from render.draw.page import Page
from render.draw.plot import in_powers, plain
from render.draw.projection import Projection
from render.draw.ticks import loss_ticks, ticks
from render.draw.world import World
from render.recording import Array

MIDDLE = 0.36  # of a word above its baseline, in text heights
DEEP, TALL, AIR = 0.2, 0.75, 0.15  # its letters under and over the baseline, and room around
NEAR, FAR = 0.55, 2.1  # gap between an axis and its tick labels and name, in tick heights


@dataclass(frozen=True)
class Box:
    """The words around the surface for one pose."""

    world: World
    projection: Projection
    page: Page
    cell: Cell  # nothing is drawn outside it, however near the camera is

    def corner(self, towards: int, axis: int) -> float:
        """±½: the side of the box along an axis that is nearer the eye, or the farther one."""
        return float(np.copysign(0.5, towards * self.projection.eye[axis]))

    def artists(self, labels: tuple[str, str]) -> Iterator[Artist]:
        """The labels of the axes; those that would meet another are left out."""
        if self.page.type.bare:
            return
        *first, first_name = self._floor_labels(0, labels[0])
        *second, second_name = self._floor_labels(1, labels[1])
        *losses, loss_name = self._loss_labels()
        yield from self._apart([first_name, second_name, loss_name, *losses, *first, *second])

    def _floor_labels(self, axis: int, label: str) -> Iterator[LiveText]:
        """Along the edge nearest the eye, pushed away from the floor's middle."""
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
        for value, point, way in zip(values, at, out, strict=False):
            yield self._outside(point, way, NEAR, plain(value))
        yield self._outside(at[-1], out[-1], FAR, label)

    def _loss_labels(self) -> Iterator[LiveText]:
        x, y = loss_corner(self.world, self.projection)
        values = loss_ticks(self.world)
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
