"""Films of a loop of your own: `render.record`, and runs that were recorded before."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from render.api.options import FilmChanges, file_name, refusal
from render.api.recorded_film import Like, Plane, open_recorded
from render.encode.atomic import Parts
from render.errors import ConfigError, RenderError
from render.learn.networks import batches, checkpoints, history_file, recorder
from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import History
from render.learn.networks.recorded import optimizer_facts

if TYPE_CHECKING:
    from render.api.film import Film


class RecordedRun:
    """A run of a model that was trained somewhere else: `film` makes its film, `save` keeps it."""

    def __init__(self, model: Any, loss_fn: Any, data: Any, validation: Any = None) -> None:
        """Raises RenderError for what can't be filmed, before anything is read."""
        recorder.trained_parameters(model)
        if not callable(loss_fn):
            kind = type(loss_fn).__name__
            raise RenderError(
                f"loss_fn: expected a function of predictions and labels, found {kind}"
            )
        batches.check_source("data", data)
        if validation is not None:
            batches.check_source("validation", validation)
        self.model, self.loss_fn, self.data, self.validation = model, loss_fn, data, validation
        self.per_epoch = batches.steps_per_epoch(data)
        # What the code says of the loop: `optimizer`, and `batches` of a DataLoader.
        self.facts: dict[str, Any] = {"optimizer": {}, "batches": batches.facts(data)}
        self.remarks: tuple[str, ...] = ()

    def film(
        self,
        plane: Plane | None = None,
        *,
        like: Like = None,
        grid: int | None = None,
        centre: str | None = None,
        normalize: str | None = None,
        duration: float | None = None,
        **options: Unpack[FilmChanges],
    ) -> Film:
        """The film of the run, as `render.load` returns one. Nothing is drawn yet.

        `plane` is "pca" (the usual one), "random", "hessian", "ends" of two runs, or the names of
        two weights, like ["0.weight[3,2]", "2.bias[0]"]; `grid`, `centre` and `normalize` are
        those of a config's `landscape`. `like` is a config whose scene, captions, title and film
        options it has; a model that the config writes as a formula, such as nn.Linear(1, 1) for
        `linear`, then is drawn over its own parameters. `options` are those of `render.load`.

        Raises RenderError: the first thing that went wrong while it was recorded, or data over
        which no loss can be computed; ConfigError for an option that is none.
        """
        own = {"grid": grid, "centre": centre, "normalize": normalize, "duration": duration}
        return open_recorded({None: self}, plane, like, own, options)

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write what was recorded into a file NAME.npz, which `render.recorded` reads.

        It has no code in it, and appears when it is whole. Data, loss and model are not in it.
        Raises RenderError: what went wrong while it was recorded, or a file that can't be written.
        """
        path = Path(file_name("file", file))
        if path.suffix.lower() != ".npz":
            raise ConfigError(f"{path}: expected a file name that ends in .npz")
        kept = history_file.HistoryFile(
            self.history(""), self.per_epoch, dict(self.facts), self.remarks
        )
        with Parts() as parts:
            part = parts.beside(path)
            try:
                history_file.write(part, kept)
            except OSError as error:
                raise RenderError(f"can't write {path}: {error.strerror or error}") from error
        return path

    def history(self, run: str) -> History:
        """The kept snapshots, under that label. Raises RenderError."""
        raise NotImplementedError

    @cached_property
    def batches(self) -> tuple[list[batches.Batch], list[batches.Batch]]:
        """The training and the validation data, collected once. Raises RenderError."""
        training = batches.collected("data", self.data)
        if self.per_epoch is None:
            self.per_epoch = batches.counted(self.data, training)
        unseen = self.validation
        return training, [] if unseen is None else batches.collected("validation", unseen)

    @cached_property
    def evaluation(self) -> Evaluation:
        """The loss over all of the data. Raises RenderError."""
        return Evaluation(self.model, self.loss_fn, *self.batches)


class Recorder(RecordedRun):
    """What `render.record` returns: it keeps the weights while a loop trains the model."""

    def __init__(
        self,
        model: Any,
        loss_fn: Any,
        data: Any,
        optimizer: Any = None,
        validation: Any = None,
        snapshots: int = 400,
    ) -> None:
        super().__init__(model, loss_fn, data, validation)
        self._recorder = recorder.Recorder(model, optimizer, snapshots)
        self.facts["optimizer"] = optimizer_facts(optimizer)
        self.remarks = self._recorder.remarks

    def __enter__(self) -> Self:
        self._recorder.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the recording; what an exception interrupted is kept as far as it came."""
        self._recorder.stop()

    def step(self, loss: Any) -> None:
        """Keep the weights after an update. `loss` is that of the batch, before the update.

        Nothing is raised here: what goes wrong is raised by `film`.
        """
        self._recorder.step(loss)

    @property
    def steps(self) -> int:
        """How many steps were recorded."""
        return self._recorder.steps

    def history(self, run: str) -> History:
        return self._recorder.history(run, self.per_epoch)


class StoredRun(RecordedRun):
    """A run whose snapshots are known already."""

    def __init__(
        self, kept: History, model: Any, loss_fn: Any, data: Any, validation: Any = None
    ) -> None:
        super().__init__(model, loss_fn, data, validation)
        self._kept = kept

    def history(self, run: str) -> History:
        epoch = recorder.epochs(self._kept.step, self.per_epoch)
        return replace(self._kept, run=run, epoch=epoch)


def record(
    model: Any,
    loss_fn: Any,
    data: Any,
    *,
    optimizer: Any = None,
    validation: Any = None,
    snapshots: int = 400,
) -> Recorder:
    """What `render.record` does."""
    return Recorder(model, loss_fn, data, optimizer, validation, snapshots)


def recorded(
    file: str | os.PathLike[str], model: Any, loss_fn: Any, data: Any, *, validation: Any = None
) -> StoredRun:
    """What `render.recorded` does."""
    path = Path(file_name("file", file))
    kept = history_file.read(path)
    _check_model(str(path), kept.history, model)
    run = StoredRun(kept.history, model, loss_fn, data, validation)
    run.per_epoch = run.per_epoch if kept.per_epoch is None else kept.per_epoch
    run.facts, run.remarks = kept.facts, kept.remarks
    return run


def from_checkpoints(
    states: Sequence[Any], model: Any, loss_fn: Any, data: Any, *, validation: Any = None
) -> StoredRun:
    """What `render.from_checkpoints` does."""
    run = StoredRun(checkpoints.history_of(states, model), model, loss_fn, data, validation)
    run.per_epoch, run.facts["batches"] = None, {}  # they may be any number of steps apart
    return run


def race(
    recorders: Mapping[str, RecordedRun],
    plane: Plane | None,
    like: Like,
    own: Mapping[str, Any],
    options: FilmChanges,
) -> Film:
    """What `render.race` does."""
    if not isinstance(recorders, Mapping) or not all(
        isinstance(label, str) and isinstance(run, RecordedRun) for label, run in recorders.items()
    ):
        expected = 'recorders by their labels, like {"SGD": one, "Adam": other}'
        raise refusal("recorders", recorders, expected)
    if len(recorders) < 2:
        raise ConfigError(f"recorders: a race has 2 runs or more, found {len(recorders)}")
    return open_recorded(dict(recorders), plane, like, own, options)


def _check_model(where: str, history: History, model: Any) -> None:
    """Raise RenderError if a history is of another model."""
    trained = recorder.trained_parameters(model)
    for name, shape in zip(history.names, history.shapes, strict=True):
        if name not in trained:
            there = ", ".join([*trained][:4])
            raise RenderError(f"{where}: is of another model, with {name}; this one has {there}")
        own = tuple(trained[name].shape)
        if own != shape:
            shapes = f"its {name} has shape {shape}, this one's {own}"
            raise RenderError(f"{where}: is of another model: {shapes}")
    if len(trained) != len(history.names):
        missing = next(name for name in trained if name not in history.names)
        raise RenderError(f"{where}: is of another model, without {missing}")
