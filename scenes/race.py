"""Several runs on one landscape: their paths, and which run descends fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

# Rows from top to bottom, richest mosaic first; there is no S without a surface and no D
# without data.
WIDE = (
    "HHHH SSDD SSCL RRRR",
    "HHHH SSDD SSCC RRRR",
    "HHHH SSDD RRRR",
    "HHHH SSSS RRRR",
    "HHHH SSRR",
    "SSDD",
)
TALL = ("HH SS SS DD CL RR", "HH SS DD RR", "HH SS DD", "SS DD")
WIDE_FUNCTION = (
    "HHHH SSCC SSCC SSCC SSLL SSLL RRRR",
    "HHHH SSCC RRRR",
    "HHHH CCCC RRRR",
    "HHHH CCRR",
    "SSCC",
)
TALL_FUNCTION = ("HH SS SS CC CC LL RR", "HH SS CC RR", "HH SS CC", "SS CC")
WIDE_CURVE = ("HHHH CCLL RRRR", "HHHH CCCC RRRR", "HHHH CCRR", "CCCC")
TALL_CURVE = ("HH CC CC LL RR", "HH CC RR", "HH CC", "CC")
SQUARE = ("HHHH SSSS SSSS DDCC DDLL RRRR", "HHHH SSSS SSSS DDDD RRRR", "HH SS DD", "SS DD")
SQUARE_FUNCTION = ("HHHH SSSS SSSS CCLL CCLL RRRR", "HHHH SSSS CCLL RRRR", "HH SS CC", "SS CC")


def compose(spec: Spec) -> Scene:
    parameters = spec.model.parameters()
    trained = [name for name, start in parameters.items() if not start.frozen]
    panels = {
        "H": Panel("header"),
        "S": Panel("surface"),
        "D": Panel("data"),
        "C": Panel("cost" if len(trained) == 1 else "contour"),
        "L": Panel("loss"),
        "R": Panel("standings"),
    }
    if spec.model.needs_data:
        return Scene(panels=panels, wide=WIDE, tall=TALL, square=SQUARE, essential=("S",))
    if len(parameters) == 1:
        return Scene(
            panels=panels, wide=WIDE_CURVE, tall=TALL_CURVE, square=TALL_CURVE, essential=("C",)
        )
    return Scene(
        panels=panels,
        wide=WIDE_FUNCTION,
        tall=TALL_FUNCTION,
        square=SQUARE_FUNCTION,
        essential=("C",),
    )
