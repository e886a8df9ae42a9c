"""What is known of a film and how it was made, as one dict for the JSON beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xxhash

from render.config.resolved import config_hash, resolved
from render.config.spec import Spec
from render.content import content_or_none, with_imports
from render.copies import at_hand
from render.draw.themes.common import user
from render.encode.base import Clip, Lowered
from render.recording import Dataset
from render.run import Run
from render.scene import find
from render.versions import versions


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

    clip: Clip | None = None
    frames_hash: str | None = None  # xxh3-128 of all raw RGBA frames in order
    panels: Mapping[str, list[int]] = field(default_factory=dict)
    lacks: str | None = None  # what the film's own layout has no room for
    lowered: Mapping[Path, Lowered] = field(default_factory=dict)  # by part


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
    own = [theme] if user.is_file(spec.film.theme) else []
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
    from render.encode.version import version

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
