"""Turn YAML scenes into animated films of gradient descent."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.commands.check import examine
from render.commands.common import selection
from render.commands.common.output import DEBUG_HINT
from render.draw.matplotlib_import import undocumented_artists
from render.errors import ConfigError
from render.jobs.collector import resting_collector

if TYPE_CHECKING:
    from render.config.when import When
    from render.jobs.outcome import Outcome, Runner
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
        action="append",
        default=[],
        metavar="TIME",
        help="a picture at 2s, 50%%, 'step 3' or end, and no film; steps, stops: one of each",
    )
    add("--name", metavar="NAME", help="of the files: '{stem}-lr{optimizer.lr}'")
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add(
        "-j", metavar="N", help="processes: films at once, or the frames of one (one for each core)"
    )
    add("--keep-going", action="store_true", help="leave out configs with errors; exit code 1")
    add("--fail-fast", action="store_true", help="stop all films when one fails")
    add("--scheduler", metavar="ADDRESS", help="make the films on a dask cluster: tcp://host:8786")
    add("--force", action="store_true", help="train and draw also what is in the cache")
    add("--no-cache", action="store_true", help="neither read the cache nor write to it")
    add("--dry-run", action="store_true", help="list the films and files, and make none")
    add("--watch", action="store_true", help="make a draft each time the config or scene is saved")
    add("--index", action="store_true", help="leave a page of all these films: index.html")
    add("--json", action="store_true", help="a line of JSON on standard output for each film")


def run(arguments: argparse.Namespace) -> int:
    """Make the films. Raises ConfigError."""
    _check_options(arguments)
    request = _request(arguments)
    if arguments.watch:
        from render.commands.common.watch import watch

        return watch(arguments, request)
    with resting_collector(), undocumented_artists():
        return _made(arguments, request)


def _made(arguments: argparse.Namespace, request: OutputRequest) -> int:
    """Make the films; the exit code. Raises ConfigError."""
    jobs, refused = _plan(arguments, request)
    if arguments.dry_run:
        examine([*{(job.spec.path, job.spec.outputs): job.spec for job in jobs}.values()])
        _print_plan(jobs, arguments.json)
        status = 0
    else:
        status = _run_jobs(jobs, arguments)
    if not refused:
        return status
    if arguments.json:
        _print_refused(refused)
    _print_error(f"left out: {', '.join(map(str, refused))}")
    return 1


def _plan(
    arguments: argparse.Namespace, request: OutputRequest
) -> tuple[list[Job], dict[Path, str]]:
    """The jobs, and the messages of configs that are left out because the user says so.

    Raises ConfigError if a config has errors, unless others have none and --keep-going is given.
    """
    from render.jobs.plan import plan_each

    specs, wrong = selection.loadable(arguments)
    if wrong is None or arguments.keep_going:
        selection.check_single(arguments, len(specs))
    jobs, impossible = plan_each(specs, request)
    refused = dict(wrong.files if wrong else {}) | {one.path: one.message for one in impossible}
    if not refused:
        return jobs, {}
    messages = dict.fromkeys([str(wrong)] * bool(wrong) + [one.message for one in impossible])
    text = "\n".join(messages)
    if not jobs:
        raise ConfigError(text)
    count = len({job.spec.path for job in jobs})
    if not arguments.keep_going:
        others = "the other one" if count == 1 else f"the other {count}"
        raise ConfigError(
            f"{text}\n{selection.KEEP_GOING} makes {others} of {count + len(refused)}"
        )
    _print_error(text)
    return jobs, refused


def _print_refused(refused: Mapping[Path, str]) -> None:
    """Print a line of JSON for each config that is left out."""
    from render.commands.common.output import print_json_line

    for path, message in refused.items():
        print_json_line(
            {"config": str(path), "film": path.stem, "result": "refused", "error": message}
        )


def _print_error(text: str) -> None:
    from render.jobs.streams import log

    log(text)


def _run_jobs(jobs: Sequence[Job], arguments: argparse.Namespace) -> int:
    from render.commands.common.output import OutcomePrinter
    from render.jobs.index import check_index, write_index
    from render.jobs.interrupt import interruptible
    from render.jobs.progress import choose
    from render.jobs.run import run_jobs

    out = Path(arguments.out)
    if arguments.index:
        check_index(out, jobs)
    folders = {target.path.parent for job in jobs for target in job.targets}
    reporter, listener = choose(arguments.quiet), OutcomePrinter(arguments.json)
    hint = "" if arguments.debug else DEBUG_HINT
    ended: dict[int, Outcome] = {}

    def told(job: Job, outcome: Outcome) -> None:
        ended[id(job)] = outcome
        listener(job, outcome)

    with interruptible(folders), _runner(arguments, reporter) as runner:
        status = run_jobs(jobs, reporter, runner, arguments.fail_fast, told, hint)
    if arguments.index:
        reporter.line(str(write_index(out, [(job, ended[id(job)]) for job in jobs])))
    if listener.fault:
        reporter.error(listener.fault)
    return 1 if listener.fault else status


def _check_options(arguments: argparse.Namespace) -> None:
    """Raise ConfigError for options that contradict one another."""
    if arguments.frames is not None and arguments.still:
        raise ConfigError("--frames: is a part of a film, and --still makes none: leave one out")
    if arguments.name is not None and arguments.o:
        raise ConfigError("--name: is for files that -o doesn't name: leave one out")
    if arguments.keep_going and arguments.fail_fast:
        raise ConfigError("--keep-going: contradicts --fail-fast: leave one out")
    if not arguments.watch:
        return
    others = {"--dry-run": arguments.dry_run, "--scheduler": arguments.scheduler is not None}
    others |= {"-j": arguments.j is not None, "--fail-fast": arguments.fail_fast}
    others |= {"--index": arguments.index}
    if given := next((option for option in others if others[option]), None):
        raise ConfigError(f"--watch: makes one draft at a time, in this process: leave {given} out")


def _request(arguments: argparse.Namespace) -> OutputRequest:
    """What the options say about files. Raises ConfigError."""
    from render.cache.folder import stranger
    from render.cache.store import FOLDER, default_store
    from render.jobs.names import NamePattern
    from render.jobs.plan import OutputRequest

    formats = [name.strip() for text in arguments.format for name in text.split(",")]
    name = None if arguments.name is None else NamePattern(arguments.name, "--name")
    store = default_store(
        reads=not (arguments.force or arguments.no_cache), writes=not arguments.no_cache
    )
    if store.folder is not None and not (store.idle or arguments.quiet):
        other = stranger(store.folder)
        if other is not None:
            not_ours = f"{store.folder} is no cache: {other} is in it"
            _print_error(f"without a cache: {not_ours} ({FOLDER} names another)")
    return OutputRequest(
        out=Path(arguments.out),
        formats=tuple(dict.fromkeys(formats)),
        files=tuple(arguments.o),
        stills=tuple(map(_time, arguments.still)),
        store=store,
        name=name,
        target=_target(arguments),
        draft=arguments.draft or arguments.watch,
    )


def _target(arguments: argparse.Namespace) -> str | None:
    """The place that is asked for, by the name that it has in the table."""
    from render.config.targets import known

    return None if arguments.__dict__["for"] is None else known(arguments.__dict__["for"])


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
    from render.config.when import SEVERAL, parse_when

    if (several := {str(one): one for one in SEVERAL}.get(text.strip().lower())) is not None:
        return several
    try:
        return parse_when(text)
    except ValueError as fault:
        words = " or ".join(map(str, SEVERAL))
        steps = "" if ", found" in str(fault) else f"; or {words}, for each of them"
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
    """The files of a job; of the stills of all steps or stops the first: nobody knows how many."""
    from render import registry
    from render.config.when import SEVERAL
    from render.encode.base import FilmInfo, FrameFormat
    from render.pipeline import numbered

    film = job.spec.film
    info = FilmInfo(
        job.spec.plain_title, film.size, film.fps, film.frame_count, (), lambda count: ()
    )
    return [
        {
            "file": str(numbered(target.path, 0) if job.still in SEVERAL else target.path),
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
