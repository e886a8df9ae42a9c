"""The six houses of the Machine Learning Specialization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.learn.shipped import Shipped


@dataclass(frozen=True)
class NgSixPoints(Shipped):
    """Prices of 6 houses from their size, as in Ng's course."""

    file: ClassVar[str] = "ng_six_points.csv"
    rows: ClassVar[int] = 6
    axes: ClassVar[tuple[str, str]] = ("size (1000 sq ft)", "price (1000 $)")
