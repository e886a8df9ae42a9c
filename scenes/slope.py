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
# the code, then drops it, the loss, the surface. The cost curve and the line stay.
WIDE = (
    "HHHHHHHHHH SSSSSCCCLL SSSSSCCCLL SSSSSCCCLL SSSSSDDDDD KKKKKDDDDD KKKKKDDDDD",
    "HHHHHHHHHH SSSSSCCCLL SSSSSDDDDD UUUUUUUUUU",
    "HHHHHHHHHH SSSSSCCCLL SSSSSDDDDD",
    "HHHH SSCC SSDD",
    "HHHH CCDD",
    "SSDD",
)
TALL = (
    "HH SS SS SS CL CL DD DD KK",
    "HH SS SS CL DD UU",
    "HH SS SS CL DD",
    "HH SS CC DD",
    "HH CC DD",
    "SS DD",
)
SQUARE = (
    "HHHH SSSS SSSS SSSS SSSS CCLL CCLL CCLL KKDD KKDD KKDD",
    "HHHH SSSS SSSS CCLL DDDD UUUU",
    "HH SS SS CL DD",
    "HH SS CC DD",
    "HH CC DD",
    "SS DD",
)


def compose(spec: Spec) -> Scene:
    return Scene(PANELS, WIDE, TALL, SQUARE, essential=("C", "D"))
