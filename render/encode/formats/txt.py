"""A film's alternative text: its story in, a few sentences that can be read aloud out as .txt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from render.encode.base import CompanionFormat, Story


@dataclass(frozen=True)
class TxtFormat(CompanionFormat):
    """Alternative text from the recorded numbers, for pages and for who can't see the film."""

    suffix: ClassVar[str] = ".txt"

    def written(self, story: Story) -> str:
        return " ".join(story.sentences) + "\n"
