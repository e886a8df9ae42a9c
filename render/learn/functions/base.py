"""The contract of a known function: a formula with every minimum it has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from render.config.options import Options

Place = tuple[float, ...]  # (P,), one number for each parameter


@dataclass(frozen=True)
class NamedFunction(Options, ABC):
    """A function of P parameters that people know by name."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """What its parameters are called when nobody says otherwise."""

    @property
    @abstractmethod
    def start(self) -> Place:
        """Where a descent starts when nobody says otherwise."""

    @property
    def extents(self) -> tuple[tuple[float, float], ...] | None:
        """The range of each parameter that is usually drawn."""
        return None

    @abstractmethod
    def __call__(self, *values: Any) -> Any:
        """Its value at P tensors or arrays."""

    @abstractmethod
    def minima(self) -> tuple[Place, ...]:
        """Every minimum, local ones too."""

    @abstractmethod
    def written(self, *names: str) -> str:
        """Its formula for the reader, with these names."""
