"""A part of a draft and the type it must have in, the checked value out, or problems noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import is_dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from render.config.draft import Draft
from render.config.expect import (
    aliases,
    bare,
    branch,
    expectation,
    found,
    inside,
    is_union,
    keys,
    limit,
    options,
)
from render.config.problems import KeyPath, Option, nearest


def take(draft: Draft, path: KeyPath, annotation: Any, value: Any, also: Sequence[str] = ()) -> Any:
    """The value as the type wants it; None, and problems in the draft, if it doesn't fit.

    `also` names keys of the section that were dealt with before.
    """
    if is_dataclass(bare(annotation)) and isinstance(value, dict):
        value = _one_name(draft, path, annotation, value)
    try:
        return _adapter(annotation).validate_python(value)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            _note(draft, path, annotation, error, value, also)
        return None


def unknown_key(
    draft: Draft, path: KeyPath, names: Sequence[str], also: Sequence[str] = ()
) -> None:
    """Note a key that isn't one of the names."""
    hint = nearest(str(path[-1]), (*names, *also)) or (";" if names else "")
    allowed = f" allowed: {', '.join(names)}" if names else "; there are no options here"
    draft.refuse(path, f"unknown key{hint}{allowed}", at_key=True)


def _adapter(annotation: Any) -> TypeAdapter[Any]:
    """Making one takes longer than using it: those of classes are kept."""
    return _kept(annotation) if isinstance(annotation, type) else TypeAdapter(annotation)


@cache
def _kept(cls: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _one_name(
    draft: Draft, path: KeyPath, annotation: Any, value: dict[str, Any]
) -> dict[str, Any]:
    """Leave one of `lr` and `learning_rate`: that of the later option, never two of a file."""
    value = dict(value)
    for field in options(bare(annotation)).values():
        given = [name for name in aliases(field) if name in value]
        rank = {name: _rank(draft, (*path, name)) for name in given}
        given.sort(key=rank.__getitem__)
        for name in given[:-1]:
            del value[name]
            if rank[name] == rank[given[-1]]:
                message = f"means the same as '{name}', which is given too: leave one out"
                draft.refuse((*path, given[-1]), message, at_key=True)
    return value


def _rank(draft: Draft, path: KeyPath) -> int:
    origin = draft.origin(path, at_key=True)
    return origin.rank if isinstance(origin, Option) else 0


def _note(
    draft: Draft, path: KeyPath, annotation: Any, error: Any, value: Any, also: Sequence[str]
) -> None:
    """Say one of pydantic's errors in our words, at the part of the draft it is about."""
    kind, loc = error["type"], error["loc"]
    extra = kind == "unexpected_keyword_argument"
    section = annotation
    for part in loc[:-1] if extra or kind == "missing" else loc:
        if is_union(section):  # what follows names a branch of it, not a part of the value
            if (chosen := branch(section, part)) is None:
                break
            section = chosen
            continue
        path, section = (*path, part), inside(section, part)
        value = value[part] if isinstance(value, dict) else error["input"]
    if is_union(section):
        draft.refuse(path, f"expected {expectation(section)}, found {found(value)}")
    elif extra:
        names = tuple(options(bare(section)))
        deep = also if len(loc) == 1 else ()
        unknown_key(draft, (*path, loc[-1]), names, (*keys(bare(section)), *deep))
    elif kind == "missing" and is_dataclass(bare(section)):
        draft.refuse(path, f"missing key '{loc[-1]}': {expectation(inside(section, loc[-1]))}")
    elif kind == "value_error":
        draft.refuse(path, str(error["ctx"]["error"]))
    else:
        given = value if kind in {"missing", "too_long"} else error["input"]
        draft.refuse(path, f"expected {expectation(section)}, found {_with_hint(section, given)}")


def _with_hint(annotation: Any, value: Any) -> str:
    """What was found, and what would mend it where that is plain."""
    wanted, words = bare(annotation), found(value)
    if wanted is str and isinstance(value, int | float):
        return f"{words}: put it in quotes"
    step = limit(annotation, "multiple_of")
    if step and isinstance(value, int) and not isinstance(value, bool):
        low, high = limit(annotation, "ge") or step, limit(annotation, "le") or value
        return f"{words}; the nearest is {max(low, min(high, value - value % step))}"
    return words
