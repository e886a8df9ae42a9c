"""Weights and fuel economies of cars of 1970 to 1982."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.learn.shipped import Shipped


@dataclass(frozen=True)
class AutoMpg(Shipped):
    """Fuel economy of 392 cars from their weight."""

    file: ClassVar[str] = "auto_mpg.csv"
    rows: ClassVar[int] = 392
    axes: ClassVar[tuple[str, str]] = ("weight (1000 lb)", "fuel economy (mpg)")
