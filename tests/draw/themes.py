"""The themes that come with the package, by their names."""

from __future__ import annotations

from pathlib import Path

from render.config.theme import load_theme, theme_names

SHIPPED = {name: load_theme(name, Path()) for name in theme_names()}
NIGHT, PAPER = SHIPPED["night"], SHIPPED["paper"]
