"""Captions of a config and what a run's verdict knows in, lines with their times out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter

import numpy as np

from render.config.spec import CaptionOptions, Spec
from render.config.when import When
from render.results import Run
from render.timeline.clock import Clock
from render.timeline.pace import Pacing, positions
from render.timeline.resolve import seconds

WARNING_S = 4.0  # how long an automatic caption at the start stays
KNOWN = ("diverged", "stuck", "oscillating")  # verdicts worth a caption
HUGE = 1e6  # numbers from here on are written in powers of ten
LASTING_S = 60.0  # the last caption stays


@dataclass(frozen=True)
class CaptionLine:
    """A caption on screen."""

    start_s: float
    end_s: float
    text: str


def caption_lines(
    spec: Spec, runs: Sequence[Run], course: Pacing, clock: Clock
) -> tuple[CaptionLine, ...]:
    """Every caption with its times and its numbers, in order; none on top of another.

    Where the config has none at a time, the film tells what it knows by itself.
    """
    own = _lines(spec.captions, spec, runs, course, clock)
    added = _automatic(runs) if spec.film.auto_captions else []
    told = _lines(added, spec, runs, course, clock)
    free = [line for line in told if not any(_meet(line, other) for other in own)]
    found = sorted([*own, *free], key=lambda line: line.start_s)
    ends = [*(line.start_s for line in found[1:]), np.inf]
    # The last one has none after it, and neither has no caption at all.
    cut = [
        CaptionLine(a.start_s, min(a.end_s, b), a.text) for a, b in zip(found, ends, strict=False)
    ]
    return tuple(line for line in cut if line.end_s > line.start_s)


def _meet(line: CaptionLine, other: CaptionLine) -> bool:
    return line.start_s < other.end_s and other.start_s < line.end_s


def _automatic(runs: Sequence[Run]) -> list[CaptionOptions]:
    """What the verdict of a lone run knows: too large a rate at the start, the end of it."""
    if len(runs) != 1:
        return []
    run, recording, landscape = runs[0], runs[0].recording, runs[0].landscape
    found = []
    lr = run.spec.optimizer.lr
    exact = recording.plain and recording.full_batch and not recording.noisy
    if exact and landscape.bowl and lr > landscape.lr_max:
        told = f"lr {lr:g} is above 2/λmax = {landscape.lr_max:.4g}: every step overshoots"
        found.append(CaptionOptions(When("s", 0.0), told, WARNING_S))
    if run.verdict.word in KNOWN:
        sentence = run.verdict.sentence
        told = sentence[0].upper() + sentence[1:]
        found.append(
            CaptionOptions(When("end"), told.replace("{", "{{").replace("}", "}}"), LASTING_S)
        )
    return found


def _lines(
    captions: Sequence[CaptionOptions],
    spec: Spec,
    runs: Sequence[Run],
    course: Pacing,
    clock: Clock,
) -> list[CaptionLine]:
    """Captions with their numbers as they are when they appear; none of what never comes."""
    run, found = runs[0], []
    minimum = run.landscape.minimum if run.landscape.exact else None
    for caption in captions:
        start_s = seconds(caption.at, course, clock, run.recording, spec.film.last_s, minimum)
        if np.isfinite(start_s):
            tick = float(positions(np.array([start_s]), course)[0][0])
            end_s = start_s + (LASTING_S if caption.at.unit == "end" else caption.lasts_s)
            found.append(
                CaptionLine(start_s, end_s, filled(caption.text, fields(run, clock, tick)))
            )
    return found


def fields(run: Run, clock: Clock, tick: float) -> dict[str, float]:
    """What a caption can tell of a run at a tick, by name."""
    recording, landscape = run.recording, run.landscape
    step = float(clock.steps(recording, np.asarray(tick)))
    now, row = recording.at(step), min(int(step), max(recording.steps - 1, 0))
    return {
        **{f"optimum_{name}": value for name, value in landscape.optimum.items()},
        "lr_max": landscape.lr_max,
        "condition": landscape.condition,
        "minimum": landscape.minimum,
        "epoch": int(now.epoch + 1e-9),
        "step": int(step + 1e-9),
        "lr": float(recording.lr[row]) if recording.steps else run.spec.optimizer.lr,
        "loss": now.loss,
        **now.values,
    }


def filled(text: str, values: dict[str, float]) -> str:
    """A text with its fields filled in, numbers with a true minus sign."""
    parts = []
    for words, name, how, _ in Formatter().parse(text):
        parts.append(words)
        if name is not None:
            huge = abs(values[name]) >= HUGE and (how or "").endswith("f")
            parts.append(format(values[name], ".2e" if huge else how or "").replace("-", "−"))
    return "".join(parts)
