"""The keys at the top of a config, and where else a key that isn't one is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from render import registry
from render.config.draft import Draft
from render.config.expect import aliases, options
from render.config.fields import unknown_key
from render.config.kinds import DATASET, LOSS, MODEL, OPTIMIZER, SCHEDULE
from render.config.problems import KeyPath
from render.config.spec import CameraOptions, Film, Spec, Stop, Training

KEYS = (*(f.name for f in fields(Spec) if f.name not in {"path", "label"}), "sweep")

# Sections whose keys are often given at the top.
SECTIONS: Mapping[str, type[Any]] = {
    "training": Training,
    "training.stop": Stop,
    "film": Film,
    "film.camera": CameraOptions,
}
SHELVES = (DATASET, MODEL, LOSS, OPTIMIZER, SCHEDULE)
MOST_HOMES = 3  # that are told; of more, none


def unknown_section(draft: Draft, path: KeyPath, names: Sequence[str]) -> None:
    """Note a key at the top that isn't one; many are known further down."""
    homes = [home for home in _homes(str(path[-1])) if home.partition(".")[0] in names]
    if 0 < len(homes) <= MOST_HOMES:
        told = " or ".join(f"'{home}'" for home in homes)
        draft.refuse(path, f"unknown key; did you mean {told}?", at_key=True)
    else:
        unknown_key(draft, path, names)


def _homes(key: str) -> Iterator[str]:
    """Where a key is known: in sections, and in those that choose a kind by some member's."""
    for shelf in SHELVES:
        members = (registry.member(shelf.folder, name) for name in registry.names(shelf.folder))
        known = (name for cls in members for name in _known(cls, key))
        yield from (f"{shelf.noun}.{name}" for name in islice(known, 1))
    for section, cls in SECTIONS.items():
        yield from (f"{section}.{name}" for name in _known(cls, key))


def _known(cls: type[Any], key: str) -> Iterator[str]:
    """The option that a key means, by its first name."""
    for name, hint in options(cls).items():
        if key in (name, *aliases(hint)):
            yield name
