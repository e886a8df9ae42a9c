"""What became of a film of a batch: it was made, found unchanged, failed, or never begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.errors import RenderError

if TYPE_CHECKING:
    from render.report import Report


@dataclass(frozen=True)
class Outcome:
    """The report of a film that is there, or why it isn't."""

    name: str
    report: Report | None = None
    error: str | None = None  # what the user reads; None for a film that is there
    seconds: float = 0.0
    begun: bool = True  # False: the batch was stopped before or while it was made

    @property
    def word(self) -> str:
        """made, unchanged, failed or stopped."""
        if self.report is not None:
            return "unchanged" if self.report.kept else "made"
        return "failed" if self.begun else "stopped"

    def result(self) -> Report:
        """The report, as of a future. Raises RenderError for a film that isn't there."""
        if self.report is None:
            raise RenderError(f"{self.name}: {self.error}")
        return self.report
