"""WebVTT: the captions of a film with their times, for players."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.config.language import ENGLISH
from render.encode.base import CompanionFormat, Cue, Story

# Escaped, so that no text ends a cue or opens a tag.
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True)
class VttFormat(CompanionFormat):
    """Captions with their times, as a track beside the video."""

    suffix: ClassVar[str] = ".vtt"

    def written(self, story: Story) -> str:
        return captions(story)


def captions(story: Story) -> str:
    """The cues as WebVTT, with a note of any other language than English."""
    note = [] if story.language.code == ENGLISH else [f"NOTE Language: {story.language.code}\n"]
    return "\n".join(["WEBVTT\n", *note, *(_cue(cue) for cue in story.cues)])


def _cue(cue: Cue) -> str:
    text = cue.text.translate(ESCAPES)
    return f"{_time(cue.start_s)} --> {_time(cue.end_s)}\n{text}\n"


def _time(seconds: float) -> str:
    """`HH:MM:SS.mmm`."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
