"""The files of each film: a film whose files are all there is not made again.

A file counts as unchanged when its size and time are those that were noted, or, at another
time, when its bytes are. Everything else is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from render.cache.keys import data_key, film_key, landscape_key, recording_key
from render.cache.pack import Packed, PackError
from render.cache.store import Store
from render.config.spec import Spec
from render.config.when import When
from render.errors import RenderError
from render.files import content, size
from render.results import Output, OutputFile, Report

STAGE = "film"


def cached_report(
    spec: Spec, targets: Sequence[OutputFile], still: When | None, store: Store
) -> Report | None:
    """The report of a film whose files are all there and unchanged; else None."""
    if store.folder is None or not store.reads:
        return None
    found = store.read(STAGE, _place(targets, still))
    if found is None:
        return None
    with suppress(ValueError, KeyError, TypeError, OSError, RenderError):
        record = json.loads(found)
        if record["key"] != film_key(spec, targets, still):
            return None
        numbered = [targets[0].path] * len(record["files"])  # the stills of one target
        paths = [t.path for t in targets] if len(targets) == len(numbered) else numbered
        files = list(zip(paths, record["files"], strict=True))
        outputs = tuple(_output(path, facts) for path, facts in files)
        if all(map(_is_whole, outputs, record["files"])):
            return Report(spec.name, outputs, 0.0, record["message"], kept=True)
    return None


@dataclass(frozen=True)
class FilmRecord:
    """A film that is being made, with the key of what it depended on at the beginning."""

    spec: Spec
    targets: tuple[OutputFile, ...]
    still: When | None
    store: Store
    key: str | None  # None: nothing is noted

    @classmethod
    def begins(
        cls, spec: Spec, targets: Sequence[OutputFile], still: When | None, store: Store
    ) -> FilmRecord:
        """Compute the key, before anything is read."""
        noted = store.folder is not None and store.writes
        return cls(
            spec, tuple(targets), still, store, _key(spec, targets, still) if noted else None
        )

    def noted(self, report: Report) -> Report:
        """Note what the files were made of, unless that changed meanwhile."""
        if self.key is None or _key(self.spec, self.targets, self.still) != self.key:
            return report
        with suppress(OSError):
            files = [_facts(output) for output in report.outputs]
            record = {"key": self.key, "message": report.message, "files": files}
            place = _place(self.targets, self.still)
            self.store.write(STAGE, place, json.dumps(record).encode())
        return report


def _key(spec: Spec, targets: Sequence[OutputFile], still: When | None) -> str | None:
    try:
        return film_key(spec, targets, still)
    except (OSError, RenderError):
        return None


def _place(targets: Sequence[OutputFile], still: When | None) -> str:
    """The key of the record: there is one for the same files, whatever they were before."""
    names = [os.path.abspath(target.path) for target in targets]
    text = json.dumps([names, still is None])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _facts(output: Output) -> dict[str, Any]:
    return {
        "name": output.path.name,
        "kind": output.kind,
        "bytes": output.bytes,
        "mtime_ns": output.path.stat().st_mtime_ns,
        "hash": output.hash,
        "size_px": output.size_px,
        "duration_s": output.duration_s,
    }


def _output(path: Path, facts: dict[str, Any]) -> Output:
    size_px = None if facts["size_px"] is None else tuple(facts["size_px"])
    path, seconds = path.with_name(facts["name"]), facts["duration_s"]
    return Output(path, facts["kind"], facts["bytes"], size_px, seconds, facts["hash"])


def _is_whole(output: Output, facts: dict[str, Any]) -> bool:
    if size(output.path) != output.bytes:
        return False
    # A folder's time says nothing of the files in it.
    written = None if output.path.is_dir() else output.path.stat().st_mtime_ns
    return bool(written == facts["mtime_ns"] or content(output.path) == output.hash)


UNCHANGED, FROM_CACHE, NEW = "unchanged", "training from cache", "new"


def expected_result(
    spec: Spec, targets: Sequence[OutputFile], still: When | None, store: Store
) -> str:
    """What rendering would find: all files, the training, or nothing."""
    looking = replace(store, writes=False)
    if cached_report(spec, targets, still, looking) is not None:
        return UNCHANGED
    if spec.each[0].model.network:
        return FROM_CACHE if _is_on_plane(spec, looking) else NEW
    return FROM_CACHE if all(_is_trained(one, looking) for one in spec.each) else NEW


def _is_trained(spec: Spec, store: Store) -> bool:
    """Whether the recording of a run is stored; without its data it can't be."""
    if store.idle:
        return False
    with suppress(OSError, RenderError, PackError):
        dataset = spec.dataset.make(spec.seed) if not spec.model.needs_data else None
        if dataset is None:
            found = store.read("data", data_key(spec))
            dataset = None if found is None else Packed.from_bytes(found).value()
        if dataset is not None:
            return store.read("recording", recording_key(spec, dataset)) is not None
    return False


def _is_on_plane(spec: Spec, store: Store) -> bool:
    """Whether the networks of a film are stored on their plane; without their data they can't."""
    if store.idle:
        return False
    with suppress(OSError, RenderError, PackError):
        found = [store.read("data", data_key(one)) for one in spec.each]
        datasets = [Packed.from_bytes(data).value() for data in found if data is not None]
        if len(datasets) == len(spec.each):
            return store.read("landscape", landscape_key(spec, datasets)) is not None
    return False
