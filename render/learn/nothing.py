"""Null objects for a model that is the loss itself, so that nothing else must ask about data.

They are not members of datasets/ and losses/, because no config names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from render.learn.datasets.base import DatasetKind
from render.learn.losses.base import Loss
from render.recording import Dataset


@dataclass(frozen=True)
class NoData(DatasetKind):
    """One point at 0 that no model looks at: a mean over it is the function's own value."""

    def points(self) -> tuple[Any, Any]:
        import torch

        return torch.zeros(1, 1), torch.zeros(1, 1)

    def make(self, seed: int) -> Dataset:
        return Dataset(np.zeros(1), np.zeros(1))


@dataclass(frozen=True)
class Itself(Loss):
    """The prediction is the loss: what stands in for a comparison when there is no label."""

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return yhat
