"""A YAML text in, plain data out, with the place in the file of every key and value.

Built from the parser's events and not from PyYAML's loader: depth, tags, aliases and
duplicate keys are met before anything is made of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from render.config import scalars, syntax
from render.config.problems import KeyPath, Place, shown

PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast

DEEPEST = 32
MOST = 100_000  # values of a file: more take seconds to check, and nobody writes them by hand
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
    stop = syntax.forbidden(text)
    if stop is not None:
        raise Unreadable(*stop)
    try:
        return _Composer(text, above).document()
    except yaml.MarkedYAMLError as error:
        fault = error
    # The parser reads ahead of its events: it may stop, or refuse a depth of its own, before it
    # tells of a level that is too deep for us. So what stands before that place is looked at.
    before = fault.problem_mark.index if fault.problem_mark else 0
    with suppress(yaml.MarkedYAMLError):
        for _ in _events(text[:before]):
            pass
    raise Unreadable(*syntax.explain(fault, syntax.split(text)))


def _events(text: str) -> Iterator[Any]:
    """What the parser tells of a text, down to the deepest level."""
    depth = 0
    for event in yaml.parse(text, Loader=PARSER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Unreadable(_place(event), f"nested more than {DEEPEST} levels deep")
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
        if len(self.source.values) > MOST:
            raise Unreadable(place, f"more than {MOST:,} values: long data belong in a CSV file")
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
            return scalars.plain(event.value) if event.implicit[0] else event.value
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
        key, plain = str(event.value), event.implicit[0]
        if event.anchor is not None or event.tag is not None:
            return "a key can't have a tag or an anchor"
        value = scalars.plain(key) if plain else key
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, str) and not (number and (*self.above, *path) == LABELLED):
            index = event.start_mark.index if event.start_mark else 0
            comma = number and self.text[:index].endswith(",")
            hint = ": write decimals with a point, like 0.1" if comma else ""
            return f"a key must be a name, found {shown(key) or 'nothing'}{hint}"
        if plain and key == "<<":
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
