"""What a file says of itself: the title, the program and the config it was made of, as text.

Nothing in it depends on the time or the machine: the same film is the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from render import __version__

PROGRAM = "descent-film"
JOIN = "; "


def file_metadata(config_hash: str) -> dict[str, str]:
    """What is known of a film by its config."""
    return {"software": f"{PROGRAM} {__version__}", "config": config_hash}


def comment(told: Mapping[str, str]) -> str:
    """All of it in a line: `software: descent-film 1.0; config: 3f2a…`."""
    return JOIN.join(f"{key}: {text}" for key, text in told.items())


def labelled(title: str, told: Mapping[str, str]) -> dict[str, str]:
    """Under the names that PNG registers: Title, Software, Comment."""
    known = {"Title": title, "Software": told.get("software", ""), "Comment": comment(told)}
    return {key: text for key, text in known.items() if text}


def arguments(title: str, told: Mapping[str, str]) -> list[str]:
    """The same for ffmpeg, and nothing of its own that changes with time or version."""
    tags = {"title": title, "comment": comment(told)}
    # Their bytes are UTF-8 in whatever encoding this system passes arguments.
    pairs = [os.fsdecode(f"{k}={v}".replace("\0", " ").encode()) for k, v in tags.items() if v]
    plain = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]
    return [*plain, *(word for pair in pairs for word in ("-metadata", pair))]
