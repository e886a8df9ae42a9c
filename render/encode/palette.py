"""Makes one palette for a film from some of its frames, and converts frames to its colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from render.recording import Pixels

Colours = npt.NDArray[np.float64]  # (n, 3) RGB, 0…255

BITS = 6  # of each channel in the histogram; finer cells gain 0.1 dB and take twice as long
ROUNDS = 6  # of k-means; more gain less than 0.05 dB
CHUNK = 1 << 9  # colours compared with the palette in one computation: they fit into the cache


def palette(
    frames: Iterable[Pixels], exact: Sequence[tuple[int, int, int]], size: int
) -> npt.NDArray[np.uint8]:
    """At most `size` colours (n, 3): first those of `exact`, then others for a small squared error.

    The cells of the histogram of the frames are divided by median cut; k-means then moves
    each colour to the mean of the pixels that are drawn in it.
    """
    colours, counts = _histogram(frames)
    fixed = np.array(list(dict.fromkeys(exact))[:size], dtype=np.float64).reshape(-1, 3)
    centres = np.concatenate([fixed, _cut(colours, counts, size - len(fixed))])
    for _ in range(ROUNDS):
        centres[len(fixed) :] = _means(colours, counts, centres)[len(fixed) :]
    whole: npt.NDArray[np.uint8] = np.rint(centres).astype(np.uint8)
    return whole


def nearest(colours: Colours, among: Colours) -> npt.NDArray[np.intp]:
    """The index (n,) of the nearest colour of `among` to each; the first of equally near ones."""
    # |c − p|² without c²; float32 is exact for whole colours, which give halves below 2²³. Not by
    # `@`: BLAS would start its threads, and each frame of a film would wait for them.
    points = among.astype(np.float32).T
    half = (points * points).sum(axis=0) / 2
    owner = np.empty(len(colours), dtype=np.intp)
    for start in range(0, len(colours), CHUNK):
        red, green, blue = colours[start : start + CHUNK].astype(np.float32).T[..., None]
        off = half - red * points[0]
        off -= green * points[1]
        off -= blue * points[2]
        owner[start : start + CHUNK] = off.argmin(axis=1)
    return owner


def _histogram(frames: Iterable[Pixels]) -> tuple[Colours, Colours]:
    """The mean colour (n, 3) and the number of pixels (n,) of each cell that has any.

    Of each frame after the first only the pixels that changed are counted again.
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
    """Add pixels (n,) to the sums of their cells, or subtract them: count, red, green, blue."""
    starts = _runs(packed)
    lengths, packed = np.diff(starts, append=len(packed)), packed[starts]
    channels = [(packed >> shift & 255).astype(np.intp) for shift in (0, 8, 16)]
    cell = sum(c >> 8 - BITS << BITS * i for c, i in zip(channels, (2, 1, 0), strict=True))
    for row, channel in zip(sums, (1, *channels), strict=True):
        row += sign * np.bincount(cell, lengths * channel, len(row))


def _runs(packed: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """Where in pixels (n,) another colour begins: one tenth of them in a drawing."""
    return np.flatnonzero(np.concatenate([packed[:1] == packed[:1], packed[1:] != packed[:-1]]))


def _cut(colours: Colours, counts: Colours, size: int) -> Colours:
    """The means of at most `size` boxes; the box with the largest error is divided at its mean."""
    boxes = [_Box(colours, counts)]
    errors = [boxes[0].error]
    while len(boxes) < size and max(errors) > 0:
        worst = errors.index(max(errors))
        halves = boxes[worst].halves()
        boxes[worst : worst + 1], errors[worst : worst + 1] = halves, [h.error for h in halves]
    return np.array([box.mean for box in boxes[:size]]).reshape(-1, 3)


class _Box:
    """Some cells of the histogram, and their squared error if all get the colour of their mean."""

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


def _means(colours: Colours, counts: Colours, centres: Colours) -> Colours:
    """The mean of the colours that are nearest to each centre; unused centres don't move."""
    owner = nearest(colours, centres)
    total = np.bincount(owner, counts, len(centres))
    sums = [np.bincount(owner, counts * channel, len(centres)) for channel in colours.T]
    used = total > 0
    means = centres.copy()
    means[used] = (np.array(sums)[:, used] / total[used]).T
    return means


RGB = np.uint32(0xFFFFFF)


@dataclass(frozen=True)
class ChangedPixels:
    """The pixels of a frame that differ from the frame before."""

    where: npt.NDArray[np.intp]  # (n,) their indices, row by row
    packed: npt.NDArray[np.uint32]  # (n,) their colours, red in the lowest byte


class IndexedFrames:
    """Converts each frame of a film to indices into a palette.

    `take` copies the changed pixels of a frame, `__call__` finds their indices. They may run in
    two threads. A pixel whose colour does not change keeps its index.
    """

    def __init__(self, palette: npt.NDArray[np.uint8]) -> None:
        self._palette = palette.astype(np.float64)  # (n, 3), n ≤ 256
        # For each of all colours its index + 1, or 0 if not looked up yet: 32 MB, of which the
        # system allocates only the pages with colours that occur.
        self._slots = np.zeros(1 << 24, dtype=np.uint16)
        self._last: npt.NDArray[np.uint32] | None = None
        self._indices = np.zeros(0, dtype=np.uint8)

    def take(self, pixels: Pixels, _: object = None) -> ChangedPixels:
        """The pixels of a frame that differ from the frame taken before."""
        packed = pixels.view("<u4").reshape(-1)
        if self._last is None:
            self._last = packed.copy()
            return ChangedPixels(np.arange(len(packed)), self._last & RGB)
        where = np.flatnonzero(packed != self._last)
        changed = packed[where]
        self._last[where] = changed
        return ChangedPixels(where, changed & RGB)

    def __call__(self, changes: ChangedPixels) -> npt.NDArray[np.uint8]:
        """Indices (height · width,), overwritten by the next call."""
        if not len(self._indices):
            self._indices = np.zeros(len(changes.where), dtype=np.uint8)
        self._indices[changes.where] = self._look_up(changes.packed)
        return self._indices

    def _look_up(self, packed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
        slots = self._slots[packed]
        new = slots == 0
        if new.any():
            found = packed[new]
            unknown = np.unique(found[_runs(found)])
            colours = np.stack([unknown & 255, unknown >> 8 & 255, unknown >> 16], axis=1)
            self._slots[unknown] = nearest(colours.astype(np.float64), self._palette) + 1
            slots = self._slots[packed]
        return (slots - 1).astype(np.uint8)
