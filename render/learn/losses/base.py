"""The contract of a loss, which computes a number for each point from prediction and label."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render import registry
from render.config.options import Number, Options
from render.learn.notation import NOT_IN_TORCH, call, changed_options
from render.phrases import phrase
from render.recording import Array, Dataset

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind

Strength = Annotated[Number, Field(ge=0)]


@dataclass(frozen=True)
class Loss(Options, ABC):
    """The function that training minimizes: a mean over points, plus penalties on parameters."""

    probabilities: ClassVar[bool] = False  # whether ŷ must be a probability, and y 0 or 1
    classifies: ClassVar[bool] = False  # whether a network has an output for each class
    smooth: ClassVar[bool] = True  # whether it has a second derivative

    l1: Annotated[Strength, Field(description="times the sum of |p| over the trained ones")] = 0.0
    l2: Annotated[Strength, Field(description="times the sum of p² over the trained ones")] = 0.0

    @property
    def quadratic(self) -> float | None:
        """Its factor, if pointwise is a factor · (ŷ − y)²; else None."""
        return None

    @property
    def summed_half_square(self) -> bool:
        """Whether it is half the squared error, summed over the outputs, without penalties."""
        return False

    @property
    def mixes_points(self) -> bool:
        """Whether the loss of a point depends on the other points, so that batches change it."""
        return False

    @abstractmethod
    def pointwise(self, yhat: Any, y: Any) -> Any:
        """The loss of each prediction yhat for its label y; tensors or arrays, broadcast."""

    def penalty(self, params: Any) -> Any:
        """The penalties (...,) on the trained parameters (..., P)."""
        cost = 0.0
        if self.l1:
            cost = cost + self.l1 * abs(params).sum(-1)
        if self.l2:
            cost = cost + self.l2 * (params**2).sum(-1)
        return cost

    @property
    def bare(self) -> Loss:
        """The same loss without its penalties, which are for training only."""
        return replace(self, l1=0.0, l2=0.0)

    def __call__(self, yhat: Any, y: Any) -> Any:
        """The mean over all points."""
        return self.pointwise(yhat, y).mean()

    # Of a probability -----------------------------------------------------------------------

    def slope_at(self, yhat: Array, y: Array) -> Array | None:
        """Its derivative (..., N) by z, where ŷ (..., N) is σ(z); None where it isn't known."""
        return None

    @property
    def slope_text(self) -> str:
        """That derivative in mathematical notation."""
        return ""

    # Of a network ---------------------------------------------------------------------------

    def outputs(self, dataset: DatasetKind | Dataset) -> int:
        """How many outputs a network needs for the labels of a dataset."""
        return dataset.targets

    def of_network(self, output: Any, y: Any) -> Any:
        """The mean, without penalties, of tensors: outputs (N, K) and labels (N, K), or (N,) of 1.

        The same number as the PyTorch code `torch_of_network`.
        """
        return self(output, y.view(len(y), -1))

    def torch_of_network(self, output: str, y: str) -> str:
        """The PyTorch code of that mean."""
        return self.torch(output, y)

    # In the residuals panel ----------------------------------------------------------------

    @property
    def mean_texts(self) -> tuple[str, str]:
        """The name of its mean on screen, in full and in short."""
        if self.quadratic is not None:
            return phrase("mean of the squares"), phrase("mean square")
        return phrase("mean penalty"), phrase("penalty")

    def residual_length(self, mean: Array) -> Array:
        """The length (...,) of a residual whose loss is `mean` (...,); 0 where none is drawn."""
        if self.quadratic is None:
            return np.zeros_like(mean)
        return np.asarray(np.sqrt(np.maximum(mean / self.quadratic, 0.0)))

    # In the code panel ---------------------------------------------------------------------

    def torch(self, yhat: str, y: str) -> str:
        """The PyTorch code of the mean over all points, without penalties."""
        options = changed_options(self, without=("l1", "l2"))
        return call(registry.name_of(type(self)), yhat, y, **options) + NOT_IN_TORCH

    def torch_labels(self, labels: str) -> str:
        """The PyTorch code that gives the labels another shape; empty if they stay columns."""
        return ""

    def torch_penalties(self, tensors: Sequence[str], numbers: bool) -> list[str]:
        """The PyTorch code of each penalty; `numbers`: whether each tensor is a single number."""
        penalties = []
        for strength, form in ((self.l1, "abs({})"), (self.l2, "{}**2")):
            size = " + ".join(form.format(name) for name in tensors)
            if not numbers:
                size = f"torch.sum({size})"
            elif len(tensors) > 1:
                size = f"({size})"
            if strength:
                penalties.append(f"{strength!r} * {size}")
        return penalties
