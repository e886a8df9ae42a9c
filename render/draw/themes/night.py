"""Light on dark: slides in a dark room, screens, videos."""

from __future__ import annotations

from dataclasses import dataclass

from render.config.theme import Theme


@dataclass(frozen=True)
class Night(Theme):
    """Light on dark: slides in a dark room, screens, videos."""

    background: str = "#0e1116"
    text: str = "#e8eaed"
    muted: str = "#9aa3ae"
    grid: str = "#252a32"
    parameter: str = "#ff4d4f"
    edge: str = "#ffffff"
    trail: str = "#ffd166"
    mark: str = "#0e1116"
    prediction: str = "#4da3ff"
    data: str = "#ff8a80"
    residual: str = "#7d4a4a"
    truth: str = "#c3cad3"
    runs: tuple[str, ...] = (
        "#ffd166",
        "#4da3ff",
        "#ff6b9d",
        "#5ad1a5",
        "#c792ea",
        "#ff9f5a",
        "#8fd3ff",
        "#d7dce2",
    )
    future: str = "#3a424e"
    surface: tuple[str, ...] = ("#3b2a7d", "#32508f", "#23758e", "#1f988b", "#3bb77a", "#7ccc62")
    wire: str = "#05070a"
    wire_strength: float = 0.28
    slice: str = "#ffffff"
    shade: tuple[float, float] = (0.62, 1.05)
    rim: str = "#0e1116"
