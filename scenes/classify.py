"""Two classes: the labels and the probability in the large panel, the landscape beside it."""

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
    "HHHH SSDD SSDD SSCL UUUU",
    "HHHH SSDD SSDD SSCL",
    "HHHH SSDD SSCC",
    "HHHH SSDD",
    "SSDD",
)
TALL = (
    "HH DD DD SS SS CL UU",
    "HH DD SS SS CL",
    "HH DD SS",
    "DD SS",
)
SQUARE = (
    "HHHH DDDD DDDD SSCC SSLL UUUU",
    "HHHH DDDD DDDD SSCC SSLL",
    "HH DD SS",
    "DD SS",
)


def compose(spec: Spec) -> Scene:
    return Scene(PANELS, WIDE, TALL, SQUARE, essential=("D", "S"))
