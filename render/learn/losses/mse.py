"""Mean squared error, also with the wrong value that broadcast shapes give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Flag
from render.errors import RenderError
from render.learn.losses.base import Loss
from render.phrases import phrase
from render.recording import Array

MAX_BROADCAST = 5000  # points: their N × N errors take 200 MB


@dataclass(frozen=True)
class Mse(Loss):
    """mean((ŷ − y)²)."""

    broadcast: Annotated[
        Flag, Field(description="the mistake of labels (N,) for predictions (N, 1): every pair")
    ] = False

    @property
    def quadratic(self) -> float | None:
        return None if self.broadcast else 1.0

    @property
    def mixes_points(self) -> bool:
        return self.broadcast

    def pointwise(self, yhat: Any, y: Any) -> Any:
        """Tensors are columns (N, 1), as the loop has them; arrays are (N,) or (..., N)."""
        if not self.broadcast:
            return (yhat - y) ** 2
        if hasattr(y, "requires_grad"):
            if len(y) > MAX_BROADCAST:
                size = f"broadcast makes a tensor of {len(y):,} × {len(y):,} errors"
                limit = f"at most {MAX_BROADCAST:,} points"
                raise RenderError(f"loss: {size}, which is too large: {limit}")
            return (yhat - y.view(-1)) ** 2  # (N, 1) − (N,) is (N, N), without a warning here
        # The mean of all (ŷᵢ − yⱼ)² is that of (ŷᵢ − ȳ)², plus the variance of y.
        return (yhat - y.mean(axis=-1, keepdims=True)) ** 2 + y.var(axis=-1, keepdims=True)

    def slope_at(self, yhat: Array, y: Array) -> Array | None:
        return None if self.broadcast else 2 * (yhat - y) * yhat * (1 - yhat)

    @property
    def slope_text(self) -> str:
        return "2(ŷ − y)·ŷ(1 − ŷ)"

    @property
    def mean_texts(self) -> tuple[str, str]:
        return (
            (phrase("mean over all pairs"), phrase("all pairs"))
            if self.broadcast
            else super().mean_texts
        )

    def torch(self, yhat: str, y: str) -> str:
        note = "  # (N, 1) − (N,)" if self.broadcast else ""
        return f"torch.mean(({yhat} - {y}) ** 2){note}"

    def torch_labels(self, labels: str) -> str:
        return f"{labels}.view(-1)" if self.broadcast else ""
