"""A WebP file's bytes in, the same with what it says of itself (XMP) out."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

NAMES = {"Title": "dc:title", "Software": "xmp:CreatorTool", "Comment": "dc:description"}
HAS_XMP, HAS_ALPHA = 0x04, 0x10


def described(data: bytes, labelled: Mapping[str, str]) -> bytes:
    """The file with an XMP chunk; as it is where there is nothing to say."""
    if not labelled:
        return data
    body = data[12:]
    if body[:4] == b"VP8X":
        body = body[:8] + bytes([body[8] | HAS_XMP]) + body[9:]
    else:  # a single frame: its header must become the extended one
        body = _chunk(b"VP8X", _header(body)) + body
    body += _chunk(b"XMP ", _xmp(labelled).encode())
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def _header(body: bytes) -> bytes:
    """What VP8X says of a simple file: flags, width − 1 and height − 1 in three bytes each."""
    if body[:4] == b"VP8L":  # 14 bits each, then whether there is alpha
        bits = int.from_bytes(body[9:13], "little")
        width, height, flags = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
        return _extended(HAS_ALPHA if flags else 0, width, height)
    width = int.from_bytes(body[14:16], "little") & 0x3FFF
    height = int.from_bytes(body[16:18], "little") & 0x3FFF
    return _extended(0, width - 1, height - 1)


def _extended(flags: int, width: int, height: int) -> bytes:
    sides = width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return bytes([flags | HAS_XMP, 0, 0, 0]) + sides


def _xmp(labelled: Mapping[str, str]) -> str:
    elements = []
    for key, text in labelled.items():
        name, inside = NAMES[key], escape(_printable(text))
        if name.startswith("dc:"):
            inside = f'<rdf:Alt><rdf:li xml:lang="x-default">{inside}</rdf:li></rdf:Alt>'
        elements.append(f"<{name}>{inside}</{name}>")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:xmp="http://ns.adobe.com/xap/1.0/">{"".join(elements)}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    )


def _printable(text: str) -> str:
    """Without what XML can't hold."""
    return "".join(letter if letter >= " " else " " for letter in text)
