"""One parameter: the run on a slice of the bowl, its cost curve, the line, the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

PANELS = {
    "H": Panel("header"),
    "S": Panel("surface"),
    "D": Panel("data"),
    "C": Panel("cost"),
    "L": Panel("loss"),
    "K": Panel("code"),
    "U": Panel("update"),
}

# Rows from top to bottom, richest mosaic first: a smaller film has the arithmetic instead of
# the code, then drops it, the loss, the cost curve, the header.
WIDE = (
    "HHHHHHHHHH SSSSSDDDDD SSSSSDDDDD SSSSSDDDDD SSSSSKKKKK CCCLLKKKKK CCCLLKKKKK",
    "HHHHHHHHHH SSSSSDDDDD SSSSSCCCLL UUUUUUUUUU",
    "HHHHHHHHHH SSSSSDDDDD SSSSSCCCLL",
    "HHHH SSDD SSCC",
    "HHHH SSDD",
    "SSDD",
)
TALL = (
    "HH SS SS DD KK KK CL",
    "HH SS SS DD CL UU",
    "HH SS SS DD CL",
    "HH SS DD",
    "SS DD",
)
SQUARE = (
    "HHHHHHHHHH SSSSSSSSSS SSSSSSSSSS DDDDDKKKKK CCCLLKKKKK",
    "HHHHHHHHHH SSSSSSSSSS SSSSSSSSSS DDDDDDDDDD CCCCCCLLLL UUUUUUUUUU",
    "HH SS SS DD CL",
    "HH SS DD",
    "SS DD",
)


def compose(spec: Spec) -> Scene:
    return Scene(panels=PANELS, wide=WIDE, tall=TALL, square=SQUARE)
