"""Mean squared error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from render.learn.losses.base import Loss


@dataclass(frozen=True)
class Mse(Loss):
    """mean((ŷ − y)²)."""

    quadratic: ClassVar[float | None] = 1.0

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return (yhat - y) ** 2
