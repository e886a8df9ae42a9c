"""A film that was made in, whether it fits the place it is for out, and what its page lacks."""

from __future__ import annotations

from collections.abc import Iterator

from render import registry
from render.batch.jobs import Job
from render.encode.base import Clip, Format, FrameFormat
from render.manifest import Output
from render.report import Report
from render.targets.fit import Fit, Made, fit
from render.targets.table import TABLE


def fitting(job: Job, report: Report) -> Fit | None:
    """Whether the place takes the files; None for a film that is for no place, and for stills."""
    if job.spec.target is None or job.still is not None:
        return None
    formats = {target.path: target.format for target in job.targets}
    files = [_made(job, output, formats.get(output.path)) for output in report.outputs]
    return fit(TABLE[job.spec.target], files)


def lacks(job: Job) -> Iterator[str]:
    """What the film's files would have if there were others."""
    kinds = [registry.name_of(type(target.format)) for target in job.targets]
    for target in job.targets if job.still is None else ():
        if (told := target.format.lacks(kinds)) is not None:
            yield f"{target.path.name} {told}"


def _made(job: Job, output: Output, format_: Format | None) -> Made:
    """What a place sees of a file. A budget may have lowered its rate, never raised it."""
    film = job.spec.film
    shared = (output.path, output.kind, output.bytes, output.size_px, output.duration_s)
    if output.duration_s is None or not isinstance(format_, FrameFormat):
        return Made(*shared)
    clip = Clip(job.spec.title, film.size, film.fps, film.frame_count, (), lambda count: ())
    shown = format_.describe(clip)
    return Made(*shared, fps=shown.get("fps"), frames=shown.get("frames"))
