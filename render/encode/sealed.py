"""Frames in, a file that ffmpeg makes out, with what ffmpeg can't write put into it at the end."""

from __future__ import annotations

from collections.abc import Callable, Container
from pathlib import Path

from render.encode.base import Clip
from render.encode.conveyor import copied
from render.encode.ffmpeg import Ffmpeg
from render.encode.piped import Pack, Piped, Take
from render.errors import EncodeError


class Sealed(Piped):
    """Rewrites the finished file; what comes of it is as large as a film for a page."""

    def __init__(
        self,
        process: Ffmpeg,
        path: Path,
        clip: Clip,
        pack: Pack,
        wanted: Container[int],
        seal: Callable[[bytes], bytes],
        take: Take = copied,
    ) -> None:
        super().__init__(process, path, clip, pack, wanted, take)
        self._file, self._seal = path, seal

    def close(self) -> None:
        super().close()
        try:
            self._file.write_bytes(self._seal(self._file.read_bytes()))
        except OSError as error:
            raise EncodeError(f"can't finish the file: {error.strerror or error}") from error
