"""Runs with ever more features: their loss on new points, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

PANELS = {"H": Panel("header"), "R": Panel("risk")}
ROWS = ("H R R R R R R R", "R")


def compose(spec: Spec) -> Scene:
    return Scene(PANELS, wide=ROWS, tall=ROWS, square=ROWS, essential=("R",))
