"""Which class a model predicts, and how sure it is, as its loss understands its numbers.

Shapes: N points, C classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

PROBE = 0.25  # a prediction between the thresholds 0 of a score and ½ of a probability
SUM_OF_ONE = 1e-4  # how far the sum of probabilities may be from 1


@dataclass(frozen=True)
class Classes:
    """How predictions become classes: the largest of C columns, or one number and a threshold."""

    count: int  # C
    threshold: float | None = None  # of the only column; None: there are C of them
    low: float = 0.0  # what the label of the first of two classes is, beside one column
    one_hot: bool = False  # whether a label is a row of C numbers, one of them 1

    def hits(self, predicted: Any, y: Any) -> tuple[int, int]:
        """How many predictions are right, and of how many that have a label."""
        if self.threshold is not None:
            right = (predicted.reshape(-1) > self.threshold) == (y.reshape(-1) > self.low)
            return int(right.sum()), right.numel()
        best = predicted.argmax(dim=1)
        labels = (y.argmax(dim=1) if self.one_hot else y).reshape(best.shape)
        known = labels >= 0  # as those that `ignore_index` leaves out are not
        return int(((best == labels) & known).sum()), int(known.sum())

    def chosen(self, predicted: Any) -> tuple[Any, Any]:
        """The class (N,) of each prediction (N, C) or (N, 1), and its probability (N,)."""
        if self.threshold is not None:
            number = predicted.reshape(-1).double()
            high = number.clamp(0, 1) if self.threshold else torch.sigmoid(number)
            label = number > self.threshold
            return label.long(), torch.where(label, high, 1 - high)
        shares = predicted.double()
        sums = shares.sum(dim=1)
        if not (bool((shares >= 0).all()) and bool(((sums - 1).abs() < SUM_OF_ONE).all())):
            shares = torch.softmax(shares, dim=1)
        likely = shares.max(dim=1)
        return likely.indices, likely.values


def classes_of(
    predicted: Any, y: Any, criterion: Callable[[Any, Any], Any], count: int | None
) -> Classes | None:
    """How the predictions of a batch and all labels of a set belong together; None: no classes.

    `count` is how many classes there are, if that was said. Beside one column labels are 0 and 1
    or −1 and 1. Its threshold is 0 or ½, whichever the loss means: a number between the two has
    the smaller loss with the label of its own side.
    """
    if not (torch.is_tensor(predicted) and torch.is_tensor(y) and predicted.ndim):
        return None
    columns = predicted.shape[1] if predicted.ndim > 1 else 1
    rest = predicted.shape[2:]
    if columns > 1:
        whole = not y.is_floating_point() or (count is not None and bool((y == y.round()).all()))
        single = y.shape[1:] == rest or (y.shape[1:2] == (1,) and y.shape[2:] == rest)
        if whole and single and int(y.max()) < columns:
            return Classes(columns)
        if y.ndim == 2 and y.shape[1] == columns and not rest:
            ones = bool(((y == 0) | (y == 1)).all()) and bool((y.sum(dim=1) == 1).all())
            return Classes(columns, one_hot=True) if ones else None
        return None
    values = [float(value) for value in torch.unique(y)] if y[:1].numel() == 1 else []
    if len(values) > 2 or not values or predicted[:1].numel() != 1:
        return None
    if set(values) <= {0.0, 1.0}:
        return Classes(2, _threshold(predicted, y, criterion))
    return Classes(2, 0.0, low=-1.0) if set(values) <= {-1.0, 1.0} else None


def _threshold(predicted: Any, y: Any, criterion: Callable[[Any, Any], Any]) -> float:
    """½ if PROBE is nearer to the label 0 as the loss sees it, else 0."""
    number = torch.full_like(predicted, PROBE)
    sample = y[: len(predicted)]
    low, high = (
        float(criterion(number, torch.full_like(sample, value))) for value in (False, True)
    )
    return 0.5 if low < high else 0.0
