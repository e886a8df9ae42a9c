"""Ever more features of the same number of points, of which every one counts a little."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.config.options import Count, Integer
from render.learn.datasets.base import DatasetKind, Noise
from render.recording import Array, Dataset, Points

Few = Annotated[Integer, Field(ge=2, le=2000)]


@dataclass(frozen=True)
class FeaturesDataset(DatasetKind):
    """y = β·x + noise·randn, x of normally distributed numbers, ‖β‖ = 1 for any number of them.

    Each of the `targets` has its own β and its own noise. Unless `validation` says otherwise, the
    validation points are free of noise and white, √p times each unit vector: over them the mean
    squared error of a linear model is its excess risk ‖w − β‖², on average over the targets.
    """

    formula: ClassVar[bool] = False

    noise: Noise = 0.5
    n: Annotated[Few, Field(description="how many points")] = 100
    p: Annotated[Few, Field(description="how many features each point has")] = 50
    draws: Annotated[
        Count, Field(le=100, description="how many targets, each with its own β and noise")
    ] = 1
    draw: Annotated[Integer, Field(ge=0, description="which draw of inputs and β")] = 0

    @property
    def features(self) -> int:
        return self.p

    @property
    def targets(self) -> int:
        return self.draws

    def count(self) -> int:
        return self.n

    def points(self) -> tuple[Any, Any]:
        import torch

        x, beta = self._drawn()
        labels = torch.from_numpy(x @ beta).float()
        return torch.from_numpy(x).float(), labels

    def _drawn(self) -> tuple[Array, Array]:
        """The inputs (n, p) and β (p, draws)."""
        random = np.random.default_rng([self.draw, self.p])
        x, beta = random.normal(size=(self.n, self.p)), random.normal(size=(self.p, self.draws))
        return x, beta / np.linalg.norm(beta, axis=0)

    def make(self, seed: int) -> Dataset:
        made = super().make(seed)
        changed = self.standardize or (self.scale, self.shift) != (1, 0)
        if made.validation is not None or changed:
            return made
        beta, size = self._drawn()[1], np.sqrt(self.p)
        labels = size * (beta if self.draws > 1 else beta[:, 0])
        return replace(made, validation=Points(size * np.eye(self.p), labels))

    def excess_risk(self, ratio: Array) -> Array:
        """Of least squares of the smallest norm, in the limit of many points.

        Hastie, Montanari, Rosset & Tibshirani 2019 (1903.08560), theorem 1: σ²γ/(1 − γ) for fewer
        features than points, else (1 − 1/γ) + σ²/(γ − 1), γ features for each point.
        """
        variance = self.noise**2
        with np.errstate(divide="ignore"):
            below = variance * ratio / (1 - ratio)
            above = (1 - 1 / ratio) + variance / (ratio - 1)
        return np.where(ratio == 1, np.inf, np.where(ratio < 1, below, above))
