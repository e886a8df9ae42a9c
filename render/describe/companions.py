"""What was learnt and made in, the files that draw nothing out: tables, the manifest, words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render import registry
from render.config.scene_file import compose
from render.config.spec import Spec
from render.describe.cues import cues
from render.describe.description import sentences
from render.encode.base import CompanionFormat, Story, TableFormat
from render.results import OutputFile, Run
from render.timeline.plan import timing


def write_companions(
    spec: Spec, runs: Sequence[Run], facts: dict[str, Any], files: Sequence[tuple[OutputFile, Path]]
) -> None:
    """Write each of the files that holds numbers or words to its part. Raises RenderError."""
    for target, part in files:
        if isinstance(target.format, TableFormat):
            target.format.save(part, [run.recording for run in runs], facts)
        elif isinstance(target.format, CompanionFormat):
            target.format.save(part, story(spec, runs, target, [t for t, _ in files]))


def story(spec: Spec, runs: Sequence[Run], told: OutputFile, files: Sequence[OutputFile]) -> Story:
    """The film in words, as the file that is told sees the others."""
    scene = compose(spec)
    return Story(
        spec.name,
        spec.title,
        sentences(spec, runs, scene),
        cues(spec, runs, timing(spec, runs, scene.beats)),
        spec.film.size,
        links(told.path.parent, files),
    )


def links(folder: Path, files: Sequence[OutputFile]) -> Mapping[str, str]:
    """The URL of each file by its kind, as seen from a folder."""
    return {
        registry.name_of(type(file.format)): quote(
            os.fsencode(os.path.relpath(file.path, folder).replace(os.sep, "/"))
        )
        for file in files
        if file.format.folder is None
    }
