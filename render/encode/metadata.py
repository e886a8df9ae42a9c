"""The metadata of a file: title, program, and the hash of the config that it was made from.

None of it depends on the time or the machine: the same film has the same bytes.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from render import __version__

if TYPE_CHECKING:
    from render.timeline.stops import Stop

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
    plain = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata:g", "-1"]
    return [*plain, *(word for pair in pairs for word in ("-metadata", pair))]


MAX_TITLE_BYTES = 200  # of a chapter; players read at most 255
MAX_TITLES_BYTES = 12_000  # of all: a command on Windows has at most 32,767 letters


def chapters(stops: Sequence[Stop], fps: int, frames: int) -> list[str]:
    """Arguments for ffmpeg after its first input: a chapter from each stop to the next.

    None for a film without stops between its start and its end.
    """
    if len(stops) <= 2:
        return []
    ends = [*(stop.frame for stop in stops[1:]), frames]
    longest = min(MAX_TITLE_BYTES, MAX_TITLES_BYTES // len(stops))
    lines = [";FFMETADATA1"]
    for stop, end in zip(stops, ends, strict=True):
        title = re.sub(r"([=;#\\\n])", r"\\\1", _shortened(stop.words, longest))
        lines += ["[CHAPTER]", f"TIMEBASE=1/{fps}", f"START={stop.frame}", f"END={end}"]
        lines.append(f"title={title}")
    text = base64.b64encode("\n".join([*lines, ""]).encode()).decode()
    given = ["-f", "ffmetadata", "-i", f"data:text/plain;base64,{text}"]
    return [*given, "-map", "0:v", "-map_chapters", "1"]


def _shortened(text: str, longest: int) -> str:
    """A text in at most so many bytes of UTF-8."""
    data = text.encode()
    if len(data) <= longest:
        return text
    return data[: longest - 3].decode(errors="ignore") + "…"
