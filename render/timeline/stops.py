"""The stops of a film: where a presenter pauses, in the frames of its files.

A stop is a frame. The stops divide the film into segments: the first has the frames up to the
second stop, each other one those after a stop up to the next. Holds repeat the frame of a stop
for formats that can't wait; everything else is decided without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from render.config.language import language
from render.config.spec import MAX_FRAMES, USUAL_STOPS, Spec
from render.config.stops import second_at_one
from render.config.when import first_frame
from render.errors import RenderError
from render.numerals import percent
from render.phrases import begun, joined, phrase, unit
from render.recording import Array
from render.results import Run
from render.timeline.captions import fields, filled
from render.timeline.clock import SLACK
from render.timeline.pace import positions
from render.timeline.resolve import seconds

if TYPE_CHECKING:
    from render.config.when import When
    from render.timeline.plan import Timing

MIN_GAP_S = 0.5  # between stops that the program finds by itself
MAX_VALUES = 3  # parameters that are named at a stop


@dataclass(frozen=True)
class Stop:
    """A place where a presenter pauses."""

    frame: int  # of the files, counted from 0
    time_s: float  # when that frame is shown
    step: int  # that is complete in it; of several runs that of the fastest
    words: str  # the caption that is shown first here, else the numbers
    numbers: str  # `Step 3: w = −3.44, loss 0.51`
    moment: int = 0  # of the frames without holds, the one that it shows
    first: int = 0  # the first and the last frame that hold this picture: equal without a hold
    last: int = 0

    @property
    def facts(self) -> dict[str, object]:
        """The stop as the manifest has it."""
        return {
            "time": self.time_s,
            "frame": self.frame,
            "step": self.step,
            "words": self.words,
        }


@dataclass(frozen=True)
class StopPlan:
    """The stops of a film, and the moment of each of its frames."""

    stops: tuple[Stop, ...]
    order: tuple[int, ...]  # of each frame of the files, its frame without holds
    fps: int

    def held_s(self, time_s: float) -> float:
        """A time of the film without holds in its files, which have them."""
        late = sum(
            stop.last - stop.first
            for stop in self.stops
            if stop.moment / self.fps < time_s - 1e-9  # its picture is from before that time
        )
        return time_s + late / self.fps


def stop_plan(spec: Spec, runs: Sequence[Run], timing: Timing) -> StopPlan:
    """The stops of the part of the film that is made. Raises RenderError for impossible ones."""
    film = spec.film
    whole = _Frames.of(spec, runs, timing)
    begin, end = film.frames or (0, whole.count - 1)
    at = film.stops.at
    inner = _found(at, whole) if isinstance(at, str) else _named(at, spec, whole)
    places = sorted({begin, end, *(frame for frame in inner if begin < frame < end)})
    words, numbers = whole.words(places), [whole.numbers(frame) for frame in places]
    order, firsts, frames = _held(spec, [frame - begin for frame in places], end - begin + 1)
    lasts = [frame + round(film.stops.hold_s * film.fps) for frame in frames]
    stops = tuple(
        Stop(
            frames[i],
            frames[i] / film.fps,
            whole.step(place),
            words[i],
            numbers[i],
            place - begin,
            firsts[i],
            lasts[i],
        )
        for i, place in enumerate(places)
    )
    return StopPlan(stops, order, film.fps)


def _held(
    spec: Spec, places: Sequence[int], count: int
) -> tuple[tuple[int, ...], list[int], list[int]]:
    """The frame without holds of each frame, and of each stop its first frame and its own.

    Raises RenderError for a film that is too long.
    """
    options, fps = spec.film.stops, spec.film.fps
    hold = round(options.hold_s * fps)
    most = count + len(places) * (hold + (fps if options.whole_seconds else 0))
    order: list[int] = []
    firsts, frames, held = [], [], {*places}
    for moment in range(count):
        order.append(moment)
        if moment not in held:
            continue
        firsts.append(len(order) - 1)
        if options.whole_seconds:
            order += [moment] * (-(len(order) - 1) % fps)
        frames.append(len(order) - 1)
        order += [moment] * hold
    if most > count and len(order) > MAX_FRAMES:
        many = f"with its holds the film would have {len(order):,} frames"
        raise RenderError(f"film.stops: {many}; at most {MAX_FRAMES:,}")
    return tuple(order), firsts, frames


@dataclass(frozen=True)
class _Frames:
    """The frames of the whole film without holds."""

    spec: Spec
    runs: Sequence[Run]
    timing: Timing
    ticks: Array  # (M,) the fractional tick of each frame

    @classmethod
    def of(cls, spec: Spec, runs: Sequence[Run], timing: Timing) -> _Frames:
        times = np.arange(round(spec.film.duration * spec.film.fps)) / spec.film.fps
        return cls(spec, runs, timing, positions(times, timing.pacing)[0])

    @property
    def count(self) -> int:
        return len(self.ticks)

    @property
    def reached_s(self) -> Array:
        """The second (T+1,) at which each tick is reached."""
        return self.timing.pacing.reached_s

    def at(self, time_s: float) -> int:
        """The first frame at or after a time."""
        return min(first_frame(time_s, self.spec.film.fps), self.count - 1)

    def landed(self, tick: int) -> int:
        """The first frame in which a tick has landed: every figure on screen is of its row.

        After a narrated step that is the first one after its phases, in the last of which the dot
        has arrived and the figures are still those of the row that the step leaves.
        """
        return self.at(float(self.reached_s[tick]))

    def step(self, frame: int) -> int:
        clock, tick = self.timing.clock, float(self.ticks[frame])
        recordings = [run.recording for run in self.runs]
        rows = [clock.landed(recording, tick) for recording in recordings]
        steps = [r.steps_at(np.asarray(row)) for r, row in zip(recordings, rows, strict=True)]
        return max(int(step) for step in steps)

    def numbers(self, frame: int) -> str:
        """The place in words, and of a single run its numbers."""
        clock, tick = self.timing.clock, int(float(self.ticks[frame]) + SLACK)
        counting = unit("epoch" if clock.by_epoch else "step")
        counter = joined(" ", [counting, f"{clock.at(tick):,}"])
        place = begun(phrase("start") if frame == 0 else counter)
        if len(self.runs) > 1:
            started = phrase("{place}: {count} runs", place=place, count=len(self.runs))
            return self._said(started if frame == 0 else place)
        recording = self.runs[0].recording
        names, given = recording.names, fields(self.runs[0], clock, float(tick))
        loss = filled("{loss:.4g}", given)
        if "accuracy" in given:
            share = percent(given["accuracy"])
            text = phrase(
                "{place}: loss {loss}, accuracy {share}", place=place, loss=loss, share=share
            )
            return self._said(text)
        if len(names) > MAX_VALUES or recording.projected is not None:
            return self._said(phrase("{place}: loss {loss}", place=place, loss=loss))
        named = filled(", ".join(f"{name} = {{{name}:.4g}}" for name in names), given)
        text = phrase("{place}: {values}, loss {loss}", place=place, values=named, loss=loss)
        return self._said(text)

    def _said(self, text: str) -> str:
        """The text in the film's language."""
        return language(self.spec.language).say(text)

    def words(self, frames: Sequence[int]) -> list[str]:
        """The words of each of these frames: every caption once, where it is shown first."""
        spoken: set[float] = set()
        words = []
        for frame in frames:
            line = next(
                (
                    line
                    for line in self.timing.captions
                    if line.start_s - 1e-9 <= frame / self.spec.film.fps < line.end_s
                    and line.start_s not in spoken
                ),
                None,
            )
            if line is not None:
                spoken.add(line.start_s)
                words.append(" ".join(self._said(line.text).split()))
            elif frame == self.count - 1 and len(self.runs) == 1:
                words.append(self._said(begun(self.runs[0].verdict.sentence)))
            else:
                words.append(self.numbers(frame))
        return words


def _named(named: Sequence[When], spec: Spec, frames: _Frames) -> list[int]:
    """The frames of the stops that the config names, but for those that its run never reaches.

    Raises RenderError for a stop after the end that the run should have had, and for two at one
    frame.
    """
    taken: dict[int, When] = {}
    for index, when in enumerate(named):
        frame = _frame(when, index, spec, frames)
        if frame is None:
            continue
        if (other := taken.setdefault(frame, when)) is not when:
            raise RenderError(f"film.stops.{index}: {second_at_one(when, other, frame)}")
    return list(taken)


def _frame(when: When, index: int, spec: Spec, frames: _Frames) -> int | None:
    """The frame of a time; None if the run ended before it. Raises RenderError."""
    run, reached_s = frames.runs[0], frames.reached_s
    at_s = seconds(
        when,
        frames.timing.pacing,
        frames.timing.clock,
        run.recording,
        spec.film.last_s,
        run.verdict.since,
    )
    if not np.isfinite(at_s):
        planned = run.spec.training.steps(len(run.dataset.y))
        if when.unit == "step" and when.count > planned:
            raise RenderError(f"film.stops.{index}: {when}: the run ends at step {planned:,}")
        return None
    tick = int(np.argmin(np.abs(reached_s - at_s)))
    counted = when.unit not in "s%"
    lands = counted and tick > 0 and abs(float(reached_s[tick]) - at_s) < 1e-9
    return frames.landed(tick) if lands else frames.at(at_s)


def _found(kind: str, frames: _Frames) -> list[int]:
    """The frames at which the program stops by itself, in order."""
    fps = frames.spec.film.fps
    if kind == "none":
        return []
    captions = [] if kind == "steps" else [*_captions(frames)]
    steps = [] if kind == "captions" else _steps(frames, USUAL_STOPS - 2 - len(captions))
    gap = MIN_GAP_S * fps if kind == "auto" else 1
    chosen = list(captions)
    for frame, tick in steps:
        near = [other for other in captions if abs(other - frame) < MIN_GAP_S * fps]
        if any(_stands_for(frames, other, frame, tick) for other in near):
            continue
        if kind == "auto" and any(other > frame for other in near):
            continue  # two stops within half a second are one for a presenter
        others = [0, frames.count - 1, *(one for one in chosen if one not in near)]
        if all(abs(frame - other) >= gap for other in others):
            chosen = [one for one in chosen if one not in near or one > frame] + [frame]
    return sorted(set(chosen))


def _stands_for(frames: _Frames, caption: int, frame: int, tick: int) -> bool:
    """Whether the stop at a caption shows the same as the one at a step that is near."""
    shown = frames.ticks[caption] == tick or tick > frames.timing.pacing.narrated
    return bool(caption >= frame and shown)


def _captions(frames: _Frames) -> Iterator[int]:
    """The first frame of each caption; one that is first shown at rest stands at the end."""
    last = frames.count - 1
    for line in frames.timing.captions:
        frame = frames.at(line.start_s)
        seen = line.start_s - 1e-9 <= last / frames.spec.film.fps < line.end_s
        at_rest = frames.ticks[frame] == frames.ticks[last]
        if 0 < frame < last and not (seen and at_rest):
            yield frame


def _steps(frames: _Frames, room: int) -> list[tuple[int, int]]:
    """The frames of at most `room` steps, each with its tick.

    All narrated ones, or every second, third … of them where there are too many; and of the
    others the powers of ten. If the config asks for steps, all of them where there is room.
    """
    ticks, narrated = len(frames.reached_s) - 1, frames.timing.pacing.narrated
    if room <= 0 or ticks == 0:
        return []
    if frames.spec.film.stops.at == "steps" and ticks <= room:
        narrated = ticks
    apart = -(-narrated // room)
    clock = frames.timing.clock
    powers = (10**power for power in range(len(str(int(clock.progress(np.asarray(ticks)))))))
    places = dict.fromkeys(int(clock.tick(power)) for power in powers)
    later = [tick for tick in places if narrated < tick < ticks]
    # The last step lands where the end begins.
    chosen = [*(range(apart, min(narrated, ticks - 1) + 1, apart) if narrated else ()), *later]
    return [(frames.landed(tick), tick) for tick in chosen[:room]]
