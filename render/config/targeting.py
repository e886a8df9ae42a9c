"""The place that a film is for in, the size, rate and formats that suit it laid over a draft out.

`--for` lies over the config, as every option does; a config's own `target:` lies under all
else that it says, so that an explicit key has the last word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from render.config.draft import Draft
from render.config.expect import found
from render.config.problems import Option, Problem, unknown
from render.targets.table import TABLE, known

OPTION = "for"  # --for, which comes before all other options
KEY = ("target",)


def aim(draft: Draft, options: Mapping[str, str], sets: Sequence[str]) -> None:
    """Set what suits the place that is named last, or note that there is no such place."""
    if OPTION in options:
        return _over(draft, options[OPTION], Option(f"--{OPTION} {options[OPTION]}", rank=1))
    for text in sets:
        key, equals, value = text.partition("=")
        if equals and (key.strip(),) == KEY:
            draft.put(KEY, value.strip(), Option(f"--set {text}", rank=2))
    if KEY[0] in draft.data:
        _under(draft, draft.data[KEY[0]])


def place(value: Any) -> str | None:
    """The name of the place that a config is for; None, and told before, if it isn't one."""
    return known(value) if isinstance(value, str) else None


def _over(draft: Draft, text: str, option: Option) -> None:
    name = known(text)
    if name is None:
        return draft.note(Problem(option, (), unknown("target", text, tuple(TABLE))))
    draft.put(KEY, name, option)
    for path, value in TABLE[name].settings().items():
        draft.put(path, value, option)


def _under(draft: Draft, value: Any) -> None:
    """Only what the config itself leaves open."""
    if not isinstance(value, str):
        wanted = f"expected one of {', '.join(TABLE)}"
        return draft.refuse(KEY, f"{wanted}, found {found(value)}")
    name = known(value)
    if name is None:
        return draft.refuse(KEY, unknown("target", value, tuple(TABLE)))
    origin = draft.origin(KEY)
    for path, usual in TABLE[name].settings().items():
        section = draft.data.get(path[0], {}) if len(path) > 1 else draft.data
        if isinstance(section, dict) and path[-1] not in section:
            draft.put(path, usual, origin)
