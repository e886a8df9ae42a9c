"""A part of a draft and the type it must have in, the checked value out, or problems noted."""

from __future__ import annotations

import re
import types
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, BeforeValidator, Tag, TypeAdapter, ValidationError

from render.config.draft import Draft, items
from render.config.problems import KeyPath, Option, nearest, shown
from render.config.yaml import plain

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
