"""Mean squared error, and what becomes of it when the shapes don't match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Flag
from render.errors import RenderError
from render.learn.losses.base import Loss

MOST = 5000  # points that can be broadcast: their N × N errors take 200 MB


@dataclass(frozen=True)
class Mse(Loss):
    """mean((ŷ − y)²)."""

    broadcast: Annotated[
        Flag, Field(description="the mistake of labels (N,) for predictions (N, 1): every pair")
    ] = False

    @property
    def quadratic(self) -> float | None:
        return None if self.broadcast else 1.0

    def pointwise(self, yhat: Any, y: Any) -> Any:
        """Tensors are columns (N, 1), as the loop has them; arrays are (N,) or (..., N)."""
        if not self.broadcast:
            return (yhat - y) ** 2
        if hasattr(y, "requires_grad"):
            if len(y) > MOST:
                told = f"broadcast makes a tensor of {len(y):,} × {len(y):,} errors"
                raise RenderError(f"loss: {told}, which is too large: at most {MOST:,} points")
            return (yhat - y.view(-1)) ** 2  # (N, 1) − (N,) is (N, N), without a warning here
        # The mean of all (ŷᵢ − yⱼ)² is that of (ŷᵢ − ȳ)², plus the variance of y.
        return (yhat - y.mean(axis=-1, keepdims=True)) ** 2 + y.var(axis=-1, keepdims=True)
