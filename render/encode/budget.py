"""Frames in, a file of no more than so many bytes out, with as little given up as that takes.

The film is drawn once: its pictures are kept for as many tries as it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from render.encode.base import Clip, Encoder, Frame, Lowered
from render.encode.kept import Kept
from render.encode.lowering import Step, next_try, steps
from render.encode.moving import MovingFormat
from render.encode.resize import resizer
from render.errors import EncodeError

SAMPLES = 6  # as many as a palette is made from


class Budgeted(Encoder):
    """Makes the file as asked while the film is drawn, and smaller ones until one fits."""

    def __init__(
        self,
        path: Path,
        clip: Clip,
        first: Step,
        most_bytes: int,
        lowered: Callable[[Step], MovingFormat],
    ) -> None:
        self._path, self._most, self._format = path, most_bytes, lowered
        self._ladder = steps(first)
        self._resize = resizer(clip.size_px, first.size_px, clip.clear)
        sampled = [self._resize(pixels).copy() for pixels in clip.sample(SAMPLES)]
        self._seen = replace(clip, size_px=first.size_px, sample=lambda count: sampled)
        self._kept = Kept(path.parent)
        self._encoder = self._format(first).open(path, self._seen)

    def write(self, frame: Frame) -> None:
        pixels = self._resize(frame.rgba)
        self._encoder.write(replace(frame, rgba=pixels))
        self._kept.add(pixels)

    def close(self) -> None:
        try:
            self._encoder.close()
            self._fit()
            self._kept.close()
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        self._encoder.abort()
        self._kept.close()

    def _fit(self) -> None:
        """Leave the best file that fits. Raises EncodeError when there is none."""
        made, fitting = {0: self._bytes()}, b""
        while (i := next_try(self._ladder, made, self._most)) is not None:
            self._make(self._ladder[i])
            made[i] = self._bytes()
            if made[i] <= self._most:
                fitting = self._path.read_bytes()
        best = min((i for i, size in made.items() if size <= self._most), default=None)
        if best is None:
            raise EncodeError(self._too_large(min(made.values())))
        if best > 0:
            self._path.write_bytes(fitting)
            self._told(self._ladder[best])

    def _make(self, step: Step) -> None:
        """Make the file once more, from the pictures kept."""
        self._encoder = self._format(step).open(self._path, self._seen)
        for index, pixels in enumerate(self._kept):
            self._encoder.write(Frame(index, index / self._seen.fps, pixels))
        self._encoder.close()

    def _bytes(self) -> int:
        return self._path.stat().st_size

    def _told(self, step: Step) -> None:
        given_up = step.given_up(self._ladder[0])
        told = f"{given_up}, to fit into {_mb(self._most)}"
        self.lowered = Lowered(told, self._format(step).describe(self._seen))

    def _too_large(self, smallest: int) -> str:
        return (
            f"can't fit into max_mb, {_mb(self._most)}: the smallest,"
            f" {self._ladder[-1]}, has {_mb(smallest)}; make the film shorter or the budget larger"
        )


def _mb(count: int) -> str:
    """Bytes as millions of them."""
    return f"{count / 1e6:.2f} MB" if count >= 1e4 else f"{count / 1e6:.4f} MB"
