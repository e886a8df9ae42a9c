"""Where each weight of a model is in one vector of all that it trains.

Shapes: P trained weights, in the order of the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from render.errors import RenderError


def unwrapped(module: Any) -> Any:
    """The model inside `torch.compile`, `DataParallel` and their like, which add to its names."""
    while True:
        inner = getattr(module, "_orig_mod", None)
        if inner is None and type(module).__name__ in ("DataParallel", "DistributedDataParallel"):
            inner = getattr(module, "module", None)
        if inner is None:
            return module
        module = inner


@dataclass(frozen=True)
class Layout:
    """The trained parameters of a model: those that require a gradient, shared ones once."""

    names: tuple[str, ...]  # `0.weight`
    shapes: tuple[tuple[int, ...], ...]  # of each

    @classmethod
    def of(cls, module: Any) -> Layout:
        """The layout of a `torch.nn.Module`. Raises RenderError if it trains nothing."""
        trained = _trained(module)
        if any(type(parameter).__name__.startswith("Uninitialized") for _, parameter in trained):
            raise RenderError("the model has parameters without a shape: call it on a batch first")
        if not sum(parameter.numel() for _, parameter in trained):
            raise RenderError("the model has no trainable parameters: there is nothing to film")
        if any(parameter.is_complex() for _, parameter in trained):
            raise RenderError("the model has complex parameters: a film is of real ones")
        return cls(
            tuple(name for name, _ in trained),
            tuple(tuple(parameter.shape) for _, parameter in trained),
        )

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The number of weights of each parameter."""
        return tuple(int(np.prod(shape, dtype=np.int64)) for shape in self.shapes)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each parameter begins in the vector, and at last P."""
        return tuple(int(end) for end in np.cumsum((0, *self.sizes)))

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """The number of weights of each layer: of parameters that belong to one module."""
        found: dict[str, int] = {}
        for name, size in zip(self.names, self.sizes, strict=True):
            layer = name.rpartition(".")[0]
            found[layer] = found.get(layer, 0) + size
        return tuple(found.values())

    @property
    def count(self) -> int:
        """P."""
        return self.offsets[-1]

    def vector(self, module: Any) -> Any:
        """All trained weights of a model as a new tensor (P,), in the widest of their dtypes.

        Raises RenderError if they are not those of this layout.
        """
        import torch

        if Layout.of(module) != self:
            raise RenderError("the model's trained parameters are no longer those it had before")
        parts = [parameter.detach().reshape(-1) for _, parameter in _trained(module)]
        device = parts[0].device
        return torch.cat([part.to(device) for part in parts])

    def tensors(self, vector: Any) -> dict[str, Any]:
        """Each parameter (..., *shape) as a view of weights (..., P): a tensor or an array."""
        return {
            name: vector[..., begin : begin + size].reshape(*vector.shape[:-1], *shape)
            for name, shape, begin, size in zip(
                self.names, self.shapes, self.offsets[:-1], self.sizes, strict=True
            )
        }

    def filters(self) -> Iterator[tuple[slice, int]]:
        """The part of the vector of each weight of two or more dimensions, and its filters.

        A filter is what leads to one output: a row of a matrix, a kernel over all channels.
        """
        for shape, begin, size in zip(self.shapes, self.offsets[:-1], self.sizes, strict=True):
            if len(shape) >= 2 and size:
                yield slice(begin, begin + size), shape[0]

    def labels(self) -> tuple[str, ...]:
        """The name (P,) of each single weight: `0.weight[2,1]`."""
        return tuple(
            label(name, place)
            for name, shape in zip(self.names, self.shapes, strict=True)
            for place in np.ndindex(*shape)
        )

    def place(self, scalar: str) -> int:
        """Where a single weight is in the vector, by its name: `0.weight[2,1]`.

        Raises RenderError that says what is allowed there.
        """
        name, _, inside = scalar.strip().partition("[")
        if name not in self.names:
            known = ", ".join(self.names[:8]) + (", …" if len(self.names) > 8 else "")
            raise RenderError(f"landscape.plane: no parameter {name!r}: the model trains {known}")
        at = self.names.index(name)
        shape = self.shapes[at]
        try:
            digits = inside.removesuffix("]").strip()
            place = tuple(int(part) for part in digits.split(",")) if digits else ()
            fits = len(place) == len(shape) and all(
                0 <= index < length for index, length in zip(place, shape, strict=True)
            )
        except ValueError:
            fits, place = False, ()
        if not fits:
            first, last = label(name, [0] * len(shape)), label(name, [n - 1 for n in shape])
            raise RenderError(f"landscape.plane: {scalar!r} is none of {first} … {last}")
        return self.offsets[at] + int(np.ravel_multi_index(place, shape) if place else 0)


def label(name: str, place: Sequence[int]) -> str:
    """The name of one weight of a parameter; a parameter that is a number has its own name."""
    return f"{name}[{','.join(map(str, place))}]" if place else name


def _trained(module: Any) -> list[tuple[str, Any]]:
    return [each for each in unwrapped(module).named_parameters() if each[1].requires_grad]
