"""A job in, all of it that another machine needs out; and back: the film's files as bytes."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
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
from render.files import using
from render.jobs.outcome import Outcome
from render.jobs.plan import Job
from render.jobs.progress import Progress
from render.jobs.run import Numbered, Outcomes, Runner
from render.results import OutputFile

ADDRESS = re.compile(r"([a-z]+://)?([^\s/:\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}/?")
ANSWERS_S = 5  # how long a scheduler may take to


@contextlib.contextmanager
def cluster(address: str, say: Callable[[str], None]) -> Iterator[Executor]:
    """The workers there, for as long as the block lasts. Raises RenderError.

    A worker that is lost is replaced by dask: its film is made by another.
    """
    told = f"--scheduler {shown(address)}"
    if not ADDRESS.fullmatch(address):
        raise ConfigError(f"{told}: expected an address like tcp://127.0.0.1:8786")
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        install = "pip install 'descent-film[cluster]'"
        raise ConfigError(f"{told}: needs dask's distributed: {install}") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised
    try:
        client = distributed.Client(address, timeout=ANSWERS_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        fault = " ".join(str(error).split())
        raise RenderError(f"{told}: no scheduler answers there: {fault}") from None
    try:
        if not client.scheduler_info()["workers"]:
            say(f"{told}: has no workers yet; waiting for one")
        yield client.get_executor(pure=False)
    finally:
        with contextlib.suppress(Exception):  # it may be gone
            client.close(timeout=1)


# Matplotlib's settings are the process's own, and a dask worker runs its tasks in threads.
_ALONE = threading.Lock()


Content = bytes | dict[str, bytes]  # a file's, or those of a folder's files


@dataclass(frozen=True)
class JobPackage:
    """A film to make anywhere."""

    job: Job
    files: tuple[tuple[str, bytes], ...]  # what it reads beside its config, by its path here
    version: str = __version__


@dataclass(frozen=True)
class JobResult:
    """What came of it."""

    outcome: Outcome
    files: tuple[tuple[Path, Content], ...] = ()  # where each belongs


def pack(job: Job) -> JobPackage:
    """The job with copies of its data, its scene and its theme. Raises RenderError."""
    spec = job.spec
    found = {scene_file.named(spec.scene): scene_file.find(spec)}
    found |= {file: file for one in spec.each for file in one.dataset.files()}
    if theme.is_file(spec.film.theme):
        file = spec.path.parent / spec.film.theme
        found[file] = file
    copies = tuple((os.fspath(path), _read(file)) for path, file in found.items())
    return JobPackage(replace(job, store=NO_STORE), copies)


def make(parcel: JobPackage, debug: bool = False) -> JobResult:
    """Make the film of a parcel; the task of an executor. One film at a time in a process."""
    from render.jobs.cores import limit_threads

    if parcel.version != __version__:
        told = f"the worker has descent-film {__version__}, not {parcel.version}"
        return JobResult(Outcome(parcel.job.spec.name, error=told))
    limit_threads()
    with _ALONE, tempfile.TemporaryDirectory(prefix="descent-film-") as folder:
        return _made(parcel, Path(folder), debug)


def unpack(delivery: JobResult, targets: Sequence[OutputFile]) -> Outcome:
    """Put the files where they belong, all or none. Raises RenderError.

    The targets' formats know which files a folder may have: an older one's are replaced.
    """
    known = {target.path: target.format.folder for target in targets}
    with Parts() as parts:
        for path, content in delivery.files:
            if isinstance(content, bytes):
                _write(parts.beside(path), content, path)
                continue
            folder = parts.beside(path, known[path])
            for name, inside in content.items():
                _write(folder / name, inside, path / name)
    return delivery.outcome


def _made(parcel: JobPackage, folder: Path, debug: bool) -> JobResult:
    from render.jobs.outcome import try_film

    copies = {path: folder / "read" / str(i) / Path(path).name for i, (path, _) in _each(parcel)}
    for path, content in parcel.files:
        copies[path].parent.mkdir(parents=True)
        copies[path].write_bytes(content)
    job = parcel.job
    folders = {target.path.parent: folder / "made" / str(i) for i, target in enumerate(job.targets)}
    targets = [replace(t, path=folders[t.path.parent] / t.path.name) for t in job.targets]
    with using(copies):
        outcome = try_film(replace(job, targets=tuple(targets)), lambda *_: None, debug)
    if outcome.report is None:
        return JobResult(replace(outcome, error=_renamed(outcome.error or "", copies, folders)))
    homes = {there: home for home, there in folders.items()}
    files = [output.path for output in outcome.report.outputs]
    outputs = tuple(
        replace(output, path=homes[output.path.parent] / output.path.name)
        for output in outcome.report.outputs
    )
    report = replace(outcome.report, outputs=outputs)
    return JobResult(
        replace(outcome, report=report),
        tuple((o.path, _content(file)) for o, file in zip(outputs, files, strict=True)),
    )


def _content(file: Path) -> Content:
    if file.is_dir():
        return {inside.name: inside.read_bytes() for inside in sorted(file.iterdir())}
    return file.read_bytes()


def _each(parcel: JobPackage) -> Iterable[tuple[int, tuple[str, bytes]]]:
    return enumerate(parcel.files)


def _renamed(error: str, copies: dict[str, Path], folders: dict[Path, Path]) -> str:
    """What went wrong, with the names that the caller knows."""
    for path, copy in copies.items():
        error = error.replace(str(copy), path)
    for home, there in folders.items():
        error = error.replace(str(there), str(home))
    return error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise RenderError(f"{file}: can't be read: {error.strerror or error}") from None


def _write(part: Path, content: bytes, path: Path) -> None:
    try:
        part.write_bytes(content)
    except OSError as error:
        raise RenderError(f"can't write {path}: {error.strerror or error}") from None


def remote_runner(executor: Executor, debug: bool = False) -> Runner:
    """Films as tasks of an executor; their files come back as bytes and are written here."""

    def source(jobs: Sequence[Numbered], progress: Progress) -> Outcomes:
        futures: dict[Future[JobResult], tuple[int, FilmRecord]] = {}
        try:
            for number, job in jobs:
                making = FilmRecord.begins(job.spec, job.targets, job.still, job.store)
                try:
                    futures[executor.submit(make, pack(job), debug)] = number, making
                except (RenderError, BrokenExecutor) as error:
                    yield number, Outcome(job.spec.name, error=str(error))
            for future in as_completed([*futures]):
                number, making = futures.pop(future)  # with all its bytes
                for folder in {target.path.parent for target in making.targets}:
                    remove_abandoned_parts(folder)
                yield number, _outcome(future, making)
        finally:
            for future in futures:
                with contextlib.suppress(Exception):  # the cluster may be gone
                    future.cancel()

    return source


def _outcome(future: Future[JobResult], making: FilmRecord) -> Outcome:
    """What came back, put into place. Whatever an executor raises is that film's fault."""
    name = making.spec.name
    try:
        outcome = unpack(future.result(), making.targets)
    except RenderError as error:
        return Outcome(name, error=str(error))
    except Exception as error:
        told = " ".join(str(error).split())
        return Outcome(name, error=f"its task failed: {type(error).__name__}: {told}")
    if outcome.report is None:
        return outcome
    return replace(outcome, report=making.noted(outcome.report))
