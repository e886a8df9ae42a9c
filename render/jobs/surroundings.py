"""Where nothing can work: from an archive, and in a folder that is gone."""

from __future__ import annotations

import os

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
