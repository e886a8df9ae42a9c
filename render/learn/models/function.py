"""A function of the parameters that is the loss itself, without any data."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Discriminator, Field, Tag

from render import registry
from render.config.options import Number, Parameter, Start
from render.config.problems import shown, unknown
from render.learn.datasets.base import DatasetKind
from render.learn.formula import CONSTANTS, FUNCTIONS, Formula, read
from render.learn.functions.base import NamedFunction
from render.learn.losses.base import Loss
from render.learn.models.base import Model, written
from render.learn.notation import as_torch
from render.recording import Dataset

FOLDER = "learn/functions"
DEFAULT = "quadratic"
MAX_PARAMETERS = 20
MAX_NAME_LETTERS = 12  # of a parameter's name; a film has no room for more
LANDSCAPE_KEYS = ("grid", "scale", "flip_bias")  # the names of other options beside parameters
CSV_COLUMNS = ("run", "step", "epoch", "loss", "batch_loss", "lr")


def _branch(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else "names"


Starts = Annotated[
    Annotated[dict[str, Start], Tag("names")] | Annotated[tuple[Start, ...], Tag("list")],
    Discriminator(_branch),
    Field(description="where each parameter starts: {x1: -5, x2: -2}, or a list"),
]


@dataclass(frozen=True)
class FunctionModel(Model):
    """The loss is a function of the parameters: one known by name, or a formula.

    When neither is given it is the quadratic.
    """

    name: Annotated[str | None, Field(strict=True, description="of a known function")] = None
    formula: Annotated[
        str | None,
        Field(
            strict=True,
            description="of the parameters: x1**2 + 3*x2**2",
            examples=["x1**2 + 3*x2**2 + sin(3*x1)"],
        ),
    ] = None
    axes: Annotated[
        tuple[Number, ...] | None,
        Field(description="of quadratic: [0.1, 2] is 0.1·x1² + 2·x2²"),
    ] = None
    start: Starts | None = None

    needs_data: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.name is not None and self.formula is not None:
            raise ValueError("give a name or a formula, not both")
        if not self.known and self.start is None:
            example = "it names the parameters of a formula, like {x1: 1, x2: 2}"
            raise ValueError(f"start: missing; {example}")
        if self.known and self._name not in registry.names(FOLDER):
            raise ValueError(f"name: {unknown('function', self._name, registry.names(FOLDER))}")
        if self.axes is not None and not self._takes_axes:
            owner = self._name if self.known else "a formula"
            raise ValueError(f"axes: {owner} has no axes; leave them out")
        if self.start is not None:
            self._check_count(len(self.start))
        for name in self.parameters():
            _check_name(name)
        values = {name: start.value for name, start in self.parameters().items()}
        with np.errstate(all="ignore"):
            value = self.predict(values, np.zeros(()))
        if not np.isfinite(value):
            raise ValueError(f"start: the function is {value} there, expected a finite number")

    def _check_count(self, given: int) -> None:
        if not 1 <= given <= MAX_PARAMETERS:
            allowed = f"from 1 to {MAX_PARAMETERS} parameters"
            raise ValueError(f"start: expected {allowed}, found {given}")
        if self.known and given != (expected := len(_named(self._name, self.axes).names)):
            has = f"{self._name} has {expected} parameter{'s' * (expected != 1)}"
            hint = ": give as many axes" if self._takes_axes else ""
            raise ValueError(f"start: {has}, found {given}{hint}")

    @property
    def known(self) -> bool:
        """Whether it is a well-known function, whose minima are all known."""
        return self.formula is None

    @property
    def title(self) -> str:
        return self.name or ""

    @property
    def formula_text(self) -> str:
        """For captions: `0.1·x1² + 2·x2²`, or the formula as the config has it."""
        return self._function.written(*self.parameters())

    def minima(self) -> tuple[dict[str, float], ...] | None:
        if not self.known:
            return None
        names, places = self.parameters(), self._function.minima()
        return tuple(dict(zip(names, place, strict=True)) for place in places)

    def without_data(self) -> tuple[DatasetKind, Loss]:
        return NoDataset(), FunctionLoss()

    def extents(self) -> dict[str, tuple[float, float]]:
        return dict(zip(self.parameters(), self._function.extents or (), strict=False))

    def parameters(self) -> dict[str, Parameter]:
        if isinstance(self.start, dict):
            return dict(self.start)
        if self.formula is not None:
            return {f"x{i}": start for i, start in enumerate(self.start or (), 1)}
        named = _named(self._name, self.axes)
        starts = self.start or tuple(Parameter(value) for value in named.start)
        return dict(zip(named.names, starts, strict=True))

    def labels(self) -> dict[str, str]:
        return {name: name for name in self.parameters()}

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        """The function's value, the same at every x."""
        value = self._function(*(_numpy(values[name]) for name in self.parameters()))
        return value + 0.0 * x

    def equation(self, values: Mapping[str, float | str]) -> str:
        return f"f({', '.join(written([(values[name], '')]) for name in self.parameters())})"

    def torch(self, inputs: Sequence[str]) -> str:
        return as_torch(self.formula_text, self.parameters())

    @property
    def _takes_axes(self) -> bool:
        """Whether it is a known function with an option `axes`."""
        if not self.known:
            return False
        return "axes" in {field.name for field in fields(registry.member(FOLDER, self._name))}

    @property
    def _name(self) -> str:
        return DEFAULT if self.name is None else self.name

    @property
    def _function(self) -> NamedFunction | Formula:
        if self.formula is None:
            return _named(self._name, self.axes)
        return read(self.formula, tuple(self.parameters()))


@lru_cache(maxsize=64)  # a model needs it at every step
def _named(name: str, axes: tuple[float, ...] | None) -> NamedFunction:
    options = {} if axes is None else {"axes": axes}
    named: NamedFunction = registry.member(FOLDER, name)(**options)
    return named


def _numpy(value: Any) -> Any:
    """Python's numbers as NumPy's, which become inf where Python raises OverflowError."""
    return np.float64(value) if isinstance(value, int | float) else value


def _check_name(name: str) -> None:
    """Raise ValueError for a name that a formula, a config or a table can't have."""
    fault = ""
    if len(name) > MAX_NAME_LETTERS:
        fault = f"expected at most {MAX_NAME_LETTERS} letters"
    elif not name.isidentifier() or keyword.iskeyword(name):
        fault = "expected letters, digits and _, no digit first, and no word of Python's"
    elif unicodedata.normalize("NFKC", name) != name:
        fault = f"write it as {unicodedata.normalize('NFKC', name)}"
    elif name in FUNCTIONS or name in CONSTANTS:
        fault = f"in a formula {', '.join((*FUNCTIONS, *CONSTANTS))} mean something else"
    elif name in (*LANDSCAPE_KEYS, *CSV_COLUMNS) or name.startswith("grad_"):
        taken = ", ".join((*LANDSCAPE_KEYS, *CSV_COLUMNS))
        fault = f"{taken} and grad_… mean something else"
    if fault:
        raise ValueError(f"start: '{shown(name)}' can't name a parameter: {fault}")


@dataclass(frozen=True)
class NoDataset(DatasetKind):
    """One point at 0, which no model uses, so that the mean is the value of the function."""

    def points(self) -> tuple[Any, Any]:
        import torch

        zero = torch.zeros(1, 1, dtype=torch.float32, device="cpu")
        return zero, zero.clone()

    def make(self, seed: int) -> Dataset:
        return Dataset(np.zeros(1), np.zeros(1))


@dataclass(frozen=True)
class FunctionLoss(Loss):
    """The loss of a model without data: the prediction itself, for there is no label."""

    def pointwise(self, yhat: Any, y: Any) -> Any:
        return yhat
