"""How a run ended, in one word and one sentence."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from render import __version__, registry
from render.config.dump import config_hash, resolved
from render.config.spec import Spec
from render.config.theme import is_file
from render.encode.base import FilmInfo, Format, FrameFormat, Reduced
from render.files import at_hand, content, content_or_none, size, with_imports
from render.recording import Dataset, Landscape, Recording, second_differences
from render.scene import find

LEARNING = ("torch", "numpy", "scipy")
DRAWING = (
    "matplotlib",
    "contourpy",
    "pillow",
    "imageio",
    "imageio-ffmpeg",
    "fontpkg-inter",
    "fontpkg-jetbrains-mono",
)


def versions(names: tuple[str, ...] = LEARNING + DRAWING) -> dict[str, str]:
    """This package's, Python's, and those of the packages named."""
    own = {"render": __version__, "python": platform.python_version()}
    return own | {name: _version(name) for name in names}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # vendored or run from a zip
        return "unknown"


@dataclass(frozen=True)
class Run:
    """A run. In a race all runs have one landscape, in a grid each has its own."""

    spec: Spec
    dataset: Dataset
    recording: Recording
    landscape: Landscape
    verdict: Verdict

    @property
    def label(self) -> str:
        """What it is called in legends and tables."""
        return self.spec.label


LEFT = 1e-2  # a run with more of its excess loss left has not arrived
ROUNDING = 1e-8  # of the picture's height: a smaller difference is none
STILL = 1e-6  # of the picture: a shorter step is none
NEAR = 0.02  # of the picture: a place so close to the end is where the run is going
ARRIVED = 0.1  # of the picture: further from the minimum nothing has converged
SWINGING = 0.1  # of the excess loss, that lies across the valley
LASTING = 0.8  # swings that keep so much of their height go on


@dataclass(frozen=True)
class Verdict:
    """`word` is diverged, stuck, oscillating, converged or converging; the first that fits."""

    word: str
    sentence: str


def judge(recording: Recording, landscape: Landscape) -> Verdict:
    """The verdict from r = (L_T − L*) / (L_0 − L*), the share of the excess loss left.

    L* is the landscape's minimum, or the run's own lowest loss where there is none.
    """
    first, last = recording.loss[0], recording.loss[-1]
    lowest = float(recording.loss.min())
    lowest = min(landscape.minimum, lowest) if landscape.exact else lowest
    share = (last - lowest) / max(first - lowest, 1e-300)
    steps = recording.steps
    noise = ROUNDING * float(landscape.loss.max() - lowest)
    if first - lowest <= noise and abs(last - first) <= noise:
        return Verdict("converged", "converged: the run started at the minimum")
    if recording.broke_off or last > first:
        turn = int(np.flatnonzero(recording.loss <= first)[-1]) + 1  # above the start for good
        end = f", beyond all numbers at step {steps + 1}" if recording.broke_off else ""
        return Verdict(
            "diverged", f"diverged at step {turn}{_why(recording, landscape, turn)}{end}"
        )
    place = _place(recording, landscape, min(landscape.minimum, lowest))
    if place is not None and (share > LEFT or not landscape.exact):
        return Verdict("stuck", f"stuck at loss {last:.4g}: {place}")
    if recording.full_batch and not recording.noisy and share > 1e-3:
        if _overshoots(recording, landscape, last - lowest):
            return Verdict("oscillating", "oscillating: every step overshoots the minimum")
        if _swings(recording, lowest):
            return Verdict("oscillating", "oscillating: it swings to and fro and comes no nearer")
    if not landscape.exact and share <= LEFT:
        return Verdict("converging", "still falling: this loss has no lowest point here")
    if share <= 1e-4 and _arrived(recording, landscape):
        return Verdict("converged", f"converged: {_left(share)} of the excess loss is left")
    return Verdict("converging", f"converging: {_left(share)} of the excess loss is left")


def _extent(recording: Recording, landscape: Landscape) -> float:
    """How large the picture of the run is, in its trained parameters.

    The path's own extent would not do: a run that never left its plateau has none.
    """
    moving = landscape.moving(recording)
    sides = [np.ptp(grid) for grid, moves in zip(landscape.grid, moving, strict=True) if moves]
    return float(np.linalg.norm(sides))


def _place(recording: Recording, landscape: Landscape, lowest: float) -> str | None:
    """What kind of place a run is stuck in, from slope and curvature at its end; None if it
    isn't.

    One Newton step leads to the flat place that the run is coming to, if there is one near.
    """
    if recording.steps == 0:
        return None
    extent, slope = _extent(recording, landscape), recording.grads[-1]
    excess = float(recording.loss[-1]) - lowest
    resting = np.linalg.norm(recording.params[-1] - recording.params[-2]) < STILL * extent
    end = np.array([*recording.params[-1], *recording.frozen.values()])
    hessian = second_differences(recording.objective, end, len(recording.names))
    if np.isfinite(hessian).all():
        bends = np.linalg.eigvalsh(hessian)
        ahead = np.linalg.lstsq(hessian, slope, rcond=None)[0]
        left = excess - 0.5 * float(slope @ ahead)  # at the flat place
        near = float(np.linalg.norm(ahead)) < NEAR * extent
        if near and bends[0] * extent**2 > max(excess, 0) and left > LEFT * max(excess, 1e-300):
            return "a local minimum" if landscape.exact else None
        curved = max(excess, float(np.ptp(landscape.loss)) * LEFT)
        if near and bends[0] * extent**2 < -curved and bends[-1] * extent**2 > curved:
            return "a saddle, down on both sides"
    if not resting:
        return None
    if float(np.linalg.norm(slope)) * extent < LEFT * excess:
        return "a plateau, where the gradient is all but zero"
    return "the steps have all but vanished"


def _overshoots(recording: Recording, landscape: Landscape, excess: float) -> bool:
    """Whether the gradient along the steepest direction changed sign in the last four steps,
    and what is left of the loss lies across it."""
    along = recording.grads[-5:] @ landscape.eigenvectors[:, -1]
    across = along[-1] ** 2 / max(2 * landscape.eigenvalues[-1], 1e-300)
    turns = len(along) == 5 and bool((along[:-1] * along[1:] < 0).all())
    return turns and across > SWINGING * excess


def _swings(recording: Recording, lowest: float) -> bool:
    """Whether the loss goes up and down and its last crests are as high as those before."""
    third = recording.steps // 3
    excess = recording.loss - lowest
    rises = np.diff(np.sign(np.diff(excess[third:])))
    if third < 4 or int((rises < 0).sum()) < 2:
        return False
    return bool(excess[-third:].max() > LASTING * excess[third:-third].max())


def _arrived(recording: Recording, landscape: Landscape) -> bool:
    """Whether the run is where the minimum is; in a flat valley anywhere along it."""
    if not np.isfinite(landscape.condition):
        return True
    minima = landscape.minima_of(recording.names)
    away = np.linalg.norm(recording.params[-1] - minima, axis=1)
    return float(away.min()) < ARRIVED * _extent(recording, landscape)


def _why(recording: Recording, landscape: Landscape, turn: int) -> str:
    lr = recording.lr[min(turn, max(recording.steps, 1)) - 1]
    too_large = recording.plain and recording.full_batch and lr > landscape.lr_max
    too_large &= landscape.bowl
    return f": lr {lr:g} is above 2/λmax = {landscape.lr_max:.4g}" if too_large else ""


def _left(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


@dataclass(frozen=True)
class Output:
    """A file that was made."""

    path: Path
    kind: str
    bytes: int
    size_px: tuple[int, int] | None = None
    duration_s: float | None = None
    hash: str = ""  # xxh3-128 of its bytes
    lowered: str = ""  # what it had to give up of what was asked for


@dataclass(frozen=True)
class Drawn:
    """What came of the pass over the frames; empty when nothing was drawn."""

    clip: FilmInfo | None = None
    frames_hash: str | None = None  # xxh3-128 of all raw RGBA frames in order
    panels: Mapping[str, list[int]] = field(default_factory=dict)
    lacks: str | None = None  # what the film's own layout has no room for
    lowered: Mapping[Path, Reduced] = field(default_factory=dict)  # by part


def manifest(
    spec: Spec, runs: Sequence[Run], drawn: Drawn, outputs: Sequence[Output]
) -> dict[str, Any]:
    """Everything a program, or a person a year later, may want to know of the film.

    A film of one run tells it under `run` and `landscape`; of several, `runs` is a list.
    """
    facts: dict[str, Any] = {
        "name": spec.name,
        "config_file": spec.path.name,
        "config": _portable(spec),
        "config_hash": config_hash(spec),
        "reads": {path.name: content_or_none(path) for path in read(spec)},
        "data_hash": data_hash([run.dataset for run in runs]),
        "seed": spec.seed,
        "versions": versions() | _encoder(outputs),
    }
    if len(runs) == 1:
        facts |= {"run": _run(runs[0]), "landscape": _landscape(runs[0])}
    else:
        facts["runs"] = [
            {"label": run.label, **_run(run), "landscape": _landscape(run)} for run in runs
        ]
    if drawn.clip is not None:
        facts["film"] = {
            "frames": drawn.clip.frames,
            "fps": drawn.clip.fps,
            "size": list(drawn.clip.size_px),
            "duration": drawn.clip.duration_s,
            "frames_hash": drawn.frames_hash,
        }
        facts["panels"] = dict(drawn.panels)
    facts["outputs"] = [
        {
            "file": o.path.name,
            "kind": o.kind,
            "bytes": o.bytes,
            "size": o.size_px,
            "seconds": o.duration_s,
            "hash": o.hash,
            "lowered": o.lowered or None,
        }
        for o in outputs
    ]
    return facts


def read(spec: Spec) -> list[Path]:
    """Whatever a film is made of besides its config: scene, theme and tables."""
    tables = [path for one in spec.each for path in one.dataset.files()]
    theme = at_hand(spec.path.parent / spec.film.theme)
    own = [theme] if is_file(spec.film.theme) else []
    return list(dict.fromkeys([*with_imports(find(spec.scene, spec.path)), *own, *tables]))


def _portable(spec: Spec) -> dict[str, Any]:
    """The config, in which nothing says where on this machine it is."""
    data = resolved(spec)
    theme = data["film"]["theme"]
    if os.path.isabs(theme):
        with suppress(ValueError):  # on another drive
            there = os.path.relpath(theme, spec.path.absolute().parent)
            data["film"]["theme"] = there.replace(os.sep, "/")
    return data


def _encoder(outputs: Sequence[Output]) -> dict[str, str]:
    """The version of ffmpeg, where there are films that it made."""
    from render.encode.ffmpeg import version

    return {"ffmpeg": version()} if any(o.duration_s is not None for o in outputs) else {}


def _run(run: Run) -> dict[str, Any]:
    recording = run.recording
    return {
        "epochs": float(recording.epoch[-1]),
        "steps": recording.steps,
        "params": dict(zip(recording.names, recording.params[-1].tolist(), strict=True)),
        "frozen": dict(recording.frozen),
        "loss": float(recording.loss[-1]),
        "verdict": run.verdict.word,
        "sentence": run.verdict.sentence,
    }


def _landscape(run: Run) -> dict[str, Any]:
    landscape, names = run.landscape, run.recording.names
    return {
        "optimum": {name: landscape.optimum[name] for name in names},
        "minimum": landscape.minimum,
        "method": landscape.method,
        "exact": landscape.exact,
        "slice": dict(landscape.held),
        "eigenvalues": landscape.eigenvalues.tolist(),
        "condition": landscape.condition,
        "lr_max": landscape.lr_max,
    }


def data_hash(datasets: Sequence[Dataset]) -> str:
    """xxh3-128 of x and y as they were trained on, and of those that were held out.

    Runs that share their data count once.
    """
    whole = [
        b"".join(part.tobytes() for points in sets for part in (points.x, points.y))
        for dataset in datasets
        for sets in [[dataset] if dataset.validation is None else [dataset, dataset.validation]]
    ]
    return xxhash.xxh3_128(b"".join(dict.fromkeys(whole))).hexdigest()


@dataclass(frozen=True)
class OutputFile:
    """A file to make."""

    format: Format
    path: Path


@dataclass(frozen=True)
class Report:
    """A film that was made, or found made."""

    name: str
    outputs: tuple[Output, ...]
    seconds: float
    message: str  # the verdict
    kept: bool = False  # nothing had changed: the files that are there are this film


def output_of(target: OutputFile, part: Path, drawn: Drawn) -> Output:
    """The file a target became, which is still a part."""
    kind, bytes_ = registry.name_of(type(target.format)), size(part)
    if drawn.clip is None or not isinstance(target.format, FrameFormat):
        return Output(target.path, kind, bytes_, hash=content(part))
    lowered = drawn.lowered.get(part)
    made = target.format.describe(drawn.clip) if lowered is None else lowered.facts
    shown = tuple(made["size"]), made.get("duration")
    told = "" if lowered is None else lowered.told
    return Output(target.path, kind, bytes_, *shown, hash=content(part), lowered=told)


def report_message(runs: Sequence[Run], lacks: str | None, outputs: Sequence[Output] = ()) -> str:
    """How each run ended, what there was no room for, and which files are less than asked for."""
    lone = len(runs) == 1
    told = [
        run.verdict.sentence if lone else f"{run.label}: {run.verdict.sentence}" for run in runs
    ]
    if lacks:
        told.append(f"film.layout has no room: {lacks}; the scene's arrangement is used instead")
    told += [f"{made.path.name}: {made.lowered}" for made in outputs if made.lowered]
    return "\n  ".join(told)
