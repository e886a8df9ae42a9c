"""The names of a film's files: its config's or a pattern's, and what tells its variants apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from render.config.dump import resolved
from render.config.problems import nearest, shown
from render.config.spec import Spec
from render.config.when import EVERY, When
from render.errors import ConfigError

STEM = "stem"  # of the config's file
NEVER = '/\\:*?"<>|'  # in a name that every system can have
PLAIN = "-_.+"  # besides letters and digits; of a value anything else becomes a hyphen
MAX_BYTES = 200  # of a name, before what tells variants apart and the suffix
FORMAT = re.compile(r"0?[0-9]{0,2}(?:\.[0-9]{1,2})?[defgEG]?")


def variant(spec: Spec, target: str | None, draft: bool, still: When | None) -> str:
    """What a file's name has besides the film's, so that it never replaces the whole film.

    `target` is the one that was asked for, apart from the config's own. `-shorts`, `-draft`,
    `-frames0-59`, `-step2`; nothing for a film as its config has it. The stills of all steps
    have numbers already.
    """
    words = [target or "", "draft" if draft else ""]
    if still is None:
        words.append(_part(spec))
    elif still != EVERY:
        words.append(str(still).replace("%", "pct").replace(" ", ""))
    return "".join(f"-{word}" for word in words if word)


def _part(spec: Spec) -> str:
    """`frames0-59` of a film that is a part of another, else nothing."""
    film = spec.film
    if film.frames is None or film.frames == (0, round(film.duration * film.fps) - 1):
        return ""
    return f"frames{film.frames[0]}-{film.frames[1]}"


@dataclass(frozen=True)
class NamePattern:
    """A name with fields, `{stem}-lr{optimizer.lr}`: keys of the config, every default filled in.

    `{stem}` is the name of the config's file. A field may have the format of a number.
    """

    text: str
    written: str = "name"  # the option before it, as its user wrote it

    def of(self, spec: Spec) -> str:
        """The name of a film. Raises ConfigError for a field or a name that there can't be."""
        try:
            parts = list(Formatter().parse(self.text))
        except ValueError:
            raise self._error(
                "a brace is not closed, or not opened: {{ and }} are braces"
            ) from None
        data = {STEM: spec.name, **resolved(spec)}
        name = "".join(self._part(data, *part) for part in parts)
        if not name or name.startswith("."):
            raise self._error(f"a file can't be called '{shown(name)}'")
        if (size := len(name.encode("utf-8", "surrogateescape"))) > MAX_BYTES:
            raise self._error(f"a name of {size} bytes: at most {MAX_BYTES}")
        return name

    def _part(
        self,
        data: Mapping[str, Any],
        literal: str,
        key: str | None,
        how: str | None,
        conversion: str | None,
    ) -> str:
        """A piece of text with the value of the field after it. Raises ConfigError."""
        for letter in literal:
            if letter in NEVER or not letter.isprintable():
                hint = ": give the folder apart" if letter in "/\\" else ""
                raise self._error(f"no '{shown(letter)}' can be in the name of a file{hint}")
        if key is None:
            return literal
        if conversion or not FORMAT.fullmatch(how or ""):
            written = f"{key}{f'!{conversion}' if conversion else ''}{f':{how}' if how else ''}"
            field = shown(f"{{{written}}}", 40)
            raise self._error(
                f"a field is a key and a number's format, like {{seed:03}}: '{field}'"
            )
        value = self._value(data, key)
        if key == STEM:
            return literal + str(value)
        try:
            text = format(value, how or "") if how else _text(value)
        except (TypeError, ValueError):
            raise self._error(f"'{key}' is {_text(value)}, which has no format '{how}'") from None
        return literal + "".join(c if c.isalnum() or c in PLAIN else "-" for c in text)

    def _value(self, data: Mapping[str, Any], key: str) -> Any:
        """The value of a dotted key. Raises ConfigError with the nearest key."""
        here: Any = data
        before = ""
        for part in key.split("."):
            inside = _entries(here)
            if part not in inside:
                known = [f"{before}{name}" for name in inside] or [before.rstrip(".")]
                raise self._error(f"unknown key '{shown(key)}'{_near(data, key)}{', '.join(known)}")
            here, before = inside[part], f"{before}{part}."
        if inner := _entries(here):
            if isinstance(here, list) and not any(_entries(item) for item in here):
                return here
            known = [f"{before}{name}" for name in inner]
            raise self._error(f"'{key}' is several values: name one of {', '.join(known)}")
        return here

    def _error(self, message: str) -> ConfigError:
        return ConfigError(f"{self.written} {shown(self.text, 100)}: {message}")


def _entries(value: Any) -> dict[str, Any]:
    """What is in a mapping or a list, by key or number; nothing in anything else."""
    if isinstance(value, dict):
        return {str(key): item for key, item in value.items()}
    return {str(i): item for i, item in enumerate(value)} if isinstance(value, list) else {}


def _near(data: Mapping[str, Any], key: str) -> str:
    """The nearest of all keys, also where only its last word is there: lr, of optimizer.lr."""
    leaves = [leaf for leaf in _leaves(dict(data)) if "runs." not in leaf]
    ends = next((leaf for leaf in leaves if leaf.endswith(f".{key}")), None)
    hint = f"; did you mean '{ends}'?" if ends else nearest(key, leaves)
    return f"{hint or ';'} there are: "


def _leaves(value: Any, before: str = "") -> Iterator[str]:
    for name, item in _entries(value).items():
        if _entries(item):
            yield from _leaves(item, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def _text(value: Any) -> str:
    """A value in a file's name: `0.1`, `12`, `true`, `1280x720`, `none`."""
    if isinstance(value, list):
        return "x".join(map(_text, value))
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
