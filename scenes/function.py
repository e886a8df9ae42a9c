"""A landscape without data: its surface, the same from above, the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

# Rows from top to bottom, richest mosaic first: a smaller film drops the arithmetic, then
# the loss, the contours, the header.
WIDE = (
    "HHHH SSCC SSCC SSCC SSLL SSLL UUUU",
    "HHHH SSCC SSCC SSCC SSLL SSLL",
    "HHHH SSCC",
    "HHHH SSSS",
    "SSSS",
)
TALL = ("HH SS SS CC CC LL UU", "HH SS SS CC LL", "HH SS CC", "SS CC")
WIDE_CURVE = ("HHHH CCLL UUUU", "HHHH CCLL", "HHHH CCCC", "CCCC")
TALL_CURVE = ("HH CC CC LL UU", "HH CC CC LL", "HH CC", "CC")
SQUARE = ("HHHH SSSS SSSS CCLL CCLL UUUU", "HHHH SSSS SSSS CCLL", "HH SS CC", "SS CC")
SQUARE_CURVE = ("HH CC CC LL UU", "HH CC CC LL", "HH CC", "CC")


def compose(spec: Spec) -> Scene:
    parameters = spec.model.parameters()
    trained = [name for name, start in parameters.items() if not start.frozen]
    panels = {
        "H": Panel("header"),
        "S": Panel("surface"),
        "C": Panel("cost" if len(trained) == 1 else "contour"),
        "L": Panel("loss"),
        "U": Panel("update"),
    }
    if len(parameters) == 1:
        return Scene(
            panels=panels, wide=WIDE_CURVE, tall=TALL_CURVE, square=SQUARE_CURVE, essential=("C",)
        )
    return Scene(panels=panels, wide=WIDE, tall=TALL, square=SQUARE, essential=("S",))
