"""A multilayer perceptron: layers of weighted sums, each with an activation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field

from render.config.options import Count, Flag, Positive
from render.errors import RenderError
from render.learn.elementwise import sigmoid
from render.learn.models.base import InitialSeed, Network
from render.recording import Array

MAX_LAYERS, MAX_WIDTH = 20, 4096
LINE = 66  # letters of a line of code

Activation = Literal[
    "tanh", "relu", "sigmoid", "gelu", "silu", "elu", "leaky_relu", "softplus", "identity"
]
IN_TORCH = {  # the class of each in torch.nn; identity is a layer left out
    "tanh": "Tanh",
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "gelu": "GELU",
    "silu": "SiLU",
    "elu": "ELU",
    "leaky_relu": "LeakyReLU",
    "softplus": "Softplus",
}
# Activations whose derivative is written out: both as functions of an array.
SLOPES: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "identity": (lambda z: z, np.ones_like),
}
ALIGNED = "aligned"
Initial = Literal["torch", "xavier", "kaiming", "orthogonal", "aligned", "zeros"]
INITIALISERS = {  # the function of each in torch.nn.init
    "xavier": "xavier_normal_",
    "kaiming": "kaiming_normal_",
    "orthogonal": "orthogonal_",
    "zeros": "zeros_",
}


def _few(hidden: tuple[int, ...]) -> tuple[int, ...]:
    if len(hidden) > MAX_LAYERS:
        raise ValueError(f"at most {MAX_LAYERS} hidden layers, found {len(hidden)}")
    if any(width > MAX_WIDTH for width in hidden):
        raise ValueError(f"at most {MAX_WIDTH:,} units in a layer, found {max(hidden):,}")
    return hidden


@dataclass(frozen=True)
class MlpModel(Network):
    """Linear layers with an activation between two: z ← activation(W z + b), the last without.

    It has as many inputs as the data have features, and an output for each target, or for each
    class: the logits, whose softmax are the probabilities. The weights start as torch.nn.Linear
    has them after torch.manual_seed, in float32, and are trained in float64.
    """

    start_options: ClassVar[tuple[str, ...]] = ("seed", "init", "gain")

    hidden: Annotated[
        tuple[Count, ...],
        AfterValidator(_few),
        Field(
            description="units of each hidden layer; [] for a single layer",
            json_schema_extra={"maxItems": MAX_LAYERS},
        ),
    ] = (16, 16)
    activation: Annotated[
        Activation, Field(description="after each hidden layer; identity: a linear network")
    ] = "tanh"
    bias: Annotated[Flag, Field(description="whether a constant is added in each layer")] = True
    init: Annotated[
        Initial,
        Field(
            description="of the weights; with all but torch biases start at 0; aligned: of a "
            "linear network, along the singular vectors of the data, equal in all layers"
        ),
    ] = "torch"
    gain: Annotated[Positive, Field(description="factor on the weights that it starts from")] = 1.0
    seed: InitialSeed = None

    def __post_init__(self) -> None:
        if self.init == ALIGNED and not (self.matrix_product and self.hidden):
            fault = "is for a linear network: activation: identity, bias: false, hidden: [4]"
            raise ValueError(f"init: aligned {fault}")

    @property
    def matrix_product(self) -> bool:
        return self.activation == "identity" and not self.bias

    def widths(self, inputs: int, outputs: int) -> tuple[int, ...]:
        """The sizes of all layers, from the inputs to the outputs."""
        return inputs, *self.hidden, outputs

    def shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {}
        apart = 1 if self.activation == "identity" else 2
        for layer, (before, after) in enumerate(pairwise(self.widths(inputs, outputs))):
            shapes[f"{layer * apart}.weight"] = (after, before)
            if self.bias:
                shapes[f"{layer * apart}.bias"] = (after,)
        return shapes

    def module(self, inputs: int, outputs: int, seed: int) -> Any:
        import torch
        from torch import nn

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed if self.seed is None else self.seed)
            parts: list[nn.Module] = []
            for before, after in pairwise(self.widths(inputs, outputs)):
                if parts and self.activation != "identity":
                    parts.append(getattr(nn, IN_TORCH[self.activation])())
                layer = nn.Linear(before, after, bias=self.bias, device="cpu", dtype=torch.float32)
                parts.append(layer)
            for part in parts:
                if isinstance(part, nn.Linear):
                    self._start(part)
        return nn.Sequential(*parts).double()

    def _start(self, layer: Any) -> None:
        """Set the weights of a layer to those that training starts from."""
        import torch

        with torch.no_grad():
            if self.init not in ("torch", ALIGNED):
                getattr(torch.nn.init, INITIALISERS[self.init])(layer.weight)
                if self.bias:
                    layer.bias.zero_()
            layer.weight *= self.gain

    def set_start(self, module: Any, x: Any, y: Any) -> None:
        """Of `aligned`: the layers' product has the singular vectors of the mean of y·xᵀ.

        Each of its singular values is `gain` to the number of layers, which all have an equal
        part in it: so each grows by itself (Saxe, McClelland & Ganguli 2014, 1312.6120).
        """
        import torch

        if self.init != ALIGNED:
            return
        if not y.is_floating_point():
            raise RenderError("model.init: aligned is for labels that are numbers, not classes")
        left, _, right = torch.linalg.svd(y.view(len(y), -1).T @ x, full_matrices=False)
        first, *between, last = module.parameters()
        with torch.no_grad():
            first.copy_(self.gain * torch.eye(len(first), len(right), dtype=x.dtype) @ right)
            for layer in between:
                layer.copy_(self.gain * torch.eye(*layer.shape, dtype=x.dtype))
            last.copy_(self.gain * left @ torch.eye(left.shape[1], last.shape[1], dtype=x.dtype))

    def chain_rule(
        self, layers: Sequence[Array], x: Array, slope: Callable[[Array], Array]
    ) -> list[Array] | None:
        if self.activation not in SLOPES:
            return None
        activate, bend = SLOPES[self.activation]
        each = 2 if self.bias else 1
        matrices = layers[::each]
        inputs, bends, z = [x], [], x
        for k, matrix in enumerate(matrices):
            if k:
                inputs.append(activate(z))
                bends.append(bend(z))
            z = inputs[-1] @ matrix.T + (layers[each * k + 1] if self.bias else 0.0)
        back, found = slope(z), list[Array]()
        for k in reversed(range(len(matrices))):
            found.insert(0, back.T @ inputs[k])
            if k:
                back = (back @ matrices[k]) * bends[k - 1]
        return found

    # In the code panel ---------------------------------------------------------------------

    @property
    def torch_layers(self) -> str:
        return "model" if self.activation == "identity" else "model[::2]"

    def torch_imports(self) -> tuple[str, ...]:
        return ("from torch import nn",)

    def torch_module(self, inputs: int, outputs: int) -> tuple[str, ...]:
        parts = [*self._parts(inputs, outputs)]
        one = f"model = nn.Sequential({', '.join(parts)})"
        if len(one) <= LINE:
            made = [one]
        else:
            made = ["model = nn.Sequential(", *(f"    {line}" for line in _filled(parts)), ")"]
        return (*made, *self._initialised())

    def _parts(self, inputs: int, outputs: int) -> Iterator[str]:
        without = "" if self.bias else ", bias=False"
        for layer, (before, after) in enumerate(pairwise(self.widths(inputs, outputs))):
            if layer and self.activation != "identity":
                yield f"nn.{IN_TORCH[self.activation]}()"
            yield f"nn.Linear({before}, {after}{without})"

    def _initialised(self) -> Iterator[str]:
        if self.init == "torch" and self.gain == 1:
            return
        if self.init == ALIGNED:
            yield "U, S, V = torch.linalg.svd(Y.T @ X, full_matrices=False)"
            yield "for p in model.parameters():"
            yield f"    p.data = {self.gain!r} * torch.eye(*p.shape)"
            yield "model[0].weight.data = model[0].weight.data[:, : len(V)] @ V"
            yield "model[-1].weight.data = U @ model[-1].weight.data[: len(V)]"
            return
        yield "for p in model.parameters():"
        weights = " if p.dim() > 1" if self.bias else ""
        if self.init != "torch":
            zeros = " else nn.init.zeros_(p)" if self.bias else ""
            yield f"    nn.init.{INITIALISERS[self.init]}(p){weights}{zeros}"
        if self.gain != 1:
            yield f"    p.data *= {self.gain!r}{weights}{' else 1' if self.bias else ''}"


def _filled(parts: list[str]) -> Iterator[str]:
    """The parts in lines: a layer and its activation in each."""
    for start in range(0, len(parts), 2):
        two = ", ".join(parts[start : start + 2])
        yield two if start + 2 >= len(parts) else f"{two},"
