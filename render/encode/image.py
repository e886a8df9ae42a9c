"""One picture as a PNG or JPEG file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from render.errors import EncodeError
from render.recording import Pixels


def encode_image(pixels: Pixels, suffix: str, **options: Any) -> bytes:
    """The bytes of a file with the picture; with alpha if any pixel is transparent.

    `pixels` is (height, width, 3 or 4). Canvas and file both have straight alpha: colours are
    not multiplied by it. `options` are those of Pillow.
    """
    import imageio.v3 as iio

    opaque = pixels.shape[-1] == 4 and bool((pixels[..., 3] == 255).all())
    channels = pixels[..., :3] if opaque else pixels
    # In memory, since imageio reports a full disk or a missing folder less clearly.
    data: bytes = iio.imwrite("<bytes>", channels, plugin="pillow", extension=suffix, **options)
    return data


def write_image(path: Path, data: bytes) -> None:
    """Write the bytes of a picture. Raises EncodeError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise EncodeError(f"can't write the picture: {error.strerror or error}") from error
