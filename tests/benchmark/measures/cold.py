"""Whole processes from their start to their end, as one who types the command waits for it."""

from __future__ import annotations

from pathlib import Path

from tests.benchmark.films import CONFIGS, config, sets
from tests.benchmark.naive import Cost
from tests.benchmark.process import run
from tests.benchmark.sample import Bench, Sample

LIBRARIES = "torch, matplotlib.figure, matplotlib.animation"
OURS = "render.pipeline, render.learn.loop, render.draw.stage, render.draw.animation"


def film(bench: Bench) -> Sample:
    """`python -m render slope.yaml`: MP4, GIF and PNG."""
    return _render(bench, "slope", bench.scale.cold_frames, "mp4,gif,png")


def process(bench: Bench) -> Sample:
    """`python -m render slope_bias.yaml --format mp4`: all stages of one film together."""
    return _render(bench, "slope_bias", bench.scale.frames, "mp4")


def naive(bench: Bench) -> Sample:
    """The naive MP4 as a process of its own."""
    return _naive(bench, "naive.mp4")


def naive_gif(bench: Bench) -> Sample:
    """The naive GIF as a process of its own."""
    return _naive(bench, "naive.gif")


def imports(bench: Bench) -> Sample:
    """Everything that a film needs, imported one after another."""
    return Sample(run("-c", f"import {LIBRARIES}, {OURS}").seconds)


def still(bench: Bench) -> Sample:
    """One picture from the middle of the film."""
    typed = ["--still", "50%", "--force", "--quiet", "--out", str(bench.folder)]
    return Sample(run("-m", "render", config("slope"), *typed, *_size(bench)).seconds)


def usage(bench: Bench) -> Sample:
    """`python -m render --help`."""
    return Sample(run("-m", "render", "--help").seconds)


def check(bench: Bench) -> Sample:
    """`python -m render check` of all of configs/, or of our own where there is no such folder."""
    here = Path("configs")
    folder = here if any(here.glob("*.yaml")) else CONFIGS
    count = len(list(folder.glob("*.yaml")))
    return Sample(run("-m", "render", "check", folder, "--quiet").seconds, facts={"configs": count})


def _size(bench: Bench) -> list[str]:
    return ["--size", "x".join(map(str, bench.scale.size_px))]


def _render(bench: Bench, name: str, frames: int, kinds: str) -> Sample:
    settings = [word for s in sets(frames, bench.scale.size_px) for word in ("--set", s)]
    typed = ["--force", "--quiet", "--format", kinds, "--out", str(bench.folder)]
    return Sample(run("-m", "render", config(name), *typed, *settings).seconds, frames)


def _naive(bench: Bench, name: str) -> Sample:
    """Timed with a few frames; the others are reckoned at what each of these cost."""
    scale = bench.scale
    numbers = map(str, (scale.cold_frames, scale.naive_frames, *scale.size_px))
    ended = run("-m", "tests.benchmark.naive", bench.folder / name, *numbers)
    cost = Cost(**ended.told())
    others_s = (scale.cold_frames - cost.timed) * cost.each_s
    return Sample(ended.seconds + others_s, scale.cold_frames, cost.timed)
