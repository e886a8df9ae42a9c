"""What would be made of each job, on standard output: a table, or lines of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from render import registry
from render.cache.films import expected_result
from render.commands.common.output import columns, film, say, say_line
from render.encode.base import FilmInfo, FrameFormat
from render.jobs.plan import Job

HEAD = ("film", "frames", "seconds", "size", "result", "files")


def print_plan(jobs: Sequence[Job], as_json: bool) -> None:
    """Say what would be made."""
    if as_json:
        for job in jobs:
            say_line(_facts(job))
        return
    say("\n".join(columns([HEAD, *(_row(_facts(job)) for job in jobs)], widest=40)))


def _facts(job: Job) -> dict[str, Any]:
    result = expected_result(job.spec, job.targets, job.still, job.store)
    return {**film(job), "result": result, "files": _files(job)}


def _files(job: Job) -> list[dict[str, Any]]:
    film = job.spec.film
    clip = FilmInfo(job.spec.title, film.size, film.fps, film.frame_count, (), lambda count: ())
    return [
        {
            "file": str(target.path),
            "kind": registry.name_of(type(target.format)),
            "size": target.format.describe(clip)["size"]
            if isinstance(target.format, FrameFormat)
            else None,
        }
        for target in job.targets
    ]


def _row(facts: dict[str, Any]) -> tuple[str, ...]:
    files = ", ".join(_file(file, facts.get("size")) for file in facts["files"])
    if "frames" not in facts:
        return facts["film"], "", "", "", facts["result"], files
    size = "×".join(map(str, facts["size"]))
    frames, seconds = str(facts["frames"]), f"{facts['duration']:.1f}"
    return facts["film"], frames, seconds, size, facts["result"], files


def _file(file: dict[str, Any], film: list[int] | None) -> str:
    """Its name, and its size if that isn't the film's."""
    other = file["size"] is not None and file["size"] != film
    return f"{file['file']} {'×'.join(map(str, file['size']))}" if other else str(file["file"])
