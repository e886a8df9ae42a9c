"""`--watch`: a draft of each config, made again when it, its scene or its data are saved."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from render.commands.common import selection
from render.commands.common.output import DEBUG_HINT, OutcomePrinter, internal_error_text
from render.config.yaml import STDIN
from render.describe.manifest import read
from render.errors import ConfigError, RenderError
from render.files import content_or_none, stamp
from render.jobs.interrupt import interruptible
from render.jobs.plan import OutputRequest, plan
from render.jobs.progress import Reporter, choose
from render.jobs.run import in_process, run_jobs

POLL_S = 0.25  # between two checks of the files
Stamps = tuple[tuple[int, int], ...]


@dataclass
class WatchedFilm:
    """A config, the files that its film was last made of, and their state at that time."""

    path: Path
    files: tuple[Path, ...]
    stamps: Stamps = ()
    hashes: tuple[str | None, ...] = ()
    folders: tuple[Path, ...] = field(default=())  # where a file that is missing may appear

    def current_stamps(self) -> Stamps:
        """Size and time of each file and folder, as they are now."""
        return tuple(stamp(path) for path in (*self.files, *self.folders))


def watch(arguments: argparse.Namespace, request: OutputRequest) -> int:
    """Make drafts until Ctrl-C, which is no failure. Raises ConfigError."""
    paths = selection.paths(arguments)
    if any(path is STDIN for path in paths):
        raise ConfigError("--watch -: standard input can't be saved again: name a file")
    for path in paths:
        if path.exists() and not path.is_file():
            raise ConfigError(f"--watch {path}: is no file, and can't be saved again")
    selection.check_single(arguments, len(paths))
    arguments.draft = True
    # Python would read the old .pyc of a scene that is saved twice within a second.
    sys.dont_write_bytecode = True
    reporter = choose(arguments.quiet)
    watched = [WatchedFilm(path, (path,)) for path in paths]
    for one in watched:
        _check_start(one.path, arguments, request)
    try:
        for one in watched:
            _make_draft(one, arguments, request, reporter)
        reporter.line(f"watching {_names(watched)}; Ctrl-C ends it")
        while True:
            time.sleep(POLL_S)
            for one in watched:
                if _saved(one):
                    _make_draft(one, arguments, request, reporter)
    except KeyboardInterrupt:
        reporter.line("stopped watching")
        return 0


def _check_start(path: Path, arguments: argparse.Namespace, request: OutputRequest) -> None:
    """Raise ConfigError for an error that no change of the config can remove."""
    try:
        spec = selection.one(path, arguments)
    except ConfigError as error:
        if not path.is_file() or any(problem["option"] for problem in error.problems):
            raise
    else:
        plan([spec], request)


def _saved(one: WatchedFilm) -> bool:
    """Whether any of its files has changed, once two checks in a row find them the same."""
    before = one.current_stamps()
    if before == one.stamps:
        return False
    while True:
        time.sleep(POLL_S)
        now = one.current_stamps()
        if now == before:
            break
        before = now
    folders = before[len(one.files) :] != one.stamps[len(one.files) :]
    one.stamps = before
    return folders or _hashes(one.files) != one.hashes


def _make_draft(
    one: WatchedFilm, arguments: argparse.Namespace, request: OutputRequest, reporter: Reporter
) -> None:
    """Make a draft, or report why there is none; then watch for files that are missing too."""
    _forget(one.files)
    one.folders = ()
    # Before the files are read: what is saved from now on starts the next draft.
    one.stamps, one.hashes = one.current_stamps(), _hashes(one.files)
    try:
        spec = selection.one(one.path, arguments)
        _extend(one, read(spec))
        jobs = plan([spec], request)
        with interruptible({target.path.parent for target in jobs[0].targets}):
            failed = run_jobs(
                jobs,
                reporter,
                in_process(arguments.debug),
                listener=OutcomePrinter(arguments.json),
                internal_hint="" if arguments.debug else DEBUG_HINT,
            )
    except RenderError as error:
        reporter.error(str(error))
        failed = True
    except Exception as error:
        reporter.error(internal_error_text(error, arguments.debug))
        failed = True
    if failed:
        folders = [one.path.parent, one.path.resolve().parent.parent / "scenes"]
        one.folders = tuple(folder for folder in folders if folder.is_dir())
        one.stamps = (*one.stamps, *(stamp(folder) for folder in one.folders))
        reporter.line(f"{one.path.stem}: waiting for the next save")


def _extend(one: WatchedFilm, files: Sequence[Path]) -> None:
    """Watch these files too; the state of the others is not read again."""
    known = dict(zip(one.files, zip(one.stamps, one.hashes, strict=False), strict=False))
    fresh = dict.fromkeys((one.path, *files))
    facts = [known.get(path) or (stamp(path), content_or_none(path)) for path in fresh]
    one.files = tuple(fresh)
    one.stamps = tuple(stamp_ for stamp_, _ in facts)
    one.hashes = tuple(hash_ for _, hash_ in facts)


def _hashes(files: Sequence[Path]) -> tuple[str | None, ...]:
    return tuple(content_or_none(path) for path in files)


def _forget(files: Sequence[Path]) -> None:
    """Forget the modules that a scene imports, so that Python reads them again."""
    inside = {path.resolve() for path in files}
    for name, module in list(sys.modules.items()):
        with suppress(TypeError, OSError):
            if Path(getattr(module, "__file__", None) or "").resolve() in inside:
                del sys.modules[name]


def _names(watched: Sequence[WatchedFilm]) -> str:
    files = dict.fromkeys(file for one in watched for file in one.files)
    names = [str(file) for file in files]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
