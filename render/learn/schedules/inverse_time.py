"""A learning rate that falls as a power of the epochs done, and never to 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Positive
from render.learn.notation import call
from render.learn.schedules.base import SCHEDULERS, Schedule


@dataclass(frozen=True)
class InverseTimeSchedule(Schedule):
    """lr · (1 + rate · epoch)^−power.

    What d2l.ai (12.4.2, 12.11) calls polynomial decay, η₀ · (β t + 1)^−α; torch has none.
    """

    rate: Annotated[Positive, Field(description="how fast it falls at first")] = 0.1
    power: Annotated[Positive, Field(description="exponent: how fast it falls later")] = 0.5

    def factor(self, epoch: int, epochs: int) -> float:
        return (1 + self.rate * epoch) ** -self.power

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        factor = f"lambda epoch: (1 + {self.rate!r} * epoch) ** -{self.power!r}"
        return call(f"{SCHEDULERS}.LambdaLR", optimizer, factor)
