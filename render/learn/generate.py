"""Makes a Dataset of clean points: noise, outliers, validation and scaling are added here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from render.errors import RenderError
from render.recording import Array, Dataset, Points

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind


def generate(kind: DatasetKind, x: torch.Tensor, clean: torch.Tensor, seed: int) -> Dataset:
    """The dataset of points x (N, F) and clean labels (N, 1), with the options of its kind.

    A generator that starts from `seed` gives, in this order: the noise of the training data,
    the noise of a fresh validation set, the points that are held out.
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    y = noisy(clean, kind.noise, generator)
    for outlier in kind.outliers:
        y[outlier.first : outlier.end] = torch.tensor(
            outlier.y, dtype=torch.float64, device="cpu"
        ).to(y.dtype)
    inputs = kind.scale * x + kind.shift
    trained, held_out = np.arange(len(x)), np.arange(0)
    unseen = None
    if kind.validation is not None and kind.validation.fresh:
        held_out, unseen = trained, noisy(clean, kind.noise, generator)
    elif kind.validation is not None:
        count = kind.validation.held_out(len(x))
        order = torch.randperm(len(x), generator=generator, device="cpu").numpy()
        trained, held_out, unseen = np.sort(order[count:]), np.sort(order[:count]), y
    columns = _float64(inputs)
    mean, deviation = spread(columns[trained]) if kind.standardize else (np.zeros(1), np.ones(1))
    columns = (columns - mean) / deviation
    factor, offset = deviation / kind.scale, (mean - kind.shift) / kind.scale
    one = columns.shape[1] == 1
    columns = columns[:, 0] if one else columns
    return Dataset(
        columns[trained],
        _float64(y).ravel()[trained],
        clean=_float64(clean).ravel()[trained] if kind.formula else None,
        validation=None
        if unseen is None
        else Points(columns[held_out], _float64(unseen).ravel()[held_out]),
        names=kind.axis_names,
        unscale=(float(factor[0]), float(offset[0])) if one else (factor, offset),
    )


def noisy(clean: torch.Tensor, noise: float, generator: torch.Generator) -> torch.Tensor:
    """Clean labels (N, 1) with noise added as in the labs: clean + 0.1 · randn."""
    normal = torch.randn(clean.size(), generator=generator, dtype=torch.float32, device="cpu")
    return clean + noise * normal


def spread(columns: Array) -> tuple[Array, Array]:
    """Mean and standard deviation (F,), (F,) of each column of (N, F)."""
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    if (deviation <= 1e-12 * np.abs(mean)).any():
        raise RenderError("dataset: standardize: an input is the same at every point")
    return mean, deviation


def _float64(values: torch.Tensor) -> Array:
    numbers: Array = values.double().numpy()
    if not np.isfinite(numbers).all():
        raise RenderError("dataset: its numbers are too large for the labs' float32")
    return numbers
