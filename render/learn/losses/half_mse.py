"""Half the mean squared error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.losses.base import Loss
from render.phrases import phrase
from render.recording import Array


@dataclass(frozen=True)
class HalfMse(Loss):
    """mean((ŷ − y)²) / 2, the 1/(2m) of the Machine Learning Specialization."""

    @property
    def quadratic(self) -> float:
        return 0.5

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return 0.5 * (yhat - y) ** 2

    def slope_at(self, yhat: Array, y: Array) -> Array:
        return (yhat - y) * yhat * (1 - yhat)

    @property
    def slope_text(self) -> str:
        return "(ŷ − y)·ŷ(1 − ŷ)"

    @property
    def mean_texts(self) -> tuple[str, str]:
        return phrase("half the mean of the squares"), phrase("half mean square")

    def torch(self, yhat: str, y: str) -> str:
        return f"torch.mean(({yhat} - {y}) ** 2) / 2"
