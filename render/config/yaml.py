"""Reading a YAML text into a tree of nodes, each with its place in the file.

The tree is made of the parser's events and not by PyYAML's loader: so depth, tags, aliases and
duplicate keys are seen before anything is made of them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from render.config.node import KeyPath, Node, Option, Place, made
from render.config.problems import Problem, Problems, nearest_file, shown
from render.errors import ConfigError
from render.files import opened

NULL = frozenset({"", "~", "null", "Null", "NULL"})
FLAG = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?[0-9]+")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})

MAX_DIGITS = 400  # int() refuses more than 4,300, and no field holds more than 309


# Blanks that look like a space and are none to YAML, such as those copied from a web page.
BLANK = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
INDENTS = re.compile(f"^[ ]*(?:- *)*[{BLANK}]")
SEPARATES = re.compile(f"^[^'\"#:]*:[{BLANK}]|[{{,] *\\w+:[{BLANK}]|^ *-[{BLANK}]")
AROUND = re.compile(f"^[{BLANK}]+|[{BLANK}]+$")
MINUS = re.compile("\u2212(?=[.0-9])")  # the sign of mathematics


def plain(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar."""
    text = AROUND.sub("", text)
    if text in NULL:
        return None
    if text in FLAG:
        return FLAG[text]
    if len(text) > MAX_DIGITS:
        return text
    figures = MINUS.sub("-", text, count=1) if text.startswith("\u2212") else text
    if INTEGER.fullmatch(figures):
        return int(figures)
    if BASED.fullmatch(text):
        return int(text, base=0)
    if FLOAT.fullmatch(figures):
        return float(figures)
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
    match = FORBIDDEN.search(text)
    if match is None:
        return None
    before = split(text[: match.start()])
    place = Place(len(before), len(before[-1]) + 1)
    return place, f"the character U+{ord(match[0]):04X} is not allowed in YAML"


def blank(line: str, number: int) -> tuple[Place, str] | None:
    """A blank of another kind where a line needs a space: before its text, or after ':' or '-'."""
    for pattern in (SEPARATES, INDENTS):
        match = pattern.search(line)
        if match is not None:
            sign = match[0][-1]
            where = f"follow '{match[0][-2]}'" if pattern is SEPARATES else "indent"
            no_break = sign in "\u00a0\u202f\u2060\ufeff"
            name = "a no-break space" if no_break else f"the blank U+{ord(sign):04X}"
            return Place(number, match.end()), f"{name} can't {where}: use spaces"
    return None


def explain(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[Place, str]:
    """Where a syntax error is and how to mend it, whichever of the two parsers reports it."""
    problem, context = error.problem or "", error.context or ""
    here = _marked(error.problem_mark)
    start = _marked(error.context_mark) if error.context_mark else here
    line = lines[here.line - 1] if here.line <= len(lines) else ""
    token = line[here.column - 1 : here.column]
    if token == "\t" or "tab character" in problem:
        return here, "a tab can't indent: use spaces"
    before = here.line - problem.startswith("mapping values")  # its text may begin there
    for number in dict.fromkeys((start.line, before, here.line)):
        found = blank(lines[number - 1], number) if 0 < number <= len(lines) else None
        if found is not None:
            return found
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
        where = "the end" if ended else f"line {here.line}, column {here.column}"
        return start, f"'{opening}' is not closed: expected ',' or '{closing}' at {where}"
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
MAX_VALUES = 100_000  # of a file: more take seconds to check and are not written by hand
LABELLED = ("runs",)  # where a key may be a number, which is its text


class Unreadable(Exception):
    """The text stops being YAML, or ours, at a place; nothing after it can be trusted."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


def parse(text: str, path: KeyPath = ()) -> tuple[Node, Sequence[Problem]]:
    """The tree of one YAML document, and what is wrong with single keys and values of it.

    `path` has the keys that the whole text is the value of. Raises Unreadable where reading
    can't go on.
    """
    stop = forbidden(text)
    if stop is not None:
        raise Unreadable(*stop)
    composer = _Composer(text)
    try:
        return composer.document(path), composer.problems
    except yaml.MarkedYAMLError as error:
        fault = error
    # The parser reads ahead of its events: it may stop, or refuse a depth by its own limit,
    # before it reports a level that is too deep for us. So the text before that place is read.
    before = fault.problem_mark.index if fault.problem_mark else 0
    with suppress(yaml.MarkedYAMLError):
        for _ in _events(text[:before]):
            pass
    raise Unreadable(*explain(fault, split(text)))


def _events(text: str) -> Iterator[Any]:
    """The parser's events for a text. Raises Unreadable at the first level that is too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=PARSER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise Unreadable(_place(event), f"nested more than {MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        yield event


class _Composer:
    """Makes a tree of the events of one document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events = _events(text)
        self.problems: list[Problem] = []
        self.count = 0  # of the values so far

    def document(self, path: KeyPath) -> Node:
        top = Place(1, 1)  # where problems of the whole file are shown
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return Node(None, top, top, path)
        root = self.value(next(self.events), top, path, False)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            message = "a second document begins here: a file holds one config"
            raise Unreadable(_place(after), message)
        return root

    def value(self, event: Any, key: Place | None, path: KeyPath, broken: bool) -> Node:
        """The node that begins with an event; `broken` says whether what holds it is broken."""
        place = _place(event)
        if self.count > MAX_VALUES:
            message = f"more than {MAX_VALUES:,} values: long data belong in a CSV file"
            raise Unreadable(place, message)
        self.count += 1
        scalar = isinstance(event, yaml.ScalarEvent)
        alias = isinstance(event, yaml.AliasEvent)
        block = not scalar and not alias and not event.flow_style
        place = place._replace(width=0) if block else place
        if event.anchor is not None or event.tag is not None:
            origin = Node(None, place, key).origin
            self.problems.append(Problem(origin, path, _not_allowed(event)))
            broken = True
        if scalar:
            value = plain(event.value) if event.implicit[0] else event.value
            return Node(value, place, key, path, broken)
        if alias:
            return Node(None, place, key, path, broken)
        inside = self.sequence if isinstance(event, yaml.SequenceStartEvent) else self.mapping
        value, end = inside(path, broken)
        place = _block(place, value) if block else _place(event, end)
        return Node(value, place, key, path, broken)

    def sequence(self, path: KeyPath, broken: bool) -> tuple[list[Node], Any]:
        """The items, and the event that ends them."""
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, None, (*path, len(items)), broken))
        return items, event

    def mapping(self, path: KeyPath, broken: bool) -> tuple[dict[str, Node], Any]:
        """The keys and their values, and the event that ends them."""
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = _place(event)
            if (message := self.objection(event, path, entries)) is None:
                key = _key(event)
                entries[key] = self.value(next(self.events), place, (*path, key), broken)
                continue
            self.skip(event)
            self.skip(next(self.events))
            self.problems.append(Problem(place, path, message))
        return entries, event

    def objection(self, event: Any, path: KeyPath, entries: Mapping[str, Node]) -> str | None:
        """Why a key of a mapping can't be used, if it can't."""
        if not isinstance(event, yaml.ScalarEvent):
            return "a key must be a name"
        key, unquoted = _key(event), event.implicit[0]
        if unquoted and (found := self.blank(event)) is not None:
            raise Unreadable(*found)
        if event.anchor is not None or event.tag is not None:
            return "a key can't have a tag or an anchor"
        value = plain(key) if unquoted else key
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, str) and not (number and path == LABELLED):
            index = event.start_mark.index if event.start_mark else 0
            comma = number and self.text[:index].endswith(",")
            hint = ": write decimals with a point, like 0.1" if comma else ""
            return f"a key must be a name, found {shown(key) or 'nothing'}{hint}"
        if unquoted and key == "<<":
            return "merge keys (<<) are not allowed: repeat the keys"
        first = entries[key].key if key in entries else None
        if isinstance(first, Place):
            return f"duplicate key '{shown(key)}'; first given in line {first.line}"
        return None

    def blank(self, event: Any) -> tuple[Place, str] | None:
        """A blank of another kind before an unquoted text, or where its ':' should end it."""
        place = _place(event)
        text = str(event.value)
        if not re.match(f"[{BLANK}]|.*:[{BLANK}]|-[{BLANK}]", text):
            return None
        line = split(self.text)[place.line - 1]
        return blank(" " * (place.column - 1) + line[place.column - 1 :], place.line)

    def skip(self, event: Any) -> None:
        """Pass over a key or a value that can't be used."""
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
            event = next(self.events)


def _key(event: Any) -> str:
    """The text of a key, without blanks of another kind around it where it is not quoted."""
    key = str(event.value)
    return AROUND.sub("", key) if event.implicit[0] else key


def _not_allowed(event: Any) -> str:
    """What makes a value broken."""
    if isinstance(event, yaml.AliasEvent):
        return f"aliases (*{shown(str(event.anchor))}) are not allowed: repeat the value"
    if event.tag is not None:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        return f"tags ({shown(tag)}) are not allowed"
    return f"anchors (&{shown(str(event.anchor))}) are not allowed"


def _place(event: Any, last: Any = None) -> Place:
    """From where an event starts to where it, or the last of several, ends."""
    start, end = event.start_mark, (last or event).end_mark
    width = end.column - start.column if end.line == start.line else 10**6
    return Place(start.line + 1, start.column + 1, width, start.index, end.index)


def _block(place: Place, value: list[Node] | dict[str, Node]) -> Place:
    """The place of a block, up to its last value: the parser ends it where the next one begins."""
    last = next(reversed(value if isinstance(value, list) else value.values()), None)
    end = last.place if last is not None else place
    return place._replace(end=end.end) if isinstance(end, Place) else place


MAX_BYTES = 1_000_000  # bytes
STDIN = Path("stdin")  # the path of a config that comes through standard input
PIPED = "<stdin>"  # what it is called
MAPPING = Path("film")  # the path of a config that is a mapping in Python


def read(path: Path, text: str | None = None) -> tuple[Node, Problems]:
    """The tree of a file, a mapping, and its problems so far; `text` stands for the file's own.

    Raises ConfigError when it can't be read as YAML at all.
    """
    name = PIPED if text is not None and path == STDIN else str(path)
    text = _text(path) if text is None else text
    problems = Problems(name, split(text))
    try:
        root, broken = parse(text)
        if root.value is None and not broken:
            raise Unreadable(Place(1, 1), "the file is empty")
        if not isinstance(root.value, dict) and not broken:
            lines = enumerate(problems.lines, 1)
            found = next((f for n, line in lines if (f := blank(line, n)) is not None), None)
            if found is not None:
                raise Unreadable(*found)
            message = "expected keys and values, like 'title: My film'"
            raise Unreadable(root.origin, message)  # type: ignore[arg-type]  # it is a Place
    except Unreadable as stop:
        problems.add(Problem(stop.place, (), stop.message))
        problems.raise_any()
        raise
    for problem in broken:
        problems.add(problem)
    return root if isinstance(root.value, dict) else replace(root, value={}), problems


def taken(text: str, name: str) -> tuple[Node, Problems]:
    """The tree of a mapping, as JSON, and its problems so far: all of it is called `name`.

    Raises ConfigError when it is too large or too deep.
    """
    origin, problems = Option(name, rank=0), Problems(name)
    if len(text) > MAX_BYTES:
        raise ConfigError(f"{name}: larger than {MAX_BYTES:,} bytes: not a config")
    try:
        parse(text)
    except Unreadable as stop:
        problems.add(Problem(origin, (), stop.message))
        problems.raise_any()
    return made(json.loads(text), origin), problems


def _text(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    try:
        with opened(path, streams=True) as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        folder = path.parent
        there = [f.name for f in folder.glob("*.y*ml")] if folder.is_dir() else []
        raise ConfigError(f"{path}: no such file{nearest_file(path.name, there)}") from None
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
