"""Names of installed packages in, their versions out: what the same config may depend on."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from render import __version__

LEARNING = ("torch", "numpy", "scipy")
DRAWING = (
    "matplotlib",
    "contourpy",
    "pillow",
    "imageio",
    "imageio-ffmpeg",
    "fontpkg-inter",
    "fontpkg-jetbrains-mono",
)


def versions(names: tuple[str, ...] = LEARNING + DRAWING) -> dict[str, str]:
    """This package's, Python's, and those of the packages named."""
    own = {"render": __version__, "python": platform.python_version()}
    return own | {name: _version(name) for name in names}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # vendored or run from a zip
        return "unknown"
