"""An old thermometer without units beside one in °C."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.learn.shipped import Shipped


@dataclass(frozen=True)
class Thermometer(Shipped):
    """Temperature from the readings of a thermometer without units, 11 points."""

    file: ClassVar[str] = "thermometer.csv"
    rows: ClassVar[int] = 11
    axes: ClassVar[tuple[str, str]] = ("reading (unknown unit)", "temperature (°C)")
