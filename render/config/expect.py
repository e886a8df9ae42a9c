"""A field's annotation in, what it allows in words out: `a whole number from 1 to 120`."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, BeforeValidator, Tag

from render.config.problems import shown

UNIONS = (Union, types.UnionType)


@dataclass(frozen=True)
class Told:
    """Metadata of an annotation: what it allows, where its type doesn't say it."""

    text: str


def bare(annotation: Any) -> Any:
    """The annotation without its metadata, and without None as a way to leave it open."""
    return _peeled(annotation)[0]


def is_union(annotation: Any) -> bool:
    """Whether the annotation offers a choice of types."""
    return get_origin(bare(annotation)) in UNIONS


def options(cls: type[Any]) -> dict[str, Any]:
    """A dataclass's YAML keys, with their annotations: always the same objects."""
    return {**_options(cls)}  # type: ignore[arg-type]  # mypy: a class has no hash


@cache
def _options(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {f.name: hints[f.name] for f in fields(cls) if f.init}


def aliases(annotation: Any) -> tuple[str, ...]:
    """The names that mean this field in YAML, its own first; empty when there is but one."""
    choices = (getattr(extra, "validation_alias", None) for extra in metadata(annotation))
    found = next((c for c in choices if isinstance(c, AliasChoices)), None)
    return tuple(str(choice) for choice in found.choices) if found else ()


def keys(cls: type[Any]) -> dict[str, Any]:
    """Every key that a mapping for this dataclass may have, second names included."""
    own = options(cls)
    return own | {name: hint for hint in own.values() for name in aliases(hint)}


def inside(annotation: Any, part: str | int) -> Any:
    """The annotation of a part: a dataclass's field, a list's item, a mapping's value."""
    kind = bare(annotation)
    if is_dataclass(kind):
        return keys(kind).get(str(part), Any)  # type: ignore[arg-type]
    found = get_args(kind)
    if get_origin(kind) is tuple and Ellipsis not in found and isinstance(part, int):
        return found[part] if part < len(found) else Any
    return found[-1 if get_origin(kind) is dict else 0] if found else Any


def branch(annotation: Any, tag: str | int) -> Any:
    """The choice of a union that a tag names; None in a union without tags."""
    tagged = (
        (extra.tag, choice)
        for choice in get_args(bare(annotation))
        for extra in metadata(choice)
        if isinstance(extra, Tag)
    )
    return dict(tagged).get(str(tag))


def expectation(annotation: Any) -> str:
    """What the field allows, in words."""
    kind = bare(annotation)
    if (told := next((m for m in metadata(annotation) if isinstance(m, Told)), None)) is not None:
        return told.text
    if is_union(kind):
        return " or ".join(expectation(choice) for choice in get_args(kind))
    if get_origin(kind) is Literal:
        return " or ".join(repr(choice) for choice in get_args(kind))
    if get_origin(kind) is tuple:
        count = "" if Ellipsis in get_args(kind) else f"{len(get_args(kind))} "
        return f"a list of {count}{_plural(get_args(kind)[0])}"
    if is_dataclass(kind):
        mapping = f"a mapping of {', '.join(options(kind)) or 'nothing'}"  # type: ignore[arg-type]
        short = any(isinstance(extra, BeforeValidator) for extra in metadata(annotation))
        return f"a number or {mapping}" if short else mapping
    simple = {bool: "true or false", str: "a text", dict: "a mapping", list: "a list"}
    if kind not in (int, float):
        return simple.get(get_origin(kind) or kind, "another value")
    even = "even " if limit(annotation, "multiple_of") == 2 else ""
    article = "an" if even else "a"
    return f"{article} {even}{'whole ' * (kind is int)}number{_range(annotation)}"


def limit(annotation: Any, name: str) -> Any:
    """A bound of a number (`ge`, `gt`, `le`, `lt`, `multiple_of`), or None."""
    extras = [inner for extra in metadata(annotation) for inner in getattr(extra, "metadata", ())]
    found = [getattr(extra, name) for extra in extras if getattr(extra, name, None) is not None]
    return found[-1] if found else None


def found(value: Any) -> str:
    """A value as its author would know it again."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return re.sub("(inf|nan)", r".\1", repr(value))
    if isinstance(value, int):
        return shown(str(value))
    if isinstance(value, list | tuple):
        items = f"[{', '.join(found(item) for item in value[:4])}]"
        return items if len(items) <= 40 and len(value) <= 4 else f"a list of {len(value)}"
    return "a mapping" if isinstance(value, dict) else f"'{shown(str(value))}'"


def _range(annotation: Any) -> str:
    low, above = limit(annotation, "ge"), limit(annotation, "gt")
    high, below = limit(annotation, "le"), limit(annotation, "lt")
    words = []
    if low is not None and high is not None:
        return f" from {_number(low)} to {_number(high)}"
    if low is not None or above is not None:
        words.append(
            f"of at least {_number(low)}" if low is not None else f"above {_number(above)}"
        )
    if high is not None or below is not None:
        words.append(f"at most {_number(high)}" if high is not None else f"below {_number(below)}")
    return "".join(" " + " and ".join(words)) if words else ""


def _plural(annotation: Any) -> str:
    one = expectation(annotation)
    many = re.sub(r"\ban? ((?:\w+ )*?)(number|mapping|list)\b", r"\1\2s", one)
    return many if many != one else "values"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else f"{value:g}"


def metadata(annotation: Any) -> tuple[Any, ...]:
    """All that an annotation is annotated with."""
    return _peeled(annotation)[1]


def _peeled(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The bare type and all that its layers are annotated with."""
    extras: tuple[Any, ...] = ()
    while True:
        choices = [choice for choice in get_args(annotation) if choice is not type(None)]
        if get_origin(annotation) is Annotated:
            extras += annotation.__metadata__
            annotation = choices[0]
        elif get_origin(annotation) in UNIONS and len(choices) < len(get_args(annotation)):
            annotation = Union[tuple(choices)]  # noqa: UP007
        else:
            return annotation, extras
