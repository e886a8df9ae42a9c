"""Colours that stay apart without red, green or blue cones; shapes and dashes say it again."""

from __future__ import annotations

from dataclasses import dataclass

from render.config.theme import Theme


@dataclass(frozen=True)
class Colorblind(Theme):
    """Colours that stay apart without red, green or blue cones; shapes and dashes say it again.

    The runs' colours start from those of Okabe and Ito and were moved until every two of
    them are at least 16 apart (CIEDE2000) to protanopes, deuteranopes and tritanopes.
    """

    background: str = "#0e1116"
    text: str = "#eceef1"
    muted: str = "#a3acb7"
    grid: str = "#2a3038"
    parameter: str = "#ff6a3d"
    edge: str = "#ffffff"
    trail: str = "#ffffff"
    mark: str = "#0e1116"
    prediction: str = "#4db8ff"
    data: str = "#ffb39c"
    residual: str = "#75574c"
    truth: str = "#c3cad3"
    runs: tuple[str, ...] = (
        "#f0f533",
        "#21c0ff",
        "#c24b07",
        "#1e926c",
        "#d2abb3",
        "#7b6df1",
        "#f4fbff",
        "#e88c03",
    )
    future: str = "#46505d"
    surface: tuple[str, ...] = (  # from cividis
        "#143872",
        "#3b4c6e",
        "#575d6d",
        "#747475",
        "#948e77",
        "#b5a96f",
        "#d6c35f",
        "#f0d94c",
    )
    wire: str = "#05070a"
    wire_strength: float = 0.28
    slice: str = "#ffffff"
    shade: tuple[float, float] = (0.66, 1.03)
    rim: str = "#05070a"
    rim_strength: float = 0.26
    marker: str = "D"
    dashed: bool = True
