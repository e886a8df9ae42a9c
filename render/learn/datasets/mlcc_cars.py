"""The seven cars of Google's Machine Learning Crash Course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.learn.shipped import Shipped


@dataclass(frozen=True)
class MlccCars(Shipped):
    """Fuel economy of 7 cars from their weight, as in Google's crash course."""

    file: ClassVar[str] = "mlcc_cars.csv"
    rows: ClassVar[int] = 7
    axes: ClassVar[tuple[str, str]] = ("weight (1000 lb)", "fuel economy (mpg)")
