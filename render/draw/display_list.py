"""Records what is drawn as a list of shapes and words, for a painter that is not Matplotlib's.

Coordinates are pixels of the frame from its upper left corner, y downwards. An operation is a
list that JSON can hold; the same style and the same operation are kept once, and named by their
places in `styles` and `ops`.

* `["p", style, [x, y, …]]`: a stroke, or the outline of an area, through points;
* `["q", style, "MLCZ…", [x, y, …]]`: one with curves or several parts, a letter for each vertex;
* `["o", style, x, y, r]`: a disc; `["O", style, r, [x, y, …]]`: discs of one size;
* `["t", style, x, y, angle, text]`: words from their left end on the baseline;
* `["r", style, x, y, width, height]`: a rectangle;
* `["b", style, x, y, width, height, image]`: blocks in the shades of an image;
* `["g", style, x, y, width, height, image]`: regions, of an image of labels and one of certainties.

A style of a shape is `["s", stroke, width, cap, dashes, offset, fill, clip]`, one of words is
`["w", colour, size, family, advance, clip]`. `advance` is the distance of letters that stand at
whole pixels, 0 where the font decides. One of blocks is `["m", colours]`, one of regions
`["m", colours, opacity of a guess, of certainty, line, its width, its opacity]`. Images are bytes
in a table that several lists can share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from render.draw.artists import CIRCLE
from render.draw.lister import Box, Bytes, Lister, RegionLook
from render.draw.simplify import is_straight, simplified
from render.draw.style import DPI, MONO
from render.draw.text import Writer
from render.recording import Array

Op = list[Any]
DIGITS = 1  # of coordinates: a tenth of a pixel
SAME_PX = 0.06  # a point so near to the line without it is left out
FINE_DIGITS = 2  # of outlines, of letters for instance, and of radii
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
CLOSED = "Z"
DISC = np.asarray(CIRCLE.codes)


class Images:
    """Images of bytes, each once, with the one that was at its place before."""

    def __init__(self) -> None:
        self.images: list[Bytes] = []
        self.before: list[int] = []  # −1: it is the first one of its shape there
        self._numbers: dict[tuple[bytes, tuple[int, ...]], int] = {}
        self._last: dict[str, int] = {}  # by the place

    def number(self, image: Bytes, place: str) -> int:
        """The number of an image that is drawn at a place."""
        key = image.tobytes(), image.shape
        if key not in self._numbers:
            self._numbers[key] = len(self.images)
            self.images.append(image)
            self.before.append(self._last.get(place, -1))
        self._last[place] = self._numbers[key]
        return self._numbers[key]


class DisplayList(RendererBase, Writer, Lister):
    """Takes what artists draw; `listed(draw)` returns the numbers of the operations."""

    def __init__(self, width: float, height: float, images: Images | None = None) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.images = Images() if images is None else images
        self.styles: list[list[Any]] = []
        self.ops: list[Op] = []
        self.letters: dict[str, set[str]] = {}  # that were written, by font family
        self._style_numbers: dict[str, int] = {}
        self._op_numbers: dict[str, int] = {}
        self._list: list[int] = []
        self._once: dict[Hashable, list[int]] = {}
        self.stays = False
        self._agg = RendererAgg(1, 1, DPI)  # measures words

    def listed(self, draw: Callable[[DisplayList], None], stays: bool = False) -> list[int]:
        """The operations that `draw` makes, in order, by their places in `ops`.

        What `stays` as it is has fewer points.
        """
        self._list, self.stays = [], stays
        draw(self)
        made, self._list = self._list, []
        return made

    # What Matplotlib asks of a renderer.

    def flipy(self) -> bool:
        return True

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:
        return points  # a point is a pixel, see style.DPI

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
        return self._agg.get_text_width_height_descent(s, prop, ismath)

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Any, rgbFace: Any = None
    ) -> None:
        style = self._shape(gc, rgbFace)
        if style is None:
            return
        if self._discs(style, path, transform):
            return
        whole = path if transform is None else transform.transform_path(path)
        points = np.array(whole.vertices, float)
        points[:, 1] = self.height - points[:, 1]
        letters, points = _outline(whole, points)
        if len(letters) < 2:
            return
        if letters == "M" + "L" * (len(letters) - 1):
            self._add(["p", style, _rounded(self._fewer(points), DIGITS)])
        else:
            curved = "Q" in letters or "C" in letters
            if self.stays and not curved:
                letters, points = _fewer_of_each(letters, points)
            rounded = _rounded(points, FINE_DIGITS if curved else DIGITS)
            self._add(["q", style, letters, rounded])

    def draw_image(
        self, gc: GraphicsContextBase, x: float, y: float, im: Any, transform: Any = None
    ) -> None:
        """A picture of one colour is a rectangle; others are words or numbers, see below."""
        first = im[0, 0]
        if transform is not None or not (im == first).all():
            raise NotImplementedError("only a picture of one colour can be listed")
        height, width = im.shape[:2]
        red, green, blue, alpha = (int(part) for part in first)
        fill = _colour((red / 255, green / 255, blue / 255, alpha / 255))
        style = self._numbered(["s", None, 0, "butt", [], 0, fill, _corners(gc, self.height)])
        self._add(["r", style, round(x), round(self.height - y - height), width, height])

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        if ismath:
            self._outlined(gc, x, y, s, prop, angle)
            return
        colour = _colour(gc.get_rgb())
        self._words(s, (x, y), colour, prop.get_size_in_points(), prop.get_family(), 0, angle)

    def write(
        self,
        text: str,
        left: float,
        baseline: float,
        rgb: Sequence[int],
        size: float,
        families: Sequence[str],
        advance: int,
    ) -> None:
        """A line whose baseline is `baseline` pixels above the lower edge."""
        red, green, blue = (part / 255 for part in rgb)
        at = left, self.height - baseline
        self._words(text, at, _colour((red, green, blue, 1.0)), size, families, advance, 0.0)

    def blocks(self, box: Box, shades: Bytes, colours: npt.NDArray[Any]) -> None:
        self._image("b", box, ["m", _hexadecimal(colours)], shades)

    def regions(self, box: Box, label: Bytes, certainty: Bytes, look: RegionLook) -> None:
        line = [look.line, round(look.line_width, 2), look.line_alpha]
        style = ["m", _hexadecimal(look.colours), *look.opacities, *line]
        self._image("g", box, style, np.stack([label, certainty]))

    def once(self, key: Hashable, draw: Callable[[], None]) -> None:
        if key not in self._once:
            start = len(self._list)
            draw()
            self._once[key] = self._list[start:]
        else:
            self._list += self._once[key]

    # How the lists are made.

    def _image(self, kind: str, box: Box, style: list[Any], image: Bytes) -> None:
        left, bottom, width, height = box
        place = [self._numbered(style), left, round(self.height - bottom - height), width, height]
        image = np.ascontiguousarray(image, np.uint8)
        number = self.images.number(image, f"{kind} {place} {image.shape}")
        self._add([kind, *place, number])

    def _fewer(self, points: Array) -> Array:
        """A stroke with fewer points. Of one that moves, only a straight one has fewer: its points
        are interpolated with those that it has at another moment."""
        if len(points) < 3:
            return points
        if self.stays:
            return simplified(points, SAME_PX)
        return points[[0, -1]] if is_straight(points, SAME_PX) else points

    def _words(
        self,
        text: str,
        at: tuple[float, float],
        colour: str | None,
        size: float,
        families: Sequence[str],
        advance: int,
        angle: float,
    ) -> None:
        if not text.strip() or colour is None:
            return
        family = "mono" if MONO in families else "sans"
        self.letters.setdefault(family, set()).update(text)
        style = self._numbered(["w", colour, round(float(size), 2), family, advance])
        x, y = (round(float(place), DIGITS) for place in at)
        self._add(["t", style, x, y, round(float(angle), 1), text])

    def _outlined(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: Any, angle: float
    ) -> None:
        """A formula as shapes: its fonts are not in the page."""
        shape = TextPath((0, 0), s, prop=prop, usetex=False)
        turn = np.deg2rad(angle)
        cos, sin = np.cos(turn), np.sin(turn)
        points = np.asarray(shape.vertices) @ np.array([[cos, sin], [-sin, cos]])
        placed = points + np.array([x, self.height - y])
        filled = GraphicsContextBase()
        filled.copy_properties(gc)
        filled.set_linewidth(0)
        self.draw_path(filled, Path(placed, shape.codes), None, gc.get_rgb())

    def _discs(self, style: int, path: Path, transform: Any) -> bool:
        """List a path as discs, if that is what it is."""
        if path is CIRCLE:
            return self._disc(style, transform)
        if path.codes is None:
            return False
        codes = np.asarray(path.codes)
        count, rest = divmod(len(codes), len(DISC))
        if not count or rest or not (codes.reshape(count, -1) == DISC).all():
            return False
        vertices = path.vertices if transform is None else transform.transform(path.vertices)
        each = np.asarray(vertices).reshape(count, len(DISC), 2)[:, :-1]  # without the closing one
        low, high = each.min(axis=1), each.max(axis=1)
        radii, centres = (high - low) / 2, (high + low) / 2
        if np.ptp(radii) > 1e-6 * max(1.0, float(radii.max())) or not np.isfinite(centres).all():
            return False
        centres[:, 1] = self.height - centres[:, 1]
        radius = round(float(radii.max()), FINE_DIGITS)
        if count == 1:
            self._add(["o", style, *_rounded(centres, FINE_DIGITS), radius])
        else:
            self._add(["O", style, radius, _rounded(centres, DIGITS)])
        return True

    def _disc(self, style: int, transform: Any) -> bool:
        """List a disc that is scaled and moved; false if it is no longer round."""
        (a, c, e), (b, d, f), _ = transform.get_matrix().tolist()
        if b or c or a != d:
            return False
        x, y = round(e, FINE_DIGITS), round(self.height - f, FINE_DIGITS)
        self._add(["o", style, x, y, round(a, FINE_DIGITS)])
        return True

    def _shape(self, gc: GraphicsContextBase, face: Any) -> int | None:
        """The number of the style of a shape; None if nothing of it can be seen."""
        width = float(gc.get_linewidth())
        stroke = _colour(gc.get_rgb()) if width > 0 else None
        fill = None
        if face is not None:
            opacity = face[3] if len(face) > 3 else 1.0
            fill = _colour((*face[:3], gc.get_alpha() if gc.get_forced_alpha() else opacity))
        if stroke is None and fill is None:
            return None
        offset, dashes = gc.get_dashes()
        on_off = [] if dashes is None else np.round(np.asarray(dashes, float), 2).tolist()
        offset = round(float(offset or 0), 2) if on_off else 0
        cap = {"projecting": "square"}.get(str(gc.get_capstyle()), str(gc.get_capstyle()))
        clip = _corners(gc, self.height)
        return self._numbered(["s", stroke, round(width, 2), cap, on_off, offset, fill, clip])

    def _numbered(self, style: list[Any]) -> int:
        key = repr(style)
        if key not in self._style_numbers:
            self._style_numbers[key] = len(self.styles)
            self.styles.append(style)
        return self._style_numbers[key]

    def _add(self, op: Op) -> None:
        key = repr(op)
        if key not in self._op_numbers:
            self._op_numbers[key] = len(self.ops)
            self.ops.append(op)
        self._list.append(self._op_numbers[key])


def _hexadecimal(colours: npt.NDArray[Any]) -> list[str]:
    """Rows of RGB in 0 … 255 as `#rrggbb`."""
    return ["#" + bytes(row[:3]).hex() for row in np.asarray(colours, np.uint8)]


def _corners(gc: GraphicsContextBase, height: float) -> list[float] | None:
    """Left, top, right and bottom of the rectangle outside which nothing is drawn."""
    box = gc.get_clip_rectangle()
    if box is None:
        return None
    left, bottom, right, top = (float(side) for side in box.extents)
    return [round(side, DIGITS) for side in (left, height - top, right, height - bottom)]


def _colour(rgba: Sequence[float]) -> str | None:
    """`#rrggbb`, with the opacity where it is not whole; None where nothing can be seen."""
    return _written(tuple(rgba))


@lru_cache(maxsize=1024)
def _written(rgba: tuple[float, ...]) -> str | None:
    parts = [min(255, max(0, round(255 * float(part)))) for part in (*rgba, 1.0)[:4]]
    if parts[3] == 0:
        return None
    return "#" + "".join(f"{part:02x}" for part in (parts if parts[3] < 255 else parts[:3]))


def _rounded(points: Any, digits: int) -> list[float]:
    """The coordinates one after another; whole numbers without a point."""
    flat = np.round(np.asarray(points, float), digits).ravel().tolist()
    return [int(value) if value == int(value) else value for value in flat]


def _fewer_of_each(letters: str, points: Array) -> tuple[str, Array]:
    """The same for an outline of several straight-sided parts."""
    codes, parts, at = [], [], 0
    for part in re.findall("ML*Z?", letters):
        count = len(part.rstrip(CLOSED))
        fewer = simplified(points[at : at + count], SAME_PX)
        codes.append("M" + "L" * (len(fewer) - 1) + part[count:])
        parts.append(fewer)
        at += count
    return "".join(codes), np.concatenate(parts)


def _outline(path: Path, points: Array) -> tuple[str, Array]:
    """A letter for each vertex of (N, 2), and the vertices that are drawn.

    A stroke is interrupted where a vertex is nan.
    """
    if path.codes is None:
        letters = "M" + "L" * (len(points) - 1) if len(points) else ""
    else:
        letters = "".join(LETTERS.get(code, CLOSED) for code in np.asarray(path.codes).tolist())
    there = np.asarray(np.isfinite(points).all(axis=1))
    if not there.all():
        begins = there & ~np.append(False, there[:-1])
        letters = "".join(
            "M" if begun else letter
            for letter, begun, kept in zip(letters, begins, there, strict=True)
            if kept
        )
        points = points[there]
    closes = np.array([letter == CLOSED for letter in letters], bool)
    return letters, points[~closes]
