"""A tiny builder: a config in a temporary folder with its own scenes."""

from __future__ import annotations

from pathlib import Path


def write(folder: Path, text: str | bytes, name: str = "film.yaml") -> Path:
    """The config's file, in a configs/ folder beside a scenes/ folder with the usual ones."""
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "scenes").mkdir(exist_ok=True)
    for scene in ("slope", "slope_bias", "race", "grid", "function"):
        (folder / "scenes" / f"{scene}.py").write_text("")
    path = folder / "configs" / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path
