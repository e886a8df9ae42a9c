"""Films on other machines: a job travels with the files it reads, the film comes back as bytes.

Any concurrent.futures.Executor runs them; `cluster` connects to that of a dask scheduler.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from render import __version__
from render.cache.films import FilmRecord
from render.cache.store import NO_STORE
from render.config import scene_file, theme
from render.config.problems import shown
from render.encode.atomic import Parts, remove_abandoned_parts
from render.errors import ConfigError, RenderError
from render.files import MAX_BYTES, read_bytes, using
from render.jobs.cores import limit_threads
from render.jobs.outcome import Numbered, Outcome, Outcomes, Runner, run_job
from render.jobs.plan import Job
from render.jobs.progress import Reporter
from render.results import OutputFile

ADDRESS = re.compile(r"([a-z]+://)?([^\s/:\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}/?")
TIMEOUT_S = 5  # for a scheduler to answer


@contextlib.contextmanager
def cluster(address: str, report: Callable[[str], None]) -> Iterator[Executor]:
    """The executor of the dask scheduler at an address, for a block. Raises RenderError.

    When a worker is lost, dask gives its film to another. `report` prints a line.
    """
    name = f"scheduler '{shown(address)}'"
    if not ADDRESS.fullmatch(address):
        raise ConfigError(f"{name}: expected an address like tcp://127.0.0.1:8786")
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        install = "pip install 'descent-film[cluster]'"
        raise ConfigError(f"{name}: needs dask's distributed: {install}") from None
    _silence()
    try:
        client = distributed.Client(address, timeout=TIMEOUT_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        fault = " ".join(str(error).split())
        raise RenderError(f"{name}: doesn't answer: {fault}") from None
    try:
        if not client.scheduler_info()["workers"]:
            report(f"{name}: has no workers yet; waiting for one")
        yield client.get_executor(pure=False)
    finally:
        with contextlib.suppress(Exception):  # the scheduler may have ended
            client.close(timeout=1)


NOISY = ("distributed", "tornado", "asyncio")


def _silence() -> None:
    """Let dask's loggers print nothing: what goes wrong is raised too.

    Each of them has a level of its own, so it is not enough to set that of the first.
    """
    known = [*logging.root.manager.loggerDict]
    for name in (*NOISY, *(name for name in known if name.startswith(NOISY))):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


# Held while a film is made: Matplotlib's settings are shared by all threads of a process, and a
# dask worker runs its tasks in threads.
_one_film = threading.Lock()


Content = bytes | dict[str, bytes]  # a file's, or those of a folder's files


@dataclass(frozen=True)
class JobPackage:
    """A job and copies of the files that it reads, to be sent to any machine."""

    job: Job
    files: tuple[tuple[str, bytes], ...]  # by their paths on the sending machine
    version: str = __version__


@dataclass(frozen=True)
class JobResult:
    """The outcome of a package, and the film's files, to be sent back."""

    outcome: Outcome
    files: tuple[tuple[Path, Content], ...] = ()  # by their paths on the sending machine


def pack(job: Job) -> JobPackage:
    """The job with copies of its data, its scene and its theme. Raises RenderError."""
    spec = job.spec
    files = {scene_file.named(spec.scene): scene_file.find(spec)}
    parts = [part for one in spec.each for part in (one.dataset, one.model)]
    files |= {file: file for part in parts for file in part.files()}
    if theme.is_file(spec.film.theme):
        file = spec.path.parent / spec.film.theme
        files[file] = file
    copies = tuple((os.fspath(path), _read(file)) for path, file in files.items())
    return JobPackage(replace(job, store=NO_STORE), copies)


def run_package(package: JobPackage, debug: bool = False) -> JobResult:
    """Make the film of a package: the task of an executor. One film at a time in a process."""
    if package.version != __version__:
        error = f"the worker has descent-film {__version__}, not {package.version}"
        return JobResult(Outcome(package.job.spec.name, error=error))
    limit_threads()
    with _one_film, tempfile.TemporaryDirectory(prefix="descent-film-") as folder:
        return _run_in(Path(folder), package, debug)


def unpack(result: JobResult, targets: Sequence[OutputFile]) -> Outcome:
    """Write the files to their paths, all or none. Raises RenderError."""
    with Parts() as parts:
        for path, content in result.files:
            if isinstance(content, bytes):
                _write(parts.beside(path), content, path)
                continue
            folder = parts.beside(path, folder=True)
            for name, inside in content.items():
                _write(folder / name, inside, path / name)
    return result.outcome


def _run_in(folder: Path, package: JobPackage, debug: bool) -> JobResult:
    """Make the film of a package with files in a folder, and read them. Errors name the paths
    of the sending machine.
    """
    files = enumerate(package.files)
    copies = {path: folder / "read" / str(i) / Path(path).name for i, (path, _) in files}
    for path, content in package.files:
        copies[path].parent.mkdir(parents=True)
        copies[path].write_bytes(content)
    job = package.job
    folders = {target.path.parent: folder / "made" / str(i) for i, target in enumerate(job.targets)}
    targets = [replace(t, path=folders[t.path.parent] / t.path.name) for t in job.targets]
    with using(copies):
        outcome = run_job(replace(job, targets=tuple(targets)), lambda *_: None, debug)
    if outcome.report is None:
        return JobResult(replace(outcome, error=_renamed(outcome.error or "", copies, folders)))
    written = [output.path for output in outcome.report.outputs]
    original = {there: sent for sent, there in folders.items()}
    outputs = tuple(
        replace(output, path=original[output.path.parent] / output.path.name)
        for output in outcome.report.outputs
    )
    report = replace(outcome.report, outputs=outputs)
    return JobResult(
        replace(outcome, report=report),
        tuple((o.path, _content(file)) for o, file in zip(outputs, written, strict=True)),
    )


def _content(file: Path) -> Content:
    if file.is_dir():
        return {inside.name: read_bytes(inside, MAX_BYTES) for inside in sorted(file.iterdir())}
    return read_bytes(file, MAX_BYTES)


def _renamed(error: str, copies: dict[str, Path], folders: dict[Path, Path]) -> str:
    """A message with the paths of the sending machine."""
    for path, copy in copies.items():
        error = error.replace(str(copy), path)
    for sent, there in folders.items():
        error = error.replace(str(there), str(sent))
    return error


def _read(file: Path) -> bytes:
    try:
        return read_bytes(file, MAX_BYTES)
    except OSError as error:
        raise RenderError(f"{file}: can't be read: {error.strerror or error}") from None


def _write(part: Path, content: bytes, path: Path) -> None:
    try:
        part.write_bytes(content)
    except OSError as error:
        raise RenderError(f"can't write {path}: {error.strerror or error}") from None


def remote_runner(executor: Executor, debug: bool = False) -> Runner:
    """Films as tasks of an executor; their files come back as bytes and are written here."""

    def runner(jobs: Sequence[Numbered], reporter: Reporter) -> Outcomes:
        futures: dict[Future[JobResult], tuple[int, FilmRecord]] = {}
        try:
            for number, job in jobs:
                record = FilmRecord.begins(job.spec, job.targets, job.still, job.store)
                try:
                    futures[executor.submit(run_package, pack(job), debug)] = number, record
                except (RenderError, RuntimeError) as error:  # it is broken, or shut down
                    yield number, Outcome(job.spec.name, error=str(error))
            for future in as_completed([*futures]):
                number, record = futures.pop(future)  # and so its bytes can be freed
                for folder in {target.path.parent for target in record.targets}:
                    remove_abandoned_parts(folder)
                yield number, _outcome(future, record)
        finally:
            for future in futures:
                with contextlib.suppress(Exception):  # the cluster may have ended
                    future.cancel()

    return runner


def _outcome(future: Future[JobResult], record: FilmRecord) -> Outcome:
    """The outcome of a task, its files written. Whatever it raises is the error of that film."""
    name = record.spec.name
    try:
        outcome = unpack(future.result(), record.targets)
    except RenderError as error:
        return Outcome(name, error=str(error))
    except (CancelledError, asyncio.CancelledError):
        return Outcome(name, error="its task was cancelled: perhaps the scheduler has ended")
    except Exception as error:
        text = " ".join(str(error).split()) or "no message"
        return Outcome(name, error=f"its task failed: {type(error).__name__}: {text}")
    if outcome.report is None:
        return outcome
    return replace(outcome, report=record.noted(outcome.report))
