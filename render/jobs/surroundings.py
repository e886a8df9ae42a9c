"""Where nothing can work: from an archive, in a folder that is gone, without the packages."""

from __future__ import annotations

import os
import sys

from render.errors import RenderError
from render.registry import PACKAGE


def check_surroundings() -> None:
    """Raise RenderError if this package is in an archive, or the current folder is deleted."""
    if not PACKAGE.is_dir():
        raise RenderError(f"{PACKAGE}: is in an archive: unpack it, or install the package")
    try:
        os.getcwd()
    except OSError as error:
        reason = error.strerror or error
        raise RenderError(f"the current folder can't be used: {reason}: cd to another") from None


def packages_missing(error: ModuleNotFoundError) -> str:
    """What to do about a package of the installation that this Python doesn't have.

    Empty if the module is one of this package: then a file is missing, or the fault is ours.
    """
    name = (error.name or "").partition(".")[0]
    if not name or name == PACKAGE.name:
        return ""
    text = f"this Python ({sys.executable}) has no package {name!r}: "
    return text + "activate the environment that the films are installed in, or pip install ."
