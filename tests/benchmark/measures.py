"""What is timed: each function takes one sample of one thing.

Films in this process, which has imported everything and made a film before; the drawing and
the encoding of such a film alone; and whole processes, from their start to their end.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from render.encode.formats.gif import GifFormat
from render.encode.formats.mp4 import Mp4Format
from render.encode.formats.webp import WebpFormat
from render.jobs.cores import cores
from tests.benchmark import encoding
from tests.benchmark import naive as naive_film
from tests.benchmark.films import CONFIGS, FPS, Scale, config, make, sets, spec
from tests.benchmark.frames import DrawnFilm, draw_film, drawing_s
from tests.benchmark.process import run

ORBIT = 150  # degrees in the whole film, as many a frame as the naive camera turns
LIBRARIES = "torch, matplotlib.figure, matplotlib.animation"
OURS = "render.pipeline, render.learn.loop, render.draw.stage, render.draw.animation"


@dataclass(frozen=True)
class Sample:
    """One film or one process, timed."""

    seconds: float
    frames: int = 1
    timed: int | None = None  # so many frames were really timed, the others are estimated
    facts: Mapping[str, float] = field(default_factory=dict)  # what else was measured

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.frames / self.seconds


@dataclass(frozen=True)
class Samples:
    """All samples, by the name of their measure."""

    scale: Scale
    by_measure: Mapping[str, Sequence[Sample]]

    def best(self, name: str) -> Sample:
        """The fastest one: whatever else the machine does can only make a sample slower."""
        return min(self.by_measure[name], key=lambda sample: sample.seconds)

    def least(self, name: str, fact: str) -> float | None:
        """The smallest value of a fact; None where this system can't measure it."""
        return min((s.facts[fact] for s in self.by_measure[name] if fact in s.facts), default=None)

    def times(self, name: str) -> int:
        """How often it was measured."""
        return len(self.by_measure[name])


@dataclass(frozen=True)
class Bench:
    """What every measure works with."""

    scale: Scale
    folder: Path  # for the films, removed afterwards

    @cached_property
    def drawn(self) -> DrawnFilm:
        """The frames of the film that most rows are about, in memory; drawn once."""
        return draw_film(spec("slope_bias", self.scale.frames, self.scale.size_px))

    @cached_property
    def drawn_for_gif(self) -> DrawnFilm:
        """The frames of the GIF whose quality is measured."""
        return draw_film(spec("slope_bias", self.scale.gif_frames, self.scale.size_px))


@dataclass(frozen=True)
class Measure:
    """Something that can be timed again and again."""

    name: str
    take: Callable[[Bench], Sample]
    rounds: int = 3  # at most; fewer for what takes long


# Films in this process.


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
    """The MP4 with a camera that moves in every frame."""
    frames = bench.scale.frames
    turning = spec("slope_bias", frames, bench.scale.size_px, f"film.camera.orbit={ORBIT}")
    return Sample(make(turning, bench.folder, ["mp4"]), frames)


def race(bench: Bench) -> Sample:
    """The MP4 of five optimizers in one valley."""
    return _film(bench, bench.scale.size_px, "mp4", name="optimizer_race")


def single(bench: Bench) -> Sample:
    """The MP4 of one of them in the same valley."""
    return _film(bench, bench.scale.size_px, "mp4", name="one_optimizer")


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
    cost = naive_film.make(bench.folder / name, scale.frames, scale.naive_frames, size_px, orbit)
    return Sample(cost.seconds(scale.frames), scale.frames, cost.timed)


# Drawing alone, encoding alone.


def drawing(bench: Bench) -> Sample:
    """All frames but the first, drawn and not encoded; what came before as facts."""
    frames = bench.scale.frames
    drawn = draw_film(spec("slope_bias", frames, bench.scale.size_px), keep=False)
    facts = {"training_s": drawn.training_s, "setup_s": drawn.setup_s}
    return Sample(drawn.drawing_s, frames - 1, facts=facts)


def drawers(bench: Bench) -> Sample:
    """The frames of an orbit, drawn and not encoded, on all cores."""
    return _drawn(bench, cores())


def one_drawer(bench: Bench) -> Sample:
    """The same in one process."""
    return _drawn(bench, 1)


def _drawn(bench: Bench, processes: int) -> Sample:
    frames = bench.scale.frames
    turning = spec("slope_bias", frames, bench.scale.size_px, f"film.camera.orbit={ORBIT}")
    return Sample(drawing_s(turning, processes), frames, facts={"processes": processes})


def x264(bench: Bench) -> Sample:
    """x264 with all of its preset, which gets the same frames as raw RGBA from memory."""
    return Sample(encoding.x264_s(bench.drawn, bench.folder / "x264.mp4"), bench.scale.frames)


def encoder(bench: Bench) -> Sample:
    """Our encoder, which gets the same frames from memory."""
    path = bench.folder / "encoder.mp4"
    return Sample(encoding.encoder_s(Mp4Format(), bench.drawn, path), bench.scale.frames)


def webp(bench: Bench) -> Sample:
    """The WebP of frames in memory."""
    path, drawn = bench.folder / "film.webp", bench.drawn_for_gif
    return Sample(encoding.encoder_s(WebpFormat(), drawn, path), len(drawn.frames))


def libwebp(bench: Bench) -> Sample:
    """The same by ffmpeg."""
    path, drawn = bench.folder / "libwebp.webp", bench.drawn_for_gif
    return Sample(encoding.libwebp_s(drawn, path), len(drawn.frames))


def gif(bench: Bench) -> Sample:
    """The GIF of frames in memory, palette included; its size and quality as facts."""
    path, drawn = bench.folder / "quality.gif", bench.drawn_for_gif
    seconds = encoding.encoder_s(GifFormat(), drawn, path)
    facts = {"bytes": path.stat().st_size, **encoding.compare_gif(path, drawn)}
    return Sample(seconds, len(drawn.frames), facts=facts)


# Whole processes, as someone who types the command waits for them.


def cold(bench: Bench) -> Sample:
    """`python -m render slope.yaml`: MP4, GIF and PNG."""
    return _render(bench, "slope", bench.scale.cold_frames, "mp4,gif,png")


def process(bench: Bench) -> Sample:
    """`python -m render slope_bias.yaml --format mp4`: all stages of one film together."""
    return _render(bench, "slope_bias", bench.scale.frames, "mp4")


def cold_naive(bench: Bench) -> Sample:
    """The naive MP4 as a process."""
    return _naive_process(bench, "naive.mp4")


def cold_naive_gif(bench: Bench) -> Sample:
    """The naive GIF as a process."""
    return _naive_process(bench, "naive.gif")


def imports(bench: Bench) -> Sample:
    """Everything that a film needs, imported one after another."""
    return Sample(run("-c", f"import {LIBRARIES}, {OURS}").seconds)


def still(bench: Bench) -> Sample:
    """One picture from the middle of the film."""
    return _still(bench)


def still_alone(bench: Bench) -> Sample:
    """The same in one process, which also learns the run."""
    return _still(bench, "-j", "1")


def _still(bench: Bench, *options: str) -> Sample:
    size = ["--size", "x".join(map(str, bench.scale.size_px))]
    typed = ["--still", "50%", "--force", "--quiet", "--out", str(bench.folder), *options]
    return Sample(run("-m", "render", config("slope"), *typed, *size).seconds)


def again(bench: Bench) -> Sample:
    """The cold film with another theme, when its run is in the cache."""
    cache, out = bench.folder / "cache", bench.folder / "again"
    settings = [
        word for s in sets(bench.scale.cold_frames, bench.scale.size_px) for word in ("--set", s)
    ]
    typed = ["-m", "render", config("slope"), "--quiet", "--out", out, *settings]
    if not cache.exists():
        run(*typed, "--format", "csv", cache=cache)
    shutil.rmtree(out, ignore_errors=True)
    ended = run(*typed, "--theme", "paper", "--format", "mp4,gif,png", cache=cache)
    return Sample(ended.seconds, bench.scale.cold_frames)


def usage(bench: Bench) -> Sample:
    """`python -m render --help`."""
    return Sample(run("-m", "render", "--help").seconds)


def check(bench: Bench) -> Sample:
    """`python -m render check` of all of configs/, or of our own where there is no such folder."""
    here = Path("configs")
    folder = here if any(here.glob("*.yaml")) else CONFIGS
    count = len(list(folder.glob("*.yaml")))
    return Sample(run("-m", "render", "check", folder, "--quiet").seconds, facts={"configs": count})


def short(bench: Bench) -> Sample:
    """What the next two are compared with."""
    return _observed(bench, bench.scale.frames, bench.scale.epochs)


def long(bench: Bench) -> Sample:
    """The same run in a film ten times as long."""
    return _observed(bench, bench.scale.long_frames, bench.scale.epochs)


def deep(bench: Bench) -> Sample:
    """A run of a thousand times as many epochs in a film of the same length."""
    return _observed(bench, bench.scale.frames, bench.scale.many_epochs)


def huge(bench: Bench) -> Sample:
    """A film in the largest size."""
    scale = bench.scale
    return _observed(bench, scale.huge_frames, scale.epochs, scale.huge_px)


def longest(bench: Bench) -> Sample:
    """A small film that lasts as long as a lecture's chapter: what its end costs, and its start."""
    scale = bench.scale
    return _observed(bench, round(scale.minutes * 60 * FPS), scale.epochs, scale.small_px)


def _render(bench: Bench, name: str, frames: int, kinds: str) -> Sample:
    settings = [word for s in sets(frames, bench.scale.size_px) for word in ("--set", s)]
    typed = ["--force", "--quiet", "--format", kinds, "--out", str(bench.folder)]
    return Sample(run("-m", "render", config(name), *typed, *settings).seconds, frames)


def _naive_process(bench: Bench, name: str) -> Sample:
    """Timed with a few frames; the others are estimated at what each of these cost."""
    scale = bench.scale
    numbers = map(str, (scale.cold_frames, scale.naive_frames, *scale.size_px))
    ended = run("-m", "tests.benchmark.naive", bench.folder / name, *numbers)
    cost = naive_film.Cost(**ended.facts())
    others_s = (scale.cold_frames - cost.timed) * cost.each_s
    return Sample(ended.seconds + others_s, scale.cold_frames, cost.timed)


def _observed(
    bench: Bench, frames: int, epochs: int, size_px: tuple[int, int] | None = None
) -> Sample:
    """Seconds of the whole process; training, a frame and the peak memory as facts."""
    settings = sets(frames, size_px or bench.scale.size_px, f"training.epochs={epochs}")
    ended = run("-m", "tests.benchmark.process", "slope_bias", bench.folder, *settings)
    facts = ended.facts()
    rest_s = ended.seconds - facts["training_s"]
    return Sample(ended.seconds, frames, facts={**facts, "rest_s": rest_s})


# In this order, so that the sides of a ratio are taken right after one another.
MEASURES = (
    Measure("film", film),
    Measure("x264", x264),
    Measure("encoder", encoder),
    Measure("drawing", drawing, rounds=2),
    Measure("drawers", drawers),
    Measure("one_drawer", one_drawer),
    Measure("naive", naive),
    Measure("three", three, rounds=2),
    Measure("naive_gif", naive_gif, rounds=2),
    Measure("large", large, rounds=2),
    Measure("naive_large", naive_large, rounds=2),
    Measure("orbit", orbit, rounds=2),
    Measure("naive_orbit", naive_orbit, rounds=2),
    Measure("race", race, rounds=2),
    Measure("single", single, rounds=2),
    Measure("gif", gif, rounds=2),
    Measure("webp", webp, rounds=2),
    Measure("libwebp", libwebp, rounds=2),
    Measure("short", short, rounds=2),
    Measure("deep", deep, rounds=1),
    Measure("long", long, rounds=2),
    Measure("huge", huge, rounds=2),
    Measure("longest", longest, rounds=1),
    Measure("cold", cold, rounds=2),
    Measure("again", again, rounds=2),
    Measure("cold_naive", cold_naive, rounds=2),
    Measure("cold_naive_gif", cold_naive_gif, rounds=2),
    Measure("imports", imports, rounds=2),
    Measure("process", process, rounds=2),
    Measure("still", still),
    Measure("still_alone", still_alone),
    Measure("help", usage),
    Measure("check", check),
)
