"""The trained parameters: each a tensor, as in the lecture, and all of them one vector."""

from __future__ import annotations

from collections.abc import Mapping

import torch


class Parameters:
    """`each` maps a name to a scalar with `requires_grad`, whose value and gradient are views.

    So `loss.backward()` fills `grad` (P,), and writing to `data` (P,) moves every parameter.
    """

    def __init__(self, starts: Mapping[str, float]) -> None:
        self.data = torch.tensor([*starts.values()], dtype=torch.float64)
        self.grad = torch.zeros_like(self.data)
        self.each = {name: self.data[i].requires_grad_() for i, name in enumerate(starts)}
        for i, parameter in enumerate(self.each.values()):
            parameter.grad = self.grad[i]
