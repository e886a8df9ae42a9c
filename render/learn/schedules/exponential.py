"""A learning rate that falls by the same share in every epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Positive
from render.learn.notation import call
from render.learn.schedules.base import SCHEDULERS, Schedule


@dataclass(frozen=True)
class ExponentialSchedule(Schedule):
    """lr · gamma^epoch, as torch's ExponentialLR."""

    gamma: Annotated[Positive, Field(le=1, description="what an epoch multiplies with")] = 0.9

    def factor(self, epoch: int, epochs: int) -> float:
        return self.gamma**epoch

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        return call(f"{SCHEDULERS}.ExponentialLR", optimizer, gamma=self.gamma)
