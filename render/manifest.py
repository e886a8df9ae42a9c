"""What is known of a film and how it was made, as one dict for the JSON beside it."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import xxhash

from render import __version__
from render.config.resolved import config_hash, resolved
from render.config.spec import Spec
from render.encode.base import Clip
from render.recording import Dataset
from render.run import Run

VERSIONS = ("torch", "numpy", "matplotlib", "imageio", "imageio-ffmpeg")


@dataclass(frozen=True)
class Output:
    """A file that was made."""

    path: Path
    kind: str
    bytes: int
    size_px: tuple[int, int] | None = None
    duration_s: float | None = None


@dataclass(frozen=True)
class Drawn:
    """What came of the pass over the frames; empty when nothing was drawn."""

    clip: Clip | None = None
    frames_hash: str | None = None  # xxh3-128 of all raw RGBA frames in order
    panels: Mapping[str, list[int]] = field(default_factory=dict)
    lacks: str | None = None  # what the film's own layout has no room for


def manifest(
    spec: Spec, runs: Sequence[Run], drawn: Drawn, outputs: Sequence[Output]
) -> dict[str, Any]:
    """Everything a program, or a person a year later, may want to know of the film.

    A film of one run tells it under `run` and `landscape`; of several, `runs` is a list.
    """
    facts: dict[str, Any] = {
        "name": spec.name,
        "config": resolved(spec),
        "config_hash": config_hash(spec),
        "data_hash": data_hash([run.dataset for run in runs]),
        "seed": spec.seed,
        "versions": versions(),
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
        }
        for o in outputs
    ]
    return facts


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


def versions() -> dict[str, str]:
    """This package's, Python's, and those of the packages a film depends on."""
    found = {"render": __version__, "python": platform.python_version()}
    for name in VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # vendored or run from a zip
            found[name] = "unknown"
    return found
