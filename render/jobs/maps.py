"""The parts of a map of runs in several processes, or as tasks of an executor.

A chunk of runs is computed in the same way wherever it is computed, so the map is the same to the
last bit for any number of processes.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from render import __version__
from render.errors import RenderError
from render.files import MAX_BYTES, read_bytes, using
from render.jobs.cores import limit_threads
from render.jobs.interrupt import exit_when_terminated
from render.jobs.processes import SPAWN, started
from render.jobs.workers import exit_on_stop

if TYPE_CHECKING:
    from render.config.map import MapOptions
    from render.config.spec import Spec
    from render.learn.map.compute import Computed, Spread
    from render.learn.record import Progress

TASKS = 16  # of an executor, whose number of workers nobody knows
EXIT_S = 1.0  # for a process to end by itself

_one_map = threading.Lock()  # a dask worker runs its tasks in threads


@dataclass(frozen=True)
class MapTask:
    """A part of a map with copies of the files that it reads."""

    spec: Spec
    options: MapOptions
    number: int
    of: int
    files: tuple[tuple[str, bytes], ...] = ()  # by their paths on the sending machine
    version: str = __version__


def in_processes(count: int) -> Spread:
    """Computes each of `count` parts in a process of its own."""

    def spread(spec: Spec, options: MapOptions, progress: Progress) -> Sequence[Computed]:
        pipes: dict[Connection, int] = {}
        stops, processes = [], []
        passed = [0] * count
        total = options.size[0] * options.size[1]
        found: list[Computed] = []
        try:
            for number in range(count):
                ours, theirs = SPAWN.Pipe()
                ended, stop = SPAWN.Pipe(duplex=False)
                task = MapTask(spec, options, number, count)
                processes.append(started(_compute, theirs, ended, task))
                theirs.close()
                ended.close()
                pipes[ours] = number
                stops.append(stop)
            while pipes:
                for pipe in connection.wait([*pipes]):
                    assert isinstance(pipe, Connection)
                    try:
                        message = pipe.recv()
                    except (EOFError, OSError):
                        why = "a process that computed a part of it has ended: out of memory?"
                        raise RenderError(f"map: {why}") from None
                    if isinstance(message, RenderError):
                        raise message
                    if isinstance(message, int):
                        passed[pipes[pipe]] = message
                        progress(sum(passed) // count, total)
                    else:
                        found.append(message)
                        passed[pipes.pop(pipe)] = total
                        pipe.close()
        except OSError as error:  # too many processes, or files
            raise RenderError(f"map: {count} processes: {error.strerror or error}") from None
        finally:
            for stop in stops:
                stop.close()
            for process in processes:
                process.join(EXIT_S)
                if process.is_alive():
                    process.kill()
        progress(total, total)
        return found

    return spread


def on_executor(executor: Executor) -> Spread:
    """Computes parts as tasks of an executor, such as that of a dask cluster."""

    def spread(spec: Spec, options: MapOptions, progress: Progress) -> Sequence[Computed]:
        total, found = options.size[0] * options.size[1], list["Computed"]()
        copies = _copies(spec)
        try:
            futures = [
                executor.submit(run_task, MapTask(spec, options, i, TASKS, copies))
                for i in range(TASKS)
            ]
        except RuntimeError as error:  # it is broken, or shut down
            raise RenderError(f"map: {error}") from None
        try:
            for future in as_completed(futures):
                found.append(future.result())
                progress(total * len(found) // TASKS, total)
        except RenderError:
            raise
        except Exception as error:
            text = " ".join(str(error).split()) or "no message"
            raise RenderError(f"map: a task failed: {type(error).__name__}: {text}") from error
        finally:
            for future in futures:
                future.cancel()
        return found

    return spread


def run_task(task: MapTask) -> Computed:
    """Compute a part of a map: the task of an executor. Raises RenderError."""
    from render.learn.map.compute import Part, compute_part

    if task.version != __version__:
        raise RenderError(f"the worker has descent-film {__version__}, not {task.version}")
    limit_threads()
    with _one_map, tempfile.TemporaryDirectory(prefix="descent-film-") as folder:
        copies = {}
        for i, (path, content) in enumerate(task.files):
            copies[path] = Path(folder) / str(i) / Path(path).name
            copies[path].parent.mkdir()
            copies[path].write_bytes(content)
        with using(copies):
            return compute_part(task.spec, task.options, Part(task.number, task.of))


def _copies(spec: Spec) -> tuple[tuple[str, bytes], ...]:
    try:
        files = dict.fromkeys((*spec.dataset.files(), *spec.model.files()))
        return tuple((os.fspath(path), read_bytes(path, MAX_BYTES)) for path in files)
    except OSError as error:
        raise RenderError(f"map: {error.filename}: {error.strerror or error}") from None


def _compute(pipe: Connection, stop: Connection, task: MapTask) -> None:
    """Compute a part, and send how far it is and then the part, or its error."""
    exit_when_terminated()
    limit_threads()
    threading.Thread(target=exit_on_stop, args=(stop,), name="stop", daemon=True).start()
    from render.learn.map.compute import Part, compute_part

    sent = 0

    def progress(done: int, total: int) -> None:
        nonlocal sent
        if done - sent > total // 100:
            pipe.send(done)
            sent = done

    try:
        part = Part(task.number, task.of)
        pipe.send(compute_part(task.spec, task.options, part, progress))
    except RenderError as error:
        pipe.send(error)
