"""The sizes of a frame's words and strokes, and the cell of each panel in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from render.recording import Array
from render.scene import EMPTY, Scene, letters_of, tiled, without

MIN_WORDS_PX = (480, 200)  # pixels: narrower and lower frames have no text
MIN_PX = 12  # of a text
SMALL_PX = (480, 270)  # pixels: narrower and lower frames may have only one essential panel
LEAST = 0.75  # of what a plot needs: in less it is drawn without words


@dataclass(frozen=True)
class Type:
    """Font sizes and stroke widths in pixels, in proportion to the frame.

    Text is 24 px at 1080p and never under 12; coloured strokes never under 3 px, because
    4:2:0 video washes out thinner ones.
    """

    text: float
    ticks: float
    title: float
    epoch: float
    stroke: float
    hair: float
    dot: float  # radius
    thin: float  # dashed and other secondary strokes
    dash: tuple[float, float]  # on, off
    bare: bool  # whether the frame, or a panel's cell, is too small for text

    @classmethod
    def of(cls, size_px: tuple[int, int], words: float = 1.0, strokes: float = 1.0) -> Type:
        """The sizes for a frame of this many pixels, with a theme's factors."""
        scale = min(min(size_px) / 1080, max(size_px) / 1920)
        stroke, text = scale * strokes, scale * words
        return cls(
            text=max(MIN_PX, 24 * text),
            ticks=max(MIN_PX, 20 * text),
            title=max(14, 42 * text),
            epoch=max(MIN_PX, 34 * text),
            stroke=max(3, 5 * stroke),
            hair=max(1, 1.5 * stroke),
            dot=max(5 if max(size_px) >= MIN_WORDS_PX[0] else 3.5, 12 * stroke),
            thin=max(1.5, 2.25 * stroke),
            dash=(max(4, 8.5 * stroke), max(3.5, 7 * stroke)),
            bare=size_px[0] < MIN_WORDS_PX[0] or size_px[1] < MIN_WORDS_PX[1],
        )


@dataclass(frozen=True)
class Cell:
    """A rectangle in pixels from the frame's lower left corner, y upwards."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def top(self) -> float:
        return self.bottom + self.height

    def holds(self, at: Array) -> bool:
        """Whether a pixel (2,) is inside."""
        return bool(self.left <= at[0] <= self.right and self.bottom <= at[1] <= self.top)

    def inset(self, left: float = 0, bottom: float = 0, right: float = 0, top: float = 0) -> Cell:
        """The cell without a border."""
        width, height = self.width - left - right, self.height - bottom - top
        return Cell(self.left + left, self.bottom + bottom, width, height)


SIDE_BY_SIDE_FROM = 1.3  # width / height of a cell whose halves are beside one another


def halves(cell: Cell, gap: float) -> tuple[Cell, Cell]:
    """The cell in two halves: beside one another, or above one another if it is tall."""
    if cell.width >= SIDE_BY_SIDE_FROM * cell.height:
        wide = (cell.width - gap) / 2
        left = Cell(cell.left, cell.bottom, wide, cell.height)
        return left, Cell(cell.right - wide, cell.bottom, wide, cell.height)
    high = (cell.height - gap) / 2
    above = Cell(cell.left, cell.top - high, cell.width, high)
    return above, Cell(cell.left, cell.bottom, cell.width, high)


@dataclass(frozen=True)
class Room:
    """The smallest cell of a panel in pixels.

    A row of fixed panels has exactly their height. A row of panels that have a `most` is no
    higher than the largest of them while other rows can use what is left. In less than the share
    `legible` of the width a plot is drawn without words.
    """

    width: float
    height: float
    fixed: bool = False
    most: float | None = None
    legible: float = LEAST


@dataclass(frozen=True)
class Needs:
    """What a panel needs of its cell, and how long it stays while frames get smaller."""

    room: Callable[[float], Room]  # in a cell of that width in pixels
    stays: int = 0  # 1: longer than other panels, as captions; 2: always, as title and labels
    words: bool = False  # whether it is nothing without words


@dataclass(frozen=True)
class Arrangement:
    """The cell of each panel in a frame, and the panels that are drawn without words."""

    cells: Mapping[str, Cell]
    bare: frozenset[str] = frozenset()

    def cramped(self, needs: Mapping[str, Needs], share: float = 1.0) -> Iterator[str]:
        """The panels whose cells are smaller than that share of what they need."""
        for letter, cell in self.cells.items():
            if _fits(cell, needs[letter]) < share:
                yield letter


MARGIN_EM, GAP_EM = 2.8, 1.2  # around all cells and between them, in text heights
TIGHT_GAP_EM = 0.5  # between them where there is little room
MAX_FIXED = 0.9  # of the height: for rows with a height of their own
LEAST_BARE = 0.3  # of that: with less the captions are left out
BARE_PX = (64.0, 40.0)  # of a panel without words; with less only one essential panel is drawn


def arrange(
    scene: Scene, needs: Mapping[str, Needs], type_: Type, size_px: tuple[int, int]
) -> Arrangement:
    """The cell of each panel that this frame has.

    It has the richest mosaic of the scene whose panels all have the room they need. If none
    has, panels are left out, the last ones first, the captions after all others; the essential
    ones, the title and the labels stay. Where even these lack room they are closer to one
    another, and plots are drawn without words. A frame too small for words has plots alone.
    """
    family = scene.family(size_px)
    essential = tuple(x for x in scene.essentials(family) if needs[x].stays < 2)
    inner, gap = _inside(type_, size_px)
    place = partial(_place, needs=needs, inner=inner, gap=gap, gap_below=gap)
    if type_.bare:
        return _wordless(scene, family, essential, needs, place)
    if not scene.essential:  # its author has said with the mosaics what goes
        needed: set[str] = set()
        kept = {x for x in letters_of(family[-1]) if needs[x].stays == 2}
    else:
        kept = {x for x in letters_of(family[0]) if needs[x].stays == 2}
        needed = kept | set(essential)
    close = partial(place, gap_below=TIGHT_GAP_EM * type_.text)
    captions = {x for x in needs if needs[x].stays == 1}
    closest = partial(_closest, family, kept, essential, needs, close)
    for mosaic, tight in _smaller(family, needed, needs):
        chosen = (close if tight else place)(mosaic)
        if not any(chosen.cramped(needs)):
            spoken = chosen if captions <= {*chosen.cells} or not needed else closest()
            enough = captions <= {*spoken.cells} and _fit(spoken, needs) >= LEAST
            return spoken if enough else chosen  # words before the last pixels of a plot
    chosen = closest()
    small = size_px[0] < SMALL_PX[0] or size_px[1] < SMALL_PX[1]
    if small and _fit(chosen, needs) < LEAST:
        chosen = _closest(family, kept, scene.first(essential), needs, close)
    plots = {x for x in chosen.cramped(needs, LEAST) if not needs[x].words}
    return replace(chosen, bare=frozenset(plots))


def no_room(
    scene: Scene, needs: Mapping[str, Needs], type_: Type, size_px: tuple[int, int]
) -> tuple[str, str] | None:
    """The essential panel that has least room in this frame, and the room it needs.

    None if all of them have room, or the frame is too small for words, which shows what it can.
    """
    if type_.bare:
        return None
    family = scene.family(size_px)
    essential = tuple(x for x in scene.essentials(family) if needs[x].stays < 2)
    inner, gap = _inside(type_, size_px)
    place = partial(_place, needs=needs, inner=inner, gap=gap, gap_below=gap)
    mosaics = [mosaic for mosaic in family if {*essential} <= {*letters_of(mosaic)}] or family
    chosen = max(map(place, mosaics), key=partial(_fit, needs=needs))
    worst = min(chosen.cells, key=lambda x: _fits(chosen.cells[x], needs[x]))
    cell = chosen.cells[worst]
    words = needs[worst].words
    if _fits(cell, needs[worst]) >= (1.0 if words else LEAST):
        return None
    room = needs[worst].room(cell.width)
    wide, high = (1.0, 1.0) if words else (room.legible, LEAST)
    needed = f"{wide * room.width:.0f}×{high * room.height:.0f}"
    return worst, f"it needs {needed} px and has {cell.width:.0f}×{max(cell.height, 0):.0f}"


def _inside(type_: Type, size_px: tuple[int, int]) -> tuple[Cell, float]:
    """The frame without its margins, and the gap between two cells."""
    width, height = size_px
    margin, gap = MARGIN_EM * type_.text, GAP_EM * type_.text
    if type_.bare:
        small = min(width, 4 * height)
        margin, gap = 0.04 * small, 0.03 * small
    return Cell(0, 0, width, height).inset(margin, 0.8 * margin, margin, 0.6 * margin), gap


def _smaller(
    family: Sequence[str], needed: set[str], needs: Mapping[str, Needs]
) -> Iterator[tuple[str, bool]]:
    """Ever smaller mosaics with the `needed` panels, and whether the panels are close together.

    First the scene's own, then the richest of them with ever fewer panels; those with captions
    before those without.
    """
    whole = [mosaic for mosaic in family if needed <= {*letters_of(mosaic)}]
    if not needed:
        yield from ((mosaic, False) for mosaic in whole)
        return
    captions = {x for x in needs if needs[x].stays == 1} - needed
    plain = [mosaic for mosaic in whole if not captions & {*letters_of(mosaic)}]
    mosaic = whole[0] if whole else family[0]
    if mosaic not in plain:
        yield from ((one, False) for one in whole if one not in plain)
        for letter in reversed(letters_of(mosaic)):
            if letter not in needed | captions:
                mosaic = without(mosaic, letter)
                yield mosaic, False
        yield mosaic, True
        mosaic = plain[0] if plain else whole[0] if whole else family[0]
    yield from ((one, False) for one in plain)
    for letter in reversed(letters_of(mosaic)):
        if letter not in needed:
            mosaic = without(mosaic, letter)
            yield mosaic, False


def _closest(
    family: Sequence[str],
    kept: set[str],
    essential: Sequence[str],
    needs: Mapping[str, Needs],
    place: Callable[[str], Arrangement],
) -> Arrangement:
    """The mosaic of the essential panels alone in which the most cramped one has most room.

    The scene's own order of the panels comes before another one, and captions stay, while that
    leaves the panels enough.
    """
    needed = kept | set(essential)
    tries: list[dict[str, None]] = [{}, {}, {}, {}]  # captions, in another order, none, likewise
    for mosaic in [m for m in family if needed <= {*letters_of(m)}] or family[:1]:
        plain, others = mosaic, [x for x in letters_of(mosaic) if x not in needed]
        captions = [x for x in others if needs[x].stays == 1]
        for letter in others:
            plain = plain if letter in captions else without(plain, letter)
        if captions:
            tries[0][plain] = None
            tries[1] |= dict.fromkeys(_retiled(plain, essential, needs))
        for letter in captions:
            plain = without(plain, letter)
        tries[2][plain] = None
        tries[3] |= dict.fromkeys(_retiled(plain, essential, needs))
    fit = partial(_fit, needs=needs)
    best = [max(map(place, mosaics), key=fit) for mosaics in tries if mosaics]
    for chosen in best:
        if fit(chosen) >= LEAST:
            return chosen
    captioned = [max(map(place, mosaics), key=fit) for mosaics in tries[:2] if mosaics]
    if captioned and fit(max(captioned, key=fit)) >= LEAST_BARE:
        return max(captioned, key=fit)
    return max(best, key=fit)


def _retiled(mosaic: str, essential: Sequence[str], needs: Mapping[str, Needs]) -> Iterator[str]:
    """The essential panels in rows of any length, under and over the rows of the others.

    None where others are beside them, as the labels of a grid are.
    """
    rows = mosaic.split()
    first = next((i for i, row in enumerate(rows) if {*row} & {*essential}), 0)
    above = [row[0] for row in rows[:first] if len({*row}) == 1 and row[0] != EMPTY]
    others = {EMPTY, *essential}
    below = [row[0] for row in rows[first:] if len({*row}) == 1 and row[0] not in others]
    if {*letters_of(mosaic)} - {*above, *below, *essential}:
        return
    for across in range(1, len(essential) + 1):
        body = tiled(essential, across)
        yield " ".join([*(x * across for x in above), body, *(x * across for x in below)])
    for name in (x for x in below if needs[x].stays == 2):
        beside, rest = [x + name for x in essential], [x * 2 for x in below if x != name]
        yield " ".join([*(x * 2 for x in above), *beside, *rest])


def _wordless(
    scene: Scene,
    family: Sequence[str],
    essential: Sequence[str],
    needs: Mapping[str, Needs],
    place: Callable[[str], Arrangement],
) -> Arrangement:
    """The panels of a frame without words: the scene's smallest mosaic if all of it can be seen."""
    smallest = family[-1]
    for letter in letters_of(smallest):
        if needs[letter].stays:
            smallest = without(smallest, letter) or smallest
    shown = {*letters_of(smallest)}
    own = place(smallest)
    if shown & {*essential} and _seen(own) >= 1 and not any(needs[x].words for x in shown):
        return own
    plots = [x for x in essential if not needs[x].words] or [*essential]
    best = own
    for letters in (plots, scene.first(plots)):
        each = [place(tiled(letters, across)) for across in range(1, len(letters) + 1)]
        best = max(each, key=_seen)
        if _seen(best) >= 1:
            break
    return best


def _fits(cell: Cell, needs: Needs) -> float:
    """How much of the room that a panel needs its cell has, at most 1; a pixel is forgiven.

    LEAST is as much as it needs for its words.
    """
    room = needs.room(cell.width)
    wide, high = (cell.width + 1) / max(room.width, 1), (cell.height + 1) / max(room.height, 1)
    wide = float(np.interp(wide, (0.0, room.legible, 1.0), (0.0, LEAST, 1.0)))
    return min(1.0, wide, high)


def _fit(arrangement: Arrangement, needs: Mapping[str, Needs]) -> float:
    """The least that a panel has of the room it needs; words have all of it, or it is negative."""
    fits = {x: _fits(cell, needs[x]) for x, cell in arrangement.cells.items()}
    crushed = any(share < 0.98 for x, share in fits.items() if needs[x].words)
    return min(fits.values()) - crushed


def _seen(arrangement: Arrangement) -> float:
    """The least that a panel without words has of the size in which it can be seen."""
    width, height = BARE_PX
    return min(min(cell.width / width, cell.height / height) for cell in arrangement.cells.values())


def _place(
    mosaic: str, *, needs: Mapping[str, Needs], inner: Cell, gap: float, gap_below: float
) -> Arrangement:
    """Rows of fixed panels get their height, the others share the rest; columns are equal."""
    rows = mosaic.split()
    pitch = (inner.width + gap) / len(rows[0])
    across = {x: (row.index(x), row.rindex(x)) for row in rows for x in row if x != EMPTY}
    widths = {x: max(round((b - a + 1) * pitch - gap), 1) for x, (a, b) in across.items()}
    rooms = {x: needs[x].room(width) for x, width in widths.items()}
    heights = _heights(rows, rooms, inner.height - gap_below * (len(rows) - 1))
    tops = [inner.top - sum(heights[:i]) - gap_below * i for i in range(len(rows))]
    cells = {}
    for letter, (first, _) in across.items():
        at = [i for i, row in enumerate(rows) if letter in row]
        bottom = tops[at[-1]] - heights[at[-1]]
        height = max(round(tops[at[0]] - bottom), 1)
        left = round(inner.left + first * pitch)
        cells[letter] = Cell(left, round(bottom), widths[letter], height)
    return Arrangement(cells)


def _heights(rows: Sequence[str], rooms: Mapping[str, Room], free: float) -> list[float]:
    """The height of each row, of which the fixed ones have their own."""
    heights: dict[int, float] = {}
    most: dict[int, float] = {}
    for i, row in enumerate(rows):
        row = row.replace(EMPTY, "")
        if row and all(rooms[x].fixed for x in row):
            heights[i] = max(rooms[x].height for x in row)
            continue
        limits = [rooms[x].most for x in row if sum(x in other for other in rows) == 1]
        if limits and len(limits) == len(row) and None not in limits:
            most[i] = max(limit for limit in limits if limit is not None)
    own = sum(heights.values())
    shrink = min(1.0, (free if len(heights) == len(rows) else MAX_FIXED * free) / max(own, 1))
    heights = {i: shrink * height for i, height in heights.items()}
    free -= sum(heights.values())
    left = [i for i in range(len(rows)) if i not in heights]
    while lower := [i for i in left if most.get(i, free) < free / len(left)]:
        if len(lower) == len(left):
            break
        heights |= {i: most[i] for i in lower}
        free -= sum(most[i] for i in lower)
        left = [i for i in left if i not in lower]
    heights |= {i: free / len(left) for i in left}
    return [heights[i] for i in range(len(rows))]
