"""The keys at the top of a config, and where else a key that isn't one is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from render.config.draft import Draft
from render.config.expect import aliases, options
from render.config.fields import unknown_key
from render.config.problems import KeyPath
from render.config.spec import Film, Spec, Training
from render.learn.datasets.base import DatasetKind
from render.learn.losses.base import Loss
from render.learn.optimizers.base import Optimizer

KEYS = (*(f.name for f in fields(Spec) if f.name not in {"path", "label"}), "sweep")

# Sections whose keys are often given at the top; of those that choose a kind, what all share.
SECTIONS: Mapping[str, type[Any]] = {
    "dataset": DatasetKind,
    "loss": Loss,
    "optimizer": Optimizer,
    "training": Training,
    "film": Film,
}


def unknown_section(draft: Draft, path: KeyPath, names: Sequence[str]) -> None:
    """Note a key at the top that isn't one; many are known further down."""
    homes = [
        f"'{section}.{name}'"
        for section, cls in SECTIONS.items()
        if section in names
        for name, hint in options(cls).items()
        if path[-1] in (name, *aliases(hint))
    ]
    if homes:
        draft.refuse(path, f"unknown key; did you mean {' or '.join(homes)}?", at_key=True)
    else:
        unknown_key(draft, path, names)
