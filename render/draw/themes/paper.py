"""Dark on white: handouts, papers, bright rooms."""

from __future__ import annotations

from dataclasses import dataclass

from render.config.theme import Theme


@dataclass(frozen=True)
class Paper(Theme):
    """Dark on white: handouts, papers, bright rooms."""

    background: str = "#ffffff"
    text: str = "#16191d"
    muted: str = "#5b6570"
    grid: str = "#e3e6ea"
    parameter: str = "#e0262c"
    edge: str = "#ffffff"
    trail: str = "#b3161c"
    mark: str = "#ffffff"
    prediction: str = "#1769e0"
    data: str = "#e4736b"
    residual: str = "#efc0bb"
    truth: str = "#4a525c"
    runs: tuple[str, ...] = (
        "#b3161c",
        "#1769e0",
        "#c4760a",
        "#0f7f5f",
        "#8a3fb0",
        "#5b4636",
        "#0a7fa8",
        "#5b6570",
    )
    future: str = "#c9ced5"
    surface: tuple[str, ...] = ("#46328c", "#3a5a9e", "#2b809d", "#2ba598", "#52c488", "#9bdc7c")
    wire: str = "#ffffff"
    wire_strength: float = 0.30
    slice: str = "#ffffff"
    shade: tuple[float, float] = (0.70, 1.08)
    rim: str = "#16191d"
