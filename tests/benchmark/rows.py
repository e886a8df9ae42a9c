"""The goals, one row each: which measures a row needs, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmark.result import Figure, Goal, Result
from tests.benchmark.sample import Taken


@dataclass(frozen=True)
class Row:
    """A goal."""

    name: str
    needs: tuple[str, ...]  # measures
    judge: Callable[[Taken], Result]


def faster(
    name: str, what: str, ours: str, others: tuple[str, ...], against: str, goal: float
) -> Row:
    """Frames a second of our film, against those of others that are made one after another."""

    def judge(taken: Taken) -> Result:
        mine, theirs = taken.best(ours), [taken.best(other) for other in others]
        fps = theirs[0].frames / sum(sample.seconds for sample in theirs)
        found = Figure(mine.fps / fps, "×")
        told = _measured(taken, ours, *others)
        return Result(
            name, _filled(what, taken), found, Goal(goal, True),
            Figure(mine.fps, "fps"), Figure(fps, "fps"), against, told,
        )  # fmt: skip

    return Row(name, (ours, *others), judge)


def costlier(
    name: str,
    what: str,
    ours: str,
    other: str,
    against: str,
    goal: float,
    cost: Callable[[Taken, str], Figure | None],
) -> Row:
    """How much more of something a harder film costs than another."""

    def judge(taken: Taken) -> Result:
        mine, theirs = cost(taken, ours), cost(taken, other)
        found = Figure(mine.value / theirs.value, "×") if mine and theirs else None
        told = _measured(taken, ours, other)
        return Result(
            name, _filled(what, taken), found, Goal(goal, False), mine, theirs,
            _filled(against, taken), told,
        )  # fmt: skip

    return Row(name, (ours, other), judge)


def limited(
    name: str, what: str, measure: str, goal: Goal, figure: Callable[[Taken, str], Figure | None]
) -> Row:
    """A figure of its own."""

    def judge(taken: Taken) -> Result:
        told = _measured(taken, measure)
        return Result(name, _filled(what, taken), figure(taken, measure), goal, measured=told)

    return Row(name, (measure,), judge)


def seconds(taken: Taken, name: str) -> Figure:
    """How long it took."""
    return Figure(taken.best(name).seconds, "s")


def each(taken: Taken, name: str) -> Figure:
    """How long a frame took."""
    return Figure(1000 / taken.best(name).fps, "ms")


def fact(of: str, unit: str, factor: float = 1.0) -> Callable[[Taken, str], Figure | None]:
    """The least that was seen of something."""

    def figure(taken: Taken, name: str) -> Figure | None:
        value = taken.least(name, of)
        return None if value is None else Figure(value * factor, unit)

    return figure


def _measured(taken: Taken, *names: str) -> str:
    """How often each side was measured, and how many frames of it when not all."""
    told = "best of " + ", ".join(str(n) for n in dict.fromkeys(taken.times(n) for n in names))
    partly = [taken.best(name) for name in names]
    timed = {f"{s.timed} of {s.frames} frames timed" for s in partly if s.timed is not None}
    return "; ".join([told, *sorted(timed)])


def _filled(what: str, taken: Taken) -> str:
    """The row's words with the sizes and counts of this run."""
    scale = taken.scale
    configs = next((int(s.facts["configs"]) for s in taken.samples.get("check", ())), 0)
    return what.format(
        size="×".join(map(str, scale.size_px)),
        large="×".join(map(str, scale.large_px)),
        s=scale,
        configs=configs,
    )


MEMORY = fact("peak_bytes", "MB", 1e-6)
ROWS = (
    faster("mp4", "{size}, {s.frames} frames, MP4, still camera",
           "film", ("naive",), "naive", 30),
    faster("encoder", "the same, against the encoder alone",
           "film", ("alone",), "x264 alone", 0.95),
    faster("large", "{large}, {s.frames} frames, MP4",
           "large", ("naive_large",), "naive", 16),
    faster("three", "MP4 + GIF + PNG in one pass",
           "three", ("naive", "naive_gif"), "naive MP4, then GIF", 55),
    faster("orbit", "camera in orbit, {size}, MP4",
           "orbit", ("naive_orbit",), "naive orbit", 12),
    costlier("race", "a frame of a race of 5, MP4",
             "race", "lone", "of one run", 1.8, each),
    costlier("frames", "a frame of {s.long_frames:,} frames",
             "long", "short", "of {s.frames}", 1.05, fact("frame_s", "ms", 1000)),
    costlier("memory", "peak memory of {s.long_frames:,} frames",
             "long", "short", "of {s.frames}", 1.05, MEMORY),
    costlier("epochs", "process less training, {s.many_epochs:,} epochs",
             "deep", "short", "{s.epochs} epochs", 1.2, fact("rest_s", "s")),
    faster("process", "whole process, slope, MP4 + GIF + PNG, {s.cold_frames} frames",
           "cold", ("cold_naive", "cold_naive_gif"), "naive MP4, then GIF", 25),
    limited("gif_psnr", "GIF of {s.clip_frames} frames, {size}: PSNR",
            "gif", Goal(46, True), fact("psnr_db", "dB")),
    limited("gif_size", "GIF: size", "gif", Goal(800, False), fact("bytes", "kB", 1e-3)),
    limited("gif_time", "GIF: encoding, palette included", "gif", Goal(1.4, False), seconds),
    limited("gif_exact", "GIF: pixels of a theme colour that are exact",
            "gif", Goal(100, True), fact("exact", "%", 100)),
    limited("gif_still", "GIF: pixels at rest that stay as they are",
            "gif", Goal(100, True), fact("resting", "%", 100)),
    limited("still", "cold --still 50%", "still", Goal(2.5, False), seconds),
    limited("help", "cold --help", "help", Goal(0.25, False), seconds),
    limited("check", "cold check of {configs} configs", "check", Goal(1.5, False), seconds),
)  # fmt: skip
