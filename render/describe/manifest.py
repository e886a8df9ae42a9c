"""The manifest: the facts of a film and its files, and how they were made."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import xxhash

from render import __version__, registry
from render.config.dump import portable
from render.config.scene_file import find
from render.config.spec import Spec
from render.config.theme import is_file
from render.draw.plan import FilmPlan
from render.encode.base import FrameFormat
from render.encode.film import Drawn
from render.files import at_hand, content, content_or_none, size, with_imports
from render.learn.tables.table import left_out
from render.projected import Basis, Projected
from render.recording import Dataset, Recording, named
from render.results import Output, OutputFile, Run

PROCESSOR = "processor"  # among the versions
CPU_INFO = Path("/proc/cpuinfo")
VECTORS = ("avx512f", "avx2", "avx", "sve2", "sve", "asimd")  # instructions, the widest first
LEARNING = ("torch", "numpy", "scipy")
DRAWING = (
    "matplotlib",
    "contourpy",
    "pillow",
    "imageio",
    "imageio-ffmpeg",
    "python-pptx",
    "lxml",
    "fontpkg-inter",
    "fontpkg-jetbrains-mono",
)

# What each field says, for the documentation: `.` goes into a mapping, `[]` into the items of a
# list, `NAME` is a name of the film's own. The fields of a run are in `run` or in each of `runs`.
FIELDS: Mapping[str, str] = {
    "name": "the film's name, with which the names of its files begin",
    "config_file": "the file that the config was read from",
    "config": "the whole config, every default filled in; what `verify` makes the film of again",
    "config_hash": "SHA-256 of the config: films with the same one have the same pictures",
    "reads.NAME": "the hash of each file that the film reads: scene, theme, tables, modules",
    "data_hash": "xxh3-128 of all training and validation points",
    "seed": "the seed of noise, batches and held-out points",
    "versions.NAME": "of this package, Python, the libraries and ffmpeg; the kind of processor",
    "recorded": "true where another program trained the model: the config alone doesn't make it",
    "run": "the film's only run",
    "runs[]": "each run, in a film of several, with the fields of `run` and its `landscape`",
    "run.label": "what the run is called; of several runs",
    "run.epochs": "passes over the data",
    "run.steps": "updates",
    "run.params.NAME": "each trained parameter at the end",
    "run.frozen.NAME": "each parameter that never moves",
    "run.loss": "the recorded loss at the end, over all training points",
    "run.verdict": "how it ended: converged, converging, slow, oscillating, stuck or diverged",
    "run.sentence": "the same in a sentence, as it is on screen",
    "run.weights": "of a network: how many weights it trains",
    "run.snapshots": "of a network: how many snapshots are kept, the first and the last included",
    "run.coordinates.NAME": "of a network: where on the plane it ends",
    "run.distance": "of a network: how far from the plane it ends",
    "run.accuracy": "of classes: the share of the training points whose class is predicted",
    "run.validation_loss": "the loss over the points that training never sees",
    "run.validation_accuracy": "the share of those points whose class is predicted",
    "run.remarks[]": "of a network: what was found about the recording",
    "landscape": "the surface of the film's only run; of several, each has its own `landscape`",
    "landscape.optimum.NAME": "the lowest point: each parameter or coordinate",
    "landscape.minimum": "the loss there",
    "landscape.method": "how the minimum is known: in closed form, searched, or not at all",
    "landscape.exact": "whether it is known to be the minimum",
    "landscape.missing": "the share of the surface that is not drawn since the loss is not finite",
    "landscape.slice.NAME": "the parameters that are held still, and at what, in a slice",
    "landscape.eigenvalues": "curvatures at the minimum, the smallest first",
    "landscape.condition": "the largest curvature by the smallest",
    "landscape.lr_max": "2/λmax: a larger learning rate diverges, in plain gradient descent",
    "landscape.plane": "of a network: the plane through the space of its weights",
    "landscape.plane.kind": "pca, random, hessian or weights",
    "landscape.plane.axes": "the names of its coordinates",
    "landscape.plane.centre": "what is at its origin: the mean of the snapshots, or the end",
    "landscape.plane.normalize": "of random directions: filter or none",
    "landscape.plane.seed": "of random directions",
    "landscape.plane.snapshots": "how many snapshots the plane was made from",
    "landscape.plane.explained": "the share of the path's variance along each component",
    "landscape.plane.random_walk": "what a random walk of as many snapshots would give",
    "landscape.plane.eigenvalues": "curvatures along the directions of a hessian plane",
    "landscape.plane.gap": "the largest difference of a recorded loss and the surface below it",
    "landscape.plane.distance": "the largest distance of the run from the plane",
    "film.frames": "how many frames were drawn",
    "film.fps": "frames per second",
    "film.size": "width and height in pixels",
    "film.duration": "seconds",
    "film.frames_hash": "xxh3-128 of all frames in order: what `verify` compares",
    "panels.NAME": "where each panel is: left, top, right and bottom in pixels",
    "stops[].time": "of each stop: its time in seconds",
    "stops[].frame": "its frame",
    "stops[].step": "the step that is shown there",
    "stops[].words": "the caption there",
    "outputs[].file": "of each file: its name",
    "outputs[].kind": "its format",
    "outputs[].bytes": "how many bytes it has",
    "outputs[].size": "its width and height, if it has any",
    "outputs[].seconds": "its length, if it has one",
    "outputs[].hash": "xxh3-128 of its bytes",
    "outputs[].lowered": "what it gave up to fit into `max_mb`",
}


def versions(names: tuple[str, ...] = LEARNING + DRAWING) -> dict[str, str]:
    """The versions of this package, of Python and of the packages named; and the processor."""
    own = {"render": __version__, "python": platform.python_version(), PROCESSOR: processor()}
    return own | {name: _version(name) for name in names}


@cache
def processor() -> str:
    """The kind of processor, such as `Linux x86_64 avx2`: libraries have other code for each.

    The last digits of sums depend on how many numbers that code adds at once.
    """
    try:
        flags = set(CPU_INFO.read_text(encoding="utf-8", errors="replace").split())
    except OSError:  # only Linux has it
        flags = set()
    widest = next((name for name in VECTORS if name in flags), "")
    return " ".join(filter(None, (platform.system(), platform.machine(), widest)))


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # vendored or run from a zip
        return "unknown"


def manifest(plan: FilmPlan, drawn: Drawn, outputs: Sequence[Output]) -> dict[str, Any]:
    """All facts of a film: config, versions, runs, landscape, timing, files.

    A film of one run has `run` and `landscape`; a film of several has a list, `runs`.
    """
    spec, runs = plan.spec, plan.runs
    facts: dict[str, Any] = {
        "name": spec.name,
        "config_file": spec.path.name,
        "config": portable(spec),
        "config_hash": plan.composition.config_hash,
        "reads": {path.name: content_or_none(path) for path in read(spec)},
        "data_hash": data_hash([run.dataset for run in runs]),
        "seed": spec.seed,
        "versions": versions() | _encoder(outputs),
    }
    if any(one.model.recorded for one in spec.each):
        facts["recorded"] = True  # by another program: the config alone doesn't make the film
    if len(runs) == 1:
        facts |= {"run": _run(runs[0]), "landscape": _landscape(runs[0])}
    else:
        facts["runs"] = [
            {"label": run.label, **_run(run), "landscape": _landscape(run)} for run in runs
        ]
    if drawn.info is not None:
        facts["film"] = {
            "frames": drawn.info.frames,
            "fps": drawn.info.fps,
            "size": list(drawn.info.size_px),
            "duration": drawn.info.duration_s,
            "frames_hash": drawn.frames_hash,
        }
        facts["panels"] = dict(drawn.panels)
    facts["stops"] = [stop.facts for stop in plan.stops]
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
    """The files that a film reads besides its config: scene, theme, tables and models."""
    parts = [part for one in spec.each for part in (one.dataset, one.model)]
    tables = [path for part in parts for path in part.files()]
    theme = at_hand(spec.path.parent / spec.film.theme)
    own = [theme] if is_file(spec.film.theme) else []
    return list(dict.fromkeys([*with_imports(find(spec)), *own, *tables]))


def _encoder(outputs: Sequence[Output]) -> dict[str, str]:
    """The version of ffmpeg, if it made any of the files."""
    from render.encode.ffmpeg import version

    return {"ffmpeg": version()} if any(o.duration_s is not None for o in outputs) else {}


def _run(run: Run) -> dict[str, Any]:
    recording = run.recording
    names, values, _ = named(recording)
    return {
        "epochs": float(recording.known_epoch[-1]),
        "steps": recording.steps,
        "params": dict(zip(names, values[-1].tolist(), strict=True)),
        "frozen": dict(recording.frozen),
        "loss": float(recording.loss[-1]),
        "verdict": run.verdict.word,
        "sentence": run.verdict.sentence,
        **({} if recording.projected is None else _away(recording, recording.projected)),
    }


def _away(recording: Recording, away: Projected) -> dict[str, Any]:
    """The facts of a run in many parameters, at its end."""
    last = {
        "accuracy": away.accuracy,
        "validation_loss": recording.validation_loss,
        "validation_accuracy": away.validation_accuracy,
    }
    return {
        "weights": away.count,
        "snapshots": recording.last + 1,
        "coordinates": dict(zip(recording.names, recording.params[-1].tolist(), strict=True)),
        "distance": float(away.distance[-1]),
        **{name: float(rows[-1]) for name, rows in last.items() if rows is not None},
        "remarks": list(away.remarks),
    }


def _landscape(run: Run) -> dict[str, Any]:
    landscape, names = run.landscape, run.recording.names
    return {
        "optimum": {name: landscape.optimum[name] for name in names},
        "minimum": landscape.minimum,
        "method": landscape.method,
        "exact": landscape.exact,
        "missing": 0.0 if landscape.missing is None else float(landscape.missing.mean()),
        "slice": dict(landscape.held),
        "eigenvalues": landscape.eigenvalues.tolist(),
        "condition": landscape.condition,
        "lr_max": landscape.lr_max,
        **({} if landscape.basis is None else {"plane": _plane(run, landscape.basis)}),
    }


def _plane(run: Run, basis: Basis) -> dict[str, Any]:
    """The plane through the space of the weights, and how far the run is from it at most."""
    away = run.recording.projected
    facts: dict[str, Any] = {
        "kind": basis.kind,
        "axes": basis.axes,
        "centre": basis.centre,
        "normalize": basis.normalize or None,
        "seed": basis.seed,
        "snapshots": basis.snapshots,
        "explained": basis.explained,
        "random_walk": basis.random_walk,
        "eigenvalues": basis.eigenvalues,
    }
    if away is not None:
        facts["gap"] = away.gap(run.recording.loss)
        facts["distance"] = float(away.distance.max())
    return facts


def data_hash(datasets: Sequence[Dataset]) -> str:
    """xxh3-128 of x and y of the training points, and of the validation points.

    Data that several runs share are hashed once.
    """
    whole = [
        b"".join(part.tobytes() for points in sets for part in (points.x, points.y))
        for dataset in datasets
        for sets in [[dataset] if dataset.validation is None else [dataset, dataset.validation]]
    ]
    return xxhash.xxh3_128(b"".join(dict.fromkeys(whole))).hexdigest()


def output_of(file: OutputFile, part: Path, drawn: Drawn) -> Output:
    """The facts of a complete part file. Raises OSError."""
    kind, bytes_, hash_ = registry.name_of(type(file.format)), size(part), content(part)
    if not isinstance(file.format, FrameFormat) or drawn == Drawn():
        return Output(file.path, kind, bytes_, hash=hash_)
    if drawn.info is None:
        return Output(file.path, kind, bytes_, drawn.still_px, hash=hash_)
    reduced = drawn.reduced.get(part)
    facts = file.format.describe(drawn.info) if reduced is None else reduced.facts
    size_px, duration_s = tuple(facts["size"]), facts.get("duration")
    message = "" if reduced is None else reduced.message
    return Output(file.path, kind, bytes_, size_px, duration_s, hash_, message)


def report_message(
    runs: Sequence[Run],
    missing: str | None,
    outputs: Sequence[Output] = (),
    remarks: Sequence[str] = (),
) -> str:
    """How each run ended, panels without room, and files with less than was asked for.

    `remarks` are those about captions that are never seen.
    """
    single = len(runs) == 1
    lines = [
        run.verdict.sentence if single else f"{run.label}: {run.verdict.sentence}" for run in runs
    ]
    if missing:
        lines.append(f"no room for {missing} in frames of this size: left out")
    dropped = dict.fromkeys(run.dataset.dropped for run in runs if run.dataset.dropped)
    lines += map(left_out, dropped)
    lines += dict.fromkeys(
        text for run in runs if run.recording.projected for text in run.recording.projected.remarks
    )
    lines += remarks
    lines += [f"{output.path.name}: {output.lowered}" for output in outputs if output.lowered]
    return "\n  ".join(lines)
