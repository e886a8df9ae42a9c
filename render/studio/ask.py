"""What the drawing process is asked for: a film, by the text of its config."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SET_UP = "setting up"  # the stage that is reported when a film has been learnt


@dataclass(frozen=True)
class Ask:
    """A film that something is asked of."""

    key: str  # of the film: its text, its folder and the state of the files that it reads
    path: Path
    text: str
