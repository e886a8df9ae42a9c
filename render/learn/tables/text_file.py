"""What the first bytes of a file say: whether it is a text, and in which encoding."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from render.config.problems import nearest_file
from render.errors import RenderError
from render.files import opened, read_bytes

MAX_BYTES = 100_000_000
# The first bytes of files that are no text, and what to do about them.
UNPACK = "unpack it first"
EXPORT = "export it as CSV"
KINDS = {
    b"PK\x03\x04": ("a ZIP file, such as an Excel or LibreOffice workbook", EXPORT),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", EXPORT),
    b"\x1f\x8b": ("compressed by gzip", f"{UNPACK}, or {EXPORT}"),
    b"BZh": ("compressed by bzip2", f"{UNPACK}, or {EXPORT}"),
    b"\xfd7zXZ\x00": ("compressed by xz", f"{UNPACK}, or {EXPORT}"),
    b"\x28\xb5\x2f\xfd": ("compressed by zstd", f"{UNPACK}, or {EXPORT}"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", f"{UNPACK}, or {EXPORT}"),
    b"PAR1": ("a Parquet file", EXPORT),
    b"ARROW1": ("an Arrow file", EXPORT),
    b"\x89HDF": ("an HDF5 file", EXPORT),
    b"SQLite format 3": ("an SQLite database", EXPORT),
    b"\x93NUMPY": ("a NumPy array", EXPORT),
    b"%PDF": ("a PDF", EXPORT),
    b"{\\rtf": ("an RTF text", EXPORT),
    b"version https://git-lfs": ("a pointer of Git LFS", "fetch the file itself: git lfs pull"),
}
PAGES = (b"<!doctype", b"<html", b"<?xml")


def refuse_other_kinds(path: Path) -> None:
    """Raise RenderError for what is no file, too large, or of a kind that is no text."""
    if not path.exists():
        folder = path.parent
        there = [file.name for file in folder.glob("*.csv")] if folder.is_dir() else []
        raise RenderError(f"{path}: no such file{nearest_file(path.name, there)}")
    if not path.is_file():
        raise RenderError(f"{path}: not a file")
    with opened(path) as file:
        start = file.read(64)
    for magic, (kind, advice) in KINDS.items():
        if start.startswith(magic):
            raise RenderError(f"{path}: is {kind}, not a text: {advice}")
    if start.lstrip().lower().startswith(PAGES):
        raise RenderError(f"{path}: is a page of the web or XML, not a table: {EXPORT}")
    if (size := os.path.getsize(path)) > MAX_BYTES:
        raise RenderError(f"{path}: {size:,} bytes: a table has at most {MAX_BYTES:,}")


def encoding_of(path: Path) -> str:
    """What the first bytes say: a mark, or every other byte a zero, else UTF-8."""
    with opened(path) as file:
        start = file.read(200)
    marks = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}
    marks |= {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    for mark, name in marks.items():
        if start.startswith(mark) and len(start) > len(mark):
            return name
    pairs = len(start) // 2
    if pairs > 1 and start[1::2].count(0) > 0.8 * pairs and 0 not in start[::2]:
        return "utf-16-le"
    if pairs > 1 and start[::2].count(0) > 0.8 * pairs and 0 not in start[1::2]:
        return "utf-16-be"
    return "utf-8-sig"


def undecodable_line(path: Path, encoding: str) -> int:
    """The first line that isn't in an encoding."""
    data = read_bytes(path, MAX_BYTES)
    try:
        data.decode(encoding)
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode(encoding, "replace")
        return before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    except UnicodeError:
        return 1
    return 1
