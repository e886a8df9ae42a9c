"""The contract of a dataset: options in YAML, `make` gives the points."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from render.config.options import Options
from render.recording import Dataset


@dataclass(frozen=True)
class DatasetKind(Options, ABC):
    """Where the points come from."""

    @abstractmethod
    def make(self, seed: int) -> Dataset:
        """The points. x, noise and labels in float32 as the labs have them, then float64."""
