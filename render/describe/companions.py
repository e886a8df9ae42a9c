"""Writes the files of a film without pictures: tables, the manifest, companions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

import numpy as np

from render import registry
from render.config.language import language
from render.describe.cues import cues
from render.describe.description import sentences
from render.describe.manifest import manifest, output_of
from render.draw.plan import FilmPlan
from render.encode.base import CompanionFormat, PageOptions, Story, TableFormat
from render.encode.film import Drawn
from render.results import Output, OutputFile

MAX_STEPS = 1000  # whose times a page holds


def describe(
    plan: FilmPlan, drawn: Drawn, files: Sequence[tuple[OutputFile, Path]]
) -> tuple[Output, ...]:
    """Write the files that hold numbers or words; all of the film's files, in their order.

    `files` are the files of the film with the part file of each, of which those with pictures
    are complete. Raises RenderError.
    """
    pictures = [output_of(file, part, drawn) for file, part in files if file.format.draws]
    facts = manifest(plan, drawn, pictures)
    for file, part in files:
        if isinstance(file.format, TableFormat):
            file.format.save(part, [run.recording for run in plan.runs], facts)
        elif isinstance(file.format, CompanionFormat):
            file.format.save(part, story(plan, file, [other for other, _ in files]))
    known = {output.path: output for output in pictures}
    return tuple(known.get(file.path) or output_of(file, part, drawn) for file, part in files)


def story(plan: FilmPlan, file: OutputFile, files: Sequence[OutputFile]) -> Story:
    """The film in words, with links to its other files relative to this file."""
    return Story(
        plan.spec.name,
        plan.spec.plain_title,
        sentences(plan.spec, plan.runs, plan.composition.scene),
        cues(plan.spec, plan.runs, plan.timing, plan.stop_plan.held_s),
        plan.spec.film.size,
        links(file.path.parent, files),
        plan.stops,
        plan.spec.film.fps,
        _steps_s(plan),
        language(plan.spec.language),
        partial(_page, plan),
    )


def _page(plan: FilmPlan, story: Story, options: PageOptions) -> str:
    from render.web.page import page

    return page(plan, story, options)


def _steps_s(plan: FilmPlan) -> tuple[float, ...]:
    """When each step of the first run is reached in the files; empty where there are too many."""
    clock, frames = plan.timing.clock, plan.spec.film.frames
    steps = int(clock.progress(np.asarray(clock.ticks)))
    if clock.rate(plan.runs[0].recording) > 1 or steps >= MAX_STEPS:
        return ()
    reached_s = plan.timing.pacing.reached_s[[int(clock.tick(step)) for step in range(steps + 1)]]
    begins_s = 0.0 if frames is None else frames[0] / plan.spec.film.fps
    ends_s = len(plan.timeline) / plan.spec.film.fps
    held = (plan.stop_plan.held_s(max(float(at_s) - begins_s, 0.0)) for at_s in reached_s[1:])
    return (0.0, *(min(at_s, ends_s) for at_s in held))


def links(folder: Path, files: Sequence[OutputFile]) -> Mapping[str, str]:
    """The URL of each file by its kind, relative to a folder."""
    return {
        registry.name_of(type(file.format)): quote(
            os.fsencode(os.path.relpath(file.path, folder).replace(os.sep, "/"))
        )
        for file in files
        if not file.format.folder
    }
