"""What came of a film: how each run ended, and which files were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from render.config.spec import Spec
from render.differences import second_differences
from render.numerals import percent, significant
from render.phrases import Phrase, phrase
from render.projected import Projected
from render.recording import Array, Dataset, Landscape, Recording

if TYPE_CHECKING:
    from render.encode.base import Format
    from render.learn.map.result import RunMap


@dataclass(frozen=True)
class Run:
    """A run. In a race all runs have one landscape, in a grid each has its own."""

    spec: Spec
    dataset: Dataset
    recording: Recording
    landscape: Landscape
    verdict: Verdict
    map: RunMap | None = None  # of the film, where it shows one

    @property
    def label(self) -> str:
        """What it is called in legends and tables."""
        return self.spec.label

    @property
    def plain_label(self) -> str:
        """The same in letters, for texts."""
        return self.spec.plain_label


def judge_runs(
    spec: Spec,
    datasets: Sequence[Dataset],
    recordings: Sequence[Recording],
    landscapes: Sequence[Landscape],
) -> tuple[Run, ...]:
    """Each run of a film with its verdict."""
    named = map(_named, spec.each, datasets)
    parts = zip(spec.each, named, recordings, landscapes, strict=True)
    return tuple(
        Run(one, dataset, recording, landscape, judge(recording, landscape))
        for one, dataset, recording, landscape in parts
    )


def _named(spec: Spec, dataset: Dataset) -> Dataset:
    """The points with the names of their kind: one that ships has phrases, which no cache keeps."""
    given = spec.dataset.names()
    return replace(dataset, names=given) if given == dataset.names else dataset


CONVERGED = 1e-4  # of the excess loss at the start: a run that has no more left has converged
LEFT = 1e-2  # of the excess loss: a run that gained less hardly moved
DIGITS = 2.0**-24  # relative: one rounding of a number to the digits of the labs' float32
ULPS = 64 * 2.0**-52  # of the loss: the rounding of a sum over all points
STILL = 1e-6  # of a parameter's range: a shorter step is none
NEAR = 0.02  # of a parameter's range: a place so close to the end is where the run is going
ARRIVED = 0.1  # of a parameter's range: further from the minimum nothing has converged
SWINGING = 0.1  # of the excess loss, that lies across the valley
MIN_THIRD = 4  # steps: in a shorter run the crests are compared with its start
LASTING = 0.8  # swings that keep so much of their height go on
SHRUNK = 0.1  # of the largest rate: a rate that small is no longer the run's own
LOCAL_MINIMUM = phrase("a local minimum")
LATE = 0.25  # of the steps of a run in many parameters: while it settles
SETTLED = 1e-3  # of all that its loss fell: it changes by less in that time
WHOLE = 0.995  # a share that would be written as 100 %


@dataclass(frozen=True)
class Verdict:
    """`word` is diverged, stuck, oscillating, slow, converged or converging; the first that fits.

    A run has converged when at most 1/10,000 of its excess loss (above the minimum) is left, for
    good, and it ends near the minimum. `since` is the step from which that is so, infinite for
    any other word; captions and stills at the time `converged` are at that step. A run in many
    parameters, whose minimum nobody knows, has converged when its loss has settled and its
    gradient is next to nothing.
    """

    word: Phrase
    sentence: Phrase
    since: float = np.inf

    @property
    def converges(self) -> bool:
        """Whether the run is on its way to the minimum, or there."""
        return self.word in ("converged", "converging")

    @property
    def diverged(self) -> bool:
        """Whether it ended higher than it started."""
        return self.word == "diverged"


def judge(recording: Recording, landscape: Landscape) -> Verdict:
    """The verdict from r = (L_T − L*) / (L_0 − L*), the share of the excess loss left.

    It is about the run: what it gained of what there was to gain, whatever the picture shows.
    L* is the landscape's minimum, or the run's own lowest loss where there is none. Distances
    are measured axis by axis, since parameters have different units. Of a run in many parameters
    nothing is known of L*, and its verdict is about the losses that it came to.
    """
    if recording.projected is not None:
        return _judge_away(recording, recording.projected, landscape)
    first, last = recording.loss[0], recording.loss[-1]
    lowest = float(recording.loss.min())
    lowest = min(landscape.minimum, lowest) if landscape.exact else lowest
    share = (last - lowest) / max(first - lowest, 1e-300)
    noise = _rounding(recording)
    if landscape.exact and first - lowest <= noise and abs(last - first) <= noise:
        return Verdict(
            phrase("converged"), phrase("converged: the run started at the minimum"), 0.0
        )
    if not (landscape.exact or np.ptp(landscape.loss) or np.ptp(recording.loss)):
        return Verdict(phrase("converged"), phrase("converged: the loss is the same everywhere"), 0)
    if recording.broke_off or last > first:
        return _diverged(recording, landscape)
    place = _place(recording, landscape, min(landscape.minimum, lowest), share)
    if place is not None:
        return _stuck(last, place)
    if recording.full_batch and not recording.noisy and share > 1e-3:
        if _overshoots(recording, landscape, last - lowest):
            why = phrase("oscillating: every step overshoots the minimum")
            return Verdict(phrase("oscillating"), why)
        if _swings(recording, lowest):
            why = phrase("oscillating: it swings to and fro and comes no nearer")
            return Verdict(phrase("oscillating"), why)
    if _hardly_moved(recording, landscape):
        why = phrase("slow: it hardly moved: the rate is too small")
        return Verdict(phrase("slow"), why)
    if (share > LEFT or not landscape.exact) and _vanished(recording, landscape):
        return _stuck(last, phrase("the steps have all but vanished"))
    if not landscape.exact and share <= LEFT:
        why = phrase("still falling: this loss has no lowest point here")
        return Verdict(phrase("converging"), why)
    left = _left(share)
    if share <= CONVERGED and _arrived(recording, landscape):
        why = phrase("converged: {share} of the excess loss is left", share=left)
        return Verdict(phrase("converged"), why, _since(recording, lowest))
    if share <= CONVERGED:
        why = phrase(
            "converging: {share} of the excess loss is left, but {name} is not at the minimum yet",
            share=left,
            name=_furthest(recording, landscape),
        )
        return Verdict(phrase("converging"), why)
    why = phrase("converging: {share} of the excess loss is left", share=left)
    return Verdict(phrase("converging"), why)


def _stuck(loss: float, place: str) -> Verdict:
    why = phrase("stuck at loss {loss}: {place}", loss=significant(loss), place=place)
    return Verdict(phrase("stuck"), why)


def _rounding(recording: Recording) -> float:
    """How much the loss at the start changes when every parameter is rounded once."""
    start = recording.completed(recording.params[0])
    moves = np.diag(DIGITS * np.abs(start))
    with np.errstate(all="ignore"):
        losses = recording.objective(np.concatenate([start[None], start + moves]))
        changes = np.abs(losses[1:] - losses[0])
    finite = float(changes[np.isfinite(changes)].sum())
    return finite + ULPS * abs(float(recording.loss[0]))


def _since(recording: Recording, lowest: float) -> float:
    """The first step from which at most CONVERGED of the excess loss is left for good."""
    excess = recording.loss - lowest
    far = np.flatnonzero(~(excess <= CONVERGED * excess[0]))
    return float(far[-1]) + 1 if len(far) else 0.0


def _ranges(recording: Recording, landscape: Landscape) -> Array:
    """How far each trained parameter (P,) may have to go: over the run and all known minima.

    Where there is no minimum, or no way to go, it is the width of the picture: a run that never
    left its plateau has no range of its own.
    """
    count = len(recording.names)
    directions = np.abs(landscape.plane.directions[:, :count])
    widths = np.array([np.ptp(grid) for grid in landscape.grid]) @ directions
    path = recording.params
    if landscape.exact:
        path = np.concatenate([path, landscape.minima_of(recording.names)])
    own = np.ptp(path, axis=0)
    if not landscape.exact:  # the picture of a run that hardly moved is small
        widths = np.maximum(widths, np.abs(path[-1]))
    ranges = np.where((own > 0) & (landscape.exact | (widths == 0)), own, widths)
    return np.where(ranges > 0, ranges, np.maximum(np.abs(path[-1]), 1e-300))


def _rests(recording: Recording, landscape: Landscape) -> bool:
    """Whether the last step was next to nothing along every axis."""
    if recording.last == 0:
        return False
    step = np.abs(recording.params[-1] - recording.params[-2])
    return bool((step < STILL * _ranges(recording, landscape)).all())


def _place(recording: Recording, landscape: Landscape, lowest: float, share: float) -> str | None:
    """What kind of place a run is stuck in, from slope and curvature at its end; None if it
    isn't.

    One Newton step leads to the flat place that the run is coming to, if there is one near.
    Every parameter is measured in its own range, so that a slope is what the loss changes over it.
    """
    if recording.last == 0 or (landscape.exact and share <= CONVERGED):
        return None
    ranges = _ranges(recording, landscape)
    slope = recording.grads[-1] * ranges
    excess = float(recording.loss[-1]) - lowest
    if not landscape.exact or share > LEFT:
        flat = _flat_place(recording, ranges, slope, excess)
        if flat is not None:
            return flat if landscape.exact or flat != LOCAL_MINIMUM else None
    if _rests(recording, landscape) and float(np.linalg.norm(slope)) <= LEFT * excess:
        return phrase("a plateau, where the gradient is all but zero")
    return None


def _flat_place(recording: Recording, ranges: Array, slope: Array, excess: float) -> str | None:
    """The local minimum or the saddle that the run is coming to, if there is one near."""
    scale = np.concatenate([ranges, np.ones(len(recording.frozen))])
    end = recording.completed(recording.params[-1]) / scale
    with np.errstate(all="ignore"):
        hessian = second_differences(
            lambda at: recording.objective(at * scale), end, len(recording.names)
        )
    if not np.isfinite(hessian).all():
        return None
    bends = np.linalg.eigvalsh(hessian)
    ahead = np.linalg.lstsq(hessian, slope, rcond=None)[0]
    left = excess - 0.5 * float(slope @ ahead)  # at the flat place
    if float(np.abs(ahead).max()) >= NEAR:
        return None
    if bends[0] > max(excess, 0) and left > LEFT * max(excess, 1e-300):
        return LOCAL_MINIMUM
    curved = max(excess, float(np.ptp(recording.loss)) * LEFT)
    saddle = bends[0] < -curved and bends[-1] > curved
    return phrase("a saddle, down on both sides") if saddle else None


def _vanished(recording: Recording, landscape: Landscape) -> bool:
    """Whether the run rests because its rate has shrunk, and not for want of a gradient."""
    if not _rests(recording, landscape):
        return False
    rates = recording.lr[:-1]
    return not (recording.plain and bool(rates[-1] > SHRUNK * rates.max()))


def _hardly_moved(recording: Recording, landscape: Landscape) -> bool:
    """Whether the loss never left the first hundredth of what there was to gain.

    Where there is no minimum, that is known of a loss that is never negative alone: it ends at 0
    at the latest.
    """
    best = min(landscape.minimum, float(recording.loss.min()))
    if recording.last == 0 or not (landscape.exact or best >= 0):
        return False
    moved = np.abs(recording.loss - recording.loss[0]).max()
    return bool(moved < LEFT * (recording.loss[0] - best))


def _overshoots(recording: Recording, landscape: Landscape, excess: float) -> bool:
    """Whether the gradient along the steepest direction changed sign in the last four steps,
    and what is left of the loss lies across it."""
    along = recording.grads[-5:] @ landscape.eigenvectors[:, -1]
    across = along[-1] ** 2 / max(2 * landscape.eigenvalues[-1], 1e-300)
    turns = len(along) == 5 and bool((along[:-1] * along[1:] < 0).all())
    return turns and across > SWINGING * excess


def _swings(recording: Recording, lowest: float) -> bool:
    """Whether the loss goes up and down and its last crests are as high as those before."""
    third = recording.last // 3
    excess = recording.loss - lowest
    if third < MIN_THIRD:
        inner = excess[1:-1]
        crests = inner[(inner > excess[:-2]) & (inner >= excess[2:])]
        return len(crests) > 0 and bool(crests[-1] > LASTING * excess[0])
    rises = np.diff(np.sign(np.diff(excess[third:])))
    if int((rises < 0).sum()) < 2:
        return False
    return bool(excess[-third:].max() > LASTING * excess[third:-third].max())


def _arrived(recording: Recording, landscape: Landscape) -> bool:
    """Whether the run is where a minimum is, along every axis; in a flat valley anywhere in it."""
    if not np.isfinite(landscape.condition):
        return True
    return bool((_away(recording, landscape) < ARRIVED).all(axis=1).any())


def _furthest(recording: Recording, landscape: Landscape) -> str:
    """The parameter that has most of its way to the nearest minimum still to go."""
    away = _away(recording, landscape)
    nearest = away[away.max(axis=1).argmin()]
    return recording.names[int(nearest.argmax())]


def _away(recording: Recording, landscape: Landscape) -> Array:
    """How far (M, P) the run ends from each minimum along each axis, in parts of its range."""
    away = np.abs(recording.params[-1] - landscape.minima_of(recording.names))
    return np.asarray(away / _ranges(recording, landscape))


def _diverged(recording: Recording, landscape: Landscape) -> Verdict:
    """The verdict on a run that ends higher than it started, or beyond all numbers."""
    steps = recording.steps
    if recording.loss[-1] <= recording.loss[0]:  # the next step leaves the domain, or overflows
        why = phrase("diverged at step {step}: the loss is no number there", step=steps + 1)
        return Verdict(phrase("diverged"), why)
    turn = int(np.flatnonzero(recording.loss <= recording.loss[0])[-1]) + 1  # above it for good
    why = _why(recording, landscape, turn)
    if recording.broke_off:
        why = phrase("{what}, beyond all numbers at step {step}", what=why, step=steps + 1)
    return Verdict(phrase("diverged"), why)


def _why(recording: Recording, landscape: Landscape, turn: int) -> Phrase:
    """When a run diverged, at the row `turn`, and by which rate if that is too large."""
    lr = recording.lr[min(turn, max(recording.last, 1)) - 1]
    too_large = recording.plain and recording.full_batch and lr > landscape.lr_max
    too_large &= landscape.bowl
    step = int(recording.steps_at(np.asarray(turn)))
    if not too_large:
        return phrase("diverged at step {step}", step=step)
    rate, limit = significant(lr, 6), significant(landscape.lr_max)
    return phrase(
        "diverged at step {step}: lr {rate} is above the limit of this bowl, {limit}",
        step=step, rate=rate, limit=limit,
    )  # fmt: skip


def _judge_away(recording: Recording, away: Projected, landscape: Landscape) -> Verdict:
    """The verdict on a run in many parameters: what its loss fell to, and whether it settled."""
    first, last, lowest = map(float, (recording.loss[0], recording.loss[-1], recording.loss.min()))
    least = LEFT * abs(first)  # of a change that counts
    if recording.broke_off or last > first + least:
        return _diverged(recording, landscape)
    ends = {"first": significant(first), "last": significant(last)}
    if first - lowest < least:
        why = phrase("slow: the loss only went from {first} to {last}", **ends)
        return Verdict(phrase("slow"), _with_accuracy(why, away))
    if first - last < least:
        why = phrase(
            "oscillating: the loss fell to {low} and came back to {last}",
            low=significant(lowest), last=ends["last"],
        )  # fmt: skip
        return Verdict(phrase("oscillating"), _with_accuracy(why, away))
    fallen = float(np.ptp(recording.loss))
    exact = recording.full_batch and not recording.noisy
    if exact and last - lowest > 1e-3 * fallen and _swings(recording, lowest):
        crests = recording.loss[-max(recording.last // 3, 1) :]
        why = phrase(
            "oscillating: the loss goes to and fro between {low} and {high}",
            low=significant(crests.min()), high=significant(crests.max()),
        )  # fmt: skip
        return Verdict(phrase("oscillating"), _with_accuracy(why, away))
    changes = np.abs(recording.loss - last)
    late = recording.steps_at(np.arange(recording.last + 1.0)) >= (1 - LATE) * recording.steps
    calm = bool(away.grad_norm[-1] <= LEFT * away.grad_norm.max())
    if calm and bool((changes[late] <= SETTLED * fallen).all()):
        row = int(np.flatnonzero(changes > SETTLED * fallen)[-1]) + 1
        why = phrase("the loss fell from {first} to {last} and settled there", **ends)
        since = float(recording.steps_at(np.asarray(row)))
        return Verdict(phrase("converged"), _with_accuracy(why, away), since)
    why = phrase("the loss fell from {first} to {last}", **ends)
    return Verdict(phrase("converging"), _with_accuracy(why, away))


def _with_accuracy(why: Phrase, away: Projected) -> Phrase:
    """A sentence about the loss with the accuracy at the end, where there are classes."""
    if away.accuracy is None:
        return why
    share = percent(float(away.accuracy[-1]))
    if away.validation_accuracy is None:
        return phrase("{what}, accuracy {share}", what=why, share=share)
    unseen = percent(float(away.validation_accuracy[-1]))
    return phrase(
        "{what}, accuracy {share}, on unseen points {unseen}",
        what=why, share=share, unseen=unseen,
    )  # fmt: skip


def _left(share: float) -> str:
    """A share in per cent; one that isn't all is never written as 100 %, nor one as 0 %."""
    if share < CONVERGED:
        return phrase("less than {share}", share=f"{100 * CONVERGED:g} %")
    if WHOLE <= share < 1:
        return f"{100 * min(share, 0.999):.1f} %"
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
