"""The manifest of a folder that a film wrote: which files in it are the film's.

A newer film replaces the whole folder. So each file must be one that the manifest lists, with the
same bytes; with any other file in it the folder stays as it is.
"""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

from render.encode.metadata import PROGRAM
from render.files import content, content_or_none, read_bytes

MANIFEST = "manifest.json"
MAX_BYTES = 20_000_000  # of a manifest: 100 bytes for each picture
# Folders of version 0.1 had no manifest, but their .tex names the first and the last picture.
OLDER_TEX = re.compile(
    rf"% .*\n% software: {PROGRAM} .*\n(?:% .*\n)+"
    r"\\animategraphics\[[^]]*\]\{[0-9]+\}\{[^{}]*/\}\{(?P<first>[0-9]+)\}\{(?P<last>[0-9]+)\}\n"
)
MAX_TEX_BYTES = 10_000


def write_manifest(folder: Path) -> None:
    """List all files of a folder, which are complete. Raises OSError."""
    files = {path.name: content(path) for path in sorted(folder.iterdir())}
    text = json.dumps({"software": PROGRAM, "files": files}, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="ascii", newline="\n")


def stranger(folder: Path) -> str | None:
    """The name of a file in a folder that no film wrote, or that was changed; None: there is none.

    Raises OSError.
    """
    listed = _listed(folder) or {}
    for path in sorted(folder.iterdir()):
        if path.name not in listed or path.is_symlink() or not path.is_file():
            return path.name
        if listed[path.name] not in (None, content_or_none(path)):
            return path.name
    return None


def remove_folder(folder: Path) -> None:
    """Remove the film's files in a folder, and the folder if nothing else is in it.

    Raises OSError.
    """
    manifest = folder / MANIFEST
    for name in [name for name in _listed(folder) or {} if name != MANIFEST]:
        with contextlib.suppress(FileNotFoundError):
            (folder / name).unlink()
    if all(path == manifest for path in folder.iterdir()):
        manifest.unlink(missing_ok=True)
        folder.rmdir()


def _listed(folder: Path) -> dict[str, str | None] | None:
    """The hash of each file that a film wrote into a folder; None if no film wrote it.

    That of the manifest is not known, nor those of the files of an older version.
    """
    try:
        manifest = json.loads(read_bytes(folder / MANIFEST, MAX_BYTES))
        if manifest["software"] != PROGRAM:
            return None
        named = {name: str(hash_) for name, hash_ in manifest["files"].items()}
        return {**{name: hash_ for name, hash_ in named.items() if "/" not in name}, MANIFEST: None}
    except FileNotFoundError:
        return _listed_by_tex(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _listed_by_tex(folder: Path) -> dict[str, str | None] | None:
    for path in folder.glob("*.tex"):
        with contextlib.suppress(OSError, ValueError):
            match = OLDER_TEX.fullmatch(read_bytes(path, MAX_TEX_BYTES).decode())
            if match and int(match["last"]) < 1_000_000:
                first, last = match["first"], match["last"]
                numbers = range(int(first), int(last) + 1)
                pictures = [f"{number:0{len(first)}}.png" for number in numbers]
                return dict.fromkeys([*pictures, path.name])
    return None
