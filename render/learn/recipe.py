"""What somebody without Python needs to train a run again: its computations, as programs.

The model, the loss and the optimizer are traced, so every member has programs, also a new one. A
run that can't be repeated from numbers alone has a reason instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from render.config.spec import Spec
from render.learn.optimizers.base import Optimizer
from render.learn.tracing import Program, Stacked, Symbol, UntraceableError, gradient
from render.phrases import phrase
from render.recording import Array, Dataset, Recording

ADJUSTABLE = ("momentum",)  # options of an optimizer that can have another value

NETWORK = phrase("the model is a network")
NOISE = phrase("its gradients are noisy")
SHUFFLED = phrase("its batches are drawn at random")
UNTRACEABLE = phrase("a part of it is known in Python alone")

Code = Mapping[str, Any]  # a program as `Program.written` has it


class NotRepeatableError(Exception):
    """A run that can't be trained again from its recipe; its text is a phrase."""


@dataclass(frozen=True)
class Recipe:
    """A run as programs. Parameters are inputs by their names, features vectors x0, x1, …"""

    prediction: Code  # ŷ
    loss: Code  # the loss, then its derivative by each trained parameter; labels are the vector y
    hessian: Code | None  # the second derivatives (P · P), if the optimizer needs them
    step: Code  # vectors params, grads; inputs lr, options, state0 …: new params, then the state
    state: tuple[float | Array, ...]  # before the first step
    options: Mapping[str, float]  # options of the optimizer that can have another value
    factors: Array  # (E,) of lr in each epoch; (1,) if it never changes


def recipe(spec: Spec, dataset: Dataset, recording: Recording) -> Recipe:
    """The recipe of a run. Raises NotRepeatableError, which says why there is none."""
    training = spec.training
    if spec.model.network:
        raise NotRepeatableError(NETWORK)
    if training.noise:
        raise NotRepeatableError(NOISE)
    if training.shuffle and training.steps_per_epoch(len(dataset.y)) > 1:
        raise NotRepeatableError(SHUFFLED)
    try:
        step, state, options, curved = _step(spec.optimizer, recording)
        prediction, loss, hessian = _loss(spec, recording, curved)
    except Exception as error:  # a member may do anything with a symbol that it can't do
        raise NotRepeatableError(UNTRACEABLE) from error
    factors = [spec.schedule.factor(epoch, training.epochs) for epoch in range(training.epochs)]
    if len({*factors}) == 1:
        factors = factors[:1]
    rates = np.array(factors, float)
    return Recipe(prediction, loss, hessian, step, state, options, rates)


def _loss(spec: Spec, recording: Recording, curved: bool) -> tuple[Code, Code, Code | None]:
    """The programs of the prediction, of the loss and its gradient, and of its Hessian."""
    model, criterion = spec.model, spec.loss
    program = Program()
    trained = {name: program.input(name) for name in recording.names}
    values = {**trained, **recording.frozen}
    features = [program.vector(f"x{i}") for i in range(model.features)]
    x: Any = features if len(features) > 1 else features[0]
    y = program.vector("y")
    yhat = program.symbol(model.predict(values, x))
    loss = program.symbol(criterion(yhat, y))
    if criterion.l1 or criterion.l2:
        loss = loss + criterion.penalty(Stacked(tuple(trained.values())))
    by = [*trained.values()]
    slopes = gradient(loss, by)
    written = program.written([yhat]), program.written([loss, *slopes])
    if not curved:
        return *written, None
    rows = [curvature for slope in slopes for curvature in gradient(slope, by)]
    return *written, program.written(rows)


@dataclass(frozen=True, eq=False)
class _Hessian:
    """The second derivatives (P, P) at the parameters of a step."""

    rows: Symbol

    def solved(self, grads: Symbol) -> Symbol:
        """The step of Newton's method."""
        return self.rows.program.add("solved", self.rows.index, grads.index, along=True)


def _step(
    optimizer: Optimizer, recording: Recording
) -> tuple[Code, tuple[float | Array, ...], Mapping[str, float], bool]:
    """The program of an update, the state before the first, the options that can be changed.

    And whether it needs the Hessian.
    """
    program = Program()
    names = {one.name for one in fields(optimizer)}
    if optimizer.lr_scale:
        raise UntraceableError("each parameter has a rate of its own")
    options = {name: float(getattr(optimizer, name)) for name in ADJUSTABLE if name in names}
    given: dict[str, Any] = {name: program.input(name, true=True) for name in options}
    rate: Any = program.input("lr")
    rule = replace(optimizer, **given)
    params, grads = program.vector("params"), program.vector("grads")
    curved = False

    def hessian(at: Any) -> _Hessian:
        if at is not params:
            raise UntraceableError("the Hessian is needed at another place")
        nonlocal curved
        curved = True
        return _Hessian(program.vector("hessian"))

    state = _first_state(rule, recording, hessian)
    leaves = _leaves(state)
    kept = [leaf for leaf in leaves if not callable(leaf)]
    symbols = iter(
        program.vector(f"state{i}") if hasattr(leaf, "tolist") else program.input(f"state{i}")
        for i, leaf in enumerate(kept)
    )
    traced = _replaced(state, symbols)
    moved, new = rule.step(params, grads, traced, rate)
    after = [program.symbol(leaf) for leaf in _leaves(new) if not callable(leaf)]
    if len(after) != len(kept):
        raise UntraceableError("the state changes its form")
    start = tuple(
        np.array(leaf.tolist(), float) if hasattr(leaf, "tolist") else float(leaf) for leaf in kept
    )
    return program.written([program.symbol(moved), *after]), start, options, curved


def _first_state(rule: Optimizer, recording: Recording, hessian: Any) -> Any:
    """The state before the first step. Raises UntraceableError if it depends on the start."""
    import torch

    start = torch.tensor(recording.params[0], dtype=torch.float64, device="cpu")
    state, other = rule.init(start, hessian), rule.init(start + 1, hessian)
    for one, two in zip(_leaves(state), _leaves(other), strict=True):
        same = one is two if callable(one) else bool(torch.as_tensor(one == two).all())
        if not same:
            raise UntraceableError("the first state depends on the start")
    return state


def _leaves(state: Any) -> list[Any]:
    """The tensors, numbers and functions in a state; nothing for None."""
    if state is None:
        return []
    if isinstance(state, tuple | list):
        return [leaf for part in state for leaf in _leaves(part)]
    if isinstance(state, dict):
        return [leaf for part in state.values() for leaf in _leaves(part)]
    return [state]


def _replaced(state: Any, symbols: Iterator[Symbol]) -> Any:
    """The state with symbols in place of its tensors and numbers."""
    if state is None or callable(state):
        return state
    if isinstance(state, tuple | list):
        return type(state)(_replaced(part, symbols) for part in state)
    if isinstance(state, dict):
        return {name: _replaced(part, symbols) for name, part in state.items()}
    return next(symbols)
