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
    "O": Panel("distance"),
    "R": Panel("standings"),
}

# Rows from top to bottom, richest mosaic first. D is what the network has learnt: its regions
# where there are two features and classes, what it predicts where that is a number, else its
# weights; without classes A is the gradient.
# V is how much of the path lies in the plane, or how far it is from one of other directions.
WIDE = (
    "HHHHHHHHHHHH SSSSSDDDDLLL SSSSSDDDDLLL SSSSSDDDDLLL SSSSSDDDDLLL SSSSSDDDDAAA"
    " SSSSSDDDDAAA SSSSSDDDDAAA SSSSSCCCCAAA SSSSSCCCCVVV SSSSSCCCCVVV SSSSSCCCCVVV SSSSSCCCCVVV",
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
    classes, pca = spec.loss.classifies, spec.landscape.plane in (None, "pca")
    flat = spec.dataset.features == 2 and classes
    number = not classes and spec.dataset.targets == 1 and spec.dataset.plain
    panels = {
        **PANELS,
        "D": Panel("decision" if flat else "data" if number else "weights"),
        "A": Panel("accuracy" if classes else "gradient"),
        "V": Panel("spectrum" if pca else "distance"),
    }
    if len(spec.each) > 1:
        return Scene(panels, RACE_WIDE, RACE_TALL, RACE_SQUARE, essential=("S",))
    return Scene(panels, WIDE, TALL, SQUARE, essential=("S", "D"))
