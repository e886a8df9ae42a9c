"""What `render.batch(…)` does: configs in, the outcome of each film out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from render.config.load import load
from render.config.spec import Spec
from render.errors import ConfigError
from render.jobs.cores import cores
from render.jobs.outcome import Outcome
from render.jobs.plan import OutputRequest, collect_configs, plan
from render.jobs.progress import NoProgress
from render.jobs.run import Runner, outcomes_of


def make_all(
    configs: Sequence[str | os.PathLike[str] | Spec],
    executor: Executor | None,
    out: str | os.PathLike[str],
    formats: Sequence[str],
    sets: Sequence[str],
    workers: int | None,
    fail_fast: bool,
) -> list[Outcome]:
    """Make the films. Raises ConfigError."""
    if isinstance(configs, str | os.PathLike | Spec):
        configs = [configs]
    specs = [spec for config in configs for spec in _specs(config, sets)]
    jobs = plan(specs, OutputRequest(Path(out), tuple(formats)))
    found = dict(outcomes_of(jobs, _source(executor, workers), NoProgress(), fail_fast))
    return [found[number] for number in range(len(jobs))]


def _specs(config: str | os.PathLike[str] | Spec, sets: Sequence[str]) -> list[Spec]:
    if isinstance(config, Spec):
        if sets:
            raise ConfigError(f"{config.path}: is loaded already: `sets` can't change it")
        return [config]
    return [load(path, sets) for path in collect_configs([os.fspath(config)])]


def _source(executor: Executor | None, workers: int | None) -> Runner:
    if executor is not None:
        from render.jobs.remote import remote_runner

        return remote_runner(executor)
    from render.jobs.workers import worker_outcomes

    count = cores() if workers is None else workers
    if count < 1:
        raise ConfigError(f"workers: expected 1 or more, found {count}")
    return lambda jobs, progress: worker_outcomes(jobs, progress, count)
