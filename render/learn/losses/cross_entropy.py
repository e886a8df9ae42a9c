"""Binary cross-entropy of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from render.learn.elementwise import log
from render.learn.losses.base import Loss
from render.phrases import phrase

OFFSET = 1e-16


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """−mean(y · log(ŷ + 1e-16) + (1 − y) · log(1 − ŷ + 1e-16)), ŷ a probability.

    The 1e-16 is the labs' (5.3), so that log is never taken of 0: a point's loss is at most 36.84.
    """

    probabilities: ClassVar[bool] = True

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return -(y * log(yhat + OFFSET) + (1 - y) * log(1 - yhat + OFFSET))

    @property
    def mean_texts(self) -> tuple[str, str]:
        return phrase("mean cross-entropy"), phrase("cross-entropy")

    def torch(self, yhat: str, y: str) -> str:
        return f"F.binary_cross_entropy({yhat}, {y})"
