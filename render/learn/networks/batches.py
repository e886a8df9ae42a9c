"""The data over which the losses of a recorded run are computed, collected once, and bounded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, RandomSampler
from torch.utils.data import Dataset as TorchDataset

from render.errors import RenderError

Batch = tuple[Any, Any]  # tensors, or x as a mapping or a list of tensors
EXPECTED = "expected (X, Y), a Dataset or a DataLoader"
WHOLE = 50_000_000  # numbers: inputs with more go through the model in parts
SEED = 0  # of the order in which a DataLoader that shuffles gives its points
PART = 4096  # points of such a part, and of a Dataset
# What is collected of a source that doesn't say how much it has.
MAX_POINTS = 1_000_000
MAX_S = 20.0
MAX_BYTES = 4 << 30  # of any source


def check_source(name: str, data: Any) -> None:
    """Raise RenderError for what can't be data; nothing is read yet."""
    if isinstance(data, DataLoader | TorchDataset):
        return
    if not isinstance(data, tuple | list):
        raise RenderError(f"{name}: {EXPECTED}, found {type(data).__name__}")
    if len(data) != 2 or not all(isinstance(one, torch.Tensor | np.ndarray) for one in data):
        found = ", ".join(type(one).__name__ for one in data[:4])
        raise RenderError(f"{name}: {EXPECTED}, found {len(data)} values ({found})")
    x, y = data
    if not x.ndim or not y.ndim or len(x) != len(y):
        shapes = f"X of shape {tuple(x.shape)}, Y of shape {tuple(y.shape)}"
        raise RenderError(f"{name}: expected as many labels as inputs, found {shapes}")
    if not len(x):
        raise RenderError(f"{name}: there are no points")


def steps_per_epoch(data: Any) -> int | None:
    """How many batches a pass over the data has, if they are a DataLoader that knows it."""
    if not isinstance(data, DataLoader):
        return None
    try:
        return len(data) or None
    except TypeError:  # an IterableDataset without a length
        return None


def facts(data: Any) -> dict[str, Any]:
    """The size of a DataLoader's batches, and whether it shuffles; empty for other data."""
    size = data.batch_size if isinstance(data, DataLoader) else None
    if not isinstance(size, int):
        return {}
    return {"batch_size": size, "shuffle": isinstance(data.sampler, RandomSampler)}


def counted(data: Any, batches: Sequence[Batch]) -> int | None:
    """The same of a DataLoader that doesn't know it, once it was collected."""
    return len(batches) if isinstance(data, DataLoader) else None


def collected(name: str, data: Any) -> list[Batch]:
    """All batches (x, y).

    A DataLoader is passed over once, which leaves torch's random numbers as they were. Raises
    RenderError for data that are no pairs of tensors, have no end, or don't fit into memory.
    """
    check_source(name, data)
    with same_random_numbers(data):
        batches = [*_pairs(name, data)]
    if not batches:
        raise RenderError(f"{name}: there are no points")
    return batches


def _pairs(name: str, data: Any) -> Iterator[Batch]:
    if isinstance(data, tuple | list):
        x, y = (torch.as_tensor(one) for one in data)
        size = len(x) if x.numel() <= WHOLE else PART
        yield from zip(x.split(size), y.split(size), strict=True)
        return
    source: Iterable[Any] = data
    if not isinstance(data, DataLoader):
        source = DataLoader(data, batch_size=PART)
    known, points, size = _length(source) is not None, 0, 0
    started_s = time.monotonic()
    for batch in source:
        x, y = _pair(name, batch)
        points, size = points + max(_numbers(y, len), 1), size + _numbers((x, y), _bytes)
        if size > MAX_BYTES:
            raise RenderError(
                f"{name}: more than {MAX_BYTES >> 30} GiB: give a part of it, as all of it is"
                " evaluated at each snapshot"
            )
        if not known and (points > MAX_POINTS or time.monotonic() - started_s > MAX_S):
            raise RenderError(
                f"{name}: has no end after {points:,} points and doesn't know its length: give a"
                " part of it, such as (X, Y), over which the losses can be computed"
            )
        yield x, y


def _bytes(tensor: torch.Tensor) -> int:
    return int(tensor.nbytes)


def _numbers(value: Any, of: Callable[[torch.Tensor], int]) -> int:
    """The sum over all tensors in lists and mappings."""
    if isinstance(value, torch.Tensor):
        return of(value) if value.ndim else 0
    inside = [*value.values()] if isinstance(value, Mapping) else value
    if isinstance(inside, tuple | list):
        return sum(_numbers(one, of) for one in inside)
    return 0


def _length(source: Any) -> int | None:
    try:
        return len(source)
    except TypeError:
        return None


def _pair(name: str, batch: Any) -> Batch:
    """A batch as inputs and labels. Raises RenderError."""
    if isinstance(batch, tuple | list) and len(batch) == 2:
        x, y = batch
        if not isinstance(y, torch.Tensor) or not isinstance(x, torch.Tensor | Mapping | list):
            kinds = f"a {type(x).__name__} and a {type(y).__name__}"
            raise RenderError(f"{name}: a batch is two tensors, (x, y), found {kinds}")
        if not isinstance(x, torch.Tensor) or (x.ndim and y.ndim and len(x) == len(y)):
            return x, y
        shapes = f"of shapes {tuple(x.shape)} and {tuple(y.shape)}"
        raise RenderError(f"{name}: a batch has as many labels as inputs, found {shapes}")
    kind = type(batch).__name__
    inner = f" of {len(batch)}" if isinstance(batch, tuple | list | dict) else ""
    raise RenderError(f"{name}: a batch is two tensors, (x, y), found a {kind}{inner}")


@contextmanager
def same_random_numbers(data: Any) -> Iterator[None]:
    """A block in which a DataLoader shuffles in one and the same way each time.

    It draws from its own generator or from torch's, which go on as if this had not been.
    """
    owners = [
        getattr(data, "generator", None),
        getattr(getattr(data, "sampler", None), "generator", None),
    ]
    generators = [one for one in owners if isinstance(one, torch.Generator)]
    states = [one.get_state() for one in generators]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        try:
            for generator in generators:
                generator.manual_seed(SEED)
            yield
        finally:
            for generator, state in zip(generators, states, strict=True):
                generator.set_state(state)
