"""The options of a class in words: what each allows, its default, its description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, get_args

from render.config.fields import aliases, bare, expectation, metadata, options
from render.config.when import When

REQUIRED = object()  # the default of an option that must be given


@dataclass(frozen=True)
class OptionDoc:
    """An option of a config, described for those who write configs."""

    name: str
    annotation: Any
    allowed: str  # in words: `a number above 0`
    default: Any  # as YAML has it, or REQUIRED
    about: str
    aliases: tuple[str, ...] = ()


def described(cls: type[Any]) -> tuple[OptionDoc, ...]:
    """Every option of a dataclass, in the order of its fields."""
    own = dict(zip(options(cls), (f for f in fields(cls) if f.init), strict=True))
    return tuple(
        OptionDoc(
            name=name,
            annotation=hint,
            allowed=expectation(hint),
            default=_default(own[name]),
            about=about(hint),
            aliases=tuple(other for other in aliases(hint) if other != name),
        )
        for name, hint in options(cls).items()
    )


def about(annotation: Any) -> str:
    """The description of a field, or of a part of it, or of the class that it holds."""
    for extra in reversed(metadata(annotation)):
        if text := getattr(extra, "description", None):
            return str(text)
    kind = bare(annotation)
    if is_dataclass(kind):
        return first_line(kind)
    return next((text for choice in get_args(kind) if (text := about(choice))), "")


def first_line(thing: Any) -> str:
    """The first line of a docstring."""
    return (thing.__doc__ or "").strip().partition("\n")[0]


def plain(value: Any) -> Any:
    """A default as YAML would have it: lists, mappings, texts and numbers."""
    if isinstance(value, When):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.init}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return plain(field.default)
    return plain(field.default_factory()) if field.default_factory is not MISSING else REQUIRED
