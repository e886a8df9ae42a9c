"""How much is measured: the sizes and counts of the goals, or small ones for a first look."""

from __future__ import annotations

from dataclasses import dataclass

FPS = 30


@dataclass(frozen=True)
class Scale:
    """Sizes in pixels and numbers of frames and epochs; the defaults are those of the goals."""

    size_px: tuple[int, int] = (1280, 720)
    large_px: tuple[int, int] = (1920, 1080)
    frames: int = 300
    long_frames: int = 3000
    clip_frames: int = 150  # of the GIF
    cold_frames: int = 240  # of the whole processes
    naive_frames: int = 8  # timed of a naive film, whose frames all cost the same
    epochs: int = 100
    many_epochs: int = 100_000
    rounds: int = 3  # of each measure, at most


GOALS = Scale()
QUICK = Scale(
    size_px=(320, 180),
    large_px=(480, 270),
    frames=15,
    long_frames=45,
    clip_frames=15,
    cold_frames=15,
    naive_frames=2,
    epochs=10,
    many_epochs=100,
    rounds=1,
)
