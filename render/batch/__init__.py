"""Several films at once, and what is told meanwhile. The package itself is a function.

`for film in render.batch(["configs/slope.yaml"]): print(film.name, film.result().outputs)`
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from render.batch.outcome import Outcome
    from render.config.spec import Spec


class _Batch(ModuleType):
    """A module is the one thing that can be both `render.batch(…)` and `render.batch.jobs`."""

    def __call__(
        self,
        configs: Sequence[str | os.PathLike[str] | Spec],
        executor: Executor | None = None,
        out: str | os.PathLike[str] = "outputs",
        *,
        formats: Sequence[str] = (),
        sets: Sequence[str] = (),
        workers: int | None = None,
        fail_fast: bool = False,
    ) -> list[Outcome]:
        """Make the films of configs (paths, folders, or loaded specs) and wait for them.

        Returns an outcome for each, in their order: `.result()` gives its report, or raises
        what went wrong, as a future's does; `.error` and `.word` tell without raising. Raises
        ConfigError, before anything is made, for a config or a file that is impossible.

        `executor`: any concurrent.futures.Executor, also of other machines; a film is a task,
        and its files are written here. Without one: `workers` processes, one for each core.
        `formats` replaces the configs' outputs, `sets` changes keys ("optimizer.lr=0.3").
        """
        from render.batch.call import batch

        return batch(configs, executor, out, formats, sets, workers, fail_fast)


sys.modules[__name__].__class__ = _Batch
