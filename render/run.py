"""One run of a film: how it was set up, what it learnt from, what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from render.config.spec import Spec
from render.recording import Dataset, Landscape, Recording
from render.verdict import Verdict


@dataclass(frozen=True)
class Run:
    """A run. In a race all runs have one landscape, in a grid each has its own."""

    spec: Spec
    dataset: Dataset
    recording: Recording
    landscape: Landscape
    verdict: Verdict

    @property
    def label(self) -> str:
        """What it is called in legends and tables."""
        return self.spec.label
