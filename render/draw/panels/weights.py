"""The weights of each layer as a small image, which changes as they are learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel, needed, of_network, of_one
from render.errors import RenderError
from render.numerals import significant
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.config.theme import Theme
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.projected import LayerWeights
    from render.recording import Array, Pixels


SHADES = 255  # of the scale, odd: the middle one is 0
TITLE_EM = 2.2  # of the row of the title, in tick heights
NAME_EM = 1.7  # of the name under an image
GAP_EM = 1.0  # between two images
SCALE_EM = 5.0  # the width of the scale beside the title, in tick heights
MAX_BLOCK_EM = 1.8  # of one weight
MIN_SIDE_PX = 6.0  # of an image


@dataclass
class WeightsPanel(DrawnPanel):
    """The weights of each layer as a small image, which changes as they are learnt."""

    room_em: ClassVar[tuple[float, float]] = (12, 9)
    network: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_network(spec, "weights") or of_one(runs, "weights")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        projected = needed(context.recording.projected, "weights", "weights")
        if not projected.layers:
            raise RenderError("the weights panel: this run has no weights of layers")
        theme, em = layers.theme, layers.type.ticks
        own = projected.layers
        scale = layers_of(context)
        self.limit = max(float(np.abs(finite(layer.image)).max(initial=0.0)) for layer in scale)
        self.limit = self.limit or 1.0
        self.colours = diverging(theme)
        if not layers.type.bare:
            cell = self._titled(layers, cell)
        named = 0.0 if layers.type.bare else NAME_EM * em
        self.images = [
            Image(layer, tile.inset(bottom=named), MAX_BLOCK_EM * em)
            for layer, tile in zip(own, tiles(cell, own, GAP_EM * em, named), strict=True)
        ]
        for image in self.images:
            layers.move(self._artist(layers, image))
            if not layers.type.bare:
                tile = image.tile
                words, size = self._name(layers, image.layer, tile.width)
                layers.add(
                    layers.words(
                        tile.left, image.bottom - 1.2 * em, words, size=size, colour=theme.muted
                    )
                )

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

    def _titled(self, layers: Layers, cell: Cell) -> Cell:
        """Write the title and the scale; returns the cell beneath."""
        from render.draw.artists import Raster

        theme, em = layers.theme, layers.type.ticks
        y = cell.top - TITLE_EM * em + 0.75 * em
        words = [significant(value, 2) for value in (-self.limit, self.limit)]
        wide = SCALE_EM * em
        ends = [layers.width(word, em) + 0.4 * em for word in words]
        left = cell.right - ends[1] - wide
        title = layers.fitting((phrase("weights"),), left - ends[0] - em - cell.left)
        layers.add(layers.words(cell.left, y, title))
        bar = self.colours[np.linspace(0, SHADES - 1, max(int(wide), 2)).round().astype(int)]
        pixels = np.repeat(bar[None], max(round(0.7 * em), 2), axis=0)
        layers.add(Raster(np.ascontiguousarray(pixels), left, y, zorder=2))
        small: dict[str, Any] = {"size": em, "colour": theme.muted}
        layers.add(
            layers.words(left - 0.4 * em, y, words[0], ha="right", **small),
            layers.words(left + wide + 0.4 * em, y, words[1], **small),
        )
        return cell.inset(top=TITLE_EM * em)

    def _artist(self, layers: Layers, image: Image) -> Any:
        from render.draw.artists import PaintedArtist, Pen

        frame = Pen(layers.theme.grid[:7], max(1.0, round(layers.type.hair)), cap="butt")
        border = image.border()

        def paint(renderer: Any) -> None:
            gc = renderer.new_gc()
            renderer.draw_image(gc, image.left, image.bottom, image.pixels)
            gc.restore()
            frame.draw(renderer, border)

        return PaintedArtist(paint, 2)

    def update(self, state: FrameState) -> None:
        for image in self.images:
            image.show(state.first.row, self.limit, self.colours)


class Image:
    """The picture of one layer at whole pixels in its tile."""

    def __init__(self, layer: LayerWeights, tile: Cell, most: float) -> None:
        self.layer, self.tile = layer, tile
        high, wide = layer.image.shape[1:]
        block = max(min(tile.width / wide, tile.height / high, most), 1e-3)
        width = round(min(max(wide * block, MIN_SIDE_PX), max(tile.width, 1)))
        height = round(min(max(high * block, MIN_SIDE_PX), max(tile.height, 1)))
        self.left, self.bottom = round(tile.left), round(tile.top - height)
        self.columns = np.arange(max(width, 1)) * wide // max(width, 1)
        self.rows = np.arange(max(height, 1)) * high // max(height, 1)
        self.shown = -1
        self.pixels: Pixels = np.zeros((len(self.rows), len(self.columns), 4), np.uint8)

    def border(self) -> Array:
        """The line (5, 2) around it, in pixels."""
        left, bottom = self.left - 0.5, self.bottom - 0.5
        right, top = left + len(self.columns) + 1, bottom + len(self.rows) + 1
        return np.array(
            [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
        )

    def show(self, row: int, limit: float, colours: Pixels) -> None:
        """Bring it to a recorded row."""
        if row == self.shown:
            return
        self.shown = row
        share = np.clip(np.nan_to_num(self.layer.image[row]) / limit, -1, 1)
        shade = np.rint((share + 1) / 2 * (SHADES - 1)).astype(int)
        large = colours[shade][self.rows][:, self.columns]
        self.pixels = np.ascontiguousarray(large[::-1])  # Agg's images are from the bottom up


def layers_of(context: Context) -> list[LayerWeights]:
    """The layers of all runs that share a scale."""
    each = [run.recording.projected for run in context.scale]
    return [layer for projected in each if projected is not None for layer in projected.layers]


def finite(values: Array) -> Array:
    """Those of the values that are numbers (M,)."""
    return values[np.isfinite(values)]


def diverging(theme: Theme) -> Pixels:
    """The colours (SHADES, 4) from the lowest weight to the highest: 0 is like the background."""
    from render.config.theme import rgb

    ends = np.array([rgb(theme.prediction), rgb(theme.mark), rgb(theme.parameter)], dtype=float)
    at = np.linspace(0, 2, SHADES)
    colours = np.full((SHADES, 4), 255, np.uint8)
    for i in range(3):
        colours[:, i] = np.rint(np.interp(at, [0, 1, 2], ends[:, i]))
    return colours


def tiles(cell: Cell, layers: Sequence[LayerWeights], gap: float, named: float) -> list[Cell]:
    """A tile for each layer, in the rows in which their images are largest; names are beneath."""
    from render.cells import Cell

    best: list[Cell] = []
    most = -1.0
    for across in range(1, len(layers) + 1):
        down = -(-len(layers) // across)
        wide = (cell.width - gap * (across - 1)) / across
        high = (cell.height - gap * (down - 1)) / down
        if wide < 1 or high - named < 1:
            continue
        size = sum(
            np.log(min(wide / layer.image.shape[2], (high - named) / layer.image.shape[1]))
            for layer in layers
        )
        if not best or size > most:
            most = float(size)
            best = [
                Cell(
                    cell.left + (i % across) * (wide + gap),
                    cell.top - (i // across) * (high + gap) - high,
                    wide,
                    high,
                )
                for i in range(len(layers))
            ]
    return best or [cell] * len(layers)
