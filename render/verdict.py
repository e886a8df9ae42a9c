"""How a run ended, in one word and one sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.recording import Landscape, Recording


@dataclass(frozen=True)
class Verdict:
    """`word` is diverged, stuck, oscillating, converged or converging; the first that fits."""

    word: str
    sentence: str


def judge(recording: Recording, landscape: Landscape) -> Verdict:
    """The verdict from r = (L_T − L*) / (L_0 − L*), the share of the excess loss left."""
    first, last = recording.loss[0], recording.loss[-1]
    lowest = landscape.minimum
    share = (last - lowest) / max(first - lowest, 1e-300)
    steps = recording.steps
    if recording.broke_off or last > first:
        grows = np.flatnonzero(np.diff(recording.loss) > 0)
        turn = int(grows[0]) + 1 if len(grows) else steps + 1
        return Verdict("diverged", f"diverged at step {turn}{_why(recording, landscape)}")
    path = recording.params
    extent = float(np.linalg.norm(np.ptp(path, axis=0)))
    if steps and np.linalg.norm(path[-1] - path[-2]) < 1e-6 * extent and share > 1e-2:
        return Verdict("stuck", f"stuck at loss {last:.4g}: the steps have all but vanished")
    if share > 1e-3 and _swings(recording, landscape):
        return Verdict("oscillating", "oscillating: every step overshoots the minimum")
    if share <= 1e-4:
        return Verdict("converged", f"converged: {_left(share)} of the excess loss is left")
    return Verdict("converging", f"converging: {_left(share)} of the excess loss is left")


def _swings(recording: Recording, landscape: Landscape) -> bool:
    """Whether the gradient along the steepest direction changed sign in the last four steps."""
    along = recording.grads[-5:] @ landscape.eigenvectors[:, -1]
    return len(along) == 5 and bool((along[:-1] * along[1:] < 0).all())


def _why(recording: Recording, landscape: Landscape) -> str:
    too_large = recording.lr[0] > landscape.lr_max
    return f": lr {recording.lr[0]:g} is above 2/λmax = {landscape.lr_max:.3f}" if too_large else ""


def _left(share: float) -> str:
    return f"{share:.2g}" if share < 1e-2 else f"{100 * share:.0f} %"
