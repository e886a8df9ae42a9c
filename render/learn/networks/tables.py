"""The points of batches as a Dataset, for what is drawn and said of them.

Shapes: N points, F features, K labels of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from render.learn.networks.batches import Batch
from render.learn.networks.classes import Classes
from render.learn.networks.recorded import names_of
from render.recording import Array, Dataset, Points

MAX_NUMBERS = 1 << 24  # of the inputs in float64, 128 MB: of larger ones only the labels are used


def dataset_of(training: Sequence[Batch], validation: Sequence[Batch]) -> Dataset:
    """Inputs (N,) or (N, F) and labels (N,) or (N, K), those of a whole image in one row.

    Inputs that are no tensors of numbers, or too many, are their places in the order instead:
    they are not drawn.
    """
    unseen = Points(*_points(validation)) if validation else None
    x, y = _points(training)
    names = names_of(1 if x.ndim == 1 else x.shape[1])
    return Dataset(x, y, validation=unseen, names=names)


def classified(dataset: Dataset, classes: Classes) -> Dataset:
    """The same points with the numbers of their classes, from 0, for labels."""
    names = tuple(map(str, range(classes.count)))
    unseen = dataset.validation
    if unseen is not None:
        unseen = replace(unseen, y=_numbers(unseen.y, classes))
    return replace(dataset, y=_numbers(dataset.y, classes), validation=unseen, classes=names)


def _numbers(y: Array, classes: Classes) -> Array:
    if classes.threshold is not None:
        return (y.reshape(len(y), -1)[:, 0] > classes.low).astype(float)
    return y.argmax(axis=1).astype(float) if classes.one_hot else y


def features(training: Sequence[Batch]) -> int:
    """How many numbers an input has, F; 1 for what is no tensor."""
    x, _ = training[0]
    return max(1, x[0].numel()) if isinstance(x, torch.Tensor) and x.ndim else 1


def _points(batches: Sequence[Batch]) -> tuple[Array, Array]:
    labels = np.concatenate([_rows(y) for _, y in batches])
    inputs = [x for x, _ in batches]
    shapes = {tuple(x.shape[1:]) if isinstance(x, torch.Tensor) else None for x in inputs}
    if len(shapes) > 1 or None in shapes or sum(x.numel() for x in inputs) > MAX_NUMBERS:
        return np.arange(float(len(labels))), labels
    return np.concatenate([_rows(x) for x in inputs]), labels


def _rows(part: Any) -> Array:
    """(N,) or (N, …) as rows of numbers."""
    rows = part.detach().double().cpu().numpy().reshape(len(part), -1)
    return rows[:, 0] if rows.shape[1] == 1 else rows
