"""The exclusive or: no straight line divides its classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.datasets.base import ClassDataset, PointNoise


@dataclass(frozen=True)
class XorDataset(ClassDataset):
    """The four corners (±1, ±1), class 1 where the signs differ, and noise around them.

    With `n: 4` and `noise: 0` it is the problem of Minsky & Papert, Perceptrons (1969), and of
    Rumelhart, Hinton & Williams (1986), with signs instead of 0 and 1.
    """

    noise: PointNoise = 0.2

    @property
    def classes(self) -> tuple[str, ...]:
        return "0", "1"

    def place(self, label: Any, part: Any) -> tuple[Any, Any]:
        import torch

        # Of a class the points take turns: (−1, −1) and (1, 1), or (1, −1) and (−1, 1).
        turn = torch.arange(self.n, device="cpu") // 2 % 2
        second = 2.0 * turn - 1
        return second.where(label == 0, -second), second
