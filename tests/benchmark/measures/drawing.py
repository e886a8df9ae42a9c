"""Drawing alone: the stage is set up, nothing is encoded, the first frame doesn't count."""

from __future__ import annotations

from tests.benchmark.films import spec
from tests.benchmark.reel import filmed
from tests.benchmark.sample import Bench, Sample


def still(bench: Bench) -> Sample:
    """The film that most rows are about."""
    return _drawn("slope_bias", bench.scale.frames, bench)


def _drawn(name: str, frames: int, bench: Bench) -> Sample:
    """Seconds of all frames but the first; what came before them as facts."""
    reel = filmed(spec(name, frames, bench.scale.size_px), keep=False)
    facts = {"training_s": reel.training_s, "setup_s": reel.setup_s}
    return Sample(reel.drawing_s, frames - 1, facts=facts)
