"""Data, recordings and landscapes: each kept from before if it is the same, else made anew.

What is kept needs no torch. What is fresh goes through the same packing, so both are alike to
the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from render.cache.keys import data_key, landscape_key, recording_key
from render.cache.pack import Packed, PackError, pack
from render.cache.store import Store
from render.config.spec import Spec
from render.recording import Dataset, Landscape, Recording

NOT_CACHED = ("run", "objective")  # fields of a recording that are no part of what was learnt


def data(spec: Spec, store: Store) -> Dataset:
    """The points of one run."""
    make = partial(spec.dataset.make, spec.seed)
    if not spec.model.needs_data:
        return make()
    found: Dataset = _through(store, "data", partial(data_key, spec), make)
    return found


def recording(spec: Spec, dataset: Dataset, store: Store) -> Recording:
    """What one run did, and the loss over its data as a function."""
    from render.learn.objective import objective

    key = partial(recording_key, spec, dataset)
    found = _through(store, "recording", key, partial(_train, spec, dataset))
    axes = (*found["names"], *found["frozen"])
    over_all = objective(spec.model, spec.loss, dataset, axes, len(found["names"]))
    return Recording(run=spec.label, objective=over_all, **found)


def landscapes(
    spec: Spec, datasets: Sequence[Dataset], recordings: Sequence[Recording], store: Store
) -> tuple[Landscape, ...]:
    """The loss around each run; in a race all have one and the same."""
    key = partial(landscape_key, spec, datasets)
    found = _through(store, "landscape", key, partial(_scan, spec, recordings))
    return tuple(found) if len(found) == len(spec.each) else tuple(found) * len(spec.each)


def _train(spec: Spec, dataset: Dataset) -> dict[str, Any]:
    from render.learn.loop import train

    made = train(spec, dataset)
    return {f.name: getattr(made, f.name) for f in fields(made) if f.name not in NOT_CACHED}


def _scan(spec: Spec, recordings: Sequence[Recording]) -> list[Landscape]:
    from render.learn.landscape import scan

    return list({id(one): one for one in scan(spec, recordings)}.values())


def _through(store: Store, stage: str, key_of: Callable[[], str], make: Callable[[], Any]) -> Any:
    """From the store, or made and put there."""
    key = "" if store.idle else key_of()
    kept = None if store.idle else store.read(stage, key)
    if kept is not None:
        try:
            return Packed.from_bytes(kept).value()
        except PackError:
            store.drop(stage, key)
    made = make()
    try:
        packed = pack(made)
    except PackError:  # somebody's own class: it works, but isn't kept
        return made
    small = packed.size_bytes <= store.largest_bytes
    if small and not store.idle and key_of() == key:  # a file it read may have changed meanwhile
        store.write(stage, key, packed.to_bytes())
    return packed.value()
