"""The captions of a film for players: what happens, in the order of time.

Between the captions that are drawn in the film there are others, for people who only hear or
read them: the start, each narrated step, and the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from render.config.language import language
from render.config.spec import Spec
from render.config.tex import readable
from render.describe.description import change, leader, number_text, values
from render.encode.base import Cue
from render.phrases import begun, joined, phrase
from render.results import Run
from render.timeline.captions import CaptionLine
from render.timeline.pace import positions
from render.timeline.plan import Timing

STARTS_S = 3.0  # how long the cue of the start is shown
MIN_CUE_S = 0.7  # a shorter cue can't be read


def cues(
    spec: Spec, runs: Sequence[Run], script: Timing, held_s: Callable[[float], float] = float
) -> tuple[Cue, ...]:
    """The cues in order, at most one at a time, none later than the end of the film.

    Their times are seconds of the part of the film that is made; `held_s` maps them to those of
    its files, which are held at its stops.
    """
    film, say = spec.film, language(spec.language).say
    all_cues = [cue for line in script.captions for cue in _caption(line, runs[0], script)]
    for cue in (_end(film.duration, runs, script), *_steps(runs, script), _start(runs, script)):
        if all(cue.text != other.text for other in all_cues):
            all_cues += _in_gap(cue, all_cues)
    first_s = 0.0 if film.frames is None else film.frames[0] / film.fps
    length_s = film.frame_count / film.fps
    ordered = sorted(all_cues, key=lambda cue: cue.start_s)
    cut = (
        Cue(
            _milliseconds(held_s(max(cue.start_s - first_s, 0.0))),
            _milliseconds(held_s(min(cue.end_s - first_s, length_s))),
            " ".join(say(cue.text).split()),
        )
        for cue in ordered
    )
    return tuple(cue for cue in cut if cue.end_s > cue.start_s and cue.text)


def _caption(line: CaptionLine, run: Run, script: Timing) -> Iterator[Cue]:
    """A caption of the film; one whose numbers change has a cue for each of its texts.

    Texts that would be too short to read are left out; mathtext is written in letters.
    """
    clock, pacing = script.clock, script.pacing
    last_s = float(pacing.reached_s[-1])
    starts = [line.start_s]
    if line.live:
        landed = pacing.reached_s[
            (pacing.reached_s > line.start_s) & (pacing.reached_s < line.end_s)
        ]
        for time_s in landed.tolist():
            final = time_s == last_s and time_s - starts[-1] < MIN_CUE_S and len(starts) > 1
            if final:
                starts.pop()  # the last numbers stay longest
            if final or time_s - starts[-1] >= MIN_CUE_S:
                starts.append(time_s)
    for start_s, end_s in itertools.pairwise([*starts, line.end_s]):
        tick = float(positions(np.array([start_s]), pacing)[0][0])
        text = line.at(run, clock, tick)
        yield Cue(start_s, end_s, readable(text) if line.tex else text)


def _milliseconds(seconds: float) -> float:
    return int(seconds * 1000 + 1e-6) / 1000  # rounded down: no cue ends after the film


def _in_gap(cue: Cue, others: Sequence[Cue]) -> list[Cue]:
    """The longest part of a cue with no other at the same time, if it is long enough to read."""
    edges = [cue.start_s]
    for other in sorted(others, key=lambda other: other.start_s):
        if other.start_s < cue.end_s and other.end_s > cue.start_s:
            edges += [other.start_s, other.end_s]
    edges.append(cue.end_s)
    free = list(zip(edges[::2], edges[1::2], strict=True))
    start_s, end_s = max(free, key=lambda gap: gap[1] - gap[0])
    return [Cue(start_s, end_s, cue.text)] if end_s - start_s >= MIN_CUE_S else []


def _start(runs: Sequence[Run], script: Timing) -> Cue:
    if len(runs) > 1:
        return Cue(0.0, STARTS_S, phrase("{count} runs start", count=len(runs)))
    recording = runs[0].recording
    start = dict(zip(recording.names, recording.params[0].tolist(), strict=True))
    ends_s = float(script.pacing.reached_s[0]) if script.pacing.narrated else STARTS_S
    loss = number_text(recording.loss[0])
    if recording.projected is not None:
        return Cue(0.0, ends_s, phrase("Start: loss {loss}", loss=loss))
    return Cue(0.0, ends_s, phrase("Start: {values}, loss {loss}", values=values(start), loss=loss))


def _steps(runs: Sequence[Run], script: Timing) -> Iterator[Cue]:
    """Each step that is narrated; only single runs have such steps."""
    recording, pacing = runs[0].recording, script.pacing
    for step in range(pacing.narrated):
        changes = [
            change(name, a, b)
            for name, a, b in zip(
                recording.names, recording.params[step], recording.params[step + 1], strict=True
            )
        ]
        before, after = map(number_text, recording.loss[step : step + 2])
        start_s, end_s = (float(time_s) for time_s in pacing.reached_s[step : step + 2])
        told = phrase(
            "Step {step}: {changes}, loss from {before} to {after}",
            step=step + 1, changes=joined(", ", changes), before=before, after=after,
        )  # fmt: skip
        if recording.projected is not None:
            told = phrase(
                "Step {step}: loss from {before} to {after}",
                step=step + 1, before=before, after=after,
            )  # fmt: skip
        yield Cue(start_s, end_s, told)


def _end(length_s: float, runs: Sequence[Run], script: Timing) -> Cue:
    text = begun(runs[0].verdict.sentence) if len(runs) == 1 else leader(runs)
    return Cue(float(script.pacing.reached_s[-1]), length_s, text)
