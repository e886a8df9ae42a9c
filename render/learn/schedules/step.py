"""A learning rate that drops at regular intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Count, Positive
from render.learn.notation import call
from render.learn.schedules.base import SCHEDULERS, Schedule


@dataclass(frozen=True)
class StepSchedule(Schedule):
    """lr · gamma^⌊epoch / step_size⌋, as torch's StepLR."""

    step_size: Annotated[Count, Field(description="epochs from one drop to the next")] = 10
    gamma: Annotated[Positive, Field(le=1, description="what a drop multiplies with")] = 0.1

    def factor(self, epoch: int, epochs: int) -> float:
        return self.gamma ** (epoch // self.step_size)

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        options = {"step_size": self.step_size, "gamma": self.gamma}
        return call(f"{SCHEDULERS}.StepLR", optimizer, **options)
