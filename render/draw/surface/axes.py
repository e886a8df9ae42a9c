"""The numbers and names along the axes of the surface's box, and the lines on its floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from render.cells import Cell
from render.config.theme import Theme, rgb
from render.draw.artists import Pen
from render.draw.layers import Layers
from render.draw.numbers import TickLabels, tick_labels
from render.draw.plot.axes import decades, ticks_between
from render.draw.plot.contours import colormap, contours
from render.draw.surface.geometry import Projection, World
from render.draw.text import LiveText
from render.draw.wording import extended
from render.numerals import power_of_ten
from render.phrases import Phrase, phrase
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
    return tuple(ticks_between(low, high, count).tolist())


@lru_cache(maxsize=64)
def tick_texts(values: tuple[float, ...]) -> TickLabels:
    """What is written at the ticks of a parameter axis."""
    return tick_labels(values)


def loss_labels(world: World) -> TickLabels:
    """What is written at the ticks of the loss axis."""
    values = loss_ticks(world)
    if world.landscape.log:
        powers = [round(float(np.log10(value))) for value in values]
        return TickLabels(tuple(power_of_ten(power) for power in powers))
    return tick_texts(tuple(values.tolist()))


GAP = np.full((1, 3), np.nan)  # between two lines of one path


@dataclass(frozen=True)
class Floor:
    """Grid and contours on the floor, computed once and drawn from any pose."""

    world: World
    layers: Layers
    cell: Cell | None  # nothing is drawn outside it

    def paint(self, renderer: Any, projection: Projection) -> None:
        """Draw them for a pose."""
        x, y = loss_corner(self.world, projection, len(self.layers.cameras) > 1)
        upright = np.array([[x, y, self.world.floor], [x, y, self.world.top]])
        thin, grid = self.grid
        thin.draw_path(renderer, Path(projection(np.concatenate([grid, GAP, upright]))))
        for pen, lines in self.contours:
            pen.draw_path(renderer, Path(projection(lines)))

    @cached_property
    def grid(self) -> tuple[Pen, Array]:
        """The pen of the grid, and its lines (M, 3)."""
        lines, half = [], self.world.half
        for axis in (0, 1):
            inner = self.world.across(axis, ticks(self.world, axis))
            for at in (-half[axis], *inner, half[axis]):
                ends = np.full((2, 3), self.world.floor)
                ends[:, axis], ends[:, 1 - axis] = at, (-half[1 - axis], half[1 - axis])
                lines.append(ends)
        pen = Pen(self.layers.theme.grid, self.layers.type.hair, cap="butt", clip=self.cell)
        return pen, _joined(lines)

    @cached_property
    def contours(self) -> list[tuple[Pen, Array]]:
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


GLIDE = np.sin(np.deg2rad(4.0))  # so near to the change to another corner the axis glides
FADED = np.sin(np.deg2rad(4.0))  # so near to the change to another edge it has no labels
WHOLE = np.sin(np.deg2rad(9.0))  # and from here on they are there
SHADES = 8  # of labels that fade


def loss_corner(world: World, projection: Projection, glides: bool = False) -> tuple[float, float]:
    """The corner of the floor where the loss axis stands: the one at the right.

    It is the end of an edge along which no parameter has its labels, or the far end of one: seen
    from near, the corner in front can be further right, and there the labels would meet. With
    `glides`, for a camera that moves, it glides from corner to corner.
    """
    right = projection.right[:2]
    towards = right / max(float(np.abs(right).max()), 1e-9)
    if glides:
        shares = (towards / GLIDE).clip(-1, 1)
        x, y = world.half * np.sin(0.5 * np.pi * shares)
    else:
        x, y = np.copysign(world.half, towards)
    return float(x), float(y)


def faded(theme: Theme, strength: float) -> str:
    """The colour of labels of a strength from 0 to 1; without a background they don't fade."""
    if strength == 1 or theme.clear:
        return theme.muted
    ends = zip(rgb(theme.background), rgb(theme.muted), strict=True)
    red, green, blue = (round(a + strength * (b - a)) for a, b in ends)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _joined(lines: list[Array]) -> Array:
    """Lines (M, 3) joined into one array, with a nan between two lines."""
    parts = [part for line in lines for part in (line, GAP)]
    return np.concatenate(parts[:-1]) if parts else np.zeros((0, 3))


MIDDLE_EM = 0.36  # of a word above its baseline, in text heights
DESCENT_EM, ASCENT_EM = 0.2, 0.75  # of its letters under and over the baseline
BESIDE_EM = 0.4  # beside a name, which would else be read as one with a number
PADDING_EM = 0.1  # around a word: no other word may be nearer
MOVED_EM = 2.5  # so far from its place a name is moved into the cell
TICK_GAP_EM, NAME_GAP_EM = 0.55, 2.1  # from an axis to its tick labels, and to its name


Edges = tuple[float, float, float, float]  # left, bottom, right, top of a box in pixels


@dataclass(frozen=True)
class Box:
    """The words around the surface for one pose."""

    world: World
    projection: Projection
    layers: Layers
    cell: Cell  # nothing is drawn outside it, however near the camera is

    def corner(self, towards: int, axis: int) -> float:
        """x or y of the side of the box that is nearer to the eye along an axis, or the other."""
        return float(np.copysign(self.world.half[axis], towards * self.projection.eye[axis]))

    @property
    def turns(self) -> bool:
        """Whether the camera moves."""
        return len(self.layers.cameras) > 1

    def strength(self, axis: int) -> float:
        """From 0 to 1: how strong the labels along an axis are.

        They stand on the nearer of two edges. Under a camera that moves they fade where the other
        one becomes the nearer: so no label hops from side to side.
        """
        across = np.abs(self.projection.towards[:2])
        if not self.turns or not across.any():
            return 1.0
        aside = float(across[1 - axis] / np.linalg.norm(across))
        shade = np.clip((aside - FADED) / (WHOLE - FADED), 0, 1)
        return float(np.ceil(SHADES * shade) / SHADES)

    def artists(self, labels: tuple[str, str]) -> Iterator[Artist]:
        """The labels of the axes; one that would overlap another is left out."""
        if self.layers.type.bare:
            return
        first, second = ([*self._floor_ticks(axis)] for axis in (0, 1))
        *losses, loss_name = self._loss_labels()
        names: list[LiveText] = []
        for axis, label in enumerate(labels):
            names += self._placed([*self._names(axis, label)], names, [*first, *second, *losses])
        yield from self._apart([*names, loss_name, *losses, *first, *second])

    @cached_property
    def _edges(self) -> tuple[tuple[Array, Array], ...]:
        """Of each parameter where its ticks are, and its two ends and its middle: pixels (N+3, 2).

        They are along the edge nearest to the eye; the directions (N+3, 2) lead away from the
        floor's middle.
        """
        return self._edge(0), self._edge(1)

    def _edge(self, axis: int) -> tuple[Array, Array]:
        values = self.world.across(axis, ticks(self.world, axis))
        half = self.world.half[axis]
        ends = np.full((len(values) + 3, 3), self.world.floor)
        ends[:, axis] = [*values, -half, half, 0.0]
        ends[:, 1 - axis] = self.corner(1, 1 - axis)
        at = self.projection(ends)
        inward = ends.copy()
        inward[:, 1 - axis] = 0.0
        out = at - self.projection(inward)
        return at, out / np.linalg.norm(out, axis=-1, keepdims=True)

    def _written(self, axis: int) -> TickLabels:
        return tick_texts(tuple(ticks(self.world, axis).tolist()))

    def _floor_ticks(self, axis: int) -> Iterator[LiveText]:
        """The numbers along an edge of the floor."""
        strength = self.strength(axis)
        for text, point, out in zip(self._written(axis).full, *self._edges[axis], strict=False):
            yield self._outside(point, out, TICK_GAP_EM, text, strength)

    def _names(self, axis: int, label: str) -> Iterator[LiveText]:
        """The name of a parameter, at the places that it may have, the best first.

        At the middle of the edge, outside the numbers, or moved from there into the cell; there the
        parameter's symbol alone; in line with the numbers at the nearer end of the edge. Under a
        camera that moves a name stays in its place.
        """
        (*_, low, high, middle), (*_, out) = self._edges[axis]
        strength, em = self.strength(axis), self.layers.type.ticks
        texts = self.name_texts(label, self._written(axis))
        if self.turns:
            yield self._outside(middle, out, NAME_GAP_EM, texts[0], strength)
            return
        for text in texts:
            yield self._held(self._outside(middle, out, NAME_GAP_EM, text, strength))
        end = min(low, high, key=lambda point: float(point[1]))
        along = (end - middle) / max(float(np.linalg.norm(end - middle)), 1e-9)
        for text in texts:
            corner = end + out * TICK_GAP_EM * em
            yield self._held(self._outside(corner, along, 2 * TICK_GAP_EM, text, strength))

    def _placed(
        self, places: Sequence[LiveText], names: Sequence[LiveText], ticks: Sequence[LiveText]
    ) -> list[LiveText]:
        """The first of a name's places where it touches nothing, or no other name; [] if none."""
        clear = [word for word in places if self._has_room(word) and not self._touches(word, names)]
        free = [word for word in clear if not self._touches(word, ticks)]
        return (free or clear)[:1]

    def _has_room(self, word: LiveText) -> bool:
        """Whether a word is inside the cell, and not on the floor."""
        box = self._box(word)
        return self._holds(box) and not self._floor.intersects_bbox(Bbox.from_extents(*box))

    def _touches(self, word: LiveText, others: Sequence[LiveText]) -> bool:
        """Whether a word touches another one that is shown."""
        shown = [self._box(other) for other in others if other.get_visible()]
        return self._meets(self._box(word), shown, BESIDE_EM)

    @cached_property
    def _floor(self) -> Path:
        """The floor's edges, in pixels."""
        x, y = self.world.half
        corners = np.array([[-x, -y], [x, -y], [x, y], [-x, y], [-x, -y]])
        return Path(self.projection(np.insert(corners, 2, self.world.floor, axis=1)))

    def _held(self, word: LiveText) -> LiveText:
        """The word moved into the cell, if it is not far outside."""
        box, cell, most = self._box(word), self.cell, MOVED_EM * self.layers.type.ticks
        x = max(0.0, cell.left - box[0]) - max(0.0, box[2] - cell.right)
        y = max(0.0, cell.bottom - box[1]) - max(0.0, box[3] - cell.top)
        if max(abs(x), abs(y)) <= most:
            word.x, word.baseline = word.x + x, word.baseline + y
        return word

    def _loss_labels(self) -> Iterator[LiveText]:
        x, y = loss_corner(self.world, self.projection, self.turns)
        values = loss_ticks(self.world)
        points = [[x, y, float(self.world.up(np.asarray(v)))] for v in values]
        at = self.projection(np.array([*points, [x, y, self.world.top]]))
        if self.turns:  # where the axis glides along an edge, not over the surface's rim
            at[:, 0] = np.maximum(at[:, 0], self._furthest_right())
        em = self.layers.type.ticks
        written = loss_labels(self.world)
        for text, (px, py) in zip(written.full, at, strict=False):
            yield self._word(px + 0.7 * em, py, text, ha="left")
        name = self.named(phrase("loss"), written)
        # Its first letter is above the numbers, unless the word is too long for that.
        left = min(at[-1, 0] + 0.7 * em, self.cell.right - self.layers.width(name, em))
        top = min(at[-1, 1] + 1.2 * em, self.cell.top - (ASCENT_EM - MIDDLE_EM) * em)
        yield self._word(left, top, name, ha="left")

    def name_texts(self, label: str, written: TickLabels) -> list[str]:
        """What a parameter may be called: its name, then its symbol alone."""
        symbol = label.fields.get("name") if isinstance(label, Phrase) else None
        return [self.named(name, written) for name in ((label, symbol) if symbol else (label,))]

    def named(self, name: str, written: TickLabels) -> str:
        """The name of an axis with what its ticks leave out."""
        base = replace(written, power=0).named("")
        return extended(self.layers.wording.translated(name), base)

    def _furthest_right(self) -> float:
        """The x of the rim of the surface, in pixels."""
        field = self.world.field
        heights = field.z[[0, 0, -1, -1], [0, -1, 0, -1]]
        corners = np.stack([field.x[[0, -1, 0, -1]], field.y[[0, 0, -1, -1]], heights], axis=-1)
        return float(self.projection(corners)[:, 0].max())

    def _apart(self, words: Sequence[LiveText]) -> Iterator[LiveText]:
        """The words without those that overlap an earlier one."""
        boxes: list[Edges] = []
        for word in words:
            if not word.get_visible():
                continue
            box = self._box(word)
            if not self._meets(box, boxes) and self._holds(box):
                boxes.append(box)
                yield word

    def _box(self, word: LiveText) -> Edges:
        """The edges of a word."""
        em, x, y = self.layers.type.ticks, float(word.x), float(word.baseline)
        right = x + float(self.layers.width(word.text, em))
        return x, y - DESCENT_EM * em, right, y + ASCENT_EM * em

    def _meets(self, box: Edges, others: Sequence[Edges], beside_em: float = PADDING_EM) -> bool:
        """Whether a box is nearer to one of the others than words may be."""
        beside, over = beside_em * self.layers.type.ticks, PADDING_EM * self.layers.type.ticks
        left, bottom, right, top = box
        return any(
            other[0] < right + beside
            and other[1] < top + over
            and other[2] > left - beside
            and other[3] > bottom - over
            for other in others
        )

    def _holds(self, box: Edges) -> bool:
        """Whether a word's box is inside the cell."""
        cell = self.cell
        inside = box[0] >= cell.left and box[2] <= cell.right
        return bool(inside and box[1] >= cell.bottom and box[3] <= cell.top)

    def _outside(
        self, point: Array, direction: Array, gap: float, text: str, strength: float
    ) -> LiveText:
        """A word outside a point, its box `gap` text heights away."""
        em = self.layers.type.ticks
        half = np.array([0.29 * em * len(text), 0.4 * em])
        x, y = point + direction * (gap * em + float(np.abs(direction) @ half))
        return self._word(x, y, text, strength=strength)

    def _word(
        self, x: float, y: float, text: str, ha: str = "center", strength: float = 1.0
    ) -> LiveText:
        layers, em = self.layers, self.layers.type.ticks
        left = x if ha == "left" else x - layers.width(text, em) / 2
        colour = faded(layers.theme, strength)
        word = layers.live(left, y - MIDDLE_EM * em, size=em, colour=colour, mono=False)
        word.text = text
        word.set_visible(strength > 0.5 if layers.theme.clear else strength > 0)
        return word
