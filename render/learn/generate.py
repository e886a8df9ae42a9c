"""Makes a Dataset of clean points: noise, outliers, validation and scaling are added here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from render.errors import RenderError
from render.recording import Array, Dataset, Points

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind

Chosen = npt.NDArray[np.intp]  # the numbers of some points


def generate(kind: DatasetKind, x: torch.Tensor, clean: torch.Tensor, seed: int) -> Dataset:
    """The dataset of points x (N, F) and clean labels (N, K), with the options of its kind.

    A generator that starts from `seed` gives, in this order: the noise of the training data,
    the noise of a fresh validation set, the points that are held out.
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    inputs, y = _drawn(kind, x, clean, generator)
    for outlier in kind.outliers:
        y[outlier.first : outlier.end] = torch.tensor(
            outlier.y, dtype=torch.float64, device="cpu"
        ).to(y.dtype)
    trained, held_out = np.arange(len(x)), np.arange(0)
    unseen: tuple[torch.Tensor, torch.Tensor] | None = None
    if kind.validation is not None and kind.validation.fresh:
        held_out, unseen = trained, _drawn(kind, x, clean, generator)
    elif kind.validation is not None:
        count = kind.validation.held_out(len(x))
        order = torch.randperm(len(x), generator=generator, device="cpu").numpy()
        trained, held_out, unseen = np.sort(order[count:]), np.sort(order[:count]), (inputs, y)
    columns = _float64(kind.scale * inputs + kind.shift)
    constant = np.zeros(1), np.ones(1)
    mean, deviation = spread(columns[trained]) if kind.standardize else constant
    factor, offset = deviation / kind.scale, (mean - kind.shift) / kind.scale
    one = columns.shape[1] == 1

    def seen(inputs: torch.Tensor, chosen: Chosen) -> Array:
        """Inputs as the model has them: (N,), or (N, F)."""
        scaled = (_float64(kind.scale * inputs + kind.shift) - mean) / deviation
        return scaled[chosen, 0] if one else scaled[chosen]

    return Dataset(
        seen(inputs, trained),
        _labels(y, trained),
        clean=_labels(clean, trained) if kind.formula else None,
        validation=None
        if unseen is None
        else Points(seen(unseen[0], held_out), _labels(unseen[1], held_out)),
        names=kind.axis_names,
        unscale=(float(factor[0]), float(offset[0])) if one else (factor, offset),
    )


def _drawn(
    kind: DatasetKind, x: torch.Tensor, clean: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and labels with noise: of the labels, or of the inputs where those are classes."""
    if kind.scatters:
        return noisy(x, kind.noise, generator), clean.clone()
    return x, noisy(clean, kind.noise, generator)


def _labels(y: torch.Tensor, chosen: Chosen) -> Array:
    """The labels of chosen points: (N,), or (N, K) of several targets."""
    labels = _float64(y)[chosen]
    return labels[:, 0] if labels.shape[1] == 1 else labels


def noisy(clean: torch.Tensor, noise: float, generator: torch.Generator) -> torch.Tensor:
    """Clean numbers (N, K) with noise added as in the labs: clean + 0.1 · randn."""
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
