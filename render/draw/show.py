"""What there is to show: all that a panel draws from, and what changes from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from render.config.spec import Spec
from render.draw.themes.base import Theme
from render.recording import Array, Dataset, Landscape, Recording, Snapshot
from render.verdict import Verdict

PIECES_A_STEP = 8  # the glide between two recorded steps is cut this fine …
GLIDED = 100  # … for so many first steps; later ones are too short for it to show …
PIECES = 500  # … and are cut at recorded steps, into at most so many pieces


@dataclass(frozen=True)
class Show:
    """Everything there is to show, the same for all panels."""

    spec: Spec
    dataset: Dataset
    recording: Recording
    landscape: Landscape
    verdict: Verdict
    theme: Theme

    @cached_property
    def cuts(self) -> Array:
        """(C+1,) steps at which trails and curves are cut into pieces.

        They depend on the recording alone, never on the frames: a frame is the same however
        the film came to it.
        """
        first, steps = self.glided, self.recording.steps
        stride = max(1, -(-(steps - first) // PIECES))
        fine = np.linspace(0, first, PIECES_A_STEP * first + 1)
        coarse = np.minimum(np.arange(first + stride, steps + stride, stride), steps)
        return np.concatenate([fine, coarse])

    @property
    def glided(self) -> int:
        """How many first steps are cut into fractions."""
        return min(self.recording.steps, GLIDED)

    def pieces(self, step: float) -> int:
        """How many pieces are complete at a step."""
        return int(np.searchsorted(self.cuts, step, side="right")) - 1


@dataclass(frozen=True)
class Now:
    """What every panel shows in one frame."""

    snapshot: Snapshot
    row: int  # the last recorded row reached
    pieces: int  # complete pieces of trails and curves
