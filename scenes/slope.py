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
    "HHHHHHHHHH SSSSSCCCCC SSSSSCCCCC SSSSSCCCCC SSSSSDDDLL KKKKKDDDLL KKKKKDDDLL",
    "HHHHHHHHHH SSSSSCCCCC SSSSSDDDLL UUUUUUUUUU",
    "HHHHHHHHHH SSSSSCCCCC SSSSSDDDLL",
    "HHHH SSCC SSDD",
    "HHHH CCDD",
    "CCDD",
)
TALL = (
    "HH SS SS CC DL KK",
    "HH SS SS CC DL UU",
    "HH SS SS CC DL",
    "HH SS CC DD",
    "HH CC DD",
    "CC DD",
)
SQUARE = (
    "HHHH SSSS SSSS SSSS SSSS CCLL CCLL CCLL KKDD KKDD KKDD",
    "HHHH SSSS SSSS CCLL DDDD UUUU",
    "HH SS SS CC DL",
    "HH SS CC DD",
    "HH CC DD",
    "CC DD",
)


def compose(spec: Spec) -> Scene:
    return Scene(PANELS, WIDE, TALL, SQUARE, essential=("C", "D"))
