"""A learning rate that rises to its full size in the first epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Count, Positive
from render.learn.notation import call
from render.learn.schedules.base import SCHEDULERS, Schedule


@dataclass(frozen=True)
class WarmupSchedule(Schedule):
    """From start_factor · lr to lr on a straight line, then lr, as torch's LinearLR."""

    start_factor: Annotated[Positive, Field(le=1, description="the first lr, as a share of lr")] = (
        0.1
    )
    total_iters: Annotated[Count, Field(description="epochs until lr is full")] = 5

    def factor(self, epoch: int, epochs: int) -> float:
        risen = min(epoch / self.total_iters, 1.0)
        return self.start_factor + (1 - self.start_factor) * risen

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        options = {"start_factor": self.start_factor, "total_iters": self.total_iters}
        return call(f"{SCHEDULERS}.LinearLR", optimizer, **options)
