"""One picture in, the bytes of a PNG or JPEG file out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from render.errors import EncodeError
from render.recording import Pixels


def encoded(pixels: Pixels, suffix: str, **options: Any) -> bytes:
    """The picture as a file's bytes, with an alpha channel if any of it is transparent.

    Both the canvas and the file hold straight alpha: colours are not multiplied by it.
    """
    import imageio.v3 as iio

    opaque = pixels.shape[-1] == 4 and bool((pixels[..., 3] == 255).all())
    shown = pixels[..., :3] if opaque else pixels
    # Through memory: imageio reports a full disk and a missing folder in its own way.
    data: bytes = iio.imwrite("<bytes>", shown, plugin="pillow", extension=suffix, **options)
    return data


def written(path: Path, data: bytes) -> None:
    """Write a whole picture. Raises EncodeError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise EncodeError(f"can't write the picture: {error.strerror or error}") from error
