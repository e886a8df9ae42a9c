"""A film to be made in, what of it is there already out; nothing is learnt, made or kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from render.cache.films import kept
from render.cache.keys import data_key, recording_key
from render.cache.packing import Packed, Unpackable
from render.cache.store import Store
from render.config.spec import Spec
from render.errors import RenderError
from render.report import Target
from render.timeline.when import When

UNCHANGED, FROM_CACHE, NEW = "unchanged", "training from cache", "new"


def foreseen(spec: Spec, targets: Sequence[Target], still: When | None, store: Store) -> str:
    """Whether its files are all there, or what was learnt for it, or nothing."""
    looking = replace(store, writes=False)
    if kept(spec, targets, still, looking) is not None:
        return UNCHANGED
    return FROM_CACHE if all(_learnt(one, looking) for one in spec.each) else NEW


def _learnt(spec: Spec, store: Store) -> bool:
    """Whether a run's recording is kept; data that aren't kept have none."""
    if store.idle:
        return False
    with suppress(OSError, RenderError, Unpackable):
        dataset = spec.dataset.make(spec.seed) if not spec.model.needs_data else None
        if dataset is None:
            found = store.read("data", data_key(spec))
            dataset = None if found is None else Packed.from_bytes(found).value()
        if dataset is not None:
            return store.read("recording", recording_key(spec, dataset)) is not None
    return False
