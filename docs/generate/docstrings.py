"""A griffe extension: what a docstring shows as typed into Python becomes a block of code."""

from __future__ import annotations

import re
from typing import Any

import griffe

TYPED = re.compile(r"(?:^|\n)((?:>>> [^\n]*)(?:\n(?!\s*\n)[^\n]+)*)")


class TypedIntoPython(griffe.Extension):
    """Fences the lines from `>>>` to the next empty line."""

    def on_instance(self, *, obj: Any, **_: Any) -> None:
        """Change the docstring of an object that has been read."""
        if obj.docstring is not None:
            obj.docstring.value = TYPED.sub(r"\n```pycon\n\1\n```", obj.docstring.value)
