"""Checks before a film of a network is drawn that it shows what the model says.

The losses are computed again by a copy of the model whose weights are set one parameter after
another, in a plain loop over the batches as they were given.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from render.errors import RenderError, TruthError
from render.learn.networks.evaluation import Buffers, Evaluation
from render.learn.networks.history import History
from render.learn.networks.planes import NetworkPlane
from render.learn.networks.set_batches import HALVES
from render.learn.torch_state import own_torch
from render.recording import Array, Landscape

TOLERANCE = 1e-6  # relative
TOLERANCE_FLOAT32 = 1e-4
ROUNDING = 1e-8  # of the largest loss: a smaller one is no more exact than that
ROUNDING_FLOAT32 = 1e-3
PLACES = 4  # along each axis of the surface
MAX_ROWS = 20  # of a run that are computed again

Loss = Callable[[Array, Buffers], float]


def check_plane(
    plane: NetworkPlane, evaluation: Evaluation, buffers: Buffers, landscape: Landscape
) -> None:
    """Check at 4 × 4 points of the grid that the surface is the loss of the model there.

    Raises TruthError that names the first point that disagrees.
    """
    direct = direct_loss(evaluation)
    size = _size(landscape)
    places = np.linspace(0, len(landscape.loss) - 1, PLACES).astype(int)
    first, second = plane.directions
    for row, column in itertools.product(places, places):
        if landscape.missing is not None and landscape.missing[row, column]:
            continue
        a, b = landscape.grid[0][column], landscape.grid[1][row]
        loss = direct(plane.origin + a * first + b * second, buffers)
        drawn = float(landscape.loss[row, column])
        if not agrees(evaluation, drawn, loss, size):
            at = f"{landscape.axes[0]} = {a:.6g}, {landscape.axes[1]} = {b:.6g}"
            raise _contradiction(f"the surface is {drawn:.9g} at {at}", loss)


def check_rows(evaluation: Evaluation, history: History, losses: Array) -> None:
    """Check that recorded losses are those of the model at the kept weights.

    Raises TruthError that names the first row that disagrees.
    """
    direct = direct_loss(evaluation)
    size = float(np.abs(losses).max())
    for row in np.unique(np.linspace(0, len(losses) - 1, MAX_ROWS).astype(int)):
        buffers = {name: values[row] for name, values in history.buffers.items()}
        loss = direct(np.asarray(history.weights[row], dtype=np.float64), buffers)
        if not agrees(evaluation, float(losses[row]), loss, size):
            step = f"{history.step[row]:g}"
            raise _contradiction(f"the loss is {losses[row]:.9g} at step {step}", loss)


def agrees(evaluation: Evaluation, found: float, expected: float, size: float) -> bool:
    """Whether a loss is another one; `size` is the largest loss that counts."""
    exact = evaluation.double
    least = max(abs(expected), (ROUNDING if exact else ROUNDING_FLOAT32) * size)
    return abs(found - expected) <= (TOLERANCE if exact else TOLERANCE_FLOAT32) * least


def direct_loss(evaluation: Evaluation) -> Loss:
    """The loss at weights (P,) with buffers, by a copy of the model and a plain loop.

    A model that can't be copied, or whose own weights its loss reads, is evaluated as everywhere
    else.
    """
    if evaluation.tied:
        return evaluation.loss
    try:
        module = copy.deepcopy(evaluation.module)
    except (MemoryError, RenderError):
        raise
    except Exception:  # whatever its author put into it
        return evaluation.loss
    module.requires_grad_(False)
    for part in module.modules():  # one by one: its own `eval()` may do more
        part.training = False
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.dtype in HALVES:
            tensor.data = tensor.data.float()
    return _Direct(evaluation, module)


class _Direct:
    def __init__(self, evaluation: Evaluation, module: Any) -> None:
        self._evaluation, self._module = evaluation, module
        self._parameters = dict(module.named_parameters())
        self._buffers = dict(module.named_buffers())

    @own_torch()
    def __call__(self, weights: Array, buffers: Buffers) -> float:
        layout, batches = self._evaluation.layout, self._evaluation.batches
        with torch.no_grad(), self._evaluation.criterion_in_eval_mode():
            for name, values in layout.tensors(weights).items():
                self._parameters[name].copy_(torch.from_numpy(np.array(values)))
            for name, values in buffers.items():
                self._buffers[name].copy_(torch.as_tensor(np.array(values)))
            total = 0.0
            for x, y, points in batches:
                total += points * float(self._evaluation.criterion(self._module(x), y))
            loss = total / sum(points for *_, points in batches)
            if self._evaluation.penalty is not None:
                trained = [self._parameters[name].reshape(-1) for name in layout.names]
                loss += float(self._evaluation.penalty(torch.cat(trained)))
            return loss


def _size(landscape: Landscape) -> float:
    drawn = np.abs(landscape.loss)
    if landscape.missing is not None:
        drawn = drawn[landscape.missing == 0]
    return float(drawn.max(initial=0.0))


def _contradiction(claim: str, fact: float) -> TruthError:
    reason = "the film would be wrong, so it is not made"
    return TruthError(f"{claim}, but it should be {fact:.9g}: {reason}")
