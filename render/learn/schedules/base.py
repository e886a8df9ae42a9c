"""The contract of a schedule: how the learning rate changes over the run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from render.config.options import Options


@dataclass(frozen=True)
class Schedule(Options, ABC):
    """What the optimizer's lr is multiplied with, epoch by epoch."""

    @abstractmethod
    def factor(self, epoch: int, epochs: int) -> float:
        """The factor in epoch 0 … epochs − 1, as torch.optim.lr_scheduler has it."""
