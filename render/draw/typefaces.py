"""Which of the house's typefaces are installed: nothing in, their files' folders out."""

from __future__ import annotations

import importlib
from pathlib import Path

PACKAGES = {"Inter": "fontpkg_inter", "JetBrains Mono": "fontpkg_jetbrains_mono"}


def typefaces() -> dict[str, Path | None]:
    """Of each typeface where its files are; None where it is missing."""
    return {name: _folder(package) for name, package in PACKAGES.items()}


def _folder(package: str) -> Path | None:
    try:
        folder = Path(importlib.import_module(package).ROOT) / "files"
    except (ImportError, AttributeError):
        return None
    return folder if any(folder.glob("*.ttf")) else None
