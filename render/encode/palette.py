"""One palette for a whole film: a few of its frames and the colours that must stay exact in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from render.recording import Pixels

Colours = npt.NDArray[np.float64]  # (n, 3) RGB, 0…255

BITS = 6  # a channel of the histogram; finer cells gain 0.1 dB and take twice as long
ROUNDS = 6  # of k-means; more gain less than 0.05 dB
CHUNK = 1 << 14  # colours compared with the palette at once: 16 MB


def palette(
    frames: Iterable[Pixels], exact: Sequence[tuple[int, int, int]], size: int
) -> npt.NDArray[np.uint8]:
    """At most `size` colours (n, 3), `exact` first, the others placed for the least error.

    Cells of the frames' histogram are split by median cut, then moved to the mean of the
    colours they stand for.
    """
    colours, counts = _histogram(frames)
    fixed = np.array(list(dict.fromkeys(exact))[:size], dtype=np.float64).reshape(-1, 3)
    found = np.concatenate([fixed, _cut(colours, counts, size - len(fixed))])
    for _ in range(ROUNDS):
        found[len(fixed) :] = _means(colours, counts, found)[len(fixed) :]
    whole: npt.NDArray[np.uint8] = np.rint(found).astype(np.uint8)
    return whole


def nearest(colours: Colours, among: Colours) -> npt.NDArray[np.intp]:
    """The index (n,) of the closest of `among` to each colour, the first of equals."""
    # |c − p|² without c²; float32 is exact for whole colours, which give halves below 2²³.
    points = among.astype(np.float32).T
    half = (points * points).sum(axis=0) / 2
    owner = np.empty(len(colours), dtype=np.intp)
    for start in range(0, len(colours), CHUNK):
        part = colours[start : start + CHUNK].astype(np.float32)
        owner[start : start + CHUNK] = (half - part @ points).argmin(axis=1)
    return owner


def _histogram(frames: Iterable[Pixels]) -> tuple[Colours, Colours]:
    """The mean colour (n, 3) and the number of pixels (n,) of each cell in use.

    A frame is counted as the one before it, but for the pixels that changed.
    """
    sums, frame_sums = (np.zeros((4, 1 << 3 * BITS)) for _ in range(2))
    last: npt.NDArray[np.uint32] | None = None
    for frame in frames:
        packed = np.ascontiguousarray(frame).view("<u4").reshape(-1)
        if last is None:
            _count(frame_sums, packed, 1)
        else:
            changed = packed != last
            _count(frame_sums, last[changed], -1)
            _count(frame_sums, packed[changed], 1)
        last = packed
        sums += frame_sums
    used = sums[0] > 0
    return (sums[1:, used] / sums[0, used]).T, sums[0, used]


def _count(sums: Colours, packed: npt.NDArray[np.uint32], sign: int) -> None:
    """Add pixels (n,) to their cells, or take them away: how many, red, green and blue."""
    channels = [(packed >> shift & 255).astype(np.intp) for shift in (0, 8, 16)]
    cell = sum(c >> 8 - BITS << BITS * i for c, i in zip(channels, (2, 1, 0), strict=True))
    for row, weights in zip(sums, (None, *channels), strict=True):
        row += sign * np.bincount(cell, weights, len(row))


def _cut(colours: Colours, counts: Colours, size: int) -> Colours:
    """Centres of at most `size` boxes: the one with the most error is cut across its mean."""
    boxes = [_Box(colours, counts)]
    while len(boxes) < size:
        worst = max(range(len(boxes)), key=lambda i: boxes[i].error)
        if boxes[worst].error <= 0:
            break
        boxes[worst : worst + 1] = boxes[worst].halves()
    return np.array([box.mean for box in boxes[:size]]).reshape(-1, 3)


class _Box:
    """Some of the histogram's cells, and how badly their mean stands for them."""

    def __init__(self, colours: Colours, counts: Colours) -> None:
        self.colours, self.counts = colours, counts
        self.mean = counts @ colours / counts.sum()
        errors = counts @ (colours - self.mean) ** 2  # (3,) along each channel
        self.axis = int(errors.argmax())
        self.error = float(errors[self.axis]) if len(counts) > 1 else 0.0

    def halves(self) -> tuple[_Box, _Box]:
        """The cells below and above the mean, along the channel that varies most."""
        low = self.colours[:, self.axis] <= self.mean[self.axis]
        return _Box(self.colours[low], self.counts[low]), _Box(
            self.colours[~low], self.counts[~low]
        )


def _means(colours: Colours, counts: Colours, found: Colours) -> Colours:
    """The mean of the colours that each entry stands for; entries nobody uses stay."""
    owner = nearest(colours, found)
    total = np.bincount(owner, counts, len(found))
    sums = [np.bincount(owner, counts * channel, len(found)) for channel in colours.T]
    used = total > 0
    means = found.copy()
    means[used] = (np.array(sums)[:, used] / total[used]).T
    return means


RGB = np.uint32(0xFFFFFF)


@dataclass(frozen=True)
class Recoloured:
    """Pixels of a frame that are not as in the one before."""

    where: npt.NDArray[np.intp]  # (n,) which, row by row
    packed: npt.NDArray[np.uint32]  # (n,) their colours, red in the lowest byte


class Indexing:
    """Turns each frame of a film into indices; a pixel whose colour stays keeps its index.

    `take` finds what changed, while the frame is there; `__call__` looks it up, in another
    thread if one likes.
    """

    def __init__(self, palette: npt.NDArray[np.uint8]) -> None:
        self._palette = palette.astype(np.float64)  # (n, 3), n ≤ 256
        # One slot for each colour there is, 0 where not asked for yet, else index + 1: 32 MB
        # of which only the pages of colours in use ever become real memory.
        self._known = np.zeros(1 << 24, dtype=np.uint16)
        self._shown: npt.NDArray[np.uint32] | None = None
        self._indices = np.zeros(0, dtype=np.uint8)

    def take(self, pixels: Pixels, _: object = None) -> Recoloured:
        """What is different from the last frame that was taken."""
        packed = pixels.view("<u4").reshape(-1)
        if self._shown is None:
            self._shown = packed.copy()
            return Recoloured(np.arange(len(packed)), self._shown & RGB)
        where = np.flatnonzero(packed != self._shown)
        found = packed[where]
        self._shown[where] = found
        return Recoloured(where, found & RGB)

    def __call__(self, changes: Recoloured) -> npt.NDArray[np.uint8]:
        """Indices (height · width,), overwritten by the next call."""
        if not len(self._indices):
            self._indices = np.zeros(len(changes.where), dtype=np.uint8)
        self._indices[changes.where] = self._look_up(changes.packed)
        return self._indices

    def _look_up(self, packed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
        found = self._known[packed]
        new = found == 0
        if new.any():
            asked = np.unique(packed[new])
            colours = np.stack([asked & 255, asked >> 8 & 255, asked >> 16], axis=1)
            self._known[asked] = nearest(colours.astype(np.float64), self._palette) + 1
            found = self._known[packed]
        return (found - 1).astype(np.uint8)
