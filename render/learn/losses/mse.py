"""Mean squared error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.losses.base import Loss


@dataclass(frozen=True)
class Mse(Loss):
    """mean((ŷ − y)²)."""

    def __call__(self, yhat: Any, y: Any) -> Any:
        return ((yhat - y) ** 2).mean()
