"""Configs in, a draft of each out whenever it, its scene or its data are saved; until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from render.commands.common import selection
from render.commands.common.output import json_listener
from render.config.yaml import STDIN
from render.describe.manifest import read
from render.errors import ConfigError, RenderError
from render.files import content_or_none, stamp
from render.jobs.interrupt import interruptible
from render.jobs.outcome import internal_error
from render.jobs.plan import OutputRequest, plan
from render.jobs.progress import Progress, choose
from render.jobs.run import run_jobs

POLL_S = 0.25  # between two looks at the files
Stamps = tuple[tuple[int, int], ...]


@dataclass
class WatchedFilm:
    """A config, what its film was last seen to be made of, and how that looked then."""

    path: Path
    files: tuple[Path, ...]
    stamps: Stamps = ()
    hashes: tuple[str | None, ...] = ()
    folders: tuple[Path, ...] = field(default=())  # where a file that is missing may appear

    def look(self) -> Stamps:
        """How all of it looks now."""
        return tuple(stamp(path) for path in (*self.files, *self.folders))


def watch(arguments: argparse.Namespace, wanted: OutputRequest) -> int:
    """Make drafts until it is interrupted, which is no failure. Raises ConfigError."""
    paths = selection.paths(arguments)
    if any(path is STDIN for path in paths):
        raise ConfigError("--watch -: standard input can't be saved again: name a file")
    if arguments.o and len(paths) > 1:
        named = f"-o {arguments.o[0]}: names the file of one film"
        raise ConfigError(f"{named}, but there are {len(paths)}")
    arguments.draft = True
    sys.dont_write_bytecode = True  # a scene saved twice in a second would be taken for the first
    progress = choose(arguments.quiet)
    watched = [WatchedFilm(path, (path,)) for path in paths]
    for one in watched:
        _mendable(one.path, arguments, wanted)
    try:
        for one in watched:
            _make(one, arguments, wanted, progress)
        progress.say(f"watching {_names(watched)}; Ctrl-C ends it")
        while True:
            time.sleep(POLL_S)
            for one in watched:
                if _saved(one):
                    _make(one, arguments, wanted, progress)
    except KeyboardInterrupt:
        progress.say("stopped watching")
        return 0


def _mendable(path: Path, arguments: argparse.Namespace, wanted: OutputRequest) -> None:
    """Raise ConfigError for what no save of the config can mend."""
    try:
        spec = selection.one(path, arguments)
    except ConfigError as error:
        if not path.is_file() or any(problem["option"] for problem in error.problems):
            raise
    else:
        plan([spec], wanted)


def _saved(one: WatchedFilm) -> bool:
    """Whether any of it is another than before, and nobody is still writing it."""
    before = one.look()
    if before == one.stamps:
        return False
    while True:
        time.sleep(POLL_S)
        now = one.look()
        if now == before:
            break
        before = now
    folders = before[len(one.files) :] != one.stamps[len(one.files) :]
    one.stamps = before
    return folders or _hashes(one.files) != one.hashes


def _make(
    one: WatchedFilm, arguments: argparse.Namespace, wanted: OutputRequest, progress: Progress
) -> None:
    """Make a draft, or say why there is none, and look for what is missing from now on."""
    _forget(one.files)
    one.folders = ()
    one.stamps, one.hashes = one.look(), _hashes(one.files)  # what is saved from now on is news
    try:
        spec = selection.one(one.path, arguments)
        _extend(one, read(spec))
        jobs = plan([spec], wanted)
        with interruptible({target.path.parent for target in jobs[0].targets}):
            failed = run_jobs(jobs, progress, arguments.debug, hear=json_listener(arguments.json))
    except RenderError as error:
        progress.fault(str(error))
        failed = True
    except Exception as error:
        progress.fault(internal_error(error, arguments.debug))
        failed = True
    if failed:
        folders = [one.path.parent, one.path.resolve().parent.parent / "scenes"]
        one.folders = tuple(folder for folder in folders if folder.is_dir())
        one.stamps = (*one.stamps, *(stamp(folder) for folder in one.folders))
        progress.say(f"{one.path.stem}: waiting for the next save")


def _extend(one: WatchedFilm, files: Sequence[Path]) -> None:
    """Watch these too; how the others looked stays."""
    known = dict(zip(one.files, zip(one.stamps, one.hashes, strict=False), strict=False))
    fresh = dict.fromkeys((one.path, *files))
    facts = [known.get(path) or (stamp(path), content_or_none(path)) for path in fresh]
    one.files = tuple(fresh)
    one.stamps = tuple(look for look, _ in facts)
    one.hashes = tuple(hash_ for _, hash_ in facts)


def _hashes(files: Sequence[Path]) -> tuple[str | None, ...]:
    return tuple(content_or_none(path) for path in files)


def _forget(files: Sequence[Path]) -> None:
    """Let what a scene imports be read anew: Python would go on with what it was."""
    inside = {path.resolve() for path in files}
    for name, module in list(sys.modules.items()):
        with suppress(TypeError, OSError):
            if Path(getattr(module, "__file__", None) or "").resolve() in inside:
                del sys.modules[name]


def _names(watched: Sequence[WatchedFilm]) -> str:
    files = dict.fromkeys(file for one in watched for file in one.files)
    found = [str(file) for file in files]
    return ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
