"""Films of many configs, made at once: what `render.batch` does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from render.api.options import (
    Change,
    FilmSource,
    as_changes,
    as_json,
    check_names,
    file_name,
    flag,
    refusal,
    texts,
)
from render.config.problems import together
from render.config.spec import Spec
from render.config.yaml import MAPPING
from render.errors import ConfigError
from render.jobs.cores import cores
from render.jobs.outcome import Outcome, Runner
from render.jobs.plan import OutputRequest, collect_configs, plan
from render.jobs.progress import NoProgress
from render.jobs.run import outcomes_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

EXPECTED = "files and folders of configs, mappings, or loaded specs"
NAMES = ("executor", "out", "formats", "sets", "workers", "fail_fast")


def run_batch(
    configs: object,
    executor: object,
    out: object,
    formats: object,
    sets: object,
    workers: object,
    fail_fast: object,
    others: Mapping[str, object],
) -> list[Outcome]:
    """Make the films and wait for them. Raises ConfigError, also for options of wrong types."""
    check_names("render.batch", others, NAMES)
    changes = tuple(as_changes(sets))
    folder = Path(file_name("out", out))
    request = OutputRequest(folder, tuple(texts("formats", formats, "mp4")))
    runner, stops = _runner(executor, workers), flag("fail_fast", fail_fast)
    jobs = plan(_loaded(_listed(configs), changes), request)
    outcomes = dict(outcomes_of(jobs, runner, NoProgress(), stops))
    return [outcomes[number] for number in range(len(jobs))]


def _listed(configs: object) -> list[Any]:
    """The configs, or one alone. Raises ConfigError."""
    if isinstance(configs, str | os.PathLike | Mapping | Spec):
        return [configs]
    if not isinstance(configs, Iterable):
        raise refusal("configs", configs, EXPECTED)
    return [*configs]


def _loaded(configs: Sequence[object], changes: tuple[Change, ...]) -> list[Spec]:
    """All configs, loaded. Raises ConfigError with the problems of all of them."""
    sources = [
        (index, source)
        for index, config in enumerate(configs)
        for source in _sources(config, changes)
    ]
    specs: list[Spec] = []
    refused: list[tuple[Path, ConfigError]] = []
    for index, source in sources:
        try:
            specs.append(source if isinstance(source, Spec) else source.spec())
        except ConfigError as error:
            mapping = source.path == MAPPING  # which has no name
            refused.append((Path(f"configs[{index}]") if mapping else source.path, error))
    if refused:
        raise ConfigError(*together(refused, len(sources)))
    return specs


def _sources(config: object, changes: tuple[Change, ...]) -> list[Spec | FilmSource]:
    """Where the films of a config, or of a folder of them, come from. Raises ConfigError."""
    if isinstance(config, Spec):
        if changes:
            raise ConfigError(f"{config.path}: is loaded already: `sets` can't change it")
        return [config]
    if isinstance(config, Mapping):
        return [FilmSource(MAPPING, changes, text=as_json("configs", config))]
    if not isinstance(config, str | os.PathLike):
        raise refusal("configs", config, EXPECTED)
    return [FilmSource(path, changes) for path in collect_configs([file_name("configs", config)])]


def _runner(executor: object, workers: object) -> Runner:
    if isinstance(workers, bool) or not isinstance(workers, int | None):
        raise refusal("workers", workers, "a whole number")
    if executor is not None:
        if not callable(getattr(executor, "submit", None)):
            raise refusal("executor", executor, "a concurrent.futures.Executor")
        from render.jobs.remote import remote_runner

        return remote_runner(cast("Executor", executor))
    from render.jobs.workers import worker_outcomes

    count = cores() if workers is None else workers
    if count < 1:
        raise ConfigError(f"workers={count}: expected 1 or more")
    return lambda jobs, progress: worker_outcomes(jobs, progress, count)
