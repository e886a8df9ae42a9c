"""The tree that a config is read into: every value with the place where it was written.

Nodes never change. Laying one layer of a config over another makes new nodes for what changes
and keeps the others, so each value keeps its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

KeyPath = tuple[str | int, ...]  # ("outputs", 1, "size")


class Place(NamedTuple):
    """A piece of the text of a file; line and column count from 1, start and end from 0.

    It is a tuple because every value has one or two of them: making one takes 0.8 µs, where
    a frozen dataclass takes 2.3 µs.
    """

    line: int
    column: int
    width: int = 1  # columns in the first line; 0 for a block of lines and for an empty value
    start: int = 0  # characters of the text before the piece
    end: int = 0  # characters of the text up to its end


@dataclass(frozen=True)
class Option:
    """An option as its user wrote it: `--fps 60` on the command line, `fps=60` in Python."""

    text: str
    rank: int  # the value of the option with the highest rank is used


Origin = Place | Option


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A value of a config. Two nodes are equal only if they are the same object."""

    value: Any  # dict of key → Node, list of Nodes, or a text, number, flag or None
    place: Origin  # of the value
    key: Origin | None = None  # of its key; None for an item of a list
    path: KeyPath = ()  # its name in messages: the keys under which it was written
    broken: bool = False  # whether reading reported a problem of it or of its parent

    @property
    def origin(self) -> Origin:
        """The place of a problem of the value: the key's for a block or an empty value."""
        hidden = isinstance(self.place, Place) and self.place.width == 0
        return self.key if hidden and self.key is not None else self.place

    @property
    def key_origin(self) -> Origin:
        """The place of a problem of the key."""
        return self.origin if self.key is None else self.key

    @property
    def data(self) -> Any:
        """The value as plain data, without places."""
        if isinstance(self.value, dict):
            return {key: inner.data for key, inner in self.value.items()}
        return [inner.data for inner in self.value] if isinstance(self.value, list) else self.value

    @property
    def entries(self) -> dict[str, Node]:
        """The keys of a mapping and their nodes; none of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str | int) -> Node | None:
        """The node under a key of a mapping or at a number of a list, if there is one."""
        if isinstance(self.value, list):
            there = isinstance(key, int) and key in range(len(self.value))
            return self.value[key] if there else None  # type: ignore[index]
        return self.entries.get(key)  # type: ignore[arg-type]

    def at(self, key: str | int) -> Node:
        """The same; if there is none, an empty mapping, so that its lack can be reported."""
        node = self.get(key)
        return Node({}, self.origin, None, (*self.path, key), self.broken) if node is None else node

    def walk(self) -> Iterator[Node]:
        """The node and all nodes in it."""
        yield self
        for inner in self.value if isinstance(self.value, list) else self.entries.values():
            yield from inner.walk()

    def without(self, key: str) -> Node:
        """A mapping without one of its keys."""
        return replace(self, value={k: inner for k, inner in self.value.items() if k != key})


class NoSuchItem(Exception):
    """A list has no item of that number."""

    def __init__(self, path: KeyPath, count: int) -> None:
        super().__init__(f"no such item; there are {count}, counted from 0")
        self.path = path


def made(data: Any, origin: Origin, path: KeyPath = ()) -> Node:
    """A node of plain data that all has one origin: a place or an option."""
    if isinstance(data, dict):
        data = {key: made(item, origin, (*path, key)) for key, item in data.items()}
    elif isinstance(data, list):
        data = [made(item, origin, (*path, index)) for index, item in enumerate(data)]
    return Node(data, origin, origin, path)


def put(node: Node, keys: Sequence[str], value: Node) -> Node:
    """The tree with another value under those keys; sections that are missing are added.

    A key that is a number means an item where there is a list. A section that is written as a
    bare name or number becomes a mapping, which then counts as written where the value was.
    Raises NoSuchItem.
    """
    if not keys:
        return value
    key, *rest = keys
    short = node.path == STOPS and isinstance(node.value, list) and item_number(key) < 0
    if short or not isinstance(node.value, dict | list):
        node = replace(node, value=spelled_out(node), place=value.place, key=value.place)
    if isinstance(node.value, list):
        number = item_number(key)
        if number not in range(len(node.value)):
            raise NoSuchItem((*node.path, key), len(node.value))
        items = [*node.value]
        items[number] = put(items[number], rest, value)
        return replace(node, value=items)
    missing = Node(None, value.place, value.place, (*node.path, key))
    inner = put(node.entries.get(key, missing), rest, value)
    return replace(node, value={**node.value, key: inner})


def item_number(key: str) -> int:
    """The index of a list's item that a key means; -1 if it means none."""
    return int(key) if key.isdecimal() and len(key) < 5 else -1


LAYOUT = ("film", "layout")  # where a text is rows of panels; in other sections it is a kind
STOPS = ("film", "stops")  # where a text or a list says at which times


def spelled_out(node: Node) -> dict[str, Node]:
    """The mapping that a bare name or number is short for; empty for anything else."""
    if node.path == STOPS and isinstance(node.value, str | list):
        return {"at": replace(node, path=(*node.path, "at"))}
    if isinstance(node.value, bool) or not isinstance(node.value, str | int | float):
        return {}
    name = "rows" if node.path[:2] == LAYOUT else "kind"
    key = name if isinstance(node.value, str) else "value"
    inner = Node(node.value, node.origin, node.origin, (*node.path, key), node.broken)
    return {key: inner}
