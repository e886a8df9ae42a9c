"""The batches of a set over which losses are computed: their tensors, counted, and joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

Batch = tuple[Any, Any, int]  # inputs, labels, how many points

HALVES = (torch.float16, torch.bfloat16)
JOINED_POINTS = 4096  # of batches that are evaluated as one, and
JOINED_NUMBERS = 1 << 21  # of their inputs: 16 MB of float64


def widened(dtype: Any) -> Any:
    """float32 in place of half precision, else the type itself."""
    return torch.float32 if dtype in HALVES else dtype


def own(tensor: Any) -> Any:
    """The tensor without history, usable with gradients, and in float32 in place of half."""
    tensor = tensor.detach()
    if tensor.is_inference():
        tensor = tensor.clone()
    return tensor.to(widened(tensor.dtype))


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A tensor changed, or a list or mapping with each of its tensors changed."""
    if torch.is_tensor(value):
        return change(value)
    if isinstance(value, Mapping):
        return {key: mapped(item, change) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)([mapped(item, change) for item in value])
    return value


def size_of(value: Any) -> int:
    """How many points a batch has; 0 where that can't be seen."""
    if torch.is_tensor(value):
        return len(value) if value.ndim else 0
    inside = [*value.values()] if isinstance(value, Mapping) else value
    if isinstance(inside, tuple | list):
        return max(map(size_of, inside), default=0)
    return 0


def points_of(batches: Sequence[Batch]) -> int:
    """How many points several batches have together."""
    return sum(points for *_, points in batches)


def joined_up(batches: Sequence[Batch]) -> list[Batch] | None:
    """Fewer and larger batches of the same points in the same order; None where that can't be."""
    if len(batches) < 2 or not all(torch.is_tensor(t) for x, y, _ in batches for t in (x, y)):
        return None
    x, y, _ = batches[0]
    if any(a.shape[1:] != x.shape[1:] or b.shape[1:] != y.shape[1:] for a, b, _ in batches):
        return None
    if any(len(a) != n or not b.ndim or len(b) != n for a, b, n in batches):
        return None
    each = max(1, x[:1].numel())
    most = max(1, min(JOINED_POINTS, JOINED_NUMBERS // each))
    inputs, labels = torch.cat([a for a, *_ in batches]), torch.cat([b for _, b, _ in batches])
    size = max(most, max(n for *_, n in batches))
    pieces = zip(inputs.split(size), labels.split(size), strict=True)
    joined = [(a, b, len(a)) for a, b in pieces]
    return joined if len(joined) < len(batches) else None


def divided(joined: Sequence[Batch], sizes: Sequence[int]) -> list[Batch]:
    """Batches of the given sizes again, as views of joined ones where they lie in one."""
    inputs, labels = torch.cat([x for x, *_ in joined]), torch.cat([y for _, y, _ in joined])
    pieces = zip(inputs.split([*sizes]), labels.split([*sizes]), strict=True)
    return [(x, y, len(x)) for x, y in pieces]
