"""Near-black on white, bold and large: weak projectors, bright rooms, the last row."""

from __future__ import annotations

from dataclasses import dataclass

from render.config.theme import Theme


@dataclass(frozen=True)
class Contrast(Theme):
    """Near-black on white, bold and large: weak projectors, bright rooms, the last row.

    Stray light lifts a projector's black to a grey and leaves its white as it is: dark on
    white keeps what contrast there is, and light on black loses it.
    """

    background: str = "#ffffff"
    text: str = "#000000"
    muted: str = "#2e3338"
    grid: str = "#9aa1a9"
    parameter: str = "#d40000"
    edge: str = "#ffffff"
    trail: str = "#8c0000"
    mark: str = "#ffffff"
    prediction: str = "#0038d6"
    data: str = "#ee4236"
    residual: str = "#d08f89"
    truth: str = "#1f2429"
    runs: tuple[str, ...] = (
        "#c40000",
        "#0038d6",
        "#b85a00",
        "#007345",
        "#8f00c2",
        "#4f3118",
        "#00809c",
        "#6a6f76",
    )
    future: str = "#8d949c"
    surface: tuple[str, ...] = ("#26127a", "#1d47a6", "#0f74ad", "#0f9c96", "#44c06a", "#b4e04a")
    wire: str = "#ffffff"
    wire_strength: float = 0.40
    slice: str = "#ffffff"
    shade: tuple[float, float] = (0.72, 1.08)
    rim: str = "#000000"
    rim_strength: float = 0.20
    text_scale: float = 1.2
    stroke_scale: float = 1.35
