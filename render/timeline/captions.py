"""The captions of a film with their times: those of the config, and automatic ones."""

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

WARNING_S = 4.0  # duration of an automatic caption at the start
CAPTIONED = ("diverged", "stuck", "oscillating", "slow")  # verdicts that get an automatic caption
MIN_SCIENTIFIC = 1e6  # from this size on numbers are written in powers of ten
LAST_S = 60.0  # duration of the last caption


@dataclass(frozen=True)
class CaptionLine:
    """A caption on screen."""

    start_s: float
    end_s: float
    text: str


def caption_lines(
    spec: Spec, runs: Sequence[Run], pacing: Pacing, clock: Clock
) -> tuple[CaptionLine, ...]:
    """Every caption with its times and its numbers, in order; they do not overlap.

    Automatic captions are added at times at which the config has none.
    """
    written = _lines(spec.captions, spec, runs, pacing, clock)
    options = _automatic(runs) if spec.film.auto_captions else []
    automatic = _lines(options, spec, runs, pacing, clock)
    free = [line for line in automatic if not any(_overlap(line, other) for other in written)]
    lines = sorted([*written, *free], key=lambda line: line.start_s)
    # Not strict: without captions there are no ends.
    ends = [*(line.start_s for line in lines[1:]), np.inf]
    cut = [
        CaptionLine(a.start_s, min(a.end_s, b), a.text) for a, b in zip(lines, ends, strict=False)
    ]
    return tuple(line for line in cut if line.end_s > line.start_s)


def _overlap(line: CaptionLine, other: CaptionLine) -> bool:
    return line.start_s < other.end_s and other.start_s < line.end_s


def _automatic(runs: Sequence[Run]) -> list[CaptionOptions]:
    """Captions of a single run: a learning rate that is too large, and a bad verdict."""
    if len(runs) != 1:
        return []
    run, recording, landscape = runs[0], runs[0].recording, runs[0].landscape
    captions = []
    lr = run.spec.optimizer.lr
    exact = recording.plain and recording.full_batch and not recording.noisy
    if exact and landscape.bowl and lr > landscape.lr_max:
        warning = f"lr {lr:g} is above 2/λmax = {landscape.lr_max:.4g}: every step overshoots"
        captions.append(CaptionOptions(When("s", 0.0), warning, WARNING_S))
    if run.verdict.word in CAPTIONED:
        sentence = run.verdict.sentence
        text = sentence[0].upper() + sentence[1:]
        escaped = text.replace("{", "{{").replace("}", "}}")
        captions.append(CaptionOptions(When("end"), escaped, LAST_S))
    return captions


def _lines(
    captions: Sequence[CaptionOptions],
    spec: Spec,
    runs: Sequence[Run],
    pacing: Pacing,
    clock: Clock,
) -> list[CaptionLine]:
    """Captions with their times, and their numbers at the time when they appear.

    A caption at a step that the run does not reach is left out.
    """
    run, lines = runs[0], []
    converged = run.verdict.since
    for caption in captions:
        start_s = seconds(caption.at, pacing, clock, run.recording, spec.film.last_s, converged)
        if np.isfinite(start_s):
            ticks, phases, _ = positions(np.array([start_s]), pacing)
            end_s = start_s + (LAST_S if caption.at.unit == "end" else caption.lasts_s)
            text = filled(caption.text, fields(run, clock, float(ticks[0]), phases[0]))
            lines.append(CaptionLine(start_s, end_s, text))
    return lines


def fields(run: Run, clock: Clock, tick: float, phase: str | None = None) -> dict[str, float]:
    """The numbers that the fields of a caption can name: of the last step that has landed."""
    recording, landscape = run.recording, run.landscape
    step = clock.landed(recording, tick, phase)
    snapshot, row = recording.at(step), min(step, max(recording.steps - 1, 0))
    return {
        **{f"optimum_{name}": value for name, value in landscape.optimum.items()},
        "lr_max": landscape.lr_max,
        "condition": landscape.condition,
        "minimum": landscape.minimum,
        "epoch": int(snapshot.epoch + 1e-9),
        "step": step,
        "lr": float(recording.lr[row]) if recording.steps else run.spec.optimizer.lr,
        "loss": snapshot.loss,
        **snapshot.values,
    }


def filled(text: str, values: dict[str, float]) -> str:
    """A text with its fields filled in; numbers have a true minus sign."""
    parts = []
    for words, name, how, _ in Formatter().parse(text):
        parts.append(words)
        if name is not None:
            large = abs(values[name]) >= MIN_SCIENTIFIC and (how or "").endswith("f")
            parts.append(format(values[name], ".2e" if large else how or "").replace("-", "−"))
    return "".join(parts)
