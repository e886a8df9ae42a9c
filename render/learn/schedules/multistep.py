"""A learning rate that drops at given epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Count, Positive
from render.learn.notation import call
from render.learn.schedules.base import SCHEDULERS, Schedule

Milestones = Annotated[
    tuple[Count, ...], Field(min_length=1, description="the epochs that begin with a drop")
]


@dataclass(frozen=True)
class MultistepSchedule(Schedule):
    """lr · gamma^(milestones reached), as torch's MultiStepLR."""

    milestones: Milestones = (15, 30)
    gamma: Annotated[Positive, Field(le=1, description="what a drop multiplies with")] = 0.1

    def factor(self, epoch: int, epochs: int) -> float:
        return self.gamma ** sum(milestone <= epoch for milestone in self.milestones)

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        milestones = str([*self.milestones])
        return call(f"{SCHEDULERS}.MultiStepLR", optimizer, milestones, gamma=self.gamma)
