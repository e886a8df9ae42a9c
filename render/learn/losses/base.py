"""The contract of a loss: predictions and labels in, one number out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from render.config.options import Options


@dataclass(frozen=True)
class Loss(Options, ABC):
    """What training makes small."""

    @abstractmethod
    def __call__(self, yhat: Any, y: Any) -> Any:
        """The loss of predictions yhat for labels y; tensors or arrays of one shape."""
