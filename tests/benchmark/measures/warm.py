"""Whole films in a process that has imported everything and made a film before."""

from __future__ import annotations

from tests.benchmark import alone as alone_
from tests.benchmark import naive as naive_
from tests.benchmark.films import make, spec
from tests.benchmark.sample import Bench, Sample

ORBIT = 150  # degrees in all of the film, as many a frame as the naive camera turns


def warm_up(bench: Bench) -> None:
    """Import everything and fill what is only filled once: fonts, the first ffmpeg."""
    make(spec("slope_bias", 15, (320, 180)), bench.folder, ["mp4"])


def film(bench: Bench) -> Sample:
    """From spec to MP4: training, set-up, drawing, encoding."""
    return _film(bench, bench.scale.size_px, "mp4")


def three(bench: Bench) -> Sample:
    """MP4, GIF and PNG in one pass."""
    return _film(bench, bench.scale.size_px, "mp4", "gif", "png")


def large(bench: Bench) -> Sample:
    """The MP4 in the large size."""
    return _film(bench, bench.scale.large_px, "mp4")


def orbit(bench: Bench) -> Sample:
    """The MP4 with a camera that is elsewhere in every frame."""
    frames = bench.scale.frames
    turning = spec("slope_bias", frames, bench.scale.size_px, f"film.camera.orbit={ORBIT}")
    return Sample(make(turning, bench.folder, ["mp4"]), frames)


def race(bench: Bench) -> Sample:
    """The MP4 of five optimizers in one valley."""
    return _film(bench, bench.scale.size_px, "mp4", name="optimizer_race")


def lone(bench: Bench) -> Sample:
    """The MP4 of one of them alone in the same valley."""
    return _film(bench, bench.scale.size_px, "mp4", name="one_optimizer")


def alone(bench: Bench) -> Sample:
    """x264 with our flags, fed the same frames as raw RGBA from memory."""
    return Sample(alone_.x264_s(bench.reel, bench.folder / "alone.mp4"), bench.scale.frames)


def encoder(bench: Bench) -> Sample:
    """Our encoder fed the same frames from memory."""
    return Sample(alone_.encoder_s(bench.reel, bench.folder / "encoder.mp4"), bench.scale.frames)


def naive(bench: Bench) -> Sample:
    """The naive film from training to MP4."""
    return _naive(bench, "naive.mp4", bench.scale.size_px)


def naive_gif(bench: Bench) -> Sample:
    """The naive film from training to GIF."""
    return _naive(bench, "naive.gif", bench.scale.size_px)


def naive_large(bench: Bench) -> Sample:
    """The naive MP4 in the large size."""
    return _naive(bench, "naive.mp4", bench.scale.large_px)


def naive_orbit(bench: Bench) -> Sample:
    """The naive MP4 with a turning camera."""
    return _naive(bench, "naive.mp4", bench.scale.size_px, orbit=True)


def _film(bench: Bench, size_px: tuple[int, int], *kinds: str, name: str = "slope_bias") -> Sample:
    frames = bench.scale.frames
    return Sample(make(spec(name, frames, size_px), bench.folder, kinds), frames)


def _naive(bench: Bench, name: str, size_px: tuple[int, int], orbit: bool = False) -> Sample:
    scale = bench.scale
    cost = naive_.make(bench.folder / name, scale.frames, scale.naive_frames, size_px, orbit)
    return Sample(cost.seconds(scale.frames), scale.frames, cost.timed)
