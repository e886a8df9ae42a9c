"""A cache around the stages of learning: data, recordings and landscapes.

Each function is given what makes its result, and calls it only where the store has no entry.
A result from the store needs no torch. A new one is packed and unpacked too, so that both are
equal to the last bit.
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

NOT_CACHED = ("run", "objective")  # fields of a recording that training does not compute


def dataset(store: Store, spec: Spec, generate: Callable[[], Dataset]) -> Dataset:
    """The points of one run."""
    if not spec.model.needs_data:
        return generate()
    cached: Dataset = _through(store, "data", partial(data_key, spec), generate)
    return cached


def recording(
    store: Store, spec: Spec, dataset: Dataset, train: Callable[[], Recording]
) -> Recording:
    """The recording of one run, with the loss over its data as a function."""
    from render.learn.objective import objective

    def numbers() -> dict[str, Any]:
        made = train()
        return {f.name: getattr(made, f.name) for f in fields(made) if f.name not in NOT_CACHED}

    cached = _through(store, "recording", partial(recording_key, spec, dataset), numbers)
    axes = (*cached["names"], *cached["frozen"])
    loss = objective(spec.model, spec.loss, dataset, axes, len(cached["names"]))
    return Recording(run=spec.label, objective=loss, **cached)


def landscapes(
    store: Store,
    spec: Spec,
    datasets: Sequence[Dataset],
    scan: Callable[[], Sequence[Landscape]],
) -> tuple[Landscape, ...]:
    """The landscape of each run; the runs of a race share one, which is stored once."""

    def distinct() -> list[Landscape]:
        return list({id(one): one for one in scan()}.values())

    cached = _through(store, "landscape", partial(landscape_key, spec, datasets), distinct)
    return tuple(cached) if len(cached) == len(spec.each) else tuple(cached) * len(spec.each)


def _through(store: Store, stage: str, key_of: Callable[[], str], make: Callable[[], Any]) -> Any:
    """The result from the store; if it has none, `make` makes it and it is stored."""
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
    except PackError:  # a class that isn't ours: the result is used, but not stored
        return made
    small = packed.size_bytes <= store.largest_bytes
    if small and not store.idle and key_of() == key:  # no file that it read has changed meanwhile
        store.write(stage, key, packed.to_bytes())
    return packed.value()
