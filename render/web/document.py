"""The page's document: a film in numbers and words, as JSON."""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from render.config.dump import portable
from render.config.language import language
from render.config.theme import Theme
from render.draw.display_list import Images
from render.draw.interpolation import finer
from render.draw.plan import FilmPlan
from render.draw.run_style import RunStyle
from render.recording import (
    LOOP,
    Array,
    Dataset,
    Landscape,
    Recording,
    columns,
    own_numbers,
)
from render.results import Run
from render.timeline.clock import Clock
from render.web.arrays import jsonable, packed
from render.web.closed import closed_form
from render.web.fonts import embedded
from render.web.keys import Keys, Rows
from render.web.pictures import layouts
from render.web.words import words

FORMAT = 1
MIN_POINTS = 9  # of a grid that is still thinned


@dataclass(frozen=True)
class Document:
    """The parts of a page that a film fills in."""

    facts: dict[str, Any]  # numbers and words
    pictures: dict[str, Any]  # what is drawn
    images: Images  # that are drawn there

    def facts_json(self) -> str:
        """The facts as JSON that can stand in a script element."""
        return safe(json.dumps(jsonable(self.facts), ensure_ascii=False, separators=(",", ":")))

    def pictures_text(self) -> str:
        """The pictures as base64 of compressed JSON, with the bytes of the images after it."""
        shared = {**_shared(self.pictures), "images": _listed(self.images)}
        text = json.dumps(shared, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        whole = text.encode() + b"\0" + _changes(self.images)
        return base64.b64encode(zlib.compress(whole, 9)).decode("ascii")


def safe(text: str) -> str:
    """JSON in which no text can end a script or begin a comment."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


DRAWN = {"styles", "ops", "still", "growing", "moving"}  # finite numbers and words, in lists


def _shared(pictures: dict[str, Any]) -> dict[str, Any]:
    """The pictures with each array once, in a table that the others refer to."""
    table: list[Any] = []
    places: dict[str, int] = {}

    def lifted(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            array = packed(value)
            key = json.dumps(array)
            if key not in places:
                places[key] = len(table)
                table.append(array)
            return {"array": places[key]}
        if isinstance(value, dict):
            return {k: each if k in DRAWN else lifted(each) for k, each in value.items()}
        if isinstance(value, list | tuple):
            return [lifted(each) for each in value]
        return jsonable(value)

    return {**lifted(pictures), "arrays": table}


def _listed(images: Images) -> list[Any]:
    """The shape of each image, and the number of the one before it at its place, or −1."""
    return [[image.shape, at] for image, at in zip(images.images, images.before, strict=True)]


def _changes(images: Images) -> bytes:
    """The bytes of all images, each less the one before it: most of them stay as they are."""
    parts = []
    for image, at in zip(images.images, images.before, strict=True):
        parts.append((image - images.images[at] if at >= 0 else image).tobytes())
    return b"".join(parts)


def document(plan: FilmPlan) -> Document:
    """The document of a film. Raises RenderError."""
    ours, shots = layouts(plan)
    made = [each.layout(ours) for each in shots]
    letters: dict[str, set[str]] = {}
    for each in shots:
        for family, used in each.lists.letters.items():
            letters.setdefault(family, set()).update(used)
    pictures = {"layouts": made, "keys": _keys(plan, ours), "fonts": embedded(letters)}
    return Document(facts(plan, ours), pictures, shots[0].lists.images)


def facts(plan: FilmPlan, ours: Keys) -> dict[str, Any]:
    """The numbers and words of a film."""
    spec, timing, runs = plan.spec, plan.timing, plan.runs
    tongue = language(spec.language)
    landscapes = list({id(run.landscape): run.landscape for run in runs}.values())
    datasets = list({id(run.dataset): run.dataset for run in runs}.values())
    times = [plan.unheld.moments[stop.moment].time_s for stop in plan.stops]
    closed = closed_form(plan)
    computed = {
        id(run.dataset)
        for run, made in zip(runs, closed["runs"], strict=True)
        if spec.model.needs_data and "reason" not in made
    }
    return {
        "format": FORMAT,
        "name": spec.name,
        "title": spec.plain_title,
        "language": tongue.code,
        "config": {"name": f"{spec.name}.yaml", "text": _config_text(plan)},
        "words": words(tongue),
        "theme": theme_facts(plan.composition.theme, len(runs)),
        "film": {
            "begin_s": float(ours.times_s[0]),
            "end_s": float(plan.unheld.moments[-1].time_s),
            "fps": spec.film.fps,
        },
        "stops": [
            {"time_s": time_s, "step": stop.step, "words": stop.words, "numbers": stop.numbers}
            for time_s, stop in zip(times, plan.stops, strict=True)
        ],
        "clock": {
            "ticks": timing.clock.ticks,
            "unit": timing.clock.unit,
            "per_unit": timing.clock.per_unit,
            "rate": [timing.clock.rate(run.recording) for run in runs],
            "reached_s": timing.pacing.reached_s,
            "narrated": timing.pacing.narrated,
            "kept": None if len(ours.kept) > timing.clock.ticks else ours.kept,
            "marks": np.array(timing.clock.marks) if timing.clock.marks else None,
        },
        "columns": _columns(runs),
        "swept": swept([run.plain_label for run in runs]),
        "runs": [
            _run(plan, run, style, ours, landscapes, datasets)  # more than styles: over again
            for run, style in zip(runs, itertools.cycle(plan.context.styles), strict=False)
        ],
        "landscapes": [_landscape(runs, one) for one in landscapes],
        "data": [_data(one, id(one) in computed) for one in datasets],
        "closed": closed,
    }


def _config_text(plan: FilmPlan) -> str:
    """The config as a file that gives this film."""
    return yaml.safe_dump(portable(plan.spec), allow_unicode=True, sort_keys=False, width=100)


def _columns(runs: Sequence[Run]) -> list[str]:
    """The columns of the CSV file."""
    return [*LOOP, *(name for _, name in columns([run.recording for run in runs]))]


def swept(labels: Sequence[str]) -> dict[str, Any] | None:
    """The number that runs differ in, as their labels tell it: `lr 0.1`, `lr 0.3`; None if none."""
    parted = [label.rpartition(" ") for label in labels]
    names = {name for name, _, _ in parted}
    texts = [text for _, _, text in parted]
    if len(labels) < 2 or len(names) != 1 or "" in names:
        return None
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return None
    if len({*values}) < len(values) or not np.isfinite(values).all():
        return None
    return {"name": names.pop(), "values": texts, "order": [*map(int, np.argsort(values))]}


def theme_facts(theme: Theme, runs: int) -> dict[str, Any]:
    """The colours of a theme."""
    red, green, blue = (int(theme.background[at : at + 2], 16) for at in (1, 3, 5))
    names = (
        "background", "text", "muted", "parameter", "prediction", "data", "truth", "trail",
        "edge", "mark", "rim", "residual", "future",
    )  # fmt: skip
    return {
        **{name: getattr(theme, name)[:7] for name in names},
        "grid": theme.grid,
        "runs": [*theme.runs[:runs]],
        "clear": theme.clear,
        "dark": 0.299 * red + 0.587 * green + 0.114 * blue < 128 and not theme.clear,
    }


def _run(
    plan: FilmPlan,
    run: Run,
    style: RunStyle,
    ours: Keys,
    landscapes: Sequence[Landscape],
    datasets: Sequence[Dataset],
) -> dict[str, Any]:
    recording, clock = run.recording, plan.timing.clock
    rows = rows_kept(recording, ours.kept, clock)
    steps = rows if recording.kept is None else recording.kept[rows]
    plain = () if recording.projected is not None else (0, 1)  # params and grads have those
    others = {
        name: one for (level, name), one in own_numbers(recording).items() if level not in plain
    }
    tongue = language(plan.spec.language)
    every = len(rows) == recording.last + 1
    unseen = recording.validation_loss
    return {
        "label": run.plain_label,
        "name": recording.run,
        "names": [*recording.names],
        "frozen": dict(recording.frozen),
        "steps": recording.steps,
        "rows": None if every and recording.kept is None else steps,
        "kept": recording.kept,
        "others": {name: column[rows] for name, column in others.items()},
        "gaps": recording.kept is not None or bool(recording.measured),
        "params": recording.params[rows],
        "grads": recording.grads[rows],
        "loss": recording.loss[rows],
        "batch_loss": recording.batch_loss[rows],
        "lr": recording.lr[rows],
        "epoch": recording.known_epoch[rows],
        "validation_loss": None if unseen is None else unseen[rows],
        "full_batch": recording.full_batch,
        "noisy": recording.noisy,
        "plain": recording.plain,
        "broke_off": recording.broke_off,
        "verdict": {"word": run.verdict.word, "sentence": tongue.say(run.verdict.sentence)},
        "style": {
            "dot": style.dot,
            "trail": style.trail,
            "line": style.line,
            "size": style.size,
            "dashes": [*style.dashes],
            "marker": style.marker,
        },
        "landscape": next(i for i, one in enumerate(landscapes) if one is run.landscape),
        "data": next(i for i, one in enumerate(datasets) if one is run.dataset),
    }


def rows_kept(recording: Recording, kept: Rows, clock: Clock) -> Rows:
    """The rows of a run that the page has: those at the ticks that it has, and its last."""
    rows = np.arange(recording.last + 1)
    if len(kept) == int(kept[-1]) + 1 and recording.last <= MAX_ROWS:
        return rows
    return np.unique(np.floor(clock.rows(recording, kept.astype(float)) + 1e-9).astype(np.intp))


MAX_ROWS = 2000  # steps of a run whose rows all travel


def _landscape(runs: Sequence[Run], landscape: Landscape) -> dict[str, Any]:
    run = next(run for run in runs if run.landscape is landscape)
    labels = run.spec.model.labels()
    grid, loss = sparse(landscape)
    return {
        "axes": [*landscape.axes],
        "labels": [str(labels.get(name, name)) for name in landscape.axes],
        "grid": grid,
        "loss": loss,
        "ceiling": landscape.ceiling,
        "plane": {
            "origin": landscape.plane.origin,
            "directions": landscape.plane.directions,
            "columns": landscape.plane.columns,
        },
        "parameters": [*run.recording.parameters],
        "optimum": dict(landscape.optimum),
        "minimum": landscape.minimum,
        "exact": landscape.exact,
        "eigenvalues": landscape.eigenvalues,
        "lr_max": landscape.lr_max,
        "bowl": landscape.bowl,
        "log": landscape.log,
        "flipped": landscape.flipped,
        "held": dict(landscape.held),
    }


EXACT = 1e-5  # of the height of the picture


def sparse(landscape: Landscape) -> tuple[list[Array], npt.NDArray[np.float32]]:
    """The grid and the loss on every 2nd, 4th … of its points, as long as cubic interpolation
    gives all others."""
    grid, loss = [*landscape.grid], landscape.loss
    full, height = loss, landscape.ceiling - float(loss.min())
    inside = full <= landscape.ceiling
    while len(grid) == 2 and all(len(axis) % 2 and len(axis) >= MIN_POINTS for axis in grid):
        fewer, less = [axis[::2] for axis in grid], loss[::2, ::2]
        if np.abs(finer(less, fewer, landscape.grid) - full)[inside].max() > EXACT * height:
            break
        grid, loss = fewer, less
    return grid, loss.astype(np.float32)


def _data(dataset: Dataset, computed: bool) -> dict[str, Any] | None:
    """The points that a run is computed from; None for one that is only replayed."""
    if not computed:
        return None
    return {"x": dataset.x, "y": dataset.y, "names": [str(name) for name in dataset.names]}


def _keys(plan: FilmPlan, ours: Keys) -> dict[str, Any]:
    """The stretches of the film's time, and the camera at each of its frames."""
    moments = ours.moments
    cameras = [moment.camera for moment in plan.unheld.moments]
    still = len({*cameras}) == 1
    poses = np.array([[c.elev, c.azim, c.zoom] for c in (cameras[:1] if still else cameras)])
    return {
        "times_s": ours.times_s,
        "first": [*ours.first],
        "last": [*ours.last],
        "ticks": np.array([moment.tick for moment in moments]),
        "parts": np.array([moment.part for moment in moments]),
        "phases": [moment.phase for moment in moments],
        "cuts": plan.context.cuts,
        "cameras": poses,
    }
