"""All picture files of a film at once: each frame that is drawn goes to every encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import xxhash

from render.encode.base import Encoder, FilmInfo, Frame, FrameFormat, Reduced
from render.recording import Pixels


class Encoders:
    """`with Encoders(info, files) as encoders:`, and within it `write` for each frame in order.

    At the end of the block every file is finished; if the block ends by an exception, or a
    file can't be finished, all encoders are stopped and no process is left behind.
    """

    def __init__(self, info: FilmInfo, files: Sequence[tuple[FrameFormat, Path]]) -> None:
        self._info, self._files = info, files
        self._encoders: list[Encoder] = []
        self._hash = xxhash.xxh3_128()
        self._count = 0

    def __enter__(self) -> Encoders:
        try:
            for format_, path in self._files:
                self._encoders.append(format_.open(path, self._info))
        except BaseException:
            self._abort()
            raise
        return self

    def write(self, pixels: Pixels) -> None:
        """Take the next frame. Raises EncodeError; the pixels may be overwritten afterwards."""
        frame = Frame(self._count, self._count / self._info.fps, pixels)
        self._hash.update(pixels.data)
        for encoder in self._encoders:
            encoder.write(frame)
        self._count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for encoder in self._encoders:
                    encoder.close()
        except BaseException:
            self._abort()
            raise
        if kind is not None:
            self._abort()

    @property
    def frames_hash(self) -> str:
        """xxh3-128 of all frames written so far, in order."""
        return self._hash.hexdigest()

    @property
    def reduced(self) -> Mapping[Path, Reduced]:
        """The files that had to be made with less than was asked for, once all are finished."""
        made = zip(self._encoders, self._files, strict=True)
        return {path: one.lowered for one, (_, path) in made if one.lowered is not None}

    def _abort(self) -> None:
        for encoder in self._encoders:
            encoder.abort()
