"""Checks a node against its type, and writes pydantic's errors as our messages."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, BeforeValidator, Tag, TypeAdapter, ValidationError

from render.config.node import Node, Option, Origin
from render.config.problems import Problems, nearest, shown
from render.config.yaml import plain

UNIONS = (Union, types.UnionType)


@dataclass(frozen=True)
class Allowed:
    """Metadata of an annotation: what it allows, in words, where its type isn't enough."""

    text: str


def bare(annotation: Any) -> Any:
    """The annotation without its metadata and without `| None`."""
    return _peeled(annotation)[0]


def is_union(annotation: Any) -> bool:
    """Whether the annotation offers a choice of types."""
    return get_origin(bare(annotation)) in UNIONS


def options(cls: type[Any]) -> dict[str, Any]:
    """A dataclass's YAML keys with their annotations, each the same object in every call."""
    return {**_options(cls)}  # type: ignore[arg-type]  # mypy: a class has no hash


@cache
def _options(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {spelled(f.name, hints[f.name]): hints[f.name] for f in fields(cls) if f.init}


def spelled(name: str, annotation: Any) -> str:
    """The YAML key of a field: its name, or, for a word of Python's such as class, its alias."""
    names = aliases(annotation)
    return name if not names or name in names else names[0]


def aliases(annotation: Any) -> tuple[str, ...]:
    """The names that mean this field in YAML, the first name first; empty if it has only one."""
    choices = (getattr(extra, "validation_alias", None) for extra in metadata(annotation))
    alias = next((c for c in choices if isinstance(c, AliasChoices)), None)
    return tuple(str(choice) for choice in alias.choices) if alias else ()


def keys(cls: type[Any]) -> dict[str, Any]:
    """Every key that a mapping for this dataclass may have, second names included."""
    own = options(cls)
    return own | {name: hint for hint in own.values() for name in aliases(hint)}


def inside(annotation: Any, part: str | int) -> Any:
    """The annotation of a part: a dataclass's field, a list's item, a mapping's value."""
    kind = bare(annotation)
    if is_dataclass(kind):
        return keys(kind).get(str(part), Any)  # type: ignore[arg-type]
    inner = get_args(kind)
    if get_origin(kind) is tuple and Ellipsis not in inner and isinstance(part, int):
        return inner[part] if part < len(inner) else Any
    return inner[-1 if get_origin(kind) is dict else 0] if inner else Any


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
    for extra in metadata(annotation):
        if isinstance(extra, Allowed):
            return extra.text
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
    limits = [getattr(extra, name) for extra in extras if getattr(extra, name, None) is not None]
    return limits[-1] if limits else None


def as_written(value: Any) -> str:
    """A value in a message, about as its author wrote it, on one short line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return re.sub("(inf|nan)", r".\1", repr(value))
    if isinstance(value, int):
        return shown(str(value))
    if isinstance(value, list | tuple):
        items = f"[{', '.join(as_written(item) for item in value[:4])}]"
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
    """The metadata of an annotation."""
    return _peeled(annotation)[1]


def _peeled(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The bare type, and the metadata of all its layers."""
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


SIZE = re.compile(r"([0-9]{2,5}) ?[xX×] ?([0-9]{2,5})")
WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}  # flags in YAML 1.1


def take(problems: Problems, node: Node, annotation: Any, beside: Sequence[str] = ()) -> Any:
    """The value of a node in the given type; None, and problems noted, if it doesn't fit.

    `beside` names keys of the section that are read in other places.
    """
    value = node.data
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if key not in beside}
        if is_dataclass(bare(annotation)):
            for name in _second_names(problems, node, annotation):
                del value[name]
    try:
        return _adapter(_SameObject(annotation)).validate_python(value)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            _refuse(problems, node, annotation, error, beside)
        return None


def refuse_part(problems: Problems, node: Node, cls: Any, fault: Exception) -> None:
    """Note a fault of a section, at the option that its message begins with (`scale: …`)."""
    name, colon, message = str(fault).partition(": ")
    span = getattr(fault, "span", None)
    if colon and is_dataclass(cls) and name in options(cls):  # type: ignore[arg-type]
        problems.refuse(node.at(name), message, span=span)
    else:
        problems.refuse(node, str(fault), span=span)


def unknown_key(
    problems: Problems, section: Node, key: str, names: Sequence[str], also: Sequence[str] = ()
) -> None:
    """Note a key of a section that isn't one of the names; `also` are other names to hint at."""
    node = section.at(key)
    if problems.has(node):
        return  # the search for the nearest name is slow, and there may be thousands of keys
    word, colon, rest = key.partition(":")
    if colon and word in names:
        message = f"unknown key; a ':' needs a space after it: {shown(word)}: {shown(rest) or '…'}"
    else:
        hint = nearest(key, (*names, *also)) or (";" if names else "")
        allowed = f" allowed: {', '.join(names)}" if names else "; there are no options here"
        message = f"unknown key{hint}{allowed}"
    problems.refuse(node, message, at_key=True)


@dataclass(frozen=True, eq=False)
class _SameObject:
    """An annotation as the key of a cache, by identity, since few annotations have a hash."""

    annotation: Any

    def __hash__(self) -> int:
        return id(self.annotation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameObject) and other.annotation is self.annotation


@lru_cache(maxsize=1024)
def _adapter(of: _SameObject) -> TypeAdapter[Any]:
    """pydantic's adapter of an annotation; cached: making one takes longer than using it."""
    return TypeAdapter(of.annotation)


def _second_names(problems: Problems, node: Node, annotation: Any) -> Iterator[str]:
    """The names to ignore where a field is given under several: all but the last option's.

    Two names of one field in a file, such as `lr` and `learning_rate`, are noted as a problem.
    """
    for field in options(bare(annotation)).values():
        given = [name for name in aliases(field) if name in node.entries]
        rank = {name: _rank(node.entries[name].key_origin) for name in given}
        given.sort(key=rank.__getitem__)
        for name in given[:-1]:
            if rank[name] == rank[given[-1]]:
                message = f"means the same as '{name}', which is given too: leave one out"
                problems.refuse(node.entries[given[-1]], message, at_key=True)
            yield name


def _rank(origin: Origin) -> int:
    return origin.rank if isinstance(origin, Option) else 0


def _refuse(
    problems: Problems, node: Node, annotation: Any, error: Any, beside: Sequence[str]
) -> None:
    """Note one of pydantic's errors, in our words, at the node that it is about."""
    kind, loc = error["type"], error["loc"]
    extra = kind == "unexpected_keyword_argument"
    section, there = annotation, True
    for part in loc[:-1] if extra or kind == "missing" else loc:
        if is_union(section):  # what follows names a branch of it, not a part of the value
            if (chosen := branch(section, part)) is None:
                break
            section = chosen
            continue
        there = there and node.get(part) is not None
        node, section = node.at(part), inside(section, part)
    whole = kind in {"missing", "too_long"} or is_union(section)
    value = node.data if whole and there else error["input"]
    if is_union(section):
        problems.refuse(node, f"expected {expectation(section)}, found {as_written(value)}")
    elif extra:
        names = tuple(options(bare(section)))
        others = beside if len(loc) == 1 else ()
        unknown_key(problems, node, loc[-1], names, (*keys(bare(section)), *others))
    elif kind == "missing" and is_dataclass(bare(section)):
        problems.refuse(node, f"missing key '{loc[-1]}': {expectation(inside(section, loc[-1]))}")
    elif kind == "value_error":
        refuse_part(problems, node, bare(section), error["ctx"]["error"])
    elif kind in {"string_too_short", "string_too_long"}:
        low, high = limit(section, "min_length"), limit(section, "max_length")
        range_ = f"1 to {high}" if high else f"at least {low}"
        problems.refuse(node, f"expected {range_} characters, found {len(error['input']):,}")
    else:
        written = _with_hint(section, value)
        problems.refuse(node, f"expected {expectation(section)}, found {written}")


def _with_hint(annotation: Any, value: Any) -> str:
    """The value in words, and how to correct it where that is clear."""
    expected, words = bare(annotation), as_written(value)
    if expected is str and isinstance(value, int | float):
        return f"{words}: put it in quotes"
    if isinstance(value, str) and expected is not str:
        return words + _of_text(annotation, value)
    if expected is int and isinstance(value, float) and value.is_integer():
        return f"{words}: write {int(value)}"
    step = limit(annotation, "multiple_of")
    if step and isinstance(value, int) and not isinstance(value, bool):
        low, high = limit(annotation, "ge") or step, limit(annotation, "le") or value
        return f"{words}; the nearest is {max(low, min(high, value - value % step))}"
    return words


def _of_text(annotation: Any, text: str) -> str:
    """A hint at what was meant, where a text is written and the type is another one."""
    expected = bare(annotation)
    choices = [annotation, *(get_args(expected) if is_union(annotation) else ())]
    named = [w for c in choices if get_origin(bare(c)) is Literal for w in get_args(bare(c))]
    words = [word for word in named if isinstance(word, str)]
    begun = [word for word in words if text and word.startswith(text)]
    near = begun[:1] or get_close_matches(text.casefold(), words, n=1, cutoff=0.7)
    if near:
        return f"; did you mean '{near[0]}'?"
    if get_origin(expected) is tuple and (size := SIZE.fullmatch(text)):
        return f": write [{size[1]}, {size[2]}]"
    if expected in (int, float, bool) and not isinstance(plain(text), str | None):
        return ": leave the quotes out"
    if expected is bool and text.lower() in WORDS:
        return f": write {WORDS[text.lower()]}"
    return ""
