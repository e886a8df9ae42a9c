"""The captions of a film with their times: those of the config, and automatic ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import Formatter

import numpy as np

from render.config.captions import ACCURACY, GRADIENT
from render.config.spec import CaptionOptions, Spec
from render.config.tex import template
from render.config.when import When
from render.numerals import significant
from render.phrases import Phrase, begun, joined, phrase
from render.recording import Recording
from render.results import Run
from render.timeline.clock import Clock
from render.timeline.pace import Pacing, positions, read_s
from render.timeline.story import Story

WARNING_S = 4.0  # duration of an automatic caption at the start
CAPTIONED = ("diverged", "stuck", "oscillating", "slow")  # verdicts that get an automatic caption
MIN_SCIENTIFIC = 1e6  # from this size on numbers are written in powers of ten
PAD = "\ue000"  # a blank as wide as a digit; a private letter, since words end at white space
LAST_S = 60.0  # duration of the last caption
MAX_NAMED = 60  # letters of a caption that names the runs that diverged; of a longer one, how many


@dataclass(frozen=True)
class CaptionLine:
    """A caption on screen."""

    start_s: float
    end_s: float
    text: str  # as it appears
    tex: bool = False  # whether $…$ in it is mathtext
    live: str = ""  # the text with its fields, if its numbers change while it is shown

    def at(
        self,
        run: Run,
        clock: Clock,
        tick: float,
        phase: str | None = None,
        columns: Sequence[int] = (),
    ) -> str:
        """The text at a tick and phase, its numbers filled up to so many letters each."""
        if not self.live:
            return self.text
        return filled(self.live, fields(run, clock, tick, phase), columns)


def story_of(spec: Spec, runs: Sequence[Run], pacing: Pacing, clock: Clock) -> Story:
    """When the captions of a film come, as its first run went."""
    return Story(spec, clock, pacing, runs[0].recording, runs[0].verdict.since)


def caption_lines(
    spec: Spec, runs: Sequence[Run], pacing: Pacing, clock: Clock
) -> tuple[CaptionLine, ...]:
    """Every caption with its times and its numbers, in order; they do not overlap.

    Automatic captions are added at times at which the config has none; the one about the end
    comes early enough to be read. Raises RenderError for captions that reverse the story.
    """
    story = story_of(spec, runs, pacing, clock)
    if (reversal := story.refusal()) is not None:
        raise reversal
    written = _lines(spec.captions, story, runs[0])
    options = _automatic(runs) if spec.film.auto_captions else []
    latest_s = spec.film.last_s - read_s(spec.film.last_s)
    automatic = [
        replace(line, start_s=min(line.start_s, latest_s))
        for line in _lines(options, story, runs[0])
    ]
    free = [line for line in automatic if not any(_overlap(line, other) for other in written)]
    lines = sorted([*written, *free], key=lambda line: line.start_s)
    # Not strict: without captions there are no ends.
    ends = [*(line.start_s for line in lines[1:]), np.inf]
    cut = [replace(a, end_s=min(a.end_s, b)) for a, b in zip(lines, ends, strict=False)]
    return tuple(line for line in cut if line.end_s > line.start_s)


def _overlap(line: CaptionLine, other: CaptionLine) -> bool:
    return line.start_s < other.end_s and other.start_s < line.end_s


def _automatic(runs: Sequence[Run]) -> list[CaptionOptions]:
    """Captions of a single run: a learning rate that is too large, and a bad verdict.

    Of a race which runs diverged. In a grid each cell says its verdict.
    """
    if len(runs) != 1:
        return _of_race(runs)
    run, recording, landscape = runs[0], runs[0].recording, runs[0].landscape
    captions = []
    lr = run.spec.optimizer.lr
    exact = recording.plain and recording.full_batch and not recording.noisy
    if exact and landscape.bowl and lr > landscape.lr_max:
        limit = significant(landscape.lr_max)
        warning = phrase(
            "lr {rate} is above {limit}, the limit of this bowl (2 over its steepest curvature):"
            " every step overshoots",
            rate=significant(lr, 6), limit=limit,
        )  # fmt: skip
        captions.append(CaptionOptions(When("s", 0.0), warning, WARNING_S))
    if run.verdict.word in CAPTIONED:
        captions.append(CaptionOptions(When("end"), begun(run.verdict.sentence), LAST_S))
    return captions


def _of_race(runs: Sequence[Run]) -> list[CaptionOptions]:
    film = runs[0].spec.film
    diverged = [run.plain_label for run in runs if run.verdict.diverged]
    if film.runs != "race" or not diverged:
        return []
    text = phrase("Diverged: {runs}", runs=joined(", ", diverged))
    if len(text) > MAX_NAMED:
        text = phrase(
            "Diverged: {count} of {number} runs", count=f"{len(diverged)}", number=f"{len(runs)}"
        )
    return [CaptionOptions(When("end"), text, LAST_S)]


def _lines(captions: Sequence[CaptionOptions], story: Story, run: Run) -> list[CaptionLine]:
    """Captions with their times, and their numbers at the time when they appear.

    A caption at a step that the run does not reach is left out.
    """
    lines = []
    for caption in captions:
        start_s = story.start_s(caption.at)
        if np.isfinite(start_s):
            ticks, phases, _ = positions(np.array([start_s]), story.pacing)
            end_s = start_s + (LAST_S if caption.at.unit == "end" else caption.lasts_s)
            if isinstance(caption.text, Phrase):  # the program's own, with its numbers
                lines.append(CaptionLine(start_s, end_s, caption.text))
                continue
            form = template(caption.text) if caption.tex else caption.text
            text = filled(form, fields(run, story.clock, float(ticks[0]), phases[0]))
            live = form if caption.live else ""
            lines.append(CaptionLine(start_s, end_s, text, caption.tex, live))
    return lines


def fields(run: Run, clock: Clock, tick: float, phase: str | None = None) -> dict[str, float]:
    """The numbers that the fields of a caption can name: of the last step that has landed.

    A gradient is that of the step from there to the next.
    """
    recording, landscape = run.recording, run.landscape
    landed = clock.landed(recording, tick, phase)
    snapshot, row = recording.at(landed), min(landed, max(recording.last - 1, 0))
    gradients = recording.grads[landed].tolist()
    return {
        **{
            f"{GRADIENT}{name}": grad for name, grad in zip(recording.names, gradients, strict=True)
        },
        **{f"optimum_{name}": value for name, value in landscape.optimum.items()},
        "lr_max": landscape.lr_max,
        "condition": landscape.condition,
        "minimum": landscape.minimum,
        "epoch": int(snapshot.epoch + 1e-9),
        "step": int(snapshot.step),
        "lr": float(recording.lr[row]) if recording.last else run.spec.optimizer.lr,
        "loss": snapshot.loss,
        **snapshot.values,
        **_away(recording, landed),
        **{
            name: float(rows[landed])
            for measurement in recording.measurements
            for name, rows in measurement.table.items()
        },
    }


def _away(recording: Recording, row: int) -> dict[str, float]:
    """The numbers of a row of a run in many parameters."""
    if (away := recording.projected) is None:
        return {}
    known = {
        "distance": away.distance,
        "grad_norm": away.grad_norm,
        ACCURACY: away.accuracy,
        "validation_accuracy": away.validation_accuracy,
        "validation_loss": recording.validation_loss,
    }
    return {name: float(rows[row]) for name, rows in known.items() if rows is not None}


def filled(text: str, values: dict[str, float], columns: Sequence[int] = ()) -> str:
    """A text with its fields filled in; numbers have a true minus sign.

    Each number that is shorter than its column is filled up with PAD on the left.
    """
    parts = iter(numbers(text, values))
    wide = iter(columns)
    made = []
    for words, name, _, _ in Formatter().parse(text):
        made.append(words)
        if name is not None:
            made.append(next(parts).rjust(next(wide, 0), PAD))
    return "".join(made)


def numbers(text: str, values: dict[str, float]) -> list[str]:
    """The numbers that are filled into a text, as they are written."""
    written = []
    for _, name, how, _ in Formatter().parse(text):
        if name is not None:
            large = abs(values[name]) >= MIN_SCIENTIFIC and (how or "").endswith("f")
            number = format(values[name], ".2e" if large else how or "")
            written.append(number.replace("-", "−"))
    return written
