"""What came of a film: how each run ended, and which files were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from render.config.spec import Spec
from render.recording import Dataset, Landscape, Recording, second_differences

if TYPE_CHECKING:
    from render.encode.base import Format


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


def judge_runs(
    spec: Spec,
    datasets: Sequence[Dataset],
    recordings: Sequence[Recording],
    landscapes: Sequence[Landscape],
) -> tuple[Run, ...]:
    """Each run of a film with its verdict."""
    parts = zip(spec.each, datasets, recordings, landscapes, strict=True)
    return tuple(
        Run(one, dataset, recording, landscape, judge(recording, landscape))
        for one, dataset, recording, landscape in parts
    )


LEFT = 1e-2  # a run with more of its excess loss left has not arrived
ROUNDING = 1e-8  # of the picture's height: a smaller difference is none
STILL = 1e-6  # of the picture: a shorter step is none
NEAR = 0.02  # of the picture: a place so close to the end is where the run is going
ARRIVED = 0.1  # of the picture: further from the minimum nothing has converged
SWINGING = 0.1  # of the excess loss, that lies across the valley
LASTING = 0.8  # swings that keep so much of their height go on


@dataclass(frozen=True)
class Verdict:
    """`word` is diverged, stuck, oscillating, converged or converging; the first that fits."""

    word: str
    sentence: str


def judge(recording: Recording, landscape: Landscape) -> Verdict:
    """The verdict from r = (L_T − L*) / (L_0 − L*), the share of the excess loss left.

    L* is the landscape's minimum, or the run's own lowest loss where there is none.
    """
    first, last = recording.loss[0], recording.loss[-1]
    lowest = float(recording.loss.min())
    lowest = min(landscape.minimum, lowest) if landscape.exact else lowest
    share = (last - lowest) / max(first - lowest, 1e-300)
    steps = recording.steps
    noise = ROUNDING * float(landscape.loss.max() - lowest)
    if first - lowest <= noise and abs(last - first) <= noise:
        return Verdict("converged", "converged: the run started at the minimum")
    if recording.broke_off or last > first:
        turn = int(np.flatnonzero(recording.loss <= first)[-1]) + 1  # above the start for good
        end = f", beyond all numbers at step {steps + 1}" if recording.broke_off else ""
        return Verdict(
            "diverged", f"diverged at step {turn}{_why(recording, landscape, turn)}{end}"
        )
    place = _place(recording, landscape, min(landscape.minimum, lowest))
    if place is not None and (share > LEFT or not landscape.exact):
        return Verdict("stuck", f"stuck at loss {last:.4g}: {place}")
    if recording.full_batch and not recording.noisy and share > 1e-3:
        if _overshoots(recording, landscape, last - lowest):
            return Verdict("oscillating", "oscillating: every step overshoots the minimum")
        if _swings(recording, lowest):
            return Verdict("oscillating", "oscillating: it swings to and fro and comes no nearer")
    if not landscape.exact and share <= LEFT:
        return Verdict("converging", "still falling: this loss has no lowest point here")
    if share <= 1e-4 and _arrived(recording, landscape):
        return Verdict("converged", f"converged: {_left(share)} of the excess loss is left")
    return Verdict("converging", f"converging: {_left(share)} of the excess loss is left")


def _extent(recording: Recording, landscape: Landscape) -> float:
    """How large the picture of the run is, in its trained parameters.

    The path's own extent would not do: a run that never left its plateau has none.
    """
    moving = landscape.moving(recording)
    sides = [np.ptp(grid) for grid, moves in zip(landscape.grid, moving, strict=True) if moves]
    return float(np.linalg.norm(sides))


def _place(recording: Recording, landscape: Landscape, lowest: float) -> str | None:
    """What kind of place a run is stuck in, from slope and curvature at its end; None if it
    isn't.

    One Newton step leads to the flat place that the run is coming to, if there is one near.
    """
    if recording.steps == 0:
        return None
    extent, slope = _extent(recording, landscape), recording.grads[-1]
    excess = float(recording.loss[-1]) - lowest
    resting = np.linalg.norm(recording.params[-1] - recording.params[-2]) < STILL * extent
    end = np.array([*recording.params[-1], *recording.frozen.values()])
    hessian = second_differences(recording.objective, end, len(recording.names))
    if np.isfinite(hessian).all():
        bends = np.linalg.eigvalsh(hessian)
        ahead = np.linalg.lstsq(hessian, slope, rcond=None)[0]
        left = excess - 0.5 * float(slope @ ahead)  # at the flat place
        near = float(np.linalg.norm(ahead)) < NEAR * extent
        if near and bends[0] * extent**2 > max(excess, 0) and left > LEFT * max(excess, 1e-300):
            return "a local minimum" if landscape.exact else None
        curved = max(excess, float(np.ptp(landscape.loss)) * LEFT)
        if near and bends[0] * extent**2 < -curved and bends[-1] * extent**2 > curved:
            return "a saddle, down on both sides"
    if not resting:
        return None
    if float(np.linalg.norm(slope)) * extent < LEFT * excess:
        return "a plateau, where the gradient is all but zero"
    return "the steps have all but vanished"


def _overshoots(recording: Recording, landscape: Landscape, excess: float) -> bool:
    """Whether the gradient along the steepest direction changed sign in the last four steps,
    and what is left of the loss lies across it."""
    along = recording.grads[-5:] @ landscape.eigenvectors[:, -1]
    across = along[-1] ** 2 / max(2 * landscape.eigenvalues[-1], 1e-300)
    turns = len(along) == 5 and bool((along[:-1] * along[1:] < 0).all())
    return turns and across > SWINGING * excess


def _swings(recording: Recording, lowest: float) -> bool:
    """Whether the loss goes up and down and its last crests are as high as those before."""
    third = recording.steps // 3
    excess = recording.loss - lowest
    rises = np.diff(np.sign(np.diff(excess[third:])))
    if third < 4 or int((rises < 0).sum()) < 2:
        return False
    return bool(excess[-third:].max() > LASTING * excess[third:-third].max())


def _arrived(recording: Recording, landscape: Landscape) -> bool:
    """Whether the run is where the minimum is; in a flat valley anywhere along it."""
    if not np.isfinite(landscape.condition):
        return True
    minima = landscape.minima_of(recording.names)
    away = np.linalg.norm(recording.params[-1] - minima, axis=1)
    return float(away.min()) < ARRIVED * _extent(recording, landscape)


def _why(recording: Recording, landscape: Landscape, turn: int) -> str:
    lr = recording.lr[min(turn, max(recording.steps, 1)) - 1]
    too_large = recording.plain and recording.full_batch and lr > landscape.lr_max
    too_large &= landscape.bowl
    return f": lr {lr:g} is above 2/λmax = {landscape.lr_max:.4g}" if too_large else ""


def _left(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


@dataclass(frozen=True)
class Output:
    """A file that was made."""

    path: Path
    kind: str
    bytes: int
    size_px: tuple[int, int] | None = None
    duration_s: float | None = None
    hash: str = ""  # xxh3-128 of its bytes
    lowered: str = ""  # what it had to give up of what was asked for


@dataclass(frozen=True)
class OutputFile:
    """A file to make."""

    format: Format
    path: Path


@dataclass(frozen=True)
class Report:
    """A film that was made, or found made."""

    name: str
    outputs: tuple[Output, ...]
    seconds: float
    message: str  # the verdict
    kept: bool = False  # nothing had changed: the files that are there are this film
