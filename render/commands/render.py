"""Turn YAML scenes into animated films of gradient descent."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from render.commands.common import selection
from render.errors import ConfigError

if TYPE_CHECKING:
    from render.config.when import When
    from render.jobs.plan import Job, OutputRequest
    from render.jobs.progress import Progress
    from render.jobs.run import Runner


MOST_WORKERS = 256


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, what changes them, and which files to make of them."""
    selection.arguments(parser)
    add = parser.add_argument
    add(
        "-o",
        action="append",
        default=[],
        metavar="FILE",
        help="write this file, as its suffix says",
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
        help="a picture of 2s, 50%%, 'step 3' or end, and no film; steps: one of each step",
    )
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add("-j", metavar="N", help="films at once, each in a process (one for each core)")
    add("--fail-fast", action="store_true", help="stop all films when one fails")
    add("--scheduler", metavar="ADDRESS", help="make the films on a dask cluster: tcp://host:8786")
    add("--force", action="store_true", help="train and render even where nothing changed")
    add("--no-cache", action="store_true", help="neither use nor keep what was learnt or made")
    add("--dry-run", action="store_true", help="say what would be made, and make nothing")
    add("--watch", action="store_true", help="make a draft each time the config or scene is saved")
    add("--json", action="store_true", help="a line on standard output for each film, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Make the films. Raises ConfigError."""
    _at_odds(arguments)
    wanted = _wanted(arguments)
    if arguments.watch:
        from render.commands.common.watch import watch

        return watch(arguments, wanted)
    specs = selection.specs(arguments)
    if arguments.o and len(specs) > 1:
        raise ConfigError(
            f"-o {arguments.o[0]}: names the file of one film, but there are {len(specs)}"
        )
    from render.jobs.plan import plan

    jobs = plan(specs, wanted)
    if arguments.dry_run:
        from render.commands.common.dry_run import print_plan

        print_plan(jobs, arguments.json)
        return 0
    return _make(jobs, arguments)


def _make(jobs: Sequence[Job], arguments: argparse.Namespace) -> int:
    from render.commands.common.output import json_listener
    from render.jobs.interrupt import interruptible
    from render.jobs.progress import choose
    from render.jobs.run import run_jobs as make

    folders = {target.path.parent for job in jobs for target in job.targets}
    progress, hear = choose(arguments.quiet), json_listener(arguments.json)
    with interruptible(folders), _source(arguments, progress) as source:
        return make(jobs, progress, arguments.debug, source, arguments.fail_fast, hear)


def _at_odds(arguments: argparse.Namespace) -> None:
    """Refuse options that contradict one another."""
    if arguments.frames is not None and arguments.still is not None:
        raise ConfigError("--frames: is a part of a film, and --still makes none: leave one out")
    if not arguments.watch:
        return
    others = {"--dry-run": arguments.dry_run, "--scheduler": arguments.scheduler is not None}
    others |= {"-j": arguments.j is not None, "--fail-fast": arguments.fail_fast}
    if given := next((option for option in others if others[option]), None):
        raise ConfigError(f"--watch: makes one draft after another, here: leave {given} out")


def _wanted(arguments: argparse.Namespace) -> OutputRequest:
    """What is said about files. Raises ConfigError."""
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
def _source(arguments: argparse.Namespace, progress: Progress) -> Iterator[Runner]:
    """Where films are made. Raises RenderError."""
    from render.jobs.cores import cores
    from render.jobs.run import in_workers

    if arguments.scheduler is None:
        yield in_workers(cores() if arguments.j is None else _count(arguments.j), arguments.debug)
        return
    if arguments.j is not None:
        raise ConfigError("-j: the workers at --scheduler say how many films are made at once")
    from render.jobs.remote import cluster, remote_runner

    with cluster(arguments.scheduler, progress.say) as executor:
        yield remote_runner(executor, arguments.debug)


def _count(text: str) -> int:
    from render.config.problems import shown

    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise ConfigError(f"-j {shown(text)}: expected a number of films from 1 to {MOST_WORKERS}")
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
        told = str(fault) if ", found" in str(fault) else f"{fault}; or {EVERY}, for each of them"
        raise ConfigError(f"--still {shown(text)}: {told}") from None
