"""The metadata of a file: title, program, and the hash of the config that it was made from.

None of it depends on the time or the machine: the same film has the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from render import __version__

PROGRAM = "descent-film"


def file_metadata(config_hash: str) -> dict[str, str]:
    """The metadata of a film, by the hash of its config."""
    return {"software": f"{PROGRAM} {__version__}", "config": config_hash}


def comment(about: Mapping[str, str]) -> str:
    """All of it in one line: `software: descent-film 1.0; config: 3f2a…`."""
    return "; ".join(f"{key}: {text}" for key, text in about.items())


def labelled(title: str, about: Mapping[str, str]) -> dict[str, str]:
    """The metadata under the names that PNG defines: Title, Software, Comment."""
    known = {"Title": title, "Software": about.get("software", ""), "Comment": comment(about)}
    return {key: text for key, text in known.items() if text}


def arguments(title: str, about: Mapping[str, str]) -> list[str]:
    """Arguments for ffmpeg: to write the metadata, and no date or version by itself."""
    tags = {"title": title, "comment": comment(about)}
    # The bytes are UTF-8, whatever encoding this system passes arguments in.
    pairs = [os.fsdecode(f"{k}={v}".replace("\0", " ").encode()) for k, v in tags.items() if v]
    plain = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]
    return [*plain, *(word for pair in pairs for word in ("-metadata", pair))]
