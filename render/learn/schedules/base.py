"""The contract of a schedule: how the learning rate changes during the run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from render.config.options import Options
from render.learn.notation import NOT_IN_TORCH, call, changed_options

SCHEDULERS = "torch.optim.lr_scheduler"


@dataclass(frozen=True)
class Schedule(Options, ABC):
    """The factor on the optimizer's lr in each epoch."""

    @abstractmethod
    def factor(self, epoch: int, epochs: int) -> float:
        """The factor in each of epochs 0 … `epochs` − 1, as torch.optim.lr_scheduler has it."""

    def torch(self, optimizer: str, lr: float, epochs: int) -> str:
        """The PyTorch code that makes it for an optimizer; empty if lr never changes.

        `lr` is the optimizer's, `epochs` the length of the run.
        """
        return call(type(self).__name__, optimizer, **changed_options(self)) + NOT_IN_TORCH
