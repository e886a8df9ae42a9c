"""A recorded model that a config writes as a formula, as nn.Linear(1, 1) is `linear`.

Then its film is that config's kind of film, over the parameters themselves and their own loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch

from render.config.options import Parameter
from render.config.spec import Spec, Training
from render.errors import RenderError
from render.learn.loop import column, inputs, train
from render.learn.models.base import Model
from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import History
from render.learn.networks.recorded import RecordedData, optimizer_of
from render.learn.objective import objective
from render.learn.schedules.constant import ConstantSchedule
from render.learn.torch_state import own_torch
from render.recording import Array, Dataset, Objective, Recording

SAME = 1e-9  # relative: so well two computations of one loss agree in float64
SAME_FLOAT32 = 1e-5
MAX_STEPS = 100_000  # that a config may take to be trained once more, to see if it is this run


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """A recorded run as one of a config's model."""

    like: Spec
    names: tuple[str, ...]  # (P,) trained parameters of the config's model
    params: Array  # (T+1, P)
    loss: Array  # (T+1,)
    dataset: Dataset
    objective: Objective
    history: History
    full_batch: bool
    config_run: Recording | None  # the run that the config itself makes, if it is this one
    parts: Mapping[str, Any]  # of the spec that are not the config's

    def spec(self, loaded: Spec) -> Spec:
        """A spec like the config's, which may have other options of the film, for this run."""
        return loaded if self.config_run is not None else replace(loaded, **self.parts)

    def recording(self, label: str) -> Recording:
        """The run over its own parameters. Only what was recorded is in it."""
        history, own = self.history, self.config_run
        if own is not None and np.array_equal(own.params, self.params):
            return replace(own, run=label)  # the same numbers, those that weren't recorded too
        frozen = {n: p.value for n, p in self.like.model.parameters().items() if p.frozen}
        lr, batch_loss = history.lr.copy(), history.batch_loss.copy()
        if self.full_batch:
            batch_loss[:-1] = self.loss[:-1]
        gradients = self._gradients()
        if own is not None and not np.isfinite(lr[:-1]).any():
            lr = own.lr
        optimizer, training = self.like.optimizer, self.like.training
        if own is None:
            optimizer = self.parts["optimizer"]
            training = self.parts["training"]
        return Recording(
            run=label,
            names=self.names,
            frozen=frozen,
            params=self.params,
            grads=gradients,
            loss=self.loss,
            batch_loss=batch_loss,
            lr=lr,
            epoch=history.epoch if own is None else own.epoch,
            broke_off=history.broke_off,
            objective=self.objective,
            validation_loss=None if own is None else own.validation_loss,
            full_batch=self.full_batch,
            noisy=own is not None and own.noisy,
            plain=optimizer.plain and training.zero_grad and bool(np.isfinite(lr[:-1]).all()),
        )

    def _gradients(self) -> Array:
        """(T+1, P) those recorded; where none are, and in the last row, those over all data."""
        recorded = self.history.gradients
        found = np.full_like(self.params, np.nan) if recorded is None else recorded.copy()
        for row in np.flatnonzero(~np.isfinite(found).all(axis=1)):
            found[row] = self._gradient(self.params[row])
        return found

    def _gradient(self, params: Array) -> Array:
        """The gradient (P,) of the config's loss over all data, by torch's own derivatives."""
        spec = self.like
        with own_torch():
            vector = torch.from_numpy(params.copy()).requires_grad_()
            frozen = {n: p.value for n, p in spec.model.parameters().items() if p.frozen}
            values = {**dict(zip(self.names, vector.unbind(), strict=True)), **frozen}
            predicted = spec.model.predict(values, inputs(self.dataset))
            loss = spec.loss(predicted, column(self.dataset.y)) + spec.loss.penalty(vector)
            (gradient,) = torch.autograd.grad(loss, vector)
            return np.asarray(gradient.numpy())


def closed_form(
    spec: Spec,
    history: History,
    evaluation: Evaluation,
    dataset: Dataset,
    facts: Mapping[str, Any],
) -> ClosedForm | None:
    """The recorded run as one of the config's model; None where it is another model or loss.

    It is the same one if it has as many parameters and its loss over the recorded run's data is
    the same at every snapshot. Every snapshot must have been kept. `facts` are those of its loop.
    """
    starts = spec.model.parameters()
    trained = tuple(name for name, start in starts.items() if not start.frozen)
    frozen = {name: start.value for name, start in starts.items() if start.frozen}
    every = np.array_equal(history.step, np.arange(len(history.step)))
    features = 1 if dataset.x.ndim == 1 else dataset.x.shape[1]
    if not (spec.model.needs_data and len(trained) == history.count and every):
        return None
    if features != spec.model.features or dataset.y.ndim != 1:
        return None
    params = np.asarray(history.weights, dtype=np.float64)[:, _order(trained, history.names)]
    over = objective(spec.model, spec.loss, dataset, (*trained, *frozen), len(trained))
    table = np.broadcast_to([*frozen.values()], (len(params), len(frozen)))
    losses, direct = over(np.concatenate([params, table], axis=1)), evaluation.losses(params)
    tolerance = SAME if evaluation.double else SAME_FLOAT32
    if not np.allclose(losses, direct, rtol=tolerance, atol=tolerance * np.abs(direct).max()):
        return None
    known = np.isfinite(history.batch_loss)
    full = bool(np.allclose(history.batch_loss[known], losses[known], rtol=tolerance, atol=0))
    if full and evaluation.double:  # the loop's own numbers, to the last bit
        losses = np.where(known, history.batch_loss, direct)
    own_data = _own_data(spec, dataset)
    own_run = None if own_data is None else _own_run(spec, own_data, params)
    parts: dict[str, Any] = {}
    if own_data is None:
        count = len(dataset.y)
        parts["dataset"] = RecordedData(number=count, columns=features)
    if own_run is None:
        model = started(spec.model, dict(zip(trained, params[0].tolist(), strict=True)))
        if model is None:
            return None
        parts |= {
            "model": model,
            "optimizer": optimizer_of(facts["optimizer"]),
            "schedule": ConstantSchedule(),
            "training": training_of(history, len(dataset.y), facts),
        }
    return ClosedForm(
        like=spec,
        names=trained,
        params=params,
        loss=losses,
        dataset=own_data or dataset,
        objective=over,
        history=history,
        full_batch=full,
        config_run=own_run,
        parts=parts,
    )


def training_of(history: History, points: int, facts: Mapping[str, Any]) -> Training:
    """How long a run was trained, and in batches of which size, as far as that is known."""
    epochs, steps = float(history.epoch[-1]), float(history.step[-1])
    per_epoch = round(steps / epochs) if epochs else 1
    size, batches = -(-points // per_epoch), facts["batches"]
    if batches and -(-points // batches["batch_size"]) == per_epoch:
        size = batches["batch_size"]
    return Training(
        epochs=max(1, round(epochs or steps)),
        batch_size="full" if per_epoch == 1 else size,
        shuffle=bool(per_epoch > 1 and batches.get("shuffle", False)),
    )


def started(model: Model, values: Mapping[str, float]) -> Model | None:
    """The model with other starting values; None for one whose options don't have them all."""
    by_start = {id(start): name for name, start in model.parameters().items()}

    def moved(value: Any) -> Any:
        if isinstance(value, Parameter) and by_start.get(id(value)) in values:
            return replace(value, value=values[by_start[id(value)]])
        return tuple(map(moved, value)) if isinstance(value, tuple) else value

    made = replace(model, **{f.name: moved(getattr(model, f.name)) for f in fields(model)})
    starts = made.parameters()
    return made if all(starts[name].value == value for name, value in values.items()) else None


def _order(trained: tuple[str, ...], recorded: tuple[str, ...]) -> list[int]:
    """Which recorded parameter is each of the config's: by its name, or else by its place."""
    last = [name.rpartition(".")[2] for name in recorded]
    if sorted(last) == sorted(trained):
        return [last.index(name) for name in trained]
    return [*range(len(trained))]


def _own_data(spec: Spec, dataset: Dataset) -> Dataset | None:
    """The config's points, if the recorded run had the same ones."""
    try:
        own = spec.dataset.make(spec.seed)
    except (RenderError, OSError):
        return None
    same = own.x.shape == dataset.x.shape and own.y.shape == dataset.y.shape
    if same and np.allclose(own.x, dataset.x, rtol=1e-12, atol=0):
        return own if np.allclose(own.y, dataset.y, rtol=1e-12, atol=0) else None
    return None


def _own_run(spec: Spec, dataset: Dataset, params: Array) -> Recording | None:
    """The run that the config makes of its points, if the recorded one is the same."""
    first = [start.value for start in spec.model.parameters().values() if not start.frozen]
    steps = spec.training.steps(len(dataset.y))
    if not np.array_equal(params[0], first) or not len(params) - 1 <= steps <= MAX_STEPS:
        return None
    try:
        own = train(spec, dataset)
    except RenderError:
        return None
    same = own.params.shape == params.shape
    return own if same and np.allclose(own.params, params, rtol=SAME, atol=SAME) else None
