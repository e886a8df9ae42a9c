"""How a run ended, in one word and one sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.curvature import second_differences
from render.recording import Landscape, Recording

LEFT = 1e-2  # a run with more of its excess loss left has not arrived
ROUNDING = 1e-8  # of the picture's height: a smaller difference is none
STILL = 1e-6  # of the picture: a shorter step is none


@dataclass(frozen=True)
class Verdict:
    """`word` is diverged, stuck, oscillating, converged or converging; the first that fits."""

    word: str
    sentence: str


def judge(recording: Recording, landscape: Landscape) -> Verdict:
    """The verdict from r = (L_T − L*) / (L_0 − L*), the share of the excess loss left."""
    first, last = recording.loss[0], recording.loss[-1]
    lowest = min(landscape.minimum, float(recording.loss.min()))
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
    if steps and _step(recording) < STILL * _extent(recording, landscape) and share > LEFT:
        return Verdict("stuck", f"stuck at loss {last:.4g}: {_where(recording, landscape)}")
    if recording.full_batch and share > 1e-3 and _swings(recording, landscape):
        return Verdict("oscillating", "oscillating: every step overshoots the minimum")
    if not landscape.exact and last <= lowest:
        return Verdict("converging", "still falling: this loss has no lowest point here")
    if share <= 1e-4:
        return Verdict("converged", f"converged: {_left(share)} of the excess loss is left")
    return Verdict("converging", f"converging: {_left(share)} of the excess loss is left")


def _step(recording: Recording) -> float:
    """How far the last step went."""
    return float(np.linalg.norm(recording.params[-1] - recording.params[-2]))


def _extent(recording: Recording, landscape: Landscape) -> float:
    """How large the picture of the run is, in its trained parameters.

    The path's own extent would not do: a run that never left its plateau has none.
    """
    sides = [
        np.ptp(grid)
        for name, grid in zip(landscape.axes, landscape.grid, strict=True)
        if name in recording.names
    ]
    return float(np.linalg.norm(sides))


def _where(recording: Recording, landscape: Landscape) -> str:
    """What kind of place a run is stuck in, from the slope and the curvature there."""
    slope = float(np.linalg.norm(recording.grads[-1]))
    excess = recording.loss[-1] - landscape.minimum
    if slope * _extent(recording, landscape) < LEFT * excess:
        end = np.array([*recording.params[-1], *recording.frozen.values()])
        hessian = second_differences(recording.objective, end, len(recording.names))
        bends = np.linalg.eigvalsh(hessian) * _extent(recording, landscape) ** 2
        if bends[0] > excess:
            return "a local minimum"
        if bends[0] < -excess and bends[-1] > excess:
            return "a saddle, down on both sides"
        return "a plateau, where the gradient is all but zero"
    return "the steps have all but vanished"


def _swings(recording: Recording, landscape: Landscape) -> bool:
    """Whether the gradient along the steepest direction changed sign in the last four steps."""
    along = recording.grads[-5:] @ landscape.eigenvectors[:, -1]
    return len(along) == 5 and bool((along[:-1] * along[1:] < 0).all())


def _why(recording: Recording, landscape: Landscape, turn: int) -> str:
    lr = recording.lr[min(turn, max(recording.steps, 1)) - 1]
    too_large = recording.plain and recording.full_batch and lr > landscape.lr_max
    return f": lr {lr:g} is above 2/λmax = {landscape.lr_max:.4g}" if too_large else ""


def _left(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"
