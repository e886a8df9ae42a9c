"""The same learning rate in every epoch."""

from __future__ import annotations

from dataclasses import dataclass

from render.learn.schedules.base import Schedule


@dataclass(frozen=True)
class ConstantSchedule(Schedule):
    """lr does not change."""

    def factor(self, epoch: int, epochs: int) -> float:
        return 1.0

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        return ""
