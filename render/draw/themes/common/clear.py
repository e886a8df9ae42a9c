"""A theme and the formats of a film in; refused where a format can't be transparent."""

from __future__ import annotations

from collections.abc import Iterable

from render import registry
from render.draw.themes.base import Theme
from render.encode.base import Format
from render.errors import RenderError


def refuse_opaque(theme: Theme, formats: Iterable[Format]) -> None:
    """Raise RenderError if the theme has no background and a format must have one.

    A colour put there unasked would be a film that its maker finds useless on the slide.
    """
    if not theme.clear:
        return
    for format_ in formats:
        if format_.draws and not getattr(format_, "alpha", False):
            kind = registry.name_of(type(format_))
            raise RenderError(
                f"{kind} has no transparency, and this theme has no background: ask for"
                f" --format {_clear()}, or take a theme that has one"
            )


def _clear() -> str:
    """The formats that can be transparent."""
    folder = "encode/formats"
    able = [name for name in registry.names(folder) if registry.member(folder, name).alpha]
    return f"{', '.join(able[:-1])} or {able[-1]}"
