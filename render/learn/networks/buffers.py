"""The buffers of a module at each snapshot, such as the running means of BatchNorm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Buffers = dict[str, npt.NDArray[Any]]


class CopiedBuffers:
    """The newest buffers of a module, such as BatchNorm's running mean, beside the model.

    All are copied each time: BatchNorm writes to some of its own without counting that.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self._owners = [
            (f"{prefix}.{name}" if prefix else name, owner, name)
            for prefix, owner in module.named_modules()
            for name, _ in owner.named_buffers(recurse=False)
        ]
        self._copies = [
            torch.empty_like(getattr(owner, name).detach()) for _, owner, name in self._owners
        ]
        self._given: Buffers = {}

    def refresh(self) -> None:
        """Copy them; a module may have put another tensor in the place of one."""
        now = [getattr(owner, name) for _, owner, name in self._owners]
        if now:
            with torch.no_grad():
                torch._foreach_copy_(self._copies, now)

    def values(self) -> Buffers:
        """The newest copies; one that has not changed is the same array as before."""
        for (path, _, _), copy in zip(self._owners, self._copies, strict=True):
            value, old = as_numpy(copy), self._given.get(path)
            if old is None or not np.array_equal(old, value, equal_nan=value.dtype.kind == "f"):
                self._given[path] = value.copy()
        return dict(self._given)


def stacked(values: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Arrays of one shape as one (K, …); one that never changes takes no room."""
    if all(value is values[0] for value in values):
        return np.broadcast_to(values[0], (len(values), *values[0].shape))
    return np.stack(values)


def as_numpy(tensor: torch.Tensor) -> npt.NDArray[Any]:
    """A tensor of any device as an array; of a CPU's, the same memory where that is possible."""
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
