"""Films that are long or learn for long, each in a process of its own."""

from __future__ import annotations

from tests.benchmark.films import sets
from tests.benchmark.process import run
from tests.benchmark.sample import Bench, Sample


def short(bench: Bench) -> Sample:
    """What the two others are held against."""
    return _watched(bench, bench.scale.frames, bench.scale.epochs)


def long(bench: Bench) -> Sample:
    """The same run in a film of ten times the length."""
    return _watched(bench, bench.scale.long_frames, bench.scale.epochs)


def deep(bench: Bench) -> Sample:
    """A run of a thousand times the epochs in a film of the same length."""
    return _watched(bench, bench.scale.frames, bench.scale.many_epochs)


def _watched(bench: Bench, frames: int, epochs: int) -> Sample:
    """Seconds of the whole process; training, frame by frame and peak memory as facts."""
    settings = sets(frames, bench.scale.size_px, f"training.epochs={epochs}")
    ended = run("-m", "tests.benchmark.child", "slope_bias", bench.folder, *settings)
    facts = ended.told()
    rest_s = ended.seconds - facts["training_s"]
    return Sample(ended.seconds, frames, facts={**facts, "rest_s": rest_s})
