"""Two parameters: the bowl, the bowl from above, the line on the data, the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

PANELS = {
    "H": Panel("header"),
    "S": Panel("surface"),
    "D": Panel("data"),
    "C": Panel("contour"),
    "L": Panel("loss"),
    "U": Panel("update"),
}

# Rows from top to bottom, richest mosaic first: a smaller film drops the arithmetic,
# then the loss, the contours, the header.
WIDE = (
    "HHHH SSDD SSCL UUUU",
    "HHHH SSDD SSCL",
    "HHHH SSDD SSCC",
    "HHHH SSDD",
    "SSDD",
)
TALL = (
    "HH SS SS DD CL UU",
    "HH SS SS DD CL",
    "HH SS DD",
    "SS DD",
)
SQUARE = (
    "HHHH SSSS SSSS DDCC DDLL UUUU",
    "HHHH SSSS SSSS DDCC DDLL",
    "HH SS DD",
    "SS DD",
)


def compose(spec: Spec) -> Scene:
    return Scene(PANELS, WIDE, TALL, SQUARE, essential=("S", "D"))
