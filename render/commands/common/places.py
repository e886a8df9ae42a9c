"""The table of places in, what is listed of each out: what suits it, what it takes, who says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from render.commands.common.entries import Entry, flow
from render.targets.base import Destination, Limits, Source
from render.targets.table import CHECKED, TABLE


def names() -> Sequence[str]:
    """Of all places."""
    return tuple(TABLE)


def entry(name: str) -> Entry:
    """A place, with the sources of what is said of it."""
    place = TABLE[name]
    return Entry(name, _line(place), "\n".join(_text(place)))


def _line(place: Destination) -> str:
    """Everything in a line: the row of the table."""
    width, height = place.size
    kinds = [_kind(output, place.takes.get(output["kind"])) for output in place.outputs]
    sure = "" if place.established else " (not all established)"
    return f"{place.about}: {width}×{height}, {place.fps} fps, {', '.join(kinds)}{sure}"


def _kind(output: Mapping[str, Any], limits: Limits | None) -> str:
    most = output.get("max_mb") or (limits.max_mb if limits else None)
    return output["kind"] if most is None else f"{output['kind']} of at most {most:g} MB"


def _text(place: Destination) -> Iterator[str]:
    yield f"{place.about[:1].upper()}{place.about[1:]}."
    yield ""
    for path, value in place.settings().items():
        yield f"{'.'.join(path)}: {flow(value)}"
    yield f"put there: {place.how}"
    yield ""
    yield f"as read on {CHECKED}"
    yield from map(_source, place.sources)
    if place.unknown:
        yield f"not established: {place.unknown}"


def _source(source: Source) -> str:
    by_others = "" if source.official else "written by others: "
    return f"- {by_others}{source.told}\n  {source.url}"
