"""Cross-entropy: of the probability of label 1, or of a network's outputs for all classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from render.learn.elementwise import log
from render.learn.losses.base import Loss
from render.phrases import phrase
from render.recording import Array

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.recording import Dataset

OFFSET = 1e-16


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """−mean(y · log(ŷ + 1e-16) + (1 − y) · log(1 − ŷ + 1e-16)), ŷ a probability.

    The 1e-16 is the labs' (5.3), so that log is never taken of 0: a point's loss is at most 36.84.
    Of a network with an output z for each class, also of two: −mean(log softmax(z)) of the
    label's class, as torch.nn.CrossEntropyLoss; with a single output for two classes
    torch.nn.BCEWithLogitsLoss.
    """

    probabilities: ClassVar[bool] = True
    classifies: ClassVar[bool] = True

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return -(y * log(yhat + OFFSET) + (1 - y) * log(1 - yhat + OFFSET))

    def slope_at(self, yhat: Array, y: Array) -> Array:
        """Without the 1e-16, which changes it where ŷ is as small."""
        return yhat - y

    @property
    def slope_text(self) -> str:
        return "ŷ − y"

    def outputs(self, dataset: DatasetKind | Dataset) -> int:
        """One for each class; the number of classes in a file is known when it is read."""
        return len(dataset.classes or ("0", "1"))

    def of_network(self, output: Any, y: Any) -> Any:
        import torch.nn.functional as F

        labels = y.view(-1)
        if output.shape[-1] == 1:
            return F.binary_cross_entropy_with_logits(output.view(-1), labels.to(output.dtype))
        return F.cross_entropy(output, labels.long())

    def torch_of_network(self, output: str, y: str) -> str:
        return f"F.cross_entropy({output}, {y})"

    @property
    def mean_texts(self) -> tuple[str, str]:
        return phrase("mean cross-entropy"), phrase("cross-entropy")

    def torch(self, yhat: str, y: str) -> str:
        return f"F.binary_cross_entropy({yhat}, {y})"
