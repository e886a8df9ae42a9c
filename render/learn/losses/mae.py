"""Mean absolute error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from render.learn.losses.base import Loss
from render.phrases import phrase
from render.recording import Array


@dataclass(frozen=True)
class Mae(Loss):
    """mean(|ŷ − y|), whose slope is 0 where they are equal."""

    smooth: ClassVar[bool] = False

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return abs(yhat - y)

    @property
    def mean_texts(self) -> tuple[str, str]:
        return phrase("mean of the lengths"), phrase("lengths")

    def residual_length(self, mean: Array) -> Array:
        return mean

    def torch(self, yhat: str, y: str) -> str:
        return f"F.l1_loss({yhat}, {y})"
