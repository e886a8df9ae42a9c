"""A circle around a smaller one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Number
from render.learn.datasets.base import ClassDataset


@dataclass(frozen=True)
class CirclesDataset(ClassDataset):
    """r·(cos t, sin t) with r = 1 of class 0 and r = factor of class 1, all around, and noise.

    As sklearn.datasets.make_circles has them.
    """

    factor: Annotated[Number, Field(gt=0, lt=1, description="radius of the smaller circle")] = 0.5

    @property
    def classes(self) -> tuple[str, ...]:
        return "0", "1"

    def place(self, label: Any, part: Any) -> tuple[Any, Any]:
        each = -(-self.n // 2)  # the last place is one before the first, and not on it
        angle = 2 * math.pi * part * (each - 1) / each
        radius = 1 - (1 - self.factor) * label
        return radius * angle.cos(), radius * angle.sin()
