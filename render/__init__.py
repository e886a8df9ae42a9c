"""Turns a YAML scene into an animated film of gradient descent."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`render.batch` without importing it first: nothing more is needed to make films."""
    if name == "batch":
        return importlib.import_module("render.batch")
    raise AttributeError(f"module 'render' has no attribute '{name}'")
