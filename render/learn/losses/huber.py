"""Huber's loss: squared near the label, absolute far from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Positive
from render.learn.losses.base import Loss
from render.learn.notation import call, changed_options
from render.phrases import phrase


@dataclass(frozen=True)
class Huber(Loss):
    """mean(e² / 2 where |e| ≤ delta, delta · (|e| − delta / 2) beyond), e = ŷ − y.

    Huber 1964, as torch.nn.HuberLoss; written with q = min(|e|, delta) in one formula.
    """

    delta: Annotated[Positive, Field(description="the error from which on it is absolute")] = 1.0

    def pointwise(self, yhat: Any, y: Any) -> Any:
        error = abs(yhat - y)
        inner = error.clip(max=self.delta)
        return 0.5 * inner**2 + self.delta * (error - inner)

    @property
    def mean_texts(self) -> tuple[str, str]:
        return phrase("mean Huber penalty"), phrase("Huber penalty")

    def torch(self, yhat: str, y: str) -> str:
        return call("F.huber_loss", yhat, y, **changed_options(self, without=("l1", "l2")))
