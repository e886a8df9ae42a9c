"""The poster, a still for pages and thumbnails: frames in, the last of them out as .png."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from render.encode.base import Clip, Encoder, Frame, FrameFormat, Pixels
from render.errors import EncodeError


@dataclass(frozen=True)
class Png(FrameFormat):
    """The film's last frame as a still picture."""

    suffix: ClassVar[str] = ".png"
    alpha: ClassVar[bool] = True

    def open(self, path: Path, clip: Clip) -> Encoder:
        return _Poster(path, clip)

    def describe(self, clip: Clip) -> dict[str, Any]:
        return {"size": list(clip.size_px), "frames": 1}


def save(path: Path, pixels: Pixels) -> None:
    """Write one picture, with an alpha channel if any of it is transparent. Raises EncodeError.

    Both the canvas and the file hold straight alpha: colours are not multiplied by it.
    """
    import imageio.v3 as iio

    opaque = bool((pixels[..., 3] == 255).all())
    shown = pixels[..., :3] if opaque else pixels
    try:
        # Through memory: imageio reports a full disk and a missing folder in its own way.
        data = iio.imwrite("<bytes>", shown, plugin="pillow", extension=".png")
        path.write_bytes(data)
    except OSError as error:
        raise EncodeError(f"can't write the poster: {error.strerror or error}") from error


class _Poster(Encoder):
    """Keeps the film's last frame and writes it at the end."""

    def __init__(self, path: Path, clip: Clip) -> None:
        self._path = path
        self._last_index = clip.frames - 1
        self._rgba: Pixels | None = None

    def write(self, frame: Frame) -> None:
        if frame.index == self._last_index:
            self._rgba = frame.rgba.copy()

    def close(self) -> None:
        if self._rgba is None:
            raise EncodeError("the film ended before its last frame: no poster")
        save(self._path, self._rgba)

    def abort(self) -> None:
        self._rgba = None
