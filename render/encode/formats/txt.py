"""Text: a description of the film in a few sentences, to be read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.encode.base import CompanionFormat, Story


@dataclass(frozen=True)
class TxtFormat(CompanionFormat):
    """Alternative text from the recorded numbers, for readers who can't see the film."""

    suffix: ClassVar[str] = ".txt"

    def written(self, story: Story) -> str:
        return " ".join(story.sentences) + "\n"
