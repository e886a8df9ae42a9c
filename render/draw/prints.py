"""What an earlier stage has drawn is copied where a new one would draw the same again.

A film with another learning rate has the same axes, words, contours and floor as the film before.
What an artist leaves on a canvas depends on two things alone: what it draws, and the pixels that
are there before. Where both are as they were, the pixels after it are as they were, too. So a
frame with prints is the frame without them, to the byte.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import RendererAgg

from render.cells import Cell

MAX_BYTES = 48_000_000  # a film of 1280×720 leaves about 5 MB
PLAIN = (str, bytes, int, bool, type(None))
Inputs = tuple[Any, ...]
Canvas = npt.NDArray[np.uint32]  # (height, width), a pixel in each number
Paint = Callable[[Any], None]


@dataclass(frozen=True)
class Print:
    """A rectangle of a canvas, before and after something was drawn there."""

    window: tuple[slice, slice]
    before: Canvas
    after: Canvas

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.before.nbytes + self.after.nbytes


class Prints:
    """The prints of the last stages of a process; the oldest go."""

    def __init__(self, limit_bytes: int = MAX_BYTES) -> None:
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Inputs, Print] = OrderedDict()
        self._size = 0
        self.copied = 0  # how often nothing had to be drawn, for tests

    def __len__(self) -> int:
        return len(self._kept)

    def draw(
        self, renderer: Any, inputs: Inputs | None, within: Callable[[], Cell], paint: Paint
    ) -> None:
        """Draw as `paint` does, or copy what it has left when it had the same inputs.

        `inputs` are all that it depends on, as `inputs_of` gives them, and `within` is a
        rectangle outside which it draws nothing. Other renderers than Agg are always painted on.
        """
        if inputs is None or not isinstance(renderer, RendererAgg):
            paint(renderer)
            return
        pixels: Canvas = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]
        key = (pixels.shape, renderer.dpi, *inputs)
        with self._lock:
            there = self._kept.get(key)
        if there is not None and np.array_equal(pixels[there.window], there.before):
            pixels[there.window] = there.after
            self.copied += 1
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
            return
        window = _window(within(), pixels.shape)
        before = pixels[window].copy()
        paint(renderer)
        self._keep(key, Print(window, before, pixels[window].copy()))

    def _keep(self, key: Inputs, one: Print) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._kept[key] = one
            self._size += one.size - (0 if old is None else old.size)
            while self._size > self._limit:
                _, gone = self._kept.popitem(last=False)
                self._size -= gone.size


class NoPrints(Prints):
    """Draws everything, and keeps nothing: for a stage that is the only one of its process."""

    def draw(
        self, renderer: Any, inputs: Inputs | None, within: Callable[[], Cell], paint: Paint
    ) -> None:
        paint(renderer)


NO_PRINTS = NoPrints()


def _window(cell: Cell, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The rows and columns of the canvas's array that hold a rectangle of pixels."""
    height, width = shape
    low, high = np.floor((cell.left, cell.bottom)), np.ceil((cell.right, cell.top))
    left, right = (int(np.clip(v, 0, width)) for v in (low[0], high[0]))
    bottom, top = (int(np.clip(v, 0, height)) for v in (low[1], high[1]))
    return slice(height - top, height - bottom), slice(left, right)


def inputs_of(*parts: object) -> Inputs | None:
    """Values as one that can be looked up: equal where all of them are, to the last bit.

    None where one of them is of a kind that can't be compared.
    """
    try:
        return tuple(map(_plain, parts))
    except TypeError:
        return None


def _plain(part: Any) -> Any:
    if isinstance(part, PLAIN):
        return type(part), part
    if isinstance(part, float):  # np.float64 as well; −0.0 is not 0.0, and nan is itself
        return float.hex(part)
    if isinstance(part, np.ma.MaskedArray):
        return "masked", _plain(np.ma.getdata(part)), _plain(np.ma.getmaskarray(part))
    if isinstance(part, np.ndarray):
        if part.dtype.hasobject:
            raise TypeError
        return part.dtype.str, part.shape, part.tobytes()
    if isinstance(part, np.generic):
        return part.dtype.str, part.tobytes()
    if isinstance(part, tuple | list):
        return type(part), *map(_plain, part)
    if isinstance(part, Mapping):
        return "mapping", *((_plain(key), _plain(value)) for key, value in part.items())
    if is_dataclass(part) and not isinstance(part, type):
        return type(part), *(_plain(getattr(part, one.name)) for one in fields(part))
    raise TypeError
