"""A network: the loss on a plane through its weights, and what it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

PANELS = {
    "H": Panel("header"),
    "S": Panel("surface"),
    "C": Panel("contour"),
    "L": Panel("loss"),
    "A": Panel("accuracy"),
    "V": Panel("spectrum"),
    "O": Panel("distance"),
    "R": Panel("standings"),
}

# Rows from top to bottom, richest mosaic first. D is what the network has learnt: its regions
# where there are two features and classes, else its weights.
WIDE = (
    "HHHHHHHHHHHH SSSSSDDDDLLL SSSSSDDDDLLL SSSSSDDDDAAA SSSSSDDDDAAA SSSSSCCCCVVV SSSSSCCCCVVV",
    "HHHHHHHHHHHH SSSSSDDDDLLL SSSSSDDDDLLL SSSSSCCCCAAA SSSSSCCCCAAA",
    "HHHHHHHHHHHH SSSSSSDDDDDD SSSSSSDDDDDD SSSSSSLLLAAA SSSSSSLLLAAA",
    "HHHH SSDD SSDD SSLL",
    "HHHH SSDD",
    "SSDD",
)
TALL = (
    "HHHH SSSS SSSS SSSS SSSS DDLL DDLL DDAA DDAA CCVV CCVV",
    "HHHH SSSS SSSS SSSS DDLL DDAA",
    "HH SS DD",
    "SS DD",
)
SQUARE = (
    "HHHH SSSS SSSS SSSS DDLL DDLL DDAA DDAA",
    "HHHH SSSS SSSS DDLL DDAA",
    "HH SS DD",
    "SS DD",
)
RACE_WIDE = (
    "HHHHHHHHHHHH SSSSSCCCCLLL SSSSSCCCCLLL SSSSSCCCCAAA SSSSSCCCCAAA SSSSSOOOOOOO SSSSSOOOOOOO"
    " RRRRRRRRRRRR",
    "HHHHHHHHHHHH SSSSSSSCCCCC SSSSSSSCCCCC SSSSSSSCCCCC SSSSSSSLLLLL SSSSSSSLLLLL RRRRRRRRRRRR",
    "HHHH SSCC RRRR",
    "HHHH SSSS RRRR",
    "SSSS",
)
RACE_TALL = (
    "HHHH SSSS SSSS SSSS SSSS CCLL CCLL CCAA CCAA OOOO OOOO RRRR",
    "HH SS SS CC LL RR",
    "HH SS RR",
    "SS",
)
RACE_SQUARE = (
    "HHHH SSSS SSSS SSSS CCLL CCLL CCAA CCAA RRRR",
    "HHHH SSSS SSSS CCLL RRRR",
    "HH SS RR",
    "SS",
)


def compose(spec: Spec) -> Scene:
    flat = spec.dataset.features == 2 and spec.loss.classifies
    panels = {**PANELS, "D": Panel("decision" if flat else "weights")}
    if len(spec.each) > 1:
        return Scene(panels, RACE_WIDE, RACE_TALL, RACE_SQUARE, essential=("S",))
    return Scene(panels, WIDE, TALL, SQUARE, essential=("S", "D"))
