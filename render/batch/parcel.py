"""A job in, all of it that another machine needs out; and back: the film's files as bytes."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from render import __version__, scene
from render.batch.jobs import Job
from render.batch.outcome import Outcome
from render.cache.store import NOWHERE
from render.copies import using
from render.draw.themes.common import user
from render.encode.part import Parts
from render.errors import RenderError
from render.report import Target

# Matplotlib's settings are the process's own, and a dask worker runs its tasks in threads.
_ALONE = threading.Lock()


Content = bytes | dict[str, bytes]  # a file's, or those of a folder's files


@dataclass(frozen=True)
class Parcel:
    """A film to make anywhere."""

    job: Job
    files: tuple[tuple[str, bytes], ...]  # what it reads beside its config, by its path here
    version: str = __version__


@dataclass(frozen=True)
class Delivery:
    """What came of it."""

    outcome: Outcome
    files: tuple[tuple[Path, Content], ...] = ()  # where each belongs


def pack(job: Job) -> Parcel:
    """The job with copies of its data, its scene and its theme. Raises RenderError."""
    spec = job.spec
    found = {scene.named(spec.scene): scene.find(spec.scene, spec.path)}
    found |= {file: file for one in spec.each for file in one.dataset.files()}
    if user.is_file(spec.film.theme):
        file = spec.path.parent / spec.film.theme
        found[file] = file
    copies = tuple((os.fspath(path), _read(file)) for path, file in found.items())
    return Parcel(replace(job, store=NOWHERE), copies)


def make(parcel: Parcel, debug: bool = False) -> Delivery:
    """Make the film of a parcel; the task of an executor. One film at a time in a process."""
    from render.batch.threads import one_each

    if parcel.version != __version__:
        told = f"the worker has descent-film {__version__}, not {parcel.version}"
        return Delivery(Outcome(parcel.job.spec.name, error=told))
    one_each()
    with _ALONE, tempfile.TemporaryDirectory(prefix="descent-film-") as folder:
        return _made(parcel, Path(folder), debug)


def unpack(delivery: Delivery, targets: Sequence[Target]) -> Outcome:
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


def _made(parcel: Parcel, folder: Path, debug: bool) -> Delivery:
    from render.batch.making import made

    copies = {path: folder / "read" / str(i) / Path(path).name for i, (path, _) in _each(parcel)}
    for path, content in parcel.files:
        copies[path].parent.mkdir(parents=True)
        copies[path].write_bytes(content)
    job = parcel.job
    folders = {target.path.parent: folder / "made" / str(i) for i, target in enumerate(job.targets)}
    targets = [replace(t, path=folders[t.path.parent] / t.path.name) for t in job.targets]
    with using(copies):
        outcome = made(replace(job, targets=tuple(targets)), lambda *_: None, debug)
    if outcome.report is None:
        return Delivery(replace(outcome, error=_renamed(outcome.error or "", copies, folders)))
    homes = {there: home for home, there in folders.items()}
    files = [output.path for output in outcome.report.outputs]
    outputs = tuple(
        replace(output, path=homes[output.path.parent] / output.path.name)
        for output in outcome.report.outputs
    )
    report = replace(outcome.report, outputs=outputs)
    return Delivery(
        replace(outcome, report=report),
        tuple((o.path, _content(file)) for o, file in zip(outputs, files, strict=True)),
    )


def _content(file: Path) -> Content:
    if file.is_dir():
        return {inside.name: inside.read_bytes() for inside in sorted(file.iterdir())}
    return file.read_bytes()


def _each(parcel: Parcel) -> Iterable[tuple[int, tuple[str, bytes]]]:
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
