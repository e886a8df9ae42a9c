"""The fixed films: a name, a number of frames and a size in, the spec or a made film out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from render import registry
from render.config.load import load
from render.config.spec import Spec
from tests.benchmark.scale import FPS

CONFIGS = Path(__file__).parent / "configs"


def config(name: str) -> Path:
    """The file of a fixed film, which is installed with the package."""
    return CONFIGS / f"{name}.yaml"


def sets(frames: int, size_px: tuple[int, int], *others: str) -> list[str]:
    """KEY=VALUE settings that give a film its number of frames and its size."""
    width, height = size_px
    shot = [f"film.size=[{width}, {height}]", f"film.fps={FPS}", f"film.duration={frames / FPS}"]
    return [*shot, *others]


def spec(name: str, frames: int, size_px: tuple[int, int], *others: str) -> Spec:
    """A fixed film as a spec."""
    return load(config(name), sets(frames, size_px, *others))


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody reads."""


def make(
    film: Spec,
    folder: Path,
    kinds: Sequence[str],
    progress: Callable[[str, int, int], None] = _silent,
) -> float:
    """Seconds from the spec to the finished files: training, set-up, drawing and encoding."""
    from render.pipeline import make as made
    from render.results import OutputFile

    formats = [registry.member("encode/formats", kind)() for kind in kinds]
    targets = [OutputFile(format_, folder / f"film{format_.suffix}") for format_ in formats]
    started_s = time.perf_counter()
    made(film, targets, progress)
    return time.perf_counter() - started_s
