"""The training loop of the lecture for a network, which keeps evenly spaced snapshots.

All trained weights lie in one flat vector, of which the module's parameters are views: so our own
optimizers, which know nothing of modules, train it as they train a slope.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.func import functional_call

from render.config.spec import Spec
from render.errors import RenderError
from render.learn.loop import Patience, batches, normal
from render.learn.losses.base import Loss
from render.learn.models.base import Network
from render.learn.networks.device import device_of
from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import History
from render.learn.networks.layout import Layout
from render.learn.networks.snapshots import Snapshots
from render.learn.record import Counter, Progress, silent
from render.learn.torch_state import own_torch
from render.recording import Dataset, Points

EVALUATED = 4096  # points at once: those of a large set need not all be in memory
MPS = "mps"  # has no float64


class FlatWeights:
    """The trained weights of a module in one vector: `data` and `grad`, both (P,).

    The parameters and their gradients are views of them: `loss.backward()` fills `grad`, and
    writing to `data` moves every parameter.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self.layout = Layout.of(module)
        self._parameters = dict(module.named_parameters())
        self.data = self.layout.vector(module)
        self.grad = torch.zeros_like(self.data)
        parts = zip(
            self.layout.tensors(self.data).items(),
            self.layout.tensors(self.grad).values(),
            strict=True,
        )
        for (name, values), slopes in parts:
            self._parameters[name].data, self._parameters[name].grad = values, slopes

    def joined(self) -> torch.Tensor:
        """The vector (P,) as a function of the parameters, for what depends on all of them."""
        return torch.cat([self._parameters[name].reshape(-1) for name in self.layout.names])


@own_torch()
def train_network(spec: Spec, dataset: Dataset, progress: Progress = silent) -> History:
    """Run gradient descent and keep snapshots, the start and the end included.

    The optimizers, schedules, batches, noise and early stopping of any run. A run whose loss or
    gradient is no longer finite is kept up to the last finite snapshot. A session's settings of
    torch change nothing, and stay as they are, its random numbers too.
    `progress(done, steps)` is called up to 200 times. Raises RenderError for a model or a loss
    that can't be trained, and when the start is not finite.
    """
    device = device_of(spec)
    with seeded(spec.seed, device):
        return _train(spec, dataset, device, progress)


def _train(spec: Spec, dataset: Dataset, device: torch.device, progress: Progress) -> History:
    criterion, optimizer, training = spec.loss, spec.optimizer, spec.training
    module = module_of(spec, dataset, device)
    module.train()
    p = FlatWeights(module)
    if (fault := optimizer.refuse(p.layout.count)) is not None:
        raise spec.fault(("optimizer",), fault)
    X, Y = tensors(dataset, dataset, p.data)
    penalised = bool(criterion.l1 or criterion.l2)

    criterion_of = Criterion.of(spec, dataset)

    def loss_at(vector: torch.Tensor) -> torch.Tensor:
        outputs = functional_call(module, p.layout.tensors(vector), (X,))
        return criterion_of(outputs, Y) + criterion.penalty(vector)

    def hessian(vector: torch.Tensor) -> torch.Tensor:
        return torch.autograd.functional.hessian(loss_at, vector)

    state = optimizer.init(p.data, hessian)
    generator = torch.Generator("cpu").manual_seed(spec.seed)
    snapshots, step = Snapshots(module, p.layout, p.data), 0
    patience, per_epoch = Patience(training.stop), training.steps_per_epoch(len(Y))
    stepped = Counter(training.steps(len(Y)), progress)

    for epoch in range(training.epochs):
        lr = optimizer.lr * spec.schedule.factor(epoch, training.epochs)
        rates = layer_rates(spec, lr, p)
        losses = []
        for x, y in batches(X, Y, training, generator):
            snapshots.note_buffers()
            loss = criterion_of(_outputs(spec, module, x), y)
            if penalised:
                loss = loss + criterion.penalty(p.joined())
            loss.backward()
            if training.noise:
                p.grad += training.noise * normal(len(p.grad), generator).to(device)
            losses.append(loss.item())
            if not (math.isfinite(losses[-1]) and bool(torch.isfinite(p.grad).all())):
                snapshots.broke_off = True
                break
            snapshots.add(step, p.data, losses[-1], lr, p.grad)
            moved, state = optimizer.step(p.data, p.grad, state, rates)
            p.data[:] = moved
            step += 1
            if training.zero_grad:
                p.grad.zero_()
            stepped()
        if snapshots.broke_off or patience.ends(np.array(losses)):
            break

    if not snapshots.broke_off and _is_finite(module, criterion_of, X, Y, p.data):
        snapshots.note_buffers()
        snapshots.add(step, p.data)
    else:
        snapshots.broke_off = True
    if not snapshots.count:
        raise RenderError("the loss is not finite at the start: nothing can be learnt from there")
    history = snapshots.history()
    return replace(history, run=spec.label, epoch=history.step / per_epoch)


def layer_rates(spec: Spec, lr: float, weights: FlatWeights) -> Any:
    """What multiplies the step of each weight: `lr`, or a tensor (P,).

    Raises RenderError for rates of another number of layers.
    """
    try:
        rates = spec.optimizer.rates(lr, weights.layout.layers)
    except ValueError as fault:
        raise spec.fault(("optimizer", "lr_scale"), f"{fault}: one for each layer") from None
    return rates.to(weights.data) if torch.is_tensor(rates) else rates


def evaluation_of(spec: Spec, dataset: Dataset) -> Evaluation:
    """The loss of a run's network over its data, at any weights; the module is a new one."""
    with own_torch():
        device = device_of(spec)
        # What has no float64 is evaluated elsewhere.
        device = torch.device("cpu") if device.type == MPS else device
        with seeded(spec.seed, device):
            module = module_of(spec, dataset, device)
        return Evaluation(
            module,
            Criterion.of(spec, dataset),
            _batched(*tensors(dataset, dataset, next(module.parameters()))),
            None
            if dataset.validation is None
            else _batched(*tensors(dataset.validation, dataset, next(module.parameters()))),
            dataset.classes,
            spec.loss.penalty if spec.loss.l1 or spec.loss.l2 else None,
        )


def tensors(
    points: Points, dataset: Dataset, like: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs (N, F) and labels of points, in the dtype and on the device of a tensor.

    Labels are the numbers (N,) of classes, else (N, K).
    """
    x = torch.from_numpy(points.x.copy()).to(like.dtype).to(like.device)
    y = torch.from_numpy(points.y.copy())
    y = y.to(like.dtype) if dataset.classes is None else y.long()
    return x.view(len(y), -1), y.to(like.device)


@dataclass(frozen=True)
class Criterion:
    """The loss of a network's outputs, which must have the shape that it needs."""

    loss: Loss
    outputs: int  # K, or C
    classes: bool

    @classmethod
    def of(cls, spec: Spec, dataset: Dataset) -> Criterion:
        """The loss of a run, without its penalties."""
        return cls(spec.loss, spec.loss.outputs(dataset), dataset.classes is not None)

    def __call__(self, output: Any, y: Any) -> Any:
        """The mean over the points. Raises RenderError for outputs of another shape.

        Numbers of one label for many points would be compared with one another.
        """
        if not torch.is_tensor(output):
            kind = type(output).__name__
            raise RenderError(f"model: it returns a {kind}, and not a tensor of predictions")
        fitting = [(len(y), self.outputs)]
        if self.classes and self.outputs == 2:
            fitting.append((len(y), 1))
        if tuple(output.shape) not in fitting:
            found = " × ".join(map(str, output.shape)) or "a single number"
            wanted = " or ".join(f"{points} × {count}" for points, count in fitting)
            raise RenderError(f"model: for {len(y)} points it returns {found}, expected {wanted}")
        return self.loss.of_network(output, y)


def _outputs(spec: Spec, module: torch.nn.Module, x: torch.Tensor) -> Any:
    """What the module returns. Raises RenderError in place of any exception of its code."""
    try:
        return module(x)
    except (RenderError, MemoryError):
        raise
    except Exception as error:
        assert isinstance(spec.model, Network)
        raise spec.model.fault(error) from error


def module_of(spec: Spec, dataset: Dataset, device: torch.device) -> torch.nn.Module:
    """The network of a run on its device, all of its trained weights of one dtype."""
    outputs = spec.loss.outputs(dataset)
    module: torch.nn.Module = spec.model.module(dataset.features, outputs, spec.seed)
    spec.model.set_start(module, *tensors(dataset, dataset, next(module.parameters())))
    kinds = {parameter.dtype for parameter in module.parameters() if parameter.requires_grad}
    if device.type == MPS:
        module = module.float()
    elif len(kinds) > 1:
        module = module.to(max(kinds, key=lambda kind: kind.itemsize))
    return module.to(device)


def _batched(x: torch.Tensor, y: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    return [*zip(x.split(EVALUATED), y.split(EVALUATED), strict=True)]


def _is_finite(
    module: torch.nn.Module,
    criterion: Criterion,
    X: torch.Tensor,
    Y: torch.Tensor,
    weights: torch.Tensor,
) -> bool:
    """Whether the weights and the loss over the data are; no random number is drawn for it."""
    if not bool(torch.isfinite(weights).all()):
        return False
    module.eval()
    with torch.no_grad():
        return all(bool(torch.isfinite(criterion(module(x), y))) for x, y in _batched(X, Y))


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """torch's own random numbers, as of dropout, from a seed; afterwards as they were."""
    devices: Sequence[Any] = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        yield
