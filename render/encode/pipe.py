"""The encoder of every format that ffmpeg writes: it passes frames through a pipe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from render.encode.base import FilmInfo
from render.encode.containers import Reader, check
from render.encode.ffmpeg import Ffmpeg
from render.encode.frame_queue import copied
from render.encode.queued import QueuedEncoder, Take
from render.errors import EncodeError
from render.recording import Pixels

Pack = Callable[[Any], Iterable[memoryview]]  # the bytes for ffmpeg, from what `take` returned


def raw(pixels: Pixels) -> Iterable[memoryview]:
    """The bytes of the pixels, unchanged."""
    yield pixels.data.cast("B")


class PipeEncoder(QueuedEncoder):
    """Passes frames to a running ffmpeg, and checks the file that it wrote."""

    def __init__(
        self,
        process: Ffmpeg,
        path: Path,
        film: FilmInfo,
        contents: Reader,
        pack: Pack = raw,
        picks: Collection[int] | None = None,
        take: Take = copied,
        size_px: tuple[int, int] | None = None,
    ) -> None:
        """`take` copies what is needed of a frame, `pack` turns that into bytes in another
        thread; `picks` are the frames to encode, all if None. `contents` reads the finished file,
        whose pictures are `size_px` large, or as large as the film if None."""
        self._process = process
        self._path = path
        self._contents, self._size_px = contents, size_px or film.size_px
        self._pack = pack
        super().__init__(film, range(film.frames) if picks is None else picks, take)

    def _work(self, taken: Any) -> None:
        for data in self._pack(taken):
            self._process.write(data)

    def _complete(self) -> None:
        self._process.close()
        if not self._path.is_file() or self._path.stat().st_size == 0:
            raise EncodeError("ffmpeg reported success but left no file")
        check(self._path, self._contents, self._size_px, len(self._picks))

    def abort(self) -> None:
        self._process.kill()  # first: the thread may be waiting for it
        super().abort()

    def _release(self) -> None:
        self._process.release()


class RewritingEncoder(PipeEncoder):
    """Changes the finished file with `rewrite`, which gets all of its bytes in memory."""

    def __init__(
        self,
        process: Ffmpeg,
        path: Path,
        film: FilmInfo,
        contents: Reader,
        pack: Pack,
        picks: Collection[int],
        size_px: tuple[int, int],
        rewrite: Callable[[bytes], bytes],
        take: Take = copied,
    ) -> None:
        super().__init__(process, path, film, contents, pack, picks, take, size_px)
        self._rewrite = rewrite

    def _complete(self) -> None:
        super()._complete()
        try:
            self._path.write_bytes(self._rewrite(self._path.read_bytes()))
        except OSError as error:
            raise EncodeError(f"can't finish the file: {error.strerror or error}") from error
