"""Two half circles, each around an end of the other: two moons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from render.learn.datasets.base import ClassDataset


@dataclass(frozen=True)
class MoonsDataset(ClassDataset):
    """(cos t, sin t) of class 0, (1 − cos t, ½ − sin t) of class 1, 0 ≤ t ≤ π, and noise.

    As sklearn.datasets.make_moons has them.
    """

    @property
    def classes(self) -> tuple[str, ...]:
        return "0", "1"

    def place(self, label: Any, part: Any) -> tuple[Any, Any]:
        angle = math.pi * part
        return (
            (angle.cos()).where(label == 0, 1 - angle.cos()),
            (angle.sin()).where(label == 0, 0.5 - angle.sin()),
        )
