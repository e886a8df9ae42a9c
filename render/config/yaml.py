"""A YAML text in, plain data out, with the place in the file of every key and value.

Built from the parser's events and not from PyYAML's loader: depth, tags, aliases and
duplicate keys are met before anything is made of them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from render.config.draft import Draft
from render.config.problems import (
    MAX_PROBLEMS,
    KeyPath,
    Place,
    Problem,
    nearest,
    plainly,
    report,
    shown,
)
from render.errors import ConfigError

NULL = frozenset({"", "~", "null", "Null", "NULL"})
FLAG = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?[0-9]+")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})

LONGEST = 400  # digits; int() refuses more than 4,300, and no field holds more than 309


def plain(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar."""
    if text in NULL:
        return None
    if text in FLAG:
        return FLAG[text]
    if len(text) > LONGEST:
        return text
    if INTEGER.fullmatch(text):
        return int(text)
    if BASED.fullmatch(text):
        return int(text, base=0)
    if FLOAT.fullmatch(text):
        return float(text)
    if INFINITE.fullmatch(text) or text in NOT_A_NUMBER:
        return float(text.replace(".", ""))
    return text


# The line breaks of YAML 1.1, which are those that the parser counts.
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
FORBIDDEN = re.compile("[^\t\r\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def split(text: str) -> list[str]:
    """The lines of a file, without their ends."""
    return BREAK.split(text)


def forbidden(text: str) -> tuple[Place, str] | None:
    """The first character that YAML doesn't allow, if any."""
    found = FORBIDDEN.search(text)
    if found is None:
        return None
    before = split(text[: found.start()])
    place = Place(len(before), len(before[-1]) + 1)
    return place, f"the character U+{ord(found[0]):04X} is not allowed in YAML"


def explain(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[Place, str]:
    """Where a syntax error is and what would mend it, whichever parser found it."""
    problem, context = error.problem or "", error.context or ""
    here = _marked(error.problem_mark)
    start = _marked(error.context_mark) if error.context_mark else here
    line = lines[here.line - 1] if here.line <= len(lines) else ""
    token = line[here.column - 1 : here.column]
    if token == "\t" or "tab character" in problem:
        return here, "a tab can't indent: use spaces"
    if problem.startswith("mapping values"):
        return (
            here,
            "a ':' can't stand here: quote a text that contains ': ', or mend the indentation",
        )
    if problem == "could not find expected ':'":
        width = len(lines[start.line - 1].rstrip()) - start.column + 1
        return Place(
            start.line, start.column, max(1, width)
        ), "expected 'key: value', found no ': '"
    if "quoted scalar" in context and "end of stream" in problem:
        return start, "this quote is never closed"
    if "escape" in problem:
        return (
            here,
            "unknown escape in a text in double quotes: use single quotes, or \\\\ for a \\",
        )
    if "cannot start any token" in problem:
        return here, f"a text can't begin with '{shown(token)}': put it in quotes"
    if "flow" in context and start != here:
        opening = lines[start.line - 1][start.column - 1]
        closing = {"[": "]", "{": "}"}.get(opening, "")
        ended = not any(rest.strip() for rest in (line[here.column - 1 :], *lines[here.line :]))
        found = "the end" if ended else f"line {here.line}, column {here.column}"
        return start, f"'{opening}' is not closed: expected ',' or '{closing}' at {found}"
    if "flow node" in context:
        return here, "a '[' or '{' is never closed"
    if "document start" in problem:
        return here, "nothing can follow the '...' that ends the config"
    if "block" in context:
        return here, "this does not belong here: mend the indentation, or put the text in quotes"
    return here, f"not valid YAML: {problem}"


def _marked(mark: yaml.Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast

MAX_DEPTH = 32
MAX_VALUES = 100_000  # values of a file: more take seconds to check, and nobody writes them by hand
LABELLED = ("runs",)  # where a key may be a number, which is its text


class Unreadable(Exception):
    """The text stops being YAML, or ours, at a place; nothing after it can be trusted."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


@dataclass
class Source:
    """What a text says, where it says so, and what of it can't be used."""

    data: Any = None
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    values: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[tuple[KeyPath, Place, str]] = field(default_factory=list)
    broken: set[KeyPath] = field(default_factory=set)  # values that can't be trusted


def parse(text: str, above: KeyPath = ()) -> Source:
    """Read one YAML document, which hangs at a path. Raises Unreadable where it can't go on."""
    stop = forbidden(text)
    if stop is not None:
        raise Unreadable(*stop)
    try:
        return _Composer(text, above).document()
    except yaml.MarkedYAMLError as error:
        fault = error
    # The parser reads ahead of its events: it may stop, or refuse a depth of its own, before it
    # reports a level that is too deep for us. So what stands before that place is looked at.
    before = fault.problem_mark.index if fault.problem_mark else 0
    with suppress(yaml.MarkedYAMLError):
        for _ in _events(text[:before]):
            pass
    raise Unreadable(*explain(fault, split(text)))


def _events(text: str) -> Iterator[Any]:
    """The parser's events of a text, down to the deepest level. Raises Unreadable."""
    depth = 0
    for event in yaml.parse(text, Loader=PARSER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(_place(event), f"nested more than {MAX_DEPTH} levels deep")
        yield event


class _Composer:
    """Turns the events of one document into a Source."""

    def __init__(self, text: str, above: KeyPath) -> None:
        self.text, self.above = text, above
        self.events = _events(text)
        self.source = Source()

    def document(self) -> Source:
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return self.source
        self.source.data = self.value(next(self.events), (), Place(1, 1))
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise Unreadable(
                _place(after), "a second document begins here: a file holds one config"
            )
        return self.source

    def value(self, event: Any, path: KeyPath, key: Place) -> Any:
        place = _place(event)
        if len(self.source.values) > MAX_VALUES:
            raise Unreadable(
                place, f"more than {MAX_VALUES:,} values: long data belong in a CSV file"
            )
        if isinstance(event, yaml.AliasEvent):
            self.source.values[path] = place
            return self.broken(
                path, f"aliases (*{shown(str(event.anchor))}) are not allowed: repeat the value"
            )
        block = isinstance(event, yaml.CollectionStartEvent) and not event.flow_style
        empty = isinstance(event, yaml.ScalarEvent) and place.width == 0
        self.source.values[path] = key if block or empty else place
        if event.tag is not None:
            self.broken(
                path,
                f"tags ({shown(event.tag.replace('tag:yaml.org,2002:', '!!'))}) are not allowed",
            )
        elif event.anchor is not None:
            self.broken(path, f"anchors (&{shown(str(event.anchor))}) are not allowed")
        if isinstance(event, yaml.ScalarEvent):
            return plain(event.value) if event.implicit[0] else event.value
        inside = self.sequence if isinstance(event, yaml.SequenceStartEvent) else self.mapping
        data, end = inside(path)
        if not block:
            self.source.values[path] = _place(event, end)
        return data

    def sequence(self, path: KeyPath) -> tuple[list[Any], Any]:
        """The items, and the event that ends them."""
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items)), _place(event)))
        return items, event

    def mapping(self, path: KeyPath) -> tuple[dict[str, Any], Any]:
        """The keys and values, and the event that ends them."""
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = _place(event)
            key = self.key(event, path, place)
            if key is None:
                self.skip(next(self.events))
                continue
            self.source.keys[*path, key] = place
            found[key] = self.value(next(self.events), (*path, key), place)
        return found, event

    def key(self, event: Any, path: KeyPath, place: Place) -> str | None:
        """The name a key spells; None, and a fault, when it is none or is there already."""
        if not isinstance(event, yaml.ScalarEvent):
            self.skip(event)
        objection = self.objection(event, path)
        if objection is None:
            return str(event.value)
        self.source.faults.append((path, place, objection))
        return None

    def objection(self, event: Any, path: KeyPath) -> str | None:
        """Why a key can't be used, if it can't."""
        if not isinstance(event, yaml.ScalarEvent):
            return "a key must be a name"
        key, unquoted = str(event.value), event.implicit[0]
        if event.anchor is not None or event.tag is not None:
            return "a key can't have a tag or an anchor"
        value = plain(key) if unquoted else key
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, str) and not (number and (*self.above, *path) == LABELLED):
            index = event.start_mark.index if event.start_mark else 0
            comma = number and self.text[:index].endswith(",")
            hint = ": write decimals with a point, like 0.1" if comma else ""
            return f"a key must be a name, found {shown(key) or 'nothing'}{hint}"
        if unquoted and key == "<<":
            return "merge keys (<<) are not allowed: repeat the keys"
        first = self.source.keys.get((*path, key))
        return f"duplicate key '{shown(key)}'; first given in line {first.line}" if first else None

    def skip(self, event: Any) -> None:
        """Pass over a value that nobody can ask for."""
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
            event = next(self.events)

    def broken(self, path: KeyPath, message: str) -> None:
        """Note a value that can't be trusted."""
        self.source.broken.add(path)
        self.source.faults.append((path, self.source.values[path], message))


def _place(event: Any, last: Any = None) -> Place:
    """From where an event starts to where it, or the last of several, ends: in its first line."""
    start, end = event.start_mark, (last or event).end_mark
    width = end.column - start.column if end.line == start.line else 10**6
    return Place(start.line + 1, start.column + 1, width)


MAX_BYTES = 1_000_000  # bytes
STDIN = Path("stdin")  # where a config stands that comes through standard input
PIPED = "<stdin>"  # what it is called


def read(path: Path, text: str | None = None) -> Draft:
    """The draft that a file holds; or a text, which then stands for the file's.

    Raises ConfigError when it can't be read as YAML at all.
    """
    name = PIPED if text is not None and path == STDIN else str(path)
    text = _text(path) if text is None else text
    lines = split(text)
    try:
        source = parse(text)
        if source.data is None and not source.faults:
            raise Unreadable(Place(1, 1), "the file is empty")
        if not isinstance(source.data, dict) and not source.faults:
            message = "expected keys and values, like 'title: My film'"
            raise Unreadable(source.values[()], message)
    except Unreadable as stop:
        problem = Problem(stop.place, (), stop.message)
        told = report(name, lines, [problem])
        raise ConfigError(told, plainly(name, [problem])) from None
    data = source.data if isinstance(source.data, dict) else {}
    draft = Draft(name, lines, data, {**source.keys}, {**source.values})
    for where, place, message in source.faults[:MAX_PROBLEMS]:
        draft.problems.append(Problem(place, where, message))
    draft.broken |= source.broken
    if len(source.faults) >= MAX_PROBLEMS:
        draft.settle()
    return draft


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting for somebody to write to it, if it is a pipe."""
    found = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(found, True)  # for a writer who is there we do wait
    return found


def _text(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        folder = path.parent
        there = [f.name for f in folder.glob("*.y*ml")] if folder.is_dir() else []
        raise ConfigError(f"{path}: no such file{nearest(path.name, there)}") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    return _decoded(raw, str(path))


def piped() -> str:
    """What comes through standard input. Raises ConfigError."""
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""
    except OSError as error:
        raise ConfigError(f"{PIPED}: can't be read: {error.strerror}") from None
    return _decoded(raw, PIPED)


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{name}: larger than {MAX_BYTES:,} bytes: not a config")
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = split(raw[: error.start].decode("utf-8", "replace"))
        place = f"{name}:{len(before)}:{len(before[-1]) + 1}"
        raise ConfigError(f"{place}: not UTF-8: save the file in that encoding") from None
