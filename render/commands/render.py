"""Turn YAML scenes into animated films of gradient descent."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.commands.check import read_data
from render.commands.common import selection
from render.commands.common.output import DEBUG_HINT
from render.errors import ConfigError

if TYPE_CHECKING:
    from render.config.when import When
    from render.jobs.outcome import Runner
    from render.jobs.plan import Job, OutputRequest
    from render.jobs.progress import Reporter


MAX_WORKERS = 256


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, options that change them, and options about files."""
    selection.arguments(parser)
    add = parser.add_argument
    add(
        "-o",
        action="append",
        default=[],
        metavar="FILE",
        help="write this file; its suffix names the format",
    )
    add(
        "--format",
        action="append",
        default=[],
        metavar="LIST",
        help="formats instead of the config's: mp4,gif",
    )
    add(
        "--still",
        metavar="TIME",
        help="a picture at 2s, 50%%, 'step 3' or end, and no film; steps: one of each step",
    )
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add("-j", metavar="N", help="films at once, each in a process (one for each core)")
    add("--fail-fast", action="store_true", help="stop all films when one fails")
    add("--scheduler", metavar="ADDRESS", help="make the films on a dask cluster: tcp://host:8786")
    add("--force", action="store_true", help="train and draw also what is in the cache")
    add("--no-cache", action="store_true", help="neither read the cache nor write to it")
    add("--dry-run", action="store_true", help="list the films and files, and make none")
    add("--watch", action="store_true", help="make a draft each time the config or scene is saved")
    add("--json", action="store_true", help="a line of JSON on standard output for each film")


def run(arguments: argparse.Namespace) -> int:
    """Make the films. Raises ConfigError."""
    _check_options(arguments)
    request = _request(arguments)
    if arguments.watch:
        from render.commands.common.watch import watch

        return watch(arguments, request)
    specs = selection.specs(arguments)
    selection.check_single(arguments, len(specs))
    from render.jobs.plan import plan

    jobs = plan(specs, request)
    if arguments.dry_run:
        read_data(specs)
        _print_plan(jobs, arguments.json)
        return 0
    return _run_jobs(jobs, arguments)


def _run_jobs(jobs: Sequence[Job], arguments: argparse.Namespace) -> int:
    from render.commands.common.output import json_listener
    from render.jobs.interrupt import interruptible
    from render.jobs.progress import choose
    from render.jobs.run import run_jobs

    folders = {target.path.parent for job in jobs for target in job.targets}
    reporter, listener = choose(arguments.quiet), json_listener(arguments.json)
    hint = "" if arguments.debug else DEBUG_HINT
    with interruptible(folders), _runner(arguments, reporter) as runner:
        return run_jobs(jobs, reporter, runner, arguments.fail_fast, listener, hint)


def _check_options(arguments: argparse.Namespace) -> None:
    """Raise ConfigError for options that contradict one another."""
    if arguments.frames is not None and arguments.still is not None:
        raise ConfigError("--frames: is a part of a film, and --still makes none: leave one out")
    if not arguments.watch:
        return
    others = {"--dry-run": arguments.dry_run, "--scheduler": arguments.scheduler is not None}
    others |= {"-j": arguments.j is not None, "--fail-fast": arguments.fail_fast}
    if given := next((option for option in others if others[option]), None):
        raise ConfigError(f"--watch: makes one draft at a time, in this process: leave {given} out")


def _request(arguments: argparse.Namespace) -> OutputRequest:
    """What the options say about files. Raises ConfigError."""
    from render.cache.store import default_store
    from render.jobs.plan import OutputRequest

    still = None if arguments.still is None else _time(arguments.still)
    formats = [name.strip() for text in arguments.format for name in text.split(",")]
    files = tuple(arguments.o)
    store = default_store(
        reads=not (arguments.force or arguments.no_cache), writes=not arguments.no_cache
    )
    return OutputRequest(Path(arguments.out), tuple(dict.fromkeys(formats)), files, still, store)


@contextlib.contextmanager
def _runner(arguments: argparse.Namespace, reporter: Reporter) -> Iterator[Runner]:
    """What makes the films: processes here, or a cluster's workers. Raises RenderError."""
    from render.jobs.cores import cores
    from render.jobs.run import in_workers

    if arguments.scheduler is None:
        yield in_workers(cores() if arguments.j is None else _count(arguments.j), arguments.debug)
        return
    if arguments.j is not None:
        raise ConfigError("-j: is for this machine; with --scheduler the workers there count")
    from render.jobs.remote import cluster, remote_runner

    with cluster(arguments.scheduler, reporter.line) as executor:
        yield remote_runner(executor, arguments.debug)


def _count(text: str) -> int:
    from render.config.problems import shown

    if not text.isdecimal() or not 1 <= int(text) <= MAX_WORKERS:
        raise ConfigError(f"-j {shown(text)}: expected a number of films from 1 to {MAX_WORKERS}")
    return int(text)


def _time(text: str) -> When:
    """The time of a still. Raises ConfigError."""
    from render.config.problems import shown
    from render.config.when import EVERY, parse_when

    if text.strip().lower() == str(EVERY):
        return EVERY
    try:
        return parse_when(text)
    except ValueError as fault:
        steps = "" if ", found" in str(fault) else f"; or {EVERY}, for each of them"
        raise ConfigError(f"--still {shown(text)}: {fault}{steps}") from None


HEAD = ("film", "frames", "seconds", "size", "result", "files")


def _print_plan(jobs: Sequence[Job], as_json: bool) -> None:
    """Print what would be made: a table, or a line of JSON for each film."""
    from render.commands.common.output import columns, print_json_line, print_text

    if as_json:
        for job in jobs:
            print_json_line(_facts(job))
        return
    print_text("\n".join(columns([HEAD, *(_row(_facts(job)) for job in jobs)], widest=40)))


def _facts(job: Job) -> dict[str, Any]:
    from render.cache.films import expected_result
    from render.commands.common.output import film_facts

    result = expected_result(job.spec, job.targets, job.still, job.store)
    return {**film_facts(job), "result": result, "files": _files(job)}


def _files(job: Job) -> list[dict[str, Any]]:
    from render import registry
    from render.encode.base import FilmInfo, FrameFormat

    film = job.spec.film
    info = FilmInfo(job.spec.title, film.size, film.fps, film.frame_count, (), lambda count: ())
    return [
        {
            "file": str(target.path),
            "kind": registry.name_of(type(target.format)),
            "size": target.format.describe(info)["size"]
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
    differs = file["size"] is not None and file["size"] != film
    return f"{file['file']} {'×'.join(map(str, file['size']))}" if differs else str(file["file"])
