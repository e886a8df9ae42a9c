"""A section that names a kind (`{kind: sgd, lr: 0.1}` or `sgd`) in, a member's instance out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render import registry
from render.config.draft import Draft
from render.config.expect import found
from render.config.fields import take
from render.config.problems import KeyPath, unknown


@dataclass(frozen=True)
class Shelf:
    """A folder of members that a section chooses from."""

    noun: str
    folder: str
    default: str | None = None  # the kind of a section that names none
    article: str = "a"


DATASET = Shelf("dataset", "learn/datasets", "line")
MODEL = Shelf("model", "learn/models", "linear")
LOSS = Shelf("loss", "learn/losses", "mse")
OPTIMIZER = Shelf("optimizer", "learn/optimizers", "sgd", article="an")
SCHEDULE = Shelf("schedule", "learn/schedules", "constant")
FORMAT = Shelf("format", "encode/formats")


def choose(draft: Draft, path: KeyPath, shelf: Shelf, value: Any) -> Any:
    """The member that a section spells out; None, and problems in the draft, if it can't."""
    if isinstance(value, str):
        return choose(draft, path, shelf, {"kind": value})
    names = registry.names(shelf.folder)
    if not isinstance(value, dict):
        wanted = f"the name of {shelf.article} {shelf.noun} ({', '.join(names)})"
        draft.refuse(path, f"expected {wanted} or a mapping with a kind, found {found(value)}")
        return None
    kind = value.get("kind", shelf.default)
    spelled = (*path, "kind") if (*path, "kind") in draft.values else path
    if kind is None and "kind" not in value:
        draft.refuse(path, f"missing key 'kind': one of {', '.join(names)}")
    elif not isinstance(kind, str):
        draft.refuse(spelled, f"expected one of {', '.join(names)}, found {found(kind)}")
    elif (cls := member(shelf, kind)) is None:
        draft.refuse(spelled, unknown(shelf.noun, kind, names))
    else:
        options = {key: option for key, option in value.items() if key != "kind"}
        return take(draft, path, cls, options, also=("kind",))
    return None


def member(shelf: Shelf, kind: str) -> type[Any] | None:
    """The class of that name or second name, or None."""
    try:
        return registry.member(shelf.folder, kind)
    except KeyError:
        return None
