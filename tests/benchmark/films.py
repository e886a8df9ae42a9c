"""The films that are made to be timed: their sizes, numbers of frames and specs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from render import registry
from render.config.load import load
from render.config.spec import Spec

CONFIGS = Path(__file__).parent / "configs"
FPS = 30


@dataclass(frozen=True)
class Scale:
    """Sizes in pixels and numbers of frames and epochs; the defaults are those of the goals."""

    size_px: tuple[int, int] = (1280, 720)
    large_px: tuple[int, int] = (1920, 1080)
    huge_px: tuple[int, int] = (3840, 2160)
    small_px: tuple[int, int] = (640, 360)  # of the film that is long to the eye
    frames: int = 300
    long_frames: int = 3000
    huge_frames: int = 90  # of the largest size
    minutes: float = 10  # of the longest film
    gif_frames: int = 150  # of the GIF
    cold_frames: int = 240  # of the whole processes
    naive_frames: int = 8  # of a naive film that are timed; all of them cost the same
    epochs: int = 100
    many_epochs: int = 100_000
    rounds: int = 3  # of each measure, at most


GOALS = Scale()
QUICK = Scale(
    size_px=(320, 180),
    large_px=(480, 270),
    huge_px=(640, 360),
    small_px=(160, 90),
    frames=15,
    long_frames=45,
    huge_frames=15,
    minutes=0.05,
    gif_frames=15,
    cold_frames=15,
    naive_frames=2,
    epochs=10,
    many_epochs=100,
    rounds=1,
)


def config(name: str) -> Path:
    """The config of a fixed film."""
    return CONFIGS / f"{name}.yaml"


def sets(frames: int, size_px: tuple[int, int], *others: str) -> list[str]:
    """KEY=VALUE settings that give a film its number of frames and its size."""
    width, height = size_px
    film = [f"film.size=[{width}, {height}]", f"film.fps={FPS}", f"film.duration={frames / FPS}"]
    return [*film, *others]


def spec(name: str, frames: int, size_px: tuple[int, int], *others: str) -> Spec:
    """A fixed film as a spec."""
    return load(config(name), sets(frames, size_px, *others))


def _silent(stage: str, done: int, total: int) -> None:
    """Report no progress."""


def make(
    film: Spec,
    folder: Path,
    kinds: Sequence[str],
    progress: Callable[[str, int, int], None] = _silent,
) -> float:
    """Seconds from the spec to the finished files: training, set-up, drawing and encoding.

    As the command makes one film: in as many processes as there are cores.
    """
    from render.jobs.cores import cores
    from render.pipeline import make as made
    from render.results import OutputFile

    formats = [registry.member("encode/formats", kind)() for kind in kinds]
    targets = [OutputFile(format_, folder / f"film{format_.suffix}") for format_ in formats]
    started_s = time.perf_counter()
    made(film, targets, progress, processes=cores())
    return time.perf_counter() - started_s
