"""Reads a finished film's container: whether it is whole, and how many pictures it has.

Nothing is decoded. `check` is for the file of an encoder; the other functions read one kind of
file each, and raise Broken, IndexError or struct.error for a file that isn't whole.

Sources: ISO/IEC 14496-12 (MP4), RFC 9559 (Matroska, WebM), the GIF89a specification, the WebP
container specification, the PNG specification, third edition.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from render.encode.atomic import final_name
from render.errors import EncodeError

MAX_HEADER_BYTES = 256 << 20  # of an MP4's index: a film of hours takes less than a megabyte
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Contents:
    """What a container has in it."""

    size_px: tuple[int, int]  # width, height
    pictures: int | None  # None: one, which is shown for any number of equal ones


Reader = Callable[[BinaryIO], Contents]


class Broken(ValueError):
    """The file is not a whole one of its kind; the text says what is wrong with it."""


def check(path: Path, read: Reader, size_px: tuple[int, int], pictures: int) -> None:
    """Raise EncodeError unless a finished file is whole and has so many pictures of that size."""
    name = final_name(path)
    try:
        with path.open("rb") as file:
            found = read(file)
    except OSError as error:
        raise EncodeError(f"can't read {name} again: {error.strerror or error}") from error
    except Broken as error:
        raise EncodeError(f"{name} is not whole: {error}") from None
    except (ValueError, IndexError, struct.error, OverflowError, RecursionError) as error:
        raise EncodeError(f"{name} is not whole: it was cut off, or has a hole") from error
    if found.size_px != size_px:
        was, expected = ("×".join(map(str, size)) for size in (found.size_px, size_px))
        raise EncodeError(f"{name} is not whole: its pictures are {was}, not {expected}")
    if found.pictures not in (None, pictures):
        raise EncodeError(f"{name} is not whole: it has {found.pictures} of {pictures} pictures")


def _need(condition: object, message: str) -> None:
    if not condition:
        raise Broken(message)


# MP4: boxes, each with its length and four letters; `moov` is the index, `mdat` has the pictures.
BOXES_OF_BOXES = {b"mdia", b"minf", b"stbl"}


def mp4(file: BinaryIO) -> Contents:
    """An MP4 of H.264. Every picture lies inside the file, and is as long as its index says."""
    end = file.seek(0, io.SEEK_END)
    data: list[tuple[int, int]] = []  # where pictures may be: start, end
    tracks: list[dict[bytes, bytes]] = []
    names = []
    for name, start, stop in _boxes(file, 0, end):
        names.append(name)
        if name == b"mdat":
            data.append((start, stop))
        elif name == b"moov":
            _need(stop - start < MAX_HEADER_BYTES, "its index is too long")
            file.seek(start)
            moov = io.BytesIO(file.read(stop - start))
            parts = _boxes(moov, 0, stop - start)
            tracks = [dict(_flat(moov, to, at)) for part, at, to in parts if part == b"trak"]
    _need(names[:1] == [b"ftyp"], "it is no MP4")
    _need(tracks and data, "it has no index or no pictures: it was not finished")
    # The titles of chapters are a track, too.
    index = next((track for track in tracks if track.get(b"hdlr", b"")[8:12] == b"vide"), {})
    missing = {b"stsd", b"stsz", b"stsc"} - index.keys()
    _need(not missing and index.keys() & {b"stco", b"co64"}, "its index is not whole")
    width, height = struct.unpack_from(">HH", index[b"stsd"], 8 + 32)
    sizes = _sizes(index[b"stsz"])
    for offset, size in zip(_offsets(index, len(sizes)), sizes, strict=True):
        inside = any(start <= offset and offset + size <= stop for start, stop in data)
        _need(size > 0 and inside, "a picture lies outside the file")
        _check_units(file, offset, offset + size)
    return Contents((width, height), len(sizes))


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The name, start and end of what is in each box from `at` to `end`, with no gap."""
    while at < end:
        file.seek(at)
        size, name = struct.unpack(">I4s", file.read(8))
        start = at + 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            start += 8
        stop = end if size == 0 else at + size
        _need(start <= stop <= end, "it was cut off")
        yield name, start, stop
        at = stop


def _flat(file: BinaryIO, end: int, at: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of an index that have no others in them."""
    for name, start, stop in _boxes(file, at, end):
        if name in BOXES_OF_BOXES:
            yield from _flat(file, stop, start)
        else:
            file.seek(start)
            yield name, file.read(stop - start)


def _sizes(table: bytes) -> tuple[int, ...]:
    """Bytes of each picture."""
    same, count = struct.unpack_from(">II", table, 4)
    if same:
        _need(count < MAX_HEADER_BYTES, "its index is not whole")
        return (same,) * count
    _need(len(table) == 12 + 4 * count, "its index is not whole")
    return struct.unpack_from(f">{count}I", table, 12)


def _offsets(index: dict[bytes, bytes], count: int) -> list[int]:
    """Where each picture begins. They lie in chunks, one after another."""
    wide = b"co64" in index
    table = index[b"co64" if wide else b"stco"]
    (chunks,) = struct.unpack_from(">I", table, 4)
    starts = struct.unpack_from(f">{chunks}{'Q' if wide else 'I'}", table, 8)
    (runs,) = struct.unpack_from(">I", index[b"stsc"], 4)
    numbers = struct.unpack_from(f">{3 * runs}I", index[b"stsc"], 8)
    firsts, per_chunk = [*numbers[::3], chunks + 1], numbers[1::3]
    sizes, offsets = iter(_sizes(index[b"stsz"])), []
    for (first, after), pictures in zip(pairwise(firsts), per_chunk, strict=True):
        for chunk in range(first, min(after, chunks + 1)):
            at = starts[chunk - 1]
            for size in _up_to(sizes, pictures):
                offsets.append(at)
                at += size
    _need(len(offsets) == count, "its index is not whole")
    return offsets


def _up_to(sizes: Iterator[int], count: int) -> Iterator[int]:
    for _, size in zip(range(count), sizes, strict=False):
        yield size


def _check_units(file: BinaryIO, at: int, end: int) -> None:
    """A picture of H.264 is a chain of units, each after its length in four bytes."""
    while at < end:
        file.seek(at)
        (size,) = struct.unpack(">I", file.read(4))
        at += 4 + size
        _need(size > 0 and at <= end, "a picture is not whole")


# WebM: elements, each with an id and a length of one to eight bytes.
EBML, SEGMENT, CLUSTER, TRACKS, TRACK, VIDEO = (
    0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xE0,
)  # fmt: skip
WIDTH, HEIGHT, GROUP, BLOCK, SIMPLE_BLOCK = 0xB0, 0xBA, 0xA0, 0xA1, 0xA3
ELEMENTS_OF_ELEMENTS = {SEGMENT, CLUSTER, TRACKS, TRACK, VIDEO, GROUP}
BLOCK_HEADER_BYTES = 4  # the track's number, time and flags


def webm(file: BinaryIO) -> Contents:
    """A WebM of one video track."""
    end = file.seek(0, io.SEEK_END)
    file.seek(0)
    _need(file.read(4) == EBML.to_bytes(4, "big"), "it is no WebM")
    width = height = pictures = 0
    for name, start, stop in _elements(file, 0, end):
        if name in (BLOCK, SIMPLE_BLOCK):
            _need(stop - start > BLOCK_HEADER_BYTES, "a picture is empty")
            pictures += 1
        elif name in (WIDTH, HEIGHT):
            file.seek(start)
            number = int.from_bytes(file.read(stop - start), "big")
            width, height = (number, height) if name == WIDTH else (width, number)
    return Contents((width, height), pictures)


def _elements(file: BinaryIO, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The id, start and end of each element that has no others in it, with no gap."""
    while at < end:
        file.seek(at)
        name, size = _number(file, keep_marker=True), _number(file, keep_marker=False)
        start = file.tell()
        at = start + size
        _need(at <= end, "it was cut off")
        if name in ELEMENTS_OF_ELEMENTS:
            yield from _elements(file, start, at)
        else:
            yield name, start, at


def _number(file: BinaryIO, keep_marker: bool) -> int:
    """A number whose first byte says how many there are: as many as it begins with zeros."""
    first = file.read(1)[0]
    length = 9 - first.bit_length()
    _need(length <= 8, "it has a hole")
    rest = file.read(length - 1)
    _need(len(rest) == length - 1, "it was cut off")
    return int.from_bytes(
        bytes([first if keep_marker else first - (1 << 8 - length)]) + rest, "big"
    )


def gif(file: BinaryIO) -> Contents:
    """A GIF."""
    data = file.read()
    _need(data[:6] in (b"GIF87a", b"GIF89a"), "it is no GIF")
    width, height = struct.unpack_from("<HH", data, 6)
    at, pictures = 13 + _table_bytes(data[10]), 0
    while (kind := data[at]) != 0x3B:
        if kind == 0x21:  # an extension, and its label
            at += 2
        else:
            _need(kind == 0x2C, "it has a hole")
            pictures += 1
            at += 10 + _table_bytes(data[at + 9]) + 1  # the last one: bits of its numbers
            _need(data[at] > 0, "a picture is empty")
        while size := data[at]:
            at += 1 + size
        at += 1
    _need(at == len(data) - 1, "something follows its end")
    return Contents((width, height), pictures)


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


ROUNDED = 0.1  # of a frame: times are whole milliseconds


def webp(file: BinaryIO, fps: int) -> Contents:
    """A WebP of several pictures, or of one.

    It has one picture for several frames that are equal, so frames are counted by their time;
    the last one may be shown for nearly two.
    """
    data = file.read()
    _need(data[:4] == b"RIFF" and data[8:12] == b"WEBP", "it is no WebP")
    (size,) = struct.unpack_from("<I", data, 4)
    _need(size + 8 == len(data), "it was cut off")
    at, empty, duration_ms, size_px = 12, True, 0, (0, 0)
    while at < len(data):
        name, (size,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        body, at = data[at + 8 : at + 8 + size], at + 8 + size + size % 2
        _need(at <= len(data), "it was cut off")
        if name == b"VP8X":
            size_px = (
                int.from_bytes(body[4:7], "little") + 1,
                int.from_bytes(body[7:10], "little") + 1,
            )
        elif name == b"ANMF":
            _need(size > 24, "a picture is empty")
            empty = False
            duration_ms += int.from_bytes(body[12:15], "little")
        elif name in (b"VP8 ", b"VP8L"):
            _need(size > 10, "a picture is empty")
            empty = False
            size_px = size_px if any(size_px) else _webp_px(name, body)
    _need(not empty, "it has no pictures")
    return Contents(size_px, int(duration_ms * fps / 1000 + ROUNDED) if duration_ms else None)


def _webp_px(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8L":  # 14 bits each
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def png(file: BinaryIO) -> Contents:
    """A PNG, or an animated one: every chunk with its checksum, and the pictures in order."""
    _need(file.read(8) == PNG_SIGNATURE, "it is no PNG")
    size_px, pictures, declared, sequence, name = (0, 0), 0, 1, 0, b""
    has_data = False
    while name != b"IEND":
        size, name = struct.unpack(">I4s", file.read(8))
        body, (sum_,) = file.read(size), struct.unpack(">I", file.read(4))
        _need(zlib.crc32(name + body) == sum_, "a part of it has been changed")
        if name == b"IHDR":
            size_px = struct.unpack_from(">II", body)
        elif name == b"acTL":
            (declared,) = struct.unpack_from(">I", body)
        elif name in (b"fcTL", b"fdAT"):
            _need(struct.unpack_from(">I", body)[0] == sequence, "a picture is missing")
            sequence += 1
            pictures += name == b"fcTL"
        has_data |= name == b"IDAT"
    _need(has_data and not file.read(1), "something follows its end")
    _need(pictures in (0, declared), "a picture is missing")
    return Contents(size_px, pictures or 1)
