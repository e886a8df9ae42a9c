"""Imports what drawing needs, before there is anything to draw."""

from __future__ import annotations

from render.draw.matplotlib_import import import_matplotlib


def get_ready() -> None:
    """Import Matplotlib and what draws films. Raises RenderError as `import_matplotlib` does."""
    import_matplotlib()
    import render.draw.animation
    import render.draw.stage  # noqa: F401
