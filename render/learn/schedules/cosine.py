"""A learning rate that falls along half a cosine wave."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Annotated

from pydantic import Field

from render.config.options import Count, Number
from render.learn.notation import call
from render.learn.schedules.base import SCHEDULERS, Schedule


@dataclass(frozen=True)
class CosineSchedule(Schedule):
    """lr · (end + (1 − end) · (1 + cos(π · epoch / T_max)) / 2), as torch's CosineAnnealingLR.

    Loshchilov & Hutter 2017, equation 5. After T_max epochs it rises again, as torch's does;
    torch's eta_min is end_factor · lr.
    """

    T_max: Annotated[
        Count | None, Field(description="epochs to the lowest lr; left out: all of the run")
    ] = None
    end_factor: Annotated[
        Number, Field(ge=0, le=1, description="the lowest lr, as a share of lr")
    ] = 0.0

    def factor(self, epoch: int, epochs: int) -> float:
        wave = (1 + cos(pi * epoch / (self.T_max or epochs))) / 2
        return self.end_factor + (1 - self.end_factor) * wave

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        options: dict[str, float] = {"T_max": self.T_max or epochs}
        if lowest := self.end_factor * lr:
            options["eta_min"] = lowest
        return call(f"{SCHEDULERS}.CosineAnnealingLR", optimizer, **options)
