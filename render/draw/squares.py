"""What the residuals are called, measured and averaged as: a loss in, words and lengths out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render import registry
from render.learn.losses.base import Loss
from render.recording import Array, Recording

WORDS = {
    "mae": "mean of the lengths",
    "huber": "mean Huber penalty",
    "cross_entropy": "mean cross-entropy",
}


@dataclass(frozen=True)
class Measure:
    """How a loss comes from the residuals."""

    loss: Loss
    squares: bool  # drawn as squares, else as sticks

    @classmethod
    def of(cls, loss: Loss, shape: str) -> Measure:
        """Squares where the loss is made of them and they are wanted."""
        return cls(loss, shape == "squares" and loss.quadratic is not None)

    @property
    def words(self) -> tuple[str, str]:
        """What the mean is of, in full and in short."""
        if self.loss.quadratic is None:
            kind = registry.name_of(type(self.loss))
            if getattr(self.loss, "broadcast", False):
                return "mean over all pairs", "all pairs"
            full = WORDS.get(kind, "mean penalty")
            return full, full.removeprefix("mean of the ").removeprefix("mean ")
        half = "half the " if self.loss.quadratic == 0.5 else ""
        return f"{half}mean of the squares", f"{half}mean square"

    @property
    def equals(self) -> str:
        """How the number after the words is called: with a penalty it is not yet the loss."""
        return "=" if self.loss.l1 or self.loss.l2 else "= loss"

    def mean(self, trained: Array, loss: Array) -> Array:
        """What the residuals alone cost (...,) at trained parameters (..., P), of losses (...,)."""
        return np.asarray(loss - self.loss.penalty(trained))

    def side(self, mean: Array) -> Array:
        """The side of the mean square, or the length of the mean stick; 0 where there is none."""
        if self.loss.quadratic is not None:
            return np.asarray(np.sqrt(np.maximum(mean / self.loss.quadratic, 0.0)))
        is_length = registry.name_of(type(self.loss)) == "mae"
        return np.asarray(mean if is_length else np.zeros_like(mean))

    def highest(self, recording: Recording) -> float:
        """The longest side in a run."""
        sides = self.side(self.mean(recording.params, recording.loss))
        return float(sides[np.isfinite(sides)].max(initial=0.0))
