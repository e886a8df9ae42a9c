"""Half the mean squared error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from render.learn.losses.base import Loss
from render.phrases import phrase
from render.recording import Array


@dataclass(frozen=True)
class HalfMse(Loss):
    """mean((ŷ − y)²) / 2, the 1/(2m) of the Machine Learning Specialization."""

    over_outputs: Annotated[
        Literal["mean", "sum"],
        Field(description="of a network with several outputs: their mean, or their sum"),
    ] = "mean"

    @property
    def quadratic(self) -> float:
        return 0.5

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return 0.5 * (yhat - y) ** 2

    def slope_at(self, yhat: Array, y: Array) -> Array:
        return (yhat - y) * yhat * (1 - yhat)

    @property
    def slope_text(self) -> str:
        return "(ŷ − y)·ŷ(1 − ŷ)"

    @property
    def mean_texts(self) -> tuple[str, str]:
        return phrase("half the mean of the squares"), phrase("half mean square")

    @property
    def summed_half_square(self) -> bool:
        return self.over_outputs == "sum" and not (self.l1 or self.l2)

    def of_network(self, output: Any, y: Any) -> Any:
        if self.over_outputs == "mean":
            return super().of_network(output, y)
        return self.pointwise(output, y.view(len(y), -1)).sum(dim=1).mean()

    def torch_of_network(self, output: str, y: str) -> str:
        if self.over_outputs == "mean":
            return super().torch_of_network(output, y)
        return f"torch.mean(torch.sum(({output} - {y}) ** 2, dim=1)) / 2"

    def torch(self, yhat: str, y: str) -> str:
        return f"torch.mean(({yhat} - {y}) ** 2) / 2"
