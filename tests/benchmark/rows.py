"""The goals, a row each: which measures it needs, and how they are compared with the goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmark.measures import Samples

FORMATS = {
    "fps": "{:,.1f} fps",
    "s": "{:.2f} s",
    "ms": "{:.2f} ms",
    "MB": "{:,.0f} MB",
    "kB": "{:,.0f} kB",
    "×": "{:.2f}×",
    "dB": "{:.1f} dB",
    "%": "{:.2f} %",
}


@dataclass(frozen=True)
class Figure:
    """A number with its unit."""

    value: float
    unit: str

    def __str__(self) -> str:
        return FORMATS[self.unit].format(self.value)


@dataclass(frozen=True)
class Goal:
    """The limit of a figure."""

    limit: float
    at_least: bool  # else at most

    def met(self, value: float) -> bool:
        """Whether a figure is that good."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Result:
    """The result of a row. A value that this system can't measure is None."""

    name: str
    what: str
    figure: Figure | None
    goal: Goal
    ours: Figure | None = None
    other: Figure | None = None
    against: str = ""  # what the other side is
    measured: str = ""  # how often, and of how many frames
    counts: bool = True  # the goal is meant for films as large as these

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where that is not known."""
        if self.figure is None or not self.counts:
            return None
        return self.goal.met(self.figure.value)

    def plain(self) -> dict[str, Any]:
        """The row for JSON."""

        def plain(one: Figure | None) -> dict[str, Any] | None:
            return None if one is None else {"value": one.value, "unit": one.unit}

        return {
            "name": self.name,
            "what": self.what,
            "ours": plain(self.ours),
            "against": self.against or None,
            "other": plain(self.other),
            "figure": plain(self.figure),
            "goal": self.goal.limit,
            "at_least": self.goal.at_least,
            "met": self.met,
            "measured": self.measured,
        }


@dataclass(frozen=True)
class Row:
    """A goal."""

    name: str
    needs: tuple[str, ...]  # measures
    judge: Callable[[Samples], Result]


def faster(
    name: str, what: str, ours: str, others: tuple[str, ...], against: str, goal: float
) -> Row:
    """Frames per second of our film, compared with films that are made one after another."""

    def judge(samples: Samples) -> Result:
        mine, theirs = samples.best(ours), [samples.best(other) for other in others]
        fps = theirs[0].frames / sum(sample.seconds for sample in theirs)
        figure = Figure(mine.fps / fps, "×")
        measured = _measured(samples, ours, *others)
        return Result(
            name, _filled(what, samples), figure, Goal(goal, True),
            Figure(mine.fps, "fps"), Figure(fps, "fps"), against, measured,
        )  # fmt: skip

    return Row(name, (ours, *others), judge)


def costlier(
    name: str,
    what: str,
    ours: str,
    other: str,
    against: str,
    goal: float,
    cost: Callable[[Samples, str], Figure | None],
    other_cost: Callable[[Samples, str], Figure | None] | None = None,
) -> Row:
    """How much more a film costs than another, as a factor."""

    def judge(samples: Samples) -> Result:
        mine, theirs = cost(samples, ours), (other_cost or cost)(samples, other)
        figure = Figure(mine.value / theirs.value, "×") if mine and theirs else None
        measured = _measured(samples, ours, other)
        return Result(
            name, _filled(what, samples), figure, Goal(goal, False), mine, theirs,
            _filled(against, samples), measured,
        )  # fmt: skip

    return Row(name, (ours, other), judge)


def limited(
    name: str, what: str, measure: str, goal: Goal, cost: Callable[[Samples, str], Figure | None]
) -> Row:
    """A figure that is compared with nothing but its goal."""

    def judge(samples: Samples) -> Result:
        measured = _measured(samples, measure)
        return Result(name, _filled(what, samples), cost(samples, measure), goal, measured=measured)

    return Row(name, (measure,), judge)


def seconds(samples: Samples, name: str) -> Figure:
    """How long it took."""
    return Figure(samples.best(name).seconds, "s")


def rate(samples: Samples, name: str) -> Figure | None:
    """Frames per second while they are drawn and encoded."""
    frame_s = samples.least(name, "frame_s")
    return None if frame_s is None else Figure(1 / frame_s, "fps")


def each(samples: Samples, name: str) -> Figure:
    """How long a frame took."""
    return Figure(1000 / samples.best(name).fps, "ms")


def fact(of: str, unit: str, factor: float = 1.0) -> Callable[[Samples, str], Figure | None]:
    """The smallest value of a fact."""

    def figure(samples: Samples, name: str) -> Figure | None:
        value = samples.least(name, of)
        return None if value is None else Figure(value * factor, unit)

    return figure


def _measured(samples: Samples, *names: str) -> str:
    """How often each side was measured, and how many frames of it when not all."""
    times = "best of " + ", ".join(str(n) for n in dict.fromkeys(samples.times(n) for n in names))
    partly = [samples.best(name) for name in names]
    timed = {f"{s.timed} of {s.frames} frames timed" for s in partly if s.timed is not None}
    return "; ".join([times, *sorted(timed)])


def _filled(what: str, samples: Samples) -> str:
    """A text with the sizes and counts of this run filled in."""
    scale = samples.scale
    configs = next((int(s.facts["configs"]) for s in samples.by_measure.get("check", ())), 0)
    return what.format(
        size="×".join(map(str, scale.size_px)),
        large="×".join(map(str, scale.large_px)),
        huge="×".join(map(str, scale.huge_px)),
        s=scale,
        configs=configs,
    )


MEMORY = fact("peak_bytes", "MB", 1e-6)
ROWS = (
    faster("mp4", "{size}, {s.frames} frames, MP4, still camera",
           "film", ("naive",), "naive", 30),
    faster("encoder", "the same, against the encoder alone",
           "film", ("x264",), "x264 alone", 0.95),
    faster("large", "{large}, {s.frames} frames, MP4",
           "large", ("naive_large",), "naive", 28),
    faster("three", "MP4 + GIF + PNG in one pass",
           "three", ("naive", "naive_gif"), "naive MP4, then GIF", 70),
    faster("orbit", "camera in orbit, {size}, MP4",
           "orbit", ("naive_orbit",), "naive orbit", 20),
    faster("drawers", "frames in orbit, not encoded, on all cores",
           "drawers", ("one_drawer",), "in one process", 1.9),
    costlier("race", "a frame of a race of 5, MP4",
             "race", "single", "of one run", 1.3, each),
    costlier("frames", "a frame of {s.long_frames:,} frames",
             "long", "short", "of {s.frames}", 1.02, fact("frame_s", "ms", 1000)),
    costlier("memory", "peak memory of {s.long_frames:,} frames",
             "long", "short", "of {s.frames}", 1.02, MEMORY),
    costlier("lasting", "a frame of the last of {s.minutes:g} minutes",
             "longest", "longest", "of the second", 1.05, fact("late_frame_s", "ms", 1000),
             fact("early_frame_s", "ms", 1000)),
    costlier("lasting_memory", "memory at the end of {s.minutes:g} minutes",
             "longest", "longest", "after two", 1.02, fact("late_bytes", "MB", 1e-6),
             fact("early_bytes", "MB", 1e-6)),
    limited("huge", "{huge}, still camera", "huge", Goal(20, True), rate),
    limited("huge_memory", "{huge}: memory", "huge", Goal(1074, False), MEMORY),
    costlier("epochs", "process less training, {s.many_epochs:,} epochs",
             "deep", "short", "{s.epochs} epochs", 1.2, fact("rest_s", "s")),
    faster("process", "whole process, slope, MP4 + GIF + PNG, {s.cold_frames} frames",
           "cold", ("cold_naive", "cold_naive_gif"), "naive MP4, then GIF", 35),
    limited("gif_psnr", "GIF of {s.gif_frames} frames, {size}: PSNR",
            "gif", Goal(46, True), fact("psnr_db", "dB")),
    limited("gif_size", "GIF: size", "gif", Goal(800, False), fact("bytes", "kB", 1e-3)),
    limited("gif_time", "GIF: encoding, palette included", "gif", Goal(1.4, False), seconds),
    limited("gif_exact", "GIF: pixels of a theme colour that are exact",
            "gif", Goal(100, True), fact("exact", "%", 100)),
    limited("gif_still", "GIF: pixels at rest that stay as they are",
            "gif", Goal(100, True), fact("resting", "%", 100)),
    costlier("still_apart", "cold --still 50%, the run learnt in another process",
             "still", "still_alone", "in one process", 0.8, seconds),
    costlier("again", "the same process with another theme, its run cached",
             "again", "cold", "cold", 0.5, seconds),
    faster("webp", "WebP of {s.gif_frames} frames, {size}: encoder",
           "webp", ("libwebp",), "ffmpeg's", 3),
    limited("still", "cold --still 50%", "still", Goal(2.5, False), seconds),
    limited("help", "cold --help", "help", Goal(0.25, False), seconds),
    limited("check", "cold check of {configs} configs", "check", Goal(1.5, False), seconds),
)  # fmt: skip
