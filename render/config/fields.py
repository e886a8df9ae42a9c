"""A part of a draft and the type it must have in, the checked value out, or problems noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, is_dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from render.config.draft import Draft, items
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
from render.config.problems import KeyPath, Option, nearest, shown
from render.config.scalars import plain

SIZE = re.compile(r"([0-9]{2,5}) ?[xX×] ?([0-9]{2,5})")
WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}  # what YAML 1.1 took for flags


def take(draft: Draft, path: KeyPath, annotation: Any, value: Any, also: Sequence[str] = ()) -> Any:
    """The value as the type wants it; None, and problems in the draft, if it doesn't fit.

    `also` names keys of the section that were dealt with before.
    """
    if is_dataclass(bare(annotation)) and isinstance(value, dict):
        value = _one_name(draft, path, annotation, value)
    try:
        return _adapter(_Itself(annotation)).validate_python(value)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            _note(draft, path, annotation, error, value, also)
        return None


def refuse_part(draft: Draft, path: KeyPath, cls: Any, fault: Exception) -> None:
    """Note what a section says of itself, at the option that it names first: `scale: 0 would …`."""
    name, colon, told = str(fault).partition(": ")
    span = getattr(fault, "span", None)
    if colon and is_dataclass(cls) and name in options(cls):  # type: ignore[arg-type]
        draft.refuse((*path, name), told, span=span)
    else:
        draft.refuse(path, str(fault), span=span)


def unknown_key(
    draft: Draft, path: KeyPath, names: Sequence[str], also: Sequence[str] = ()
) -> None:
    """Note a key that isn't one of the names."""
    key = str(path[-1])
    if key.partition(":")[0] in names and ":" in key:
        word, _, rest = key.partition(":")
        told = f"unknown key; a ':' needs a space after it: {shown(word)}: {shown(rest) or '…'}"
        return draft.refuse(path, told, at_key=True)
    hint = nearest(key, (*names, *also)) or (";" if names else "")
    allowed = f" allowed: {', '.join(names)}" if names else "; there are no options here"
    draft.refuse(path, f"unknown key{hint}{allowed}", at_key=True)


@dataclass(frozen=True, eq=False)
class _Itself:
    """An annotation as a key: few of them can be hashed, but they are the same object again."""

    annotation: Any

    def __hash__(self) -> int:
        return id(self.annotation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.annotation is self.annotation


@lru_cache(maxsize=1024)
def _adapter(of: _Itself) -> TypeAdapter[Any]:
    """Making one takes longer than using it."""
    return TypeAdapter(of.annotation)


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
        within = isinstance(value, dict | list | tuple) and part in dict(items(value))
        value = value[part] if within else error["input"]
    if is_union(section):
        draft.refuse(path, f"expected {expectation(section)}, found {found(value)}")
    elif extra:
        names = tuple(options(bare(section)))
        deep = also if len(loc) == 1 else ()
        unknown_key(draft, (*path, loc[-1]), names, (*keys(bare(section)), *deep))
    elif kind == "missing" and is_dataclass(bare(section)):
        draft.refuse(path, f"missing key '{loc[-1]}': {expectation(inside(section, loc[-1]))}")
    elif kind == "value_error":
        refuse_part(draft, path, bare(section), error["ctx"]["error"])
    elif kind in {"string_too_short", "string_too_long"}:
        low, high = limit(section, "min_length"), limit(section, "max_length")
        range_ = f"1 to {high}" if high else f"at least {low}"
        draft.refuse(path, f"expected {range_} characters, found {len(error['input']):,}")
    else:
        given = value if kind in {"missing", "too_long"} else error["input"]
        draft.refuse(path, f"expected {expectation(section)}, found {_with_hint(section, given)}")


def _with_hint(annotation: Any, value: Any) -> str:
    """What was found, and what would mend it where that is plain."""
    wanted, words = bare(annotation), found(value)
    if wanted is str and isinstance(value, int | float):
        return f"{words}: put it in quotes"
    if isinstance(value, str) and wanted is not str:
        return words + _of_text(annotation, value)
    if wanted is int and isinstance(value, float) and value.is_integer():
        return f"{words}: write {int(value)}"
    step = limit(annotation, "multiple_of")
    if step and isinstance(value, int) and not isinstance(value, bool):
        low, high = limit(annotation, "ge") or step, limit(annotation, "le") or value
        return f"{words}; the nearest is {max(low, min(high, value - value % step))}"
    return words


def _of_text(annotation: Any, text: str) -> str:
    """What a text may have been meant to be where something else is wanted."""
    wanted = bare(annotation)
    choices = [annotation, *(get_args(wanted) if is_union(annotation) else ())]
    named = [w for c in choices if get_origin(bare(c)) is Literal for w in get_args(bare(c))]
    words = [word for word in named if isinstance(word, str)]
    begun = [word for word in words if text and word.startswith(text)]
    near = begun[:1] or get_close_matches(text.casefold(), words, n=1, cutoff=0.7)
    if near:
        return f"; did you mean '{near[0]}'?"
    if get_origin(wanted) is tuple and (size := SIZE.fullmatch(text)):
        return f": write [{size[1]}, {size[2]}]"
    if wanted in (int, float, bool) and not isinstance(plain(text), str | None):
        return ": leave the quotes out"
    if wanted is bool and text.lower() in WORDS:
        return f": write {WORDS[text.lower()]}"
    return ""
