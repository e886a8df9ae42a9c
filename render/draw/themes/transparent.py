"""No background: stills to lay on a slide of any colour, dark or light."""

from __future__ import annotations

from dataclasses import dataclass

from render.config.theme import Theme


@dataclass(frozen=True)
class Transparent(Theme):
    """No background: stills to lay on a slide of any colour, dark or light.

    No colour has more contrast than 4.58 with both black and white. Words have that, and are
    larger than usual: 4.5 is what WCAG asks of large text at its strictest level. An outline
    would have more, and blur letters of 16 px; a plate behind them would be a background.
    """

    background: str = "#76767600"
    text: str = "#747779"
    muted: str = "#79766f"
    grid: str = "#83878c70"  # plots alone; lines across the page have none of the alpha
    parameter: str = "#ea2f35"
    edge: str = "#ffffff"
    trail: str = "#c95f00"
    mark: str = "#ffffff"
    prediction: str = "#1f76e8"
    data: str = "#e8605a"
    residual: str = "#b98884"
    truth: str = "#75777b"
    runs: tuple[str, ...] = (
        "#c95f00",
        "#1f76e8",
        "#e0218a",
        "#0d8a5f",
        "#a04fd8",
        "#8a6d4b",
        "#0b86ab",
        "#75777b",
    )
    future: str = "#94989e"
    surface: tuple[str, ...] = ("#46328c", "#3a5a9e", "#2b809d", "#2ba598", "#52c488", "#9bdc7c")
    wire: str = "#ffffff"
    wire_strength: float = 0.28
    slice: str = "#ffffff"
    shade: tuple[float, float] = (0.70, 1.06)
    rim: str = "#16191d"
    text_scale: float = 1.2
    stroke_scale: float = 1.1
