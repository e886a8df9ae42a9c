"""Flippers and body masses of penguins of three species, Palmer Archipelago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.learn.shipped import Shipped


@dataclass(frozen=True)
class Penguins(Shipped):
    """Body mass of 342 penguins from the length of their flippers."""

    file: ClassVar[str] = "penguins.csv"
    rows: ClassVar[int] = 342
    axes: ClassVar[tuple[str, str]] = ("flipper length (mm)", "body mass (g)")
