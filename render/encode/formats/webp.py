"""WebP: an animated picture in all colours, smaller than a GIF.

ffmpeg's encoder looks at every frame twice in full, and compresses the frames between which
nothing changes. Here a picture is the rectangle that changed, in which a pixel that doesn't is a
transparent one, compressed by Pillow; frames that are equal are one picture. The file has the
same size, in a quarter of the time.
Source: developers.google.com/speed/webp/docs/riff_container.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from xml.sax.saxutils import escape

import numpy as np
from pydantic import Field

from render.config.options import Count, Integer
from render.encode import containers, metadata
from render.encode.base import Encoder, FilmInfo
from render.encode.rectangles import Packed, RectangleEncoder
from render.encode.resample import BROWSER_FPS, BrowserFps, ResampledFormat
from render.errors import EncodeError

NAMES = {"Title": "dc:title", "Software": "xmp:CreatorTool", "Comment": "dc:description"}
ANIMATED, HAS_XMP, HAS_ALPHA = 0x02, 0x04, 0x10
REPLACES = 0x02  # a rectangle replaces what is there, or else is blended over it
GRID_PX = 2  # corners of rectangles are written in halves
PICTURE = (b"ALPH", b"VP8 ", b"VP8L")  # the chunks of a picture
# 240 frames of a film, 1280×720: 1 takes 1.6 s for 1.01 MB, 2 takes 2.0 s for 1.01 MB, quality 20
# takes 0.9 s for 1.24 MB; ffmpeg with 2 took 8 s for 1.01 MB.
EFFORT = {"method": 1, "quality": 50}
THREADS = 2  # Pillow compresses beside Python; drawing needs the rest of the cores
MAX_WAITING = 6  # pictures that are being compressed, or are to be written


@dataclass(frozen=True)
class _Waiting:
    """A picture that is being compressed."""

    place: bytes  # as the file has it
    picture: Future[bytes]
    begins_ms: int


class WebpEncoder(RectangleEncoder):
    """Compresses pictures in threads, and writes each once it is known how long it is shown."""

    def __init__(self, path: Path, film: FilmInfo, format_: WebpFormat) -> None:
        self._about = metadata.labelled(film.title, film.about)
        self._plays = int({"forever": 0, "once": 1}.get(str(format_.loop), format_.loop))
        lossless = format_.quality == "lossless"
        quality: dict[str, Any] = {"quality": format_.quality, "method": 2}
        self._options = {"lossless": True, **EFFORT} if lossless else quality
        self._pool = ThreadPoolExecutor(THREADS, "webp")
        self._waiting: deque[_Waiting] = deque()
        contents = partial(containers.webp, fps=format_.rate(film))
        super().__init__(path, film, format_, contents, GRID_PX, keeps=lossless)

    def _begin(self) -> None:
        flags = ANIMATED | HAS_ALPHA | (HAS_XMP if self._about else 0)
        width, height = self._size_px
        self._file.write(b"RIFF\0\0\0\0WEBP")
        self._file.write(_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + _3(width - 1) + _3(height - 1)))
        self._file.write(_chunk(b"ANIM", bytes(4) + self._plays.to_bytes(2, "little")))

    def _add(self, part: Packed, left: int, top: int) -> None:
        if not part.size:
            return
        height, width = part.shape
        place = _3(left // GRID_PX) + _3(top // GRID_PX) + _3(width - 1) + _3(height - 1)
        # `part` may be a piece of a frame that is overwritten.
        picture = self._pool.submit(_compressed, part.copy(), self._options)
        self._waiting.append(_Waiting(place, picture, self._begins_ms(self._count)))
        if len(self._waiting) > MAX_WAITING:
            self._put()

    def _end(self) -> None:
        while self._waiting:
            self._put()
        self._pool.shutdown()
        if self._about:
            self._file.write(_chunk(b"XMP ", _xmp(self._about).encode()))
        size = self._file.tell() - 8
        self._file.seek(4)
        self._file.write(size.to_bytes(4, "little"))

    def abort(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        super().abort()

    def _put(self) -> None:
        """Write the first picture that waits; it is shown until the next, or until the end."""
        one = self._waiting.popleft()
        waiting, end = self._waiting, len(self._picked)
        ends_ms = waiting[0].begins_ms if waiting else self._begins_ms(end)
        flags = 0 if self._keeps else REPLACES
        control = one.place + _3(ends_ms - one.begins_ms) + bytes([flags])
        self._file.write(_chunk(b"ANMF", control + one.picture.result()))

    def _begins_ms(self, index: int) -> int:
        return round(1000 * self._begins_s(index))


def _compressed(part: Packed, options: Mapping[str, Any]) -> bytes:
    """The chunks of one picture. Raises EncodeError."""
    from PIL import Image

    height, width = part.shape
    pixels = np.ascontiguousarray(part).view(np.uint8)
    image = Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1)
    file = io.BytesIO()
    try:
        image.save(file, "WEBP", **options)
    except KeyError:
        raise EncodeError("this Pillow was built without WebP") from None
    return b"".join(
        _chunk(name, body) for name, body in _chunks(file.getvalue()) if name in PICTURE
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WebP: names and contents."""
    at = 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def _3(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _xmp(labelled: Mapping[str, str]) -> str:
    elements = []
    for key, text in labelled.items():
        name, value = NAMES[key], escape(_printable(text))
        if name.startswith("dc:"):
            value = f'<rdf:Alt><rdf:li xml:lang="x-default">{value}</rdf:li></rdf:Alt>'
        elements.append(f"<{name}>{value}</{name}>")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:xmp="http://ns.adobe.com/xap/1.0/">{"".join(elements)}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    )


def _printable(text: str) -> str:
    """The text with spaces for the characters that XML can't have."""
    return "".join(letter if letter >= " " else " " for letter in text)


@dataclass(frozen=True)
class WebpFormat(ResampledFormat):
    """Animated WebP: exact colours, transparency, in a file smaller than the GIF."""

    suffix: ClassVar[str] = ".webp"
    alpha: ClassVar[bool] = True
    max_fps: ClassVar[int] = BROWSER_FPS

    fps: BrowserFps = "auto"
    loop: Annotated[
        Literal["forever", "once"] | Annotated[Count, Field(le=65_535)],
        Field(description="how often it plays: forever, once or a number"),
    ] = "forever"
    quality: Annotated[
        Literal["lossless"] | Annotated[Integer, Field(ge=0, le=100)],
        Field(description="lossless: every pixel as drawn; or a number, higher is better"),
    ] = "lossless"

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        return WebpEncoder(path, film, self)
