"""Whether a film's files keep the limits of the target that the film is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from render import registry
from render.config.stops import unused
from render.config.targets import Limits, Target, targets
from render.encode.base import FilmInfo, Format, FrameFormat
from render.jobs.plan import Job
from render.results import Output, Report


@dataclass(frozen=True)
class FileFacts:
    """What the limits of a target are about: a file's kind, bytes, size and length."""

    path: Path
    kind: str
    bytes: int
    size_px: tuple[int, int] | None = None  # of pictures and films
    duration_s: float | None = None  # of films
    fps: float | None = None
    frames: int | None = None


@dataclass(frozen=True)
class Fit:
    """Whether a film's files fit a target."""

    messages: tuple[str, ...]
    fits: bool


def fit_limits(place: Target, files: Sequence[FileFacts]) -> Fit:
    """Whether all of the pictures and films keep the limits of a target."""
    wrong = [f"{file.path.name}: {fault}" for file in files for fault in _faults(place, file)]
    if wrong:
        return Fit(tuple(f"does not fit {place.name}: {fault}" for fault in wrong), False)
    limits = [
        f"{file.path.name} has {file.bytes / 1e6:.1f} of {most:g} MB"
        for file in files
        if (most := place.takes.get(file.kind, Limits()).max_mb) is not None
    ]
    if not place.established:
        limits.append(f"no known limit is exceeded (not known to us: {place.unknown})")
    return Fit((f"fits {place.name}" + (f": {', '.join(limits)}" if limits else ""),), True)


def _faults(place: Target, file: FileFacts) -> Iterator[str]:
    """The limits that a file exceeds; tables and texts have none."""
    limits = place.takes.get(file.kind)
    if limits is None and file.duration_s is not None:
        yield f"{place.name} takes {', '.join(place.takes)}"
    if limits is None or file.size_px is None:
        return
    width, height = file.size_px
    if limits.max_mb is not None and file.bytes > limits.max_mb * 1e6:
        yield f"{file.bytes / 1e6:.2f} MB, at most {limits.max_mb:g}"
    if limits.max_size is not None and _larger(file.size_px, limits.max_size):
        yield f"{width}×{height} pixels, at most {limits.max_size[0]}×{limits.max_size[1]}"
    if limits.max_pixels is not None and width * height > limits.max_pixels:
        yield f"{width * height / 1e6:.1f} million pixels, at most {limits.max_pixels / 1e6:g}"
    if limits.upright and width > height:
        yield f"{width}×{height} is wider than high"
    yield from _too_long(limits, file)


def _larger(size: tuple[int, int], most: tuple[int, int]) -> bool:
    return size[0] > most[0] or size[1] > most[1]


def _too_long(limits: Limits, file: FileFacts) -> Iterator[str]:
    """The limits of rate and length that a film exceeds."""
    if limits.max_fps is not None and file.fps is not None and file.fps > limits.max_fps:
        yield f"{file.fps:g} frames per second, at most {limits.max_fps}"
    if file.frames is not None and file.size_px is not None:
        drawn = file.frames * file.size_px[0] * file.size_px[1]
        if limits.max_frames is not None and file.frames > limits.max_frames:
            yield f"{file.frames} frames, at most {limits.max_frames}"
        if limits.max_drawn is not None and drawn > limits.max_drawn:
            yield f"{drawn / 1e6:.0f} million pixels in all, at most {limits.max_drawn / 1e6:g}"
    if file.duration_s is None:
        return
    if limits.max_s is not None and file.duration_s > limits.max_s:
        yield f"{file.duration_s:g} s, at most {limits.max_s:g}"
    if limits.min_s is not None and file.duration_s < limits.min_s:
        yield f"{file.duration_s:g} s, at least {limits.min_s:g}"


def check_fit(job: Job, report: Report) -> Fit | None:
    """Whether the files fit the film's target; None for a film without one, and for stills."""
    if job.spec.target is None or job.still is not None:
        return None
    formats = {target.path: target.format for target in job.targets}
    files = [_facts(job, output, formats.get(output.path)) for output in report.outputs]
    return fit_limits(targets()[job.spec.target], files)


def missing_companions(job: Job) -> Iterator[str]:
    """Sentences about files that lack something or may not play, and stops that no file uses."""
    if job.still is not None:
        return
    kinds = [registry.name_of(type(target.format)) for target in job.targets]
    draws = [target.format for target in job.targets if target.format.draws]
    if draws and (reason := unused(job.spec.film.stops, job.spec.outputs)) is not None:
        yield f"film.stops: {', '.join(kinds)} {reason}"
    for target in job.targets:
        if (missing := target.format.lacks(kinds)) is not None:
            yield f"{target.path.name} {missing}"
        most = job.spec.film.stops.most
        if (warning := target.format.warns(most, job.spec.film.size)) is not None:
            yield f"{target.path.name} {warning}"


def _facts(job: Job, output: Output, format_: Format | None) -> FileFacts:
    """The facts of a file. A budget may have reduced its rate, never raised it."""
    film = job.spec.film
    shared = (output.path, output.kind, output.bytes, output.size_px, output.duration_s)
    if output.duration_s is None or not isinstance(format_, FrameFormat):
        return FileFacts(*shared)
    frames = round(output.duration_s * film.fps)  # with the holds at its stops
    info = FilmInfo(job.spec.plain_title, film.size, film.fps, frames, (), lambda count: ())
    described = format_.describe(info)
    return FileFacts(*shared, fps=described.get("fps"), frames=described.get("frames"))
