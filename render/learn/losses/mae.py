"""Mean absolute error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from render.learn.losses.base import Loss


@dataclass(frozen=True)
class Mae(Loss):
    """mean(|ŷ − y|), whose slope is 0 where they are equal."""

    smooth: ClassVar[bool] = False

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return abs(yhat - y)
