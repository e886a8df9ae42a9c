"""The weights of each layer as a small image, which changes as they are learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from render.cells import Cell
from render.draw.lister import Lister
from render.draw.panels.base import DrawnPanel, needed, of_network, of_one
from render.errors import RenderError
from render.numerals import significant
from render.phrases import phrase

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.config.theme import Theme
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.projected import LayerWeights
    from render.recording import Array, Pixels


Whole = npt.NDArray[np.signedinteger[Any]]
SHADES = 255  # of the scale, odd: the middle one is 0
TITLE_EM = 2.2  # of the row of the title, in tick heights
NAME_EM = 1.7  # of the name under an image
GAP_EM = 1.0  # between two images
SCALE_EM = 5.0  # the width of the scale beside the title, in tick heights
MAX_BLOCK_EM = 1.8  # of one weight
STRIP_EM = 0.9  # the height of a vector under its matrix
MAX_STRIPS = 2  # vectors under a matrix
LEAST_IMAGE_EM, LEAST_TILE_EM = 0.9, 5.0  # the height of an image, and the width of its tile
MIN_SIDE_PX = 6.0  # of an image
MOST_HELD = 0.995  # the share of the weights that the scale holds at least
ALL_HELD = 0.5  # of the largest weight: a scale that reaches so far holds all


@dataclass
class WeightsPanel(DrawnPanel):
    """The weights of each layer as a small image, which changes as they are learnt."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (12, 9)
    network: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_network(spec, "weights") or of_one(runs, "weights")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        projected = needed(context.recording.projected, "weights", "weights")
        if not projected.layers:
            raise RenderError("the weights panel: this run has no weights of layers")
        theme, em = layers.theme, layers.type.ticks
        self.limit, self.clipped = scale_of(layers_of(context))
        self.colours = diverging(theme)
        named = 0.0
        if not layers.type.bare:
            named = NAME_EM * em
            beneath = cell.inset(top=TITLE_EM * em)
            whole = grouped(projected.layers)
            few = drawn_of(beneath, whole, GAP_EM * em, named, em)
            self._titled(layers, cell, len(few), len(whole))
            cell = beneath
        groups = drawn_of(cell, grouped(projected.layers), GAP_EM * em, named, em)
        self.images: list[Image] = []
        for group, tile in zip(groups, tiles(cell, groups, GAP_EM * em, named, em), strict=True):
            top = tile.top
            for layer in group:
                strip = layer is not group[0]
                high = STRIP_EM * em if strip else tile.height - strips(group, named, em) - named
                image = Image(layer, Cell(tile.left, top - high, tile.width, high), em)
                self.images.append(image)
                layers.move(self._artist(layers, image))
                if not layers.type.bare:
                    words, size = self._name(layers, layer, tile.width)
                    y = image.bottom - 1.2 * em
                    layers.add(layers.words(tile.left, y, words, size=size, colour=theme.muted))
                top = image.bottom - named

    def _name(self, layers: Layers, layer: LayerWeights, room: float) -> tuple[str, float]:
        """The name of a layer with its shape, as long as there is room."""
        em, shape = layers.type.ticks, "×".join(map(str, layer.shape))
        full = phrase("{name}  {shape}", name=layer.name, shape=shape)
        if int(np.prod(layer.shape)) > layer.image[0].size:
            means = phrase("{name}  {shape}, means of blocks", name=layer.name, shape=shape)
            if layers.width(means, em) <= room:
                return means, em
        if layers.width(full, em) <= room:
            return full, em
        return layers.shrunk(layer.name, room, em, min(em, 12))

    def _titled(self, layers: Layers, cell: Cell, shown: int, count: int) -> None:
        """Write the title, with how many of the layers are shown, and the scale."""
        from render.draw.artists import PaintedArtist

        theme, em = layers.theme, layers.type.ticks
        y = cell.top - TITLE_EM * em + 0.75 * em
        words = [significant(value, 2) for value in (-self.limit, self.limit)]
        if self.clipped:
            words = [f"≤ {words[0]}", f"≥ {words[1]}"]
        wide = SCALE_EM * em
        ends = [layers.width(word, em) + 0.4 * em for word in words]
        left = cell.right - ends[1] - wide
        titles: tuple[str, ...] = (phrase("weights"),)
        if shown < count:
            titles = (
                phrase("weights of {shown} of {count} layers", shown=shown, count=count),
                *titles,
            )
        title = layers.fitting(titles, left - ends[0] - em - cell.left)
        layers.add(layers.words(cell.left, y, title))
        shades = np.linspace(0, SHADES - 1, max(int(wide), 2)).round().astype(int)
        high = np.zeros(max(round(0.7 * em), 2), int)
        place = round(left), round(y)
        layers.add(
            PaintedArtist(
                lambda renderer: blocks(
                    renderer, *place, shades[None], high, np.arange(len(shades)), self.colours
                ),
                2,
            )
        )
        small: dict[str, Any] = {"size": em, "colour": theme.muted}
        layers.add(
            layers.words(left - 0.4 * em, y, words[0], ha="right", **small),
            layers.words(left + wide + 0.4 * em, y, words[1], **small),
        )

    def _artist(self, layers: Layers, image: Image) -> Any:
        from render.draw.artists import PaintedArtist, Pen

        frame = Pen(layers.theme.grid[:7], max(1.0, round(layers.type.hair)), cap="butt")
        border = image.border()

        def paint(renderer: Any) -> None:
            place = image.left, image.bottom
            blocks(renderer, *place, image.shades, image.rows, image.columns, self.colours)
            frame.draw(renderer, border)

        return PaintedArtist(paint, 2)

    def update(self, state: FrameState) -> None:
        for image in self.images:
            image.show(state.first.row, self.limit)


class Image:
    """The picture of one layer at whole pixels in its tile."""

    def __init__(self, layer: LayerWeights, tile: Cell, em: float) -> None:
        """`em` is the height of ticks, which limits the size of one weight."""
        self.layer = layer
        high, wide = layer.image.shape[1:]
        block = max(min(tile.width / wide, tile.height / high, MAX_BLOCK_EM * em), 1e-3)
        width = round(min(max(wide * block, MIN_SIDE_PX), max(tile.width, 1)))
        height = round(min(max(high * block, MIN_SIDE_PX), max(tile.height, 1)))
        self.left, self.bottom = round(tile.left), round(tile.top - height)
        self.columns = np.arange(max(width, 1)) * wide // max(width, 1)
        self.rows = np.arange(max(height, 1)) * high // max(height, 1)
        self.shades = np.zeros((high, wide), int)

    def border(self) -> Array:
        """The line (5, 2) around it, in pixels."""
        left, bottom = self.left - 0.5, self.bottom - 0.5
        right, top = left + len(self.columns) + 1, bottom + len(self.rows) + 1
        return np.array(
            [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
        )

    def show(self, row: int, limit: float) -> None:
        """Bring it to a recorded row."""
        share = np.clip(np.nan_to_num(self.layer.image[row]) / limit, -1, 1)
        self.shades = np.rint((share + 1) / 2 * (SHADES - 1)).astype(int)


def blocks(
    renderer: Any,
    left: int,
    bottom: int,
    shades: Whole,
    rows: Whole,
    columns: Whole,
    colours: Pixels,
) -> None:
    """Draw shades (M, N) as blocks of pixels; a list has the shades.

    `rows` (height,) and `columns` (width,) are the shade's that each line of pixels shows.
    """
    from render.draw.artists import PLAIN

    if isinstance(renderer, Lister):
        box = left, bottom, len(columns), len(rows)
        renderer.blocks(box, shades.astype(np.uint8), colours)
        return
    large = colours[shades[rows][:, columns]]
    renderer.draw_image(PLAIN, left, bottom, np.ascontiguousarray(large[::-1]))


def layers_of(context: Context) -> list[LayerWeights]:
    """The layers of all runs that share a scale."""
    each = [run.recording.projected for run in context.scale]
    return [layer for projected in each if projected is not None for layer in projected.layers]


def scale_of(layers: Sequence[LayerWeights]) -> tuple[float, bool]:
    """The weight at which the scale ends, and whether there are larger ones.

    A few large weights must not make all others look like 0.
    """
    sizes = np.abs(np.concatenate([layer.image.ravel() for layer in layers]))
    sizes = sizes[np.isfinite(sizes)]
    largest = float(sizes.max(initial=0.0))
    limit = float(np.quantile(sizes, MOST_HELD)) if len(sizes) else 0.0
    if limit < ALL_HELD * largest:
        return (limit or largest or 1.0), limit > 0
    return largest or 1.0, False


def grouped(layers: Sequence[LayerWeights]) -> list[list[LayerWeights]]:
    """Each matrix with the vectors after it that belong to it: `0.weight` with `0.bias`."""
    groups: list[list[LayerWeights]] = []
    for layer in layers:
        prefix = layer.name.rpartition(".")[0]
        alone = len(layer.shape) > 1 or not groups or len(groups[-1]) > MAX_STRIPS
        if alone or groups[-1][0].name.rpartition(".")[0] != prefix:
            groups.append([layer])
        else:
            groups[-1].append(layer)
    return groups


def drawn_of(
    cell: Cell, groups: list[list[LayerWeights]], gap: float, named: float, em: float
) -> list[list[LayerWeights]]:
    """The groups for which there is room: without the vectors, then the first ones and the last."""
    matrices = [group[:1] for group in groups]
    fewer = (matrices[: n - 1] + matrices[-1:] for n in range(len(groups) - 1, 0, -1))
    for chosen in (groups, matrices, *fewer):
        if all(
            tile.height - strips(group, named, em) - named >= LEAST_IMAGE_EM * em
            and (tile.width >= LEAST_TILE_EM * em or not named)
            for group, tile in zip(chosen, tiles(cell, chosen, gap, named, em), strict=True)
        ):
            return chosen
    return matrices[:1]


def strips(group: Sequence[LayerWeights], named: float, em: float) -> float:
    """The height of a group's vectors under its matrix, in pixels."""
    return (len(group) - 1) * (STRIP_EM * em + named)


def diverging(theme: Theme) -> Pixels:
    """The colours (SHADES, 4) from the lowest weight to the highest: 0 is like the background."""
    from render.config.theme import rgb

    ends = np.array([rgb(theme.prediction), rgb(theme.mark), rgb(theme.parameter)], dtype=float)
    at = np.linspace(0, 2, SHADES)
    colours = np.full((SHADES, 4), 255, np.uint8)
    for i in range(3):
        colours[:, i] = np.rint(np.interp(at, [0, 1, 2], ends[:, i]))
    return colours


def tiles(
    cell: Cell, groups: Sequence[Sequence[LayerWeights]], gap: float, named: float, em: float
) -> list[Cell]:
    """A tile for each group, in the rows in which their images are largest; names are beneath."""
    best: list[Cell] = []
    most = -np.inf
    for across in range(1, len(groups) + 1):
        down = -(-len(groups) // across)
        wide = (cell.width - gap * (across - 1)) / across
        high = (cell.height - gap * (down - 1)) / down
        size = 0.0
        for group in groups:
            rows, columns = group[0].image.shape[1:]
            left = high - named - strips(group, named, em)
            size += float(np.log(max(min(wide / columns, left / rows, MAX_BLOCK_EM * em), 1e-9)))
        if size > most:
            most = size
            best = [
                Cell(
                    cell.left + (i % across) * (wide + gap),
                    cell.top - (i // across) * (high + gap) - high,
                    wide,
                    high,
                )
                for i in range(len(groups))
            ]
    return best
