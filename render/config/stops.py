"""The stops of a film as a config has them: a word, a list of times, or both with options."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from render import registry
from render.config.fields import as_written, take
from render.config.layers import target
from render.config.node import STOPS, Node
from render.config.problems import Problems
from render.config.spec import MAX_STOPS, STOPS_AT, At, FilmOptions, StopOptions
from render.config.when import first_frame

if TYPE_CHECKING:
    from render.config.when import When
    from render.encode.base import Format

WORDS = ("auto", "steps", "captions", "none")


def stops(problems: Problems, film: Node, options: FilmOptions) -> StopOptions:
    """The stops of a film; what is wrong with them is noted as a problem."""
    node = film.get(STOPS[-1])
    if node is None:
        return StopOptions()
    given: StopOptions | None = StopOptions()
    times: Node | None = node
    if isinstance(node.value, dict):
        given = take(problems, node, StopOptions, beside=("at",))
        times = node.get("at")
    at: Any = "auto" if times is None else _times(problems, times, options)
    return replace(given or StopOptions(), at=at)


def _times(problems: Problems, node: Node, film: FilmOptions) -> Any:
    """A word, or times in the order in which they are written."""
    if isinstance(node.value, str) and node.value in WORDS:
        return node.value
    if not isinstance(node.value, list):
        hint = f": write [{node.value}]" if _is_time(node) else ""
        problems.refuse(node, f"expected {STOPS_AT}, found {as_written(node.data)}{hint}")
        return "auto"
    if len(node.value) > MAX_STOPS:
        problems.refuse(node, f"at most {MAX_STOPS} stops, found {len(node.value)}")
        return "auto"
    read = [take(problems, item, At) for item in node.value]
    _check_times(problems, node, read, film)
    return tuple(when for when in read if when is not None)


def _is_time(node: Node) -> bool:
    return isinstance(node.value, str) and take(Problems(), node, At) is not None


def _check_times(
    problems: Problems, node: Node, read: Sequence[When | None], film: FilmOptions
) -> None:
    """Refuse times after the film, and a second stop at one frame."""
    taken: dict[Any, When] = {}
    for index, when in enumerate(read):
        if when is None:
            continue
        if when.unit == "s" and when.count > film.duration:
            problems.refuse(node.at(index), f"{when}: the film lasts {film.duration:g} s")
            continue
        place = frame_at(when, film) if when.unit in "s%" else when
        if (other := taken.setdefault(place, when)) is not when:
            problems.refuse(node.at(index), second_at_one(when, other, place))


def frame_at(when: When, film: FilmOptions) -> int:
    """The first frame at or after a time in seconds or percent."""
    time_s = when.count if when.unit == "s" else when.count / 100 * film.last_s
    return first_frame(min(time_s, film.last_s), film.fps)


def second_at_one(when: When, other: When, frame: int | When) -> str:
    """The message for two stops at one frame."""
    where = f"is at frame {frame}, as {other} is" if isinstance(frame, int) else "is given twice"
    return f"{when} {where}: one frame can have one stop"


def check_reached(
    problems: Problems, root: Node, film: FilmOptions | None, run: Mapping[str, Any]
) -> None:
    """Refuse stops at steps and epochs that come after the run's last one, as it is planned."""
    training = run["training"]
    if film is None or training is None or isinstance(film.stops.at, str):
        return
    node = root.at("film").at(STOPS[-1])
    times = node.at("at") if isinstance(node.value, dict) else node
    last = {"epoch": training.epochs}
    if training.batch_size == "full":
        last["step"] = training.epochs
    for item in times.value if isinstance(times.value, list) else ():
        when = take(Problems(), item, At)
        if when is not None and when.count > last.get(when.unit, math.inf):
            message = f"{when}: the run ends at {when.unit} {last[when.unit]:,}"
            problems.refuse(item, message)


def check_used(
    problems: Problems, root: Node, film: FilmOptions, outputs: Sequence[Format]
) -> None:
    """Refuse stops that none of the formats can use, or more than one of them can take."""
    node = root.at("film").get(STOPS[-1])
    options = film.stops
    if node is None or not outputs:
        return
    kinds = [registry.name_of(type(format_)) for format_ in outputs]
    for format_, kind in zip(outputs, kinds, strict=True):
        if (reason := format_.refuse_stops(options.most, film.size)) is not None:
            problems.refuse(node, f"{kind} {reason}")
    if target(root) is None and (reason := unused(options, outputs)) is not None:
        problems.refuse(node, f"{', '.join(kinds)} {reason}")


def unused(options: StopOptions, outputs: Sequence[Format]) -> str | None:
    """Why stops that a config asks for are of no use for these formats; None if they are."""
    waits = options.hold_s > 0 or options.whole_seconds
    if options.at in ("auto", "none") or waits or any(format_.stops for format_ in outputs):
        return None
    every = (registry.member("encode/formats", name) for name in registry.names("encode/formats"))
    able = ", ".join(registry.name_of(cls) for cls in every if cls.stops)
    return f"can't stop: give hold_s, or one of {able} among the outputs"
