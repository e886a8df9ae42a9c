"""Spirals wound into one another, an arm for each class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Integer, Positive
from render.learn.datasets.base import ClassDataset, PointNoise

START = 0.1  # radius at which an arm begins: at 0 all arms would begin at one point


@dataclass(frozen=True)
class SpiralsDataset(ClassDataset):
    """r·(cos t, sin t), 0.1 ≤ r ≤ 1, t = 2π·(turns·r + class / arms), and noise.

    Archimedes' spirals, as in TensorFlow Playground (two arms) and in Stanford's CS231n (three).
    """

    noise: PointNoise = 0.02
    arms: Annotated[Integer, Field(ge=2, le=6, description="spirals, each a class")] = 2
    turns: Annotated[Positive, Field(le=5, description="of an arm from radius 0 to 1")] = 1.0

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.arms)))

    def place(self, label: Any, part: Any) -> tuple[Any, Any]:
        radius = START + (1 - START) * part
        angle = 2 * math.pi * (self.turns * radius + label / self.arms)
        return radius * angle.cos(), radius * angle.sin()
