"""The weights that were kept while a network was trained.

Shapes: T+1 kept snapshots, P trained weights in one vector, in the order of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.floating[Any]]  # in the model's own dtype, so not always float64
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """One training run of a network: the kept snapshots, evenly spaced, the first and the last too.

    `weights` may lie on the disk (`numpy.memmap`): rows are read when they are needed.
    """

    run: str  # its label
    names: tuple[str, ...]  # of the trained parameters, as the model has them: `0.weight`
    shapes: tuple[tuple[int, ...], ...]  # of each
    weights: Weights  # (T+1, P)
    step: Array  # (T+1,) how many updates led to each snapshot, ascending from 0
    epoch: Array  # (T+1,)
    batch_loss: Array  # (T+1,) of the batch of the update after each snapshot; nan if unknown
    lr: Array  # (T+1,) of that update; nan if unknown, and in the last row
    # Each buffer, such as a running mean of BatchNorm, at each snapshot: name → (T+1, *shape).
    buffers: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    # (T+1, P) of that update, of models with at most MAX_NAMED weights; the last row is nan
    gradients: Array | None = None
    broke_off: bool = False  # whether training ended because the next snapshot is not finite

    @property
    def steps(self) -> int:
        """How many updates there were."""
        return int(self.step[-1])

    @property
    def count(self) -> int:
        """P."""
        return int(self.weights.shape[1])
