"""Gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from render.learn.optimizers.base import Optimizer


@dataclass(frozen=True)
class Sgd(Optimizer):
    """p ← p − lr · ∂L/∂p."""

    aliases: ClassVar[tuple[str, ...]] = ("gd",)

    def init(self, param: Any) -> Any:
        return None

    def step(self, param: Any, grad: Any, state: Any) -> tuple[Any, Any]:
        return param - self.lr * grad, state
