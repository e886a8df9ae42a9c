"""The configs that the studio reads and writes: those beneath the folder it was started in."""

from __future__ import annotations

import os
import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from typing import Any

from render import __version__, registry
from render.config.dump import config_hash
from render.config.problems import shown
from render.config.purpose import other_purpose
from render.config.scene_file import find
from render.config.spec import Spec
from render.config.yaml import MAX_BYTES
from render.errors import RenderError
from render.files import MAX_SOURCE_BYTES, read_bytes, stamp

SUFFIXES = (".yaml", ".yml")
MAX_LISTED = 500
MAX_DATA = 100_000_000  # bytes of a file that is copied with a config
BOM = "\ufeff"
BREAK = re.compile("\r\n|\r|\n")  # what ends a line in a browser's text
MAX_COMPARED = 2_000  # lines


class Refused(Exception):
    """A file that the studio doesn't touch, and why."""


class Changed(Exception):
    """The file on disk is not the one that was read."""


@dataclass(frozen=True)
class Opened:
    """A config as the editor has it: its lines end in line feeds."""

    name: str  # relative to the folder, with slashes
    text: str
    disk: str  # the hash of the file's bytes; empty where there is none


@dataclass
class Workspace:
    """A folder, and what may be done in it."""

    root: Path
    consents: set[tuple[str, str]] = field(default_factory=set)  # code files: path, hash
    salt: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.root = self.root.resolve()

    def file(self, name: str) -> Path:
        """The file of a name, which need not exist. Raises Refused."""
        pure = Path(name)
        outside = pure.is_absolute() or ".." in pure.parts or "\0" in name or "\\" in name
        if not name or outside or not name.isprintable() or len(name) > 300:
            raise Refused(f"{shown(name)}: is not a config beneath {self.root}")
        if pure.suffix not in SUFFIXES:
            raise Refused(f"{shown(name)}: a config's name ends in .yaml")
        path = self.root / pure
        if not path.resolve().is_relative_to(self.root):  # a link leads elsewhere
            raise Refused(f"{shown(name)}: is not a config beneath {self.root}")
        if path.exists() and not path.is_file():
            raise Refused(f"{shown(name)}: is no file")
        return path

    def shown(self, name: str) -> Path:
        """The path as a user of the command line would type it."""
        path = self.file(name)
        here = Path.cwd()
        return path.relative_to(here) if path.is_relative_to(here) else path

    def name(self, path: Path) -> str:
        """The name of a file beneath the folder. Raises Refused."""
        absolute = Path(os.path.abspath(path))
        resolved = absolute.parent.resolve() / absolute.name
        if not resolved.is_relative_to(self.root):
            raise Refused(f"{path}: is not beneath {self.root}")
        return resolved.relative_to(self.root).as_posix()

    def open(self, name: str) -> Opened:
        """A file's text. Raises Refused."""
        raw = self._raw(name)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(f"{shown(name)}: not UTF-8: save the file in that encoding") from None
        lines = text.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")
        return Opened(name, lines, _hash(raw))

    def _raw(self, name: str) -> bytes:
        path = self.file(name)
        try:
            raw = read_bytes(path, MAX_BYTES + 1)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Refused(f"{shown(name)}: can't be read: {reason}") from None
        if len(raw) > MAX_BYTES:
            raise Refused(f"{shown(name)}: larger than {MAX_BYTES:,} bytes: not a config")
        return raw

    def save(self, name: str, text: str, disk: str, replace: bool = False) -> str:
        """Write a text; the hash of what is in the file now.

        The file keeps its line ends and its mark of UTF-8. Raises Refused, and Changed where the
        file is not the one that was read, unless it is to be replaced.
        """
        path = self.file(name)
        if len(text.encode()) > MAX_BYTES:
            raise Refused(f"{shown(name)}: larger than {MAX_BYTES:,} bytes: not a config")
        before = self._raw(name) if path.exists() else b""
        there = _hash(before) if path.exists() else ""
        if there != disk and not replace:
            raise Changed
        text = _with_breaks(text, before.decode("utf-8", "replace"))
        if before.startswith(BOM.encode()):
            text = BOM + text
        raw = text.encode()
        try:
            _written(path, raw)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Refused(f"{shown(name)}: can't be written: {reason}") from None
        return _hash(raw)

    def put_beside(self, name: str, wanted: Mapping[Path, Path]) -> list[str]:
        """Copy the data that a config needs, and that are not there yet; the names of the copies.

        `wanted`: paths relative to the config, and the files. Raises Refused where another file
        has the name.
        """
        home, copied = self.file(name).parent, []
        if not home.resolve().is_relative_to(self.root):
            raise Refused(f"{shown(name)}: is not a config beneath {self.root}")
        try:
            contents = {home / inner: read_bytes(file, MAX_DATA) for inner, file in wanted.items()}
            for place, data in contents.items():
                if place.exists() and read_bytes(place, MAX_DATA) != data:
                    raise Refused(f"{self.name(place)}: is there already, and has other data")
                if not place.parent.resolve().is_relative_to(self.root):
                    raise Refused(f"{place}: is not beneath {self.root}")
            for place, data in contents.items():
                if not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    _written(place, data)
                    copied.append(self.name(place))
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror or error}") from None
        return copied

    def names(self, folder: str) -> list[str]:
        """The configs in a folder of it, but not themes, for example. Raises Refused."""
        home = (self.root / folder).resolve()
        if not home.is_relative_to(self.root):
            raise Refused(f"{shown(folder)}: is not beneath {self.root}")
        found: list[str] = []
        for path in sorted(home.iterdir()) if home.is_dir() else ():
            if path.suffix in SUFFIXES and not path.name.startswith(".") and path.is_file():
                try:
                    if other_purpose(path) is None:
                        found.append(self.name(self.file(path.relative_to(self.root).as_posix())))
                except (Refused, OSError):
                    continue
        return found[:MAX_LISTED]

    def key(self, spec: Spec) -> str:
        """The name of a film's frames: another one as soon as anything they depend on changes."""
        stamps = [(str(file), stamp(file)) for file in files(spec)]
        named = str(spec.path), spec.names_scene, config_hash(spec)
        parts: Any = (__version__, self.salt, *named, sorted(stamps))
        return sha256(repr(parts).encode()).hexdigest()[:32]

    def unasked(self, spec: Spec) -> list[str]:
        """The files of code that a film would run and that its user has not agreed to.

        Raises Refused for one that is outside of the folder.
        """
        found: list[str] = []
        for path in code(spec):
            if not path.resolve().is_relative_to(self.root):
                raise Refused(f"{path}: is code outside of {self.root}, and the studio runs none")
            name = path.resolve().relative_to(self.root).as_posix()
            if (name, _content(path)) not in self.consents:
                found.append(name)
        return list(dict.fromkeys(found))

    def agree(self, spec: Spec, names: Collection[str]) -> None:
        """The user lets those files of the film's code run, as they are now. Raises Refused."""
        for name in {*names} & {*self.unasked(spec)} if names else ():
            self.consents.add((name, _content(self.root / name)))


def files(spec: Spec) -> Iterator[Path]:
    """The files besides the config that a film's pictures depend on."""
    for one in spec.each:
        yield from one.dataset.files()
        yield from one.model.files()
    if spec.film.theme.lower().endswith(SUFFIXES):
        yield spec.path.parent / spec.film.theme
    yield from _own_scene(spec)


def code(spec: Spec) -> Iterator[Path]:
    """The files that a film runs, other than those of this package."""
    for one in spec.each:
        yield from (file for file in one.model.files() if file.suffix == ".py")
    yield from _own_scene(spec)


def _own_scene(spec: Spec) -> Iterator[Path]:
    try:
        path = find(spec)
    except RenderError:
        return
    if not path.resolve().is_relative_to((registry.PACKAGE.parent / "scenes").resolve()):
        yield path


def _with_breaks(text: str, before: str) -> str:
    """The text with the line ends of another, whose lines may end in different ways."""
    kinds = Counter(BREAK.findall(before))
    usual = kinds.most_common(1)[0][0] if kinds else "\n"
    if len(kinds) < 2:
        return text.replace("\n", usual)
    old, ends, new = BREAK.split(before.removeprefix(BOM)), BREAK.findall(before), text.split("\n")
    given = [usual] * len(new)
    if max(len(old), len(new)) <= MAX_COMPARED:
        for _, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            same = ends[i : i + min(i_end - i, j_end - j)]
            given[j : j + len(same)] = same
    given[-1] = ""
    return "".join(map("".join, zip(new, given, strict=True)))


def _written(path: Path, raw: bytes) -> None:
    """Write a file, which is there whole or as it was before. Raises OSError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(raw)
        if path.exists():
            os.chmod(part, path.stat().st_mode & 0o777)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _content(path: Path) -> str:
    try:
        return _hash(read_bytes(path, MAX_SOURCE_BYTES))
    except OSError:
        return ""


def _hash(raw: bytes) -> str:
    return sha256(raw).hexdigest()
