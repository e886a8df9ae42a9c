"""The loss of a model at any weights, over a whole set, and what follows from it.

Always in eval mode: without dropout, BatchNorm with given buffers. The user's model stays as it
is: its weights, gradients, buffers and mode, and so do torch's random numbers. A model in half
precision is evaluated in float32.

Shapes: P trained weights in one vector, N points of a set, M places at which a loss is computed.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.attention
from torch.func import functional_call, vmap

from render.errors import RenderError
from render.learn.networks.classes import Classes, classes_of
from render.learn.networks.layout import Layout, unwrapped
from render.learn.networks.set_batches import (
    HALVES,
    Batch,
    divided,
    joined_up,
    mapped,
    own,
    points_of,
    size_of,
    widened,
)
from render.learn.torch_state import own_torch
from render.phrases import form
from render.recording import Array

Buffers = Mapping[str, npt.NDArray[Any]]
Tensors = dict[str, Any]

TOGETHER = 128  # places that `vmap` computes at once
TOGETHER_WEIGHTS = 1000  # a model with more gains nothing by it, nor does one with more
TOGETHER_NUMBERS = 1 << 13  # in the output of a layer over the whole set: 8 MB for all places
FEW = 2  # inputs, to see what a model predicts
SAME = 1e-9  # relative: losses that differ by less are the same, in float64
SAME_FLOAT32 = 1e-5

EVAL_MODE = form("losses in eval mode, without dropout")
IN_FLOAT32 = form("half precision, evaluated in float32")


class _Whole(torch.nn.Module):
    """A model and its loss as one: so a loss that adds a penalty of the weights sees the same."""

    def __init__(self, model: Any, criterion: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.model = model
        self.criterion = (criterion,)  # not registered, if it is a module too

    def forward(self, x: Any, *y: Any) -> Any:
        """The predictions; with labels, the loss too."""
        try:
            predicted = self.model(x)
        except (RenderError, MemoryError):
            raise
        except Exception as error:
            raise RenderError(f"the model can't be evaluated: {_first_line(error)}") from error
        return (predicted, _computed(self.criterion[0], predicted, *y)) if y else predicted


class Evaluation:
    """A model with its loss and its data: what can be asked of them at any weights (P,).

    `loss(predictions, y)` is the mean over a batch; over a set it is the mean of its batches,
    weighted by their size. Batches `(x, y)` are tensors, or lists and mappings of tensors.
    `classes` is the number of classes or their names; without it the labels show whether there
    are any. `penalty(weights)` of all trained weights in one tensor (P,) is added to the loss over
    the training set, not to that over the validation set. Where `buffers` are not given, they are
    those of the model when this was made.

    Raises RenderError for a model without trainable parameters and for a set without points.
    """

    @own_torch()
    def __init__(
        self,
        module: Any,
        loss: Callable[[Any, Any], Any],
        training: Sequence[tuple[Any, Any]],
        validation: Sequence[tuple[Any, Any]] | None = None,
        classes: int | Sequence[str] | None = None,
        penalty: Callable[[Any], Any] | None = None,
    ) -> None:
        self.module = unwrapped(module)
        self.layout = Layout.of(self.module)
        self.criterion, self.penalty = loss, penalty
        self._whole = _Whole(self.module, loss)
        self.tied = False  # whether the loss reads weights of the model, as a penalty does
        self._count = classes if classes is None or isinstance(classes, int) else len(classes)
        parameters = dict(self.module.named_parameters())
        buffers = dict(self.module.named_buffers())
        trained = [parameters[name] for name in self.layout.names]
        self._homes = [(p.device, widened(p.dtype)) for p in trained]
        self.dtype = max((dtype for _, dtype in self._homes), key=lambda dtype: dtype.itemsize)
        self._device = self._homes[0][0]
        self._one_home = len(set(self._homes)) == 1
        self._fixed = {
            name: own(p) for name, p in parameters.items() if name not in self.layout.names
        }
        self._own_buffers = {name: own(buffer).clone() for name, buffer in buffers.items()}
        every = itertools.chain(parameters.values(), buffers.values())
        self._half = any(tensor.dtype in HALVES for tensor in every)
        self.batches = self._moved(training, "training set")
        self._training = self.batches  # joined, where that changes nothing
        self._validation = None if not validation else self._moved(validation, "validation set")
        self._at_once: int | None = None  # how many places `vmap` computes together
        self._known: tuple[Classes | None] | None = None

    @property
    def double(self) -> bool:
        """Whether its losses have the digits of float64."""
        return bool(self.dtype == torch.float64)

    @property
    def validated(self) -> bool:
        """Whether there is a validation set."""
        return self._validation is not None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a film of it must say: forms of phrases without fields."""
        dropout = any(map(_drops_out, self.module.modules()))
        return (*([EVAL_MODE] if dropout else []), *([IN_FLOAT32] if self._half else []))

    def loss(self, weights: Any, buffers: Buffers | None = None) -> float:
        """The loss over the training set; not always finite."""
        return float(self.losses([weights], buffers)[0])

    def losses(
        self,
        rows: Iterable[Any],
        buffers: Buffers | None = None,
        row_done: Callable[[], None] = lambda: None,
    ) -> Array:
        """The loss (M,) over the training set at each of M weights, with the same buffers.

        `rows` is a matrix (M, P), or gives one vector after another, which are never in memory
        all at once. Of a small model many are computed together. `row_done()` is called for each.
        Raises RenderError for a loss that is not one number.
        """
        found: list[float] = []
        with self._evaluating(), torch.no_grad():
            given, source = self._given(buffers), iter(rows)
            while chunk := [*itertools.islice(source, self._at_once or 1)]:
                if self._at_once is None:
                    self._prepare(self._tensors(chunk[0]), given)
                found += self._of_chunk(chunk, given)
                for _ in chunk:
                    row_done()
        return np.array(found)

    def measured(
        self, weights: Any, buffers: Buffers | None = None, validation: bool = False
    ) -> tuple[float, float | None]:
        """The loss and the accuracy over the training or the validation set.

        The accuracy is None without classes. Raises RenderError for a loss that is not one number.
        """
        with self._evaluating(), torch.no_grad():
            params, given = self._tensors(weights), self._given(buffers)
            if self._at_once is None:
                self._prepare(params, given)
            batches = self._set(validation)
            classes, total, right, judged = self._classes(params, given), 0.0, 0, 0
            for x, y, points in batches:
                predicted, value = self._evaluated(params, given, x, y)
                total += points * float(value)
                if classes is not None:
                    hits, labels = classes.hits(predicted, y)
                    right, judged = right + hits, judged + labels
            loss = total / points_of(batches)
            if not validation:
                loss += float(self._penalty(params))
            return loss, right / judged if judged else None

    def accuracy(
        self, weights: Any, buffers: Buffers | None = None, validation: bool = False
    ) -> float | None:
        """The share of points whose class is predicted; None without classes."""
        return self.measured(weights, buffers, validation)[1]

    def gradient(self, weights: Any, buffers: Buffers | None = None) -> Array:
        """The gradient (P,) of the loss over the training set.

        Raises RenderError for a loss without one.
        """
        with self._evaluating():
            params, given = self._leaves(weights), self._given(buffers)
            total = np.zeros(self.layout.count)
            for x, y, points in self._training:
                _, value = self._evaluated(params, given, x, y)
                if not value.requires_grad:
                    raise RenderError("the loss does not depend on the weights of the model")
                total += points * self._flat(_derivatives(value, params))
            total /= points_of(self._training)
            if self.penalty is not None:
                total += self._flat(_derivatives(self._penalty(params), params))
            return total

    def hessian_product(
        self, weights: Any, direction: Any, buffers: Buffers | None = None
    ) -> Array:
        """The Hessian of the loss over the training set times a direction (P,): (P,).

        Raises RenderError for a model without second derivatives.
        """
        with self._evaluating(), _twice_differentiable():
            params, given = self._leaves(weights), self._given(buffers)
            along = self._tensors(direction)
            total = np.zeros(self.layout.count)
            for x, y, points in self._training:
                _, value = self._evaluated(params, given, x, y)
                total += points * self._curved(value, params, along)
            total /= points_of(self._training)
            if self.penalty is not None:
                total += self._curved(self._penalty(params), params, along)
            return total

    def _curved(self, value: Any, params: Tensors, along: Tensors) -> Array:
        """The Hessian (P, P) of a value times a direction: (P,)."""
        try:
            slopes = _derivatives(value, params, create_graph=True)
            pairs = zip(slopes, along.values(), strict=True)
            slope = sum((s * a).sum().to(self._device) for s, a in pairs if s is not None)
            if torch.is_tensor(slope) and slope.requires_grad:
                return self._flat(_derivatives(slope, params))
            return np.zeros(self.layout.count)
        except RuntimeError as error:
            reason = "the Hessian needs second derivatives, and the model has none"
            raise RenderError(f"landscape.plane: {reason}: {_first_line(error)}") from error

    def _penalty(self, params: Tensors) -> Any:
        """What is added to the loss over the training set; 0 without a penalty."""
        if self.penalty is None:
            return 0.0
        parts = [part.reshape(-1).to(self._device) for part in params.values()]
        return _number(self.penalty(torch.cat(parts)))

    def predictions(self, weights: Any, buffers: Buffers | None, x: Any) -> Any:
        """What the model predicts at inputs (N, …): a tensor."""
        with self._evaluating(), torch.no_grad():
            inputs = self._input(torch.as_tensor(x))
            return self._predict(self._tensors(weights), self._given(buffers), inputs)

    def classes(self, weights: Any, buffers: Buffers | None = None) -> Classes | None:
        """How predictions become classes, seen at some weights; None for no classes."""
        with self._evaluating(), torch.no_grad():
            return self._classes(self._tensors(weights), self._given(buffers))

    def check_reproducible(self, weights: Any, buffers: Buffers | None = None) -> None:
        """Raise RenderError if the loss at the same weights is not the same each time.

        Such as with dropout that eval mode does not turn off.
        """
        found = []
        with self._evaluating():
            for seed in range(3):
                torch.default_generator.manual_seed(seed)
                if self._device.type == "cuda":
                    torch.cuda.default_generators[self._device.index or 0].manual_seed(seed)
                found.append(self.loss(weights, buffers))
        if any(not self.same(found[0], other) for other in found[1:]):
            losses = ", ".join(f"{loss:.9g}" for loss in found)
            why = "the model or its loss is random even in eval mode, or changes when it is called"
            raise RenderError(f"the loss at the same weights is {losses}: {why}")

    def same(self, one: float, other: float, size: float = 0.0) -> bool:
        """Whether two losses are the same but for rounding, both not finite included.

        `size` is a loss that counts: of one that is far smaller fewer digits are right.
        """
        if not (math.isfinite(one) and math.isfinite(other)):
            return not (math.isfinite(one) or math.isfinite(other))
        least = SAME if self.double else SAME_FLOAT32
        return math.isclose(one, other, rel_tol=least, abs_tol=0.01 * least * size)

    def inputs(self, validation: bool = False) -> Array | None:
        """All training inputs (N,) or (N, F), with those of validation if asked.

        None where they are anything else than rows of numbers.
        """
        every = [x for x, *_ in (*self._training, *((validation and self._validation) or []))]
        if not all(
            torch.is_tensor(x) and x.ndim in (1, 2) and x.is_floating_point() for x in every
        ):
            return None
        if len({tuple(x.shape[1:]) for x in every}) > 1:
            return None
        return np.concatenate([x.detach().double().cpu().numpy() for x in every])

    def predicts_numbers(self, weights: Any, buffers: Buffers | None = None) -> bool:
        """Whether what is predicted for an input, a row of numbers, is one number, and no class."""
        inputs = self.inputs()
        if inputs is None or self.classes(weights, buffers) is not None:
            return False
        count = len(inputs[:FEW])
        try:
            found = self.predictions(weights, buffers, inputs[:FEW])
        except Exception:  # a model may take nothing but its own batches
            return False
        return torch.is_tensor(found) and tuple(found.shape) in ((count,), (count, 1))

    @contextmanager
    def _evaluating(self) -> Iterator[None]:
        """Eval mode and our own settings of torch; afterwards all is as before.

        The modes are set one by one: `eval()` of a model may be the user's own and do more.
        """
        every = [*self.module.modules(), *self._criteria()]
        devices = [self._device] if self._device.type == "cuda" else []
        with own_torch(), torch.random.fork_rng(devices), _not_training(every):
            yield

    def criterion_in_eval_mode(self) -> AbstractContextManager[None]:
        """Eval mode of the loss alone, which may be a module too; afterwards as before."""
        return _not_training(self._criteria())

    def _criteria(self) -> list[Any]:
        criterion = self.criterion
        return [*criterion.modules()] if isinstance(criterion, torch.nn.Module) else []

    def _moved(self, batches: Sequence[tuple[Any, Any]], name: str) -> list[Batch]:
        moved = []
        for batch in batches:
            if not (isinstance(batch, tuple | list) and len(batch) == 2):
                raise RenderError(f"a batch of the {name} is not a pair (x, y)")
            x, y = self._input(batch[0]), mapped(batch[1], self._label)
            moved.append((x, y, size_of(y) or size_of(x)))
        moved = [batch for batch in moved if batch[2]]
        if not moved:
            raise RenderError(f"the {name} has no points")
        return moved

    def _input(self, x: Any) -> Any:
        def at_home(tensor: Any) -> Any:
            tensor = tensor.to(self._device) if self._single_device else tensor
            return own(tensor.to(self.dtype) if tensor.is_floating_point() else tensor)

        return mapped(x, at_home)

    def _label(self, tensor: Any) -> Any:
        return own(tensor.to(self._device) if self._single_device else tensor)

    @property
    def _single_device(self) -> bool:
        return len({device for device, _ in self._homes}) == 1

    def _set(self, validation: bool) -> list[Batch]:
        if validation and self._validation is None:
            raise RenderError("there is no validation set")
        return self._validation if validation and self._validation else self._training

    def _tensors(self, weights: Any) -> Tensors:
        """Each trained parameter of weights (P,), in the dtype in which it is evaluated."""
        return self._homed(self._vector(weights))

    def _vector(self, weights: Any) -> Any:
        if torch.is_tensor(weights):
            vector = weights.detach().to(self._device, self.dtype)
        else:
            kind = np.float64 if self.double else np.float32
            vector = torch.from_numpy(np.array(weights, dtype=kind)).to(self._device)
        if vector.shape != (self.layout.count,):
            found = " × ".join(map(str, vector.shape))
            raise RenderError(f"{found} weights, and the model trains {self.layout.count}")
        return vector

    def _homed(self, vectors: Any) -> Tensors:
        parts = self.layout.tensors(vectors)
        if self._one_home:
            return parts
        homes = zip(parts.items(), self._homes, strict=True)
        return {name: part.to(*home) for (name, part), home in homes}

    def _leaves(self, weights: Any) -> Tensors:
        params = self._tensors(weights)
        if self._at_once is None:
            with torch.no_grad():
                self._prepare(params, self._given(None))
        return {name: part.clone().requires_grad_() for name, part in params.items()}

    def _given(self, buffers: Buffers | None) -> Tensors:
        """All buffers, those that are given in place of the model's own."""
        found = dict(self._own_buffers)
        for name, values in (buffers or {}).items():
            if name not in found:
                raise RenderError(f"the model has no buffer {name!r}, and the recording has it")
            own = found[name]
            given = torch.as_tensor(np.array(values)).to(own.device, own.dtype)
            if given.shape != own.shape:
                raise RenderError(f"the model's buffer {name!r} has another shape in the recording")
            found[name] = given
        return found

    def _predict(self, params: Tensors, given: Tensors, x: Any) -> Any:
        """The predictions; what the model writes into its buffers is lost."""
        return self._called(params, given, x)

    def _evaluated(self, params: Tensors, given: Tensors, x: Any, y: Any) -> tuple[Any, Any]:
        """The predictions and the loss of a batch, a tensor without dimensions."""
        predicted, value = self._called(params, given, x, y)
        return predicted, _number(value)

    def _called(self, params: Tensors, given: Tensors, *batch: Any) -> Any:
        fresh = {name: buffer.clone() for name, buffer in given.items()}
        every = {f"model.{n}": t for n, t in {**self._fixed, **params, **fresh}.items()}
        return functional_call(self._whole, every, batch)

    def _total(self, params: Tensors, given: Tensors, batches: list[Batch]) -> Any:
        """The loss over a set as a tensor in float64, where the device has that."""
        total: Any = 0.0
        for x, y, points in batches:
            _, value = self._evaluated(params, given, x, y)
            total = total + points * (value if value.device.type == "mps" else value.double())
        return total / points_of(batches) + self._penalty(params)

    def _of_chunk(self, chunk: Sequence[Any], given: Tensors) -> list[float]:
        """The losses at several weights, together if there is more than one."""
        vectors = [self._vector(weights) for weights in chunk]
        if len(vectors) > 1:
            together = self._together(torch.stack(vectors), given)
            if together is not None:
                return together
        return [float(self._total(self._homed(v), given, self._training)) for v in vectors]

    def _together(self, matrix: Any, given: Tensors) -> list[float] | None:
        """The losses at weights (M, P) by `vmap`; None, now and later, for a model it can't do."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of operations that it has to do one by one
                one = vmap(lambda params: self._total(params, given, self._training))
                losses: list[float] = one(self._homed(matrix)).tolist()
        except (RenderError, RuntimeError, ValueError, TypeError, NotImplementedError):
            losses = []
        alone = float(self._total(self._homed(matrix[0]), given, self._training))
        if losses and self.same(losses[0], alone):
            return losses
        self._at_once = 1
        return None

    def _prepare(self, params: Tensors, given: Tensors) -> None:
        """Join small batches if that does not change the loss, and see how many go together."""
        self._at_once = 1
        self._look_inside(params, given)
        joined = joined_up(self._training)
        if joined is not None:
            alone = float(self._total(params, given, self._training))
            if self.same(float(self._total(params, given, joined)), alone):
                self._training = joined
                self.batches = divided(joined, [points for *_, points in self.batches])
        width = max((shape[0] for shape in self.layout.shapes if shape), default=1)
        inputs = max(x.numel() // n if torch.is_tensor(x) else 1 for x, _, n in self._training)
        flat = all(len(shape) <= 2 for shape in self.layout.shapes)
        if flat and self.layout.count <= TOGETHER_WEIGHTS:
            numbers = points_of(self._training) * max(width, inputs)
            self._at_once = TOGETHER if numbers <= TOGETHER_NUMBERS else 1

    def _look_inside(self, params: Tensors, given: Tensors) -> None:
        """See what the loss depends on beside predictions and labels.

        Raises RenderError for tensors that are trained and are not the model's parameters: what
        becomes of them is not recorded.
        """
        x, y, _ = self._training[0]
        with torch.enable_grad():
            predicted, value = self._evaluated(params, given, x, y)
            if value.requires_grad:
                why = (
                    "the loss depends on tensors with gradients that are not the model's parameters"
                )
                hint = "read model.parameters() each time inside the loss, or make them parameters"
                raise RenderError(f"{why}: {hint}")
            apart = _computed(self.criterion, predicted, y)
            self.tied = torch.is_tensor(apart) and apart.requires_grad

    def _classes(self, params: Tensors, given: Tensors) -> Classes | None:
        if self._known is None:
            x, y, _ = self._training[0]
            labels = [y for _, y, _ in self._training]
            alike = all(torch.is_tensor(one) and one.shape[1:] == y.shape[1:] for one in labels)
            every = torch.cat(labels) if alike else None
            predicted = self._predict(params, given, x)
            loss = partial(_computed, self.criterion)
            self._known = (classes_of(predicted, every, loss, self._count),)
        return self._known[0]

    def _flat(self, parts: Sequence[Any]) -> Array:
        """Derivatives of each parameter as one vector (P,); None is 0."""
        flat = np.zeros(self.layout.count)
        for part, begin, size in zip(
            parts, self.layout.offsets[:-1], self.layout.sizes, strict=True
        ):
            if part is not None:
                flat[begin : begin + size] = part.detach().reshape(-1).double().cpu().numpy()
        return flat


@contextmanager
def _twice_differentiable() -> Iterator[None]:
    """Attention and recurrent layers computed in a way that has second derivatives."""
    attention = torch.nn.attention
    with (
        attention.sdpa_kernel(attention.SDPBackend.MATH),
        torch.backends.cudnn.flags(enabled=False),
    ):
        yield


@contextmanager
def _not_training(modules: Sequence[Any]) -> Iterator[None]:
    modes = [(module, module.training) for module in modules]
    try:
        for module in modules:
            module.training = False
        yield
    finally:
        for module, training in modes:
            module.training = training


def _drops_out(module: Any) -> bool:
    """Whether a part of a model is dropout, or has some inside as attention and LSTM do."""
    share = getattr(module, "dropout", 0)
    named = "dropout" in type(module).__name__.lower() and bool(getattr(module, "p", 1))
    return named or (isinstance(share, float) and share > 0)


def _derivatives(value: Any, params: Tensors, create_graph: bool = False) -> tuple[Any, ...]:
    leaves = [*params.values()]
    return torch.autograd.grad(value, leaves, create_graph=create_graph, allow_unused=True)


def _computed(criterion: Callable[[Any, Any], Any], predicted: Any, y: Any) -> Any:
    """The loss of a batch as it comes. Raises RenderError where it can't be computed."""
    try:
        return criterion(predicted, y)
    except (RenderError, MemoryError):
        raise
    except Exception as error:
        raise RenderError(f"the loss can't be computed: {_first_line(error)}") from error


def _number(value: Any) -> Any:
    """A loss that is one real number, as a tensor. Raises RenderError for others."""
    if not torch.is_tensor(value):
        raise RenderError(f"the loss is a {type(value).__name__}: it must be a tensor")
    if value.ndim or value.is_complex():
        shape = " × ".join(map(str, value.shape)) or "complex"
        raise RenderError(f"the loss must be one real number, and it is {shape}")
    return value


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
