"""What a map knows of each of its runs. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from render.config.map import MapOptions
from render.recording import Array

# The words of verdicts, by their codes in a map.
WORDS = ("converged", "converging", "slow", "oscillating", "stuck", "diverged")
CONVERGED, CONVERGING, SLOW, OSCILLATING, STUCK, DIVERGED = range(len(WORDS))
Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]  # of runs


@dataclass(frozen=True)
class RunMap:
    """How each of H × W runs ends; row 0 is the low end of y, column 0 that of x."""

    options: MapOptions
    verdict: Codes  # (H, W), in WORDS
    epochs: Array  # (H, W) until it has converged; nan for any other verdict
    loss: Array  # (H, W) at its end; inf where the loss is no number at its start
    boundary: Array  # (B, 2) places x, y where runs stop being stable, as formulas say; (0, 2)
    trained: int  # epochs of a run
    zoomed: tuple[RunMap, ...] = ()  # closer windows of it

    @property
    def windows(self) -> tuple[RunMap, ...]:
        """It, and its closer windows."""
        return self, *self.zoomed

    @property
    def x(self) -> Array:
        """(W,) the values of the key along x."""
        return self.options.x.values(self.options.size[0])

    @property
    def y(self) -> Array:
        """(H,) the values of the key along y."""
        return self.options.y.values(self.options.size[1])

    def counts(self) -> dict[str, int]:
        """How many runs have each verdict."""
        numbers = np.bincount(self.verdict.ravel(), minlength=len(WORDS))
        return dict(zip(WORDS, numbers.tolist(), strict=True))

    def words(self) -> npt.NDArray[np.str_]:
        """(H, W) the verdicts."""
        return np.array(WORDS)[self.verdict]
