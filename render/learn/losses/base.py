"""The contract of a loss: predictions and labels in, a number for each point out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from pydantic import Field

from render.config.options import Number, Options

Strength = Annotated[Number, Field(ge=0)]


@dataclass(frozen=True)
class Loss(Options, ABC):
    """What training makes small: the mean over the points, plus penalties on the parameters."""

    probabilities: ClassVar[bool] = False  # whether ŷ must be one, and y 0 or 1
    smooth: ClassVar[bool] = True  # whether it has a second derivative

    l1: Annotated[Strength, Field(description="times the sum of |p| over the trained ones")] = 0.0
    l2: Annotated[Strength, Field(description="times the sum of p² over the trained ones")] = 0.0

    @property
    def quadratic(self) -> float | None:
        """Its factor, if pointwise is a factor · (ŷ − y)²; else None."""
        return None

    @abstractmethod
    def pointwise(self, yhat: Any, y: Any) -> Any:
        """The loss of each prediction yhat for its label y; tensors or arrays, broadcast."""

    def penalty(self, params: Any) -> Any:
        """What the trained parameters (..., P) cost by their size, (...,)."""
        cost = 0.0
        if self.l1:
            cost = cost + self.l1 * abs(params).sum(-1)
        if self.l2:
            cost = cost + self.l2 * (params**2).sum(-1)
        return cost

    @property
    def bare(self) -> Loss:
        """The same loss without its penalties, which belong to training alone."""
        return replace(self, l1=0.0, l2=0.0)

    def __call__(self, yhat: Any, y: Any) -> Any:
        """The mean over all points."""
        return self.pointwise(yhat, y).mean()
