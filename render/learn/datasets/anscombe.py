"""Anscombe's quartet: four sets of eleven points with the same line and different pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from render.learn.datasets.base import ShippedDataset


@dataclass(frozen=True)
class AnscombeDataset(ShippedDataset):
    """One of Anscombe's four sets of 11 points, which all have the line y = 3 + 0.5 x.

    F. J. Anscombe, Graphs in Statistical Analysis, The American Statistician 27 (1973).
    """

    file: ClassVar[str] = "anscombe.csv"
    rows: ClassVar[int] = 11
    axes: ClassVar[tuple[str, str]] = ("x", "y")

    set: Annotated[
        Literal["I", "II", "III", "IV"],
        Field(description="I is noisy, II a parabola, III and IV have an outlier"),
    ] = "I"

    @property
    def columns(self) -> tuple[str, str]:
        return f"x_{self.set}", f"y_{self.set}"
