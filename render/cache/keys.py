"""A stage of a spec in, the hash of exactly what it depends on out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from render.cache import fonts, sources
from render.config.resolved import learning, resolved
from render.config.spec import Spec
from render.content import content_or_none
from render.manifest import data_hash, read
from render.recording import Dataset
from render.report import Target
from render.timeline.when import When


def data_key(spec: Spec) -> str:
    """The points of one run: its dataset, the seed, the files it reads."""
    there = [content_or_none(path) for path in spec.dataset.files()]
    return _hash(learning(spec).get("dataset"), spec.seed, there, sources.numbers())


def recording_key(spec: Spec, dataset: Dataset) -> str:
    """One run: how it is trained, and the numbers it is trained on, wherever they came from."""
    own = learning(spec)
    parts = [own.get(name) for name in ("model", "loss", "optimizer", "schedule", "training")]
    sizes = [points.x.shape for points in (dataset, dataset.validation) if points is not None]
    return _hash(parts, spec.seed, data_hash([dataset]), sizes, sources.numbers())


def landscape_key(spec: Spec, datasets: Sequence[Dataset]) -> str:
    """The landscapes of all runs: every recording, and where the loss is drawn."""
    each = zip(spec.each, datasets, strict=True)
    runs = [[recording_key(one, data), learning(one)["landscape"]] for one, data in each]
    together = [spec.film.runs, spec.film.share] if spec.runs else []
    return _hash(runs, together)


def film_key(spec: Spec, targets: Sequence[Target], still: When | None) -> str:
    """The files of a film, to the last byte."""
    paths = [target.path.name for target in targets]
    formats = [repr(target.format) for target in targets] if still is None else []
    config = resolved(spec)
    # As it stands, unsorted: the order of a function's parameters matters.
    return _hash(
        [spec.name, spec.path.name, config, None if still is None else str(still)],
        [paths, formats],
        [[path.name, content_or_none(path)] for path in read(spec)],
        fonts.needed(json.dumps(config, ensure_ascii=False)),
        sources.pictures(),
    )


def _hash(*parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
