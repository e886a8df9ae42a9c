"""A learning rate that falls to 0 as a power of the epochs left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Count, Positive
from render.learn.notation import call
from render.learn.schedules.base import SCHEDULERS, Schedule


@dataclass(frozen=True)
class PolynomialSchedule(Schedule):
    """lr · (1 − epoch / total_iters)^power, then 0, as torch's PolynomialLR."""

    power: Annotated[Positive, Field(description="1: lr falls on a straight line")] = 1.0
    total_iters: Annotated[
        Count | None, Field(description="epochs until lr is 0; left out: all of the run")
    ] = None

    def factor(self, epoch: int, epochs: int) -> float:
        total = self.total_iters or epochs
        return (1 - min(epoch, total) / total) ** self.power

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        options = {"total_iters": self.total_iters or epochs, "power": self.power}
        return call(f"{SCHEDULERS}.PolynomialLR", optimizer, **options)
