"""A cache around the stages of learning: data, recordings and landscapes; weights of networks.

Each function is given what makes its result, and calls it only where the store has no entry.
What comes from the store needs no torch. What is new goes through the same packing, so both
are equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

from render.cache.keys import data_key, landscape_key, map_key, recording_key
from render.cache.pack import Packed, PackError, pack
from render.cache.store import Store
from render.config.map import MapOptions
from render.config.spec import Spec
from render.learn.map.result import RunMap
from render.learn.networks.history import History
from render.projected import GridLoss
from render.recording import Dataset, Landscape, Recording

NOT_CACHED = ("run", "objective")  # fields of a recording that are no result of training


def dataset(store: Store, spec: Spec, generate: Callable[[], Dataset]) -> Dataset:
    """The points of one run."""
    if not spec.model.needs_data:
        return generate()
    cached: Dataset = _through(store, "data", partial(data_key, spec), generate)
    return cached


def recording(
    store: Store, spec: Spec, dataset: Dataset, train: Callable[[], Recording]
) -> Recording:
    """What one run recorded, with the loss over its data as a function."""
    from render.learn.objective import objective

    def numbers() -> dict[str, Any]:
        return _own(train())

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
    """The loss around each run; in a race all have one and the same, which is stored once."""

    key = partial(landscape_key, spec, datasets)
    return _for_each(spec, _through(store, "landscape", key, lambda: _distinct(scan())))


def weights(store: Store, spec: Spec, dataset: Dataset, train: Callable[[], History]) -> History:
    """The weights that were kept of one run of a network."""
    cached: History = _through(store, "recording", partial(recording_key, spec, dataset), train)
    return replace(cached, run=spec.label)


def on_plane(
    store: Store,
    spec: Spec,
    datasets: Sequence[Dataset],
    draw: Callable[[], tuple[Sequence[Recording], Sequence[Landscape]]],
) -> tuple[tuple[Recording, ...], tuple[Landscape, ...]]:
    """What the runs of a film of networks recorded, on the planes that they are drawn on.

    The loss of a plane is a function of its grid, which needs no network. A plane is drawn
    through all runs, so the recordings on it are stored with it.
    """

    def numbers() -> list[Any]:
        recordings, landscapes = draw()
        return [[_own(made) for made in recordings], _distinct(landscapes)]

    made, scanned = _through(store, "landscape", partial(landscape_key, spec, datasets), numbers)
    landscapes = _for_each(spec, scanned)
    recordings = tuple(
        Recording(run=one.label, objective=_loss(landscape), **numbers)
        for one, landscape, numbers in zip(spec.each, landscapes, made, strict=True)
    )
    return recordings, landscapes


def run_map(store: Store, spec: Spec, options: MapOptions, compute: Callable[[], RunMap]) -> RunMap:
    """How each run of a map ends."""
    names = ("verdict", "epochs", "loss", "boundary", "trained")

    def numbers() -> dict[str, Any]:
        made = compute()
        return {name: getattr(made, name) for name in names}

    return RunMap(options, **_through(store, "map", partial(map_key, spec, options), numbers))


def _loss(landscape: Landscape) -> GridLoss:
    return GridLoss.over(landscape.grid, landscape.loss, landscape.missing)


def _own(recording: Recording) -> dict[str, Any]:
    """The numbers of a recording."""
    names = (field.name for field in fields(recording) if field.name not in NOT_CACHED)
    return {name: getattr(recording, name) for name in names}


def _distinct(landscapes: Sequence[Landscape]) -> list[Landscape]:
    """Each landscape once: in a race all runs have the same one."""
    return [*{id(one): one for one in landscapes}.values()]


def _for_each(spec: Spec, distinct: Sequence[Landscape]) -> tuple[Landscape, ...]:
    return tuple(distinct) * (1 if len(distinct) == len(spec.each) else len(spec.each))


def _through(store: Store, stage: str, key_of: Callable[[], str], make: Callable[[], Any]) -> Any:
    """The stored result of a stage, or a new one, which is then stored."""
    key = "" if store.idle else key_of()
    cached = None if store.idle else store.read(stage, key)
    if cached is not None:
        try:
            return Packed.from_bytes(cached).value()
        except PackError:
            store.drop(stage, key)
    made = make()
    try:
        packed = pack(made)
    except PackError:  # a class of a user's own: it works, but is not stored
        return made
    small = packed.size_bytes <= store.largest_bytes
    if small and not store.idle and key_of() == key:  # a file it read may have changed meanwhile
        store.write(stage, key, packed.to_bytes())
    return packed.value()
