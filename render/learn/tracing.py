"""Computations as programs: what a model, a loss or an optimizer does, as a list of operations.

A function that takes tensors or arrays is called with symbols instead. Each operation on a symbol
is noted down, so that somebody else, like a page without Python, can do the same operations in
the same order. There is one axis (of points, or of parameters); a symbol is a number or a vector
along it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

UNARY = ("neg", "exp", "log", "sin", "cos", "tan", "tanh", "sqrt", "abs", "sign", "sigmoid")
BINARY = ("add", "sub", "mul", "div", "pow", "min", "max", "le")  # le is 1 where a ≤ b, else 0
# Of x**n by n and by x, as torch has them where n or x is 0.
POWERS = ("pow_by_base", "pow_by_exponent")
INPUTS = ("input", "vector", "const")

Operation = tuple[Any, ...]  # its name and the indices of what it takes, or a name or a number


class UntraceableError(Exception):
    """A computation that cannot be written as a program."""


@dataclass
class Program:
    """Operations in their order. Each is known by its index, and none is there twice."""

    operations: list[Operation] = field(default_factory=list)
    along: list[bool] = field(default_factory=list)  # whether it is a vector
    _known: dict[Operation, int] = field(default_factory=dict)

    def input(self, name: str, true: bool = False) -> Symbol:
        """A number that is given. `true`: an `if` takes it for one that is not 0."""
        symbol = self.add("input", name, along=False)
        return Symbol(self, symbol.index, true)

    def vector(self, name: str) -> Symbol:
        """A vector that is given."""
        return self.add("vector", name, along=True)

    def constant(self, value: float) -> Symbol:
        """A number that never changes."""
        return self.add("const", float(value), along=False)

    def add(self, name: str, *of: Any, along: bool) -> Symbol:
        """An operation, the same one if it is there already."""
        key = (name, *of, math.copysign(1, of[0])) if name == "const" else (name, *of)
        if key not in self._known:
            self._known[key] = len(self.operations)
            self.operations.append((name, *of))
            self.along.append(along)
        return Symbol(self, self._known[key])

    def symbol(self, value: Any) -> Symbol:
        """A value as a symbol of this program. Raises UntraceableError for another kind."""
        if isinstance(value, Symbol) and value.program is self:
            return value
        if isinstance(value, int | float | np.floating | np.integer):
            return self.constant(float(value))
        raise UntraceableError(f"{type(value).__name__} is not a number")

    def written(self, out: Sequence[Symbol]) -> dict[str, Any]:
        """The program as JSON: only what the results need, and where they are.

        A constant that is not finite is a text.
        """
        needed: set[int] = set()
        waiting = [symbol.index for symbol in out]
        while waiting:
            index = waiting.pop()
            if index not in needed:
                needed.add(index)
                waiting.extend(self.taken(index))
        places = {index: place for place, index in enumerate(sorted(needed))}
        return {
            "operations": [self._operation(index, places) for index in places],
            "out": [places[symbol.index] for symbol in out],
        }

    def taken(self, index: int) -> tuple[int, ...]:
        """The indices of the operations whose results one takes."""
        name, *of = self.operations[index]
        return () if name in INPUTS else tuple(of)

    def _operation(self, index: int, places: dict[int, int]) -> list[Any]:
        name, *of = self.operations[index]
        if name == "const":
            return [name, of[0] if math.isfinite(of[0]) else str(of[0])]
        return [name, *of] if name in INPUTS else [name, *(places[taken] for taken in of)]


@dataclass(frozen=True, eq=False)
class Symbol:
    """The result of an operation. It has the operators and methods of tensors and arrays."""

    program: Program
    index: int
    true: bool = False

    __array_ufunc__ = None  # NumPy's numbers leave operators to the symbol

    @property
    def along(self) -> bool:
        """Whether it is a vector along the axis, else a number."""
        return self.program.along[self.index]

    @property
    def number(self) -> float | None:
        """Its value if it is a constant."""
        name, *of = self.program.operations[self.index]
        return float(of[0]) if name == "const" else None

    def __bool__(self) -> bool:
        if self.true:
            return True
        raise UntraceableError("what is computed depends on a comparison")

    def __add__(self, other: Any) -> Symbol:
        return two("add", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return two("add", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return two("sub", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return two("sub", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return two("mul", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return two("mul", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return two("div", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return two("div", other, self)

    def __pow__(self, other: Any) -> Symbol:
        return two("pow", self, other)

    def __rpow__(self, other: Any) -> Symbol:
        return two("pow", other, self)

    def __neg__(self) -> Symbol:
        return self._one("neg")

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return self._one("abs")

    def __getattr__(self, name: str) -> Callable[[], Symbol]:
        if name in UNARY:
            return lambda: self._one(name)
        raise AttributeError(name)

    def clip(self, min: Any = None, max: Any = None) -> Symbol:
        """Its numbers, none below `min` or above `max`."""
        clipped = self if min is None else two("max", self, min)
        return clipped if max is None else two("min", clipped, max)

    clamp = clip

    def sum(self, axis: int = -1, keepdims: bool = True) -> Symbol:
        """The sum along the axis."""
        return self._one("sum") if self.along else self

    def mean(self, axis: int = -1, keepdims: bool = True) -> Symbol:
        """The mean along the axis."""
        return self.sum() / self.count() if self.along else self

    def var(self, axis: int = -1, keepdims: bool = True) -> Symbol:
        """The mean square of the distances from the mean."""
        return ((self - self.mean()) ** 2).mean()

    def count(self) -> Symbol:
        """The length of the axis."""
        return self.program.add("count", along=False)

    def _one(self, name: str) -> Symbol:
        along = self.along and name != "sum"
        return self.program.add(name, self.index, along=along)


def two(name: str, left: Any, right: Any) -> Symbol:
    """An operation on two values, at least one a symbol; what changes nothing is left out."""
    program = (left if isinstance(left, Symbol) else right).program
    a, b = program.symbol(left), program.symbol(right)
    if name == "mul" and 1.0 in (a.number, b.number):
        return b if a.number == 1.0 else a
    if name in ("pow", "div") and b.number == 1.0:
        return a
    return program.add(name, a.index, b.index, along=a.along or b.along)


@dataclass(frozen=True, eq=False)
class Stacked:
    """Numbers (P,) one by one, for sums over the parameters."""

    each: tuple[Symbol, ...]

    def __abs__(self) -> Stacked:
        return Stacked(tuple(abs(one) for one in self.each))

    def __pow__(self, power: float) -> Stacked:
        return Stacked(tuple(one**power for one in self.each))

    def __mul__(self, factor: Any) -> Stacked:
        return Stacked(tuple(one * factor for one in self.each))

    __rmul__ = __mul__

    def abs(self) -> Stacked:
        return abs(self)

    def sum(self, axis: int = -1) -> Symbol:
        """The sum over the parameters."""
        total, *others = self.each
        for one in others:
            total = total + one
        return total


def gradient(of: Symbol, by: Sequence[Symbol]) -> tuple[Symbol, ...]:
    """The derivatives of a number by numbers, in the order of torch's own operations.

    Backpropagation, as torch.autograd has it (derivatives.yaml of PyTorch). Raises
    UntraceableError for an operation whose derivative is not known.
    """
    program = of.program
    last = of.index
    active = [False] * (last + 1)  # whether it depends on what is derived by
    for index in range(last + 1):
        own = any(symbol.index == index for symbol in by)
        active[index] = own or any(active[taken] for taken in program.taken(index))
    slopes: dict[int, Symbol] = {last: program.constant(1.0)}
    for index in range(last, -1, -1):
        if index not in slopes or not active[index]:
            continue
        symbol, slope = Symbol(program, index), slopes[index]
        for taken, part in zip(program.taken(index), _backward(symbol, slope), strict=True):
            if part is None or not active[taken]:
                continue
            fitted = _fitted(part, symbol.along, program.along[taken])
            slopes[taken] = slopes[taken] + fitted if taken in slopes else fitted
    zero = program.constant(0.0)
    return tuple(slopes.get(symbol.index, zero) for symbol in by)


def _fitted(slope: Symbol, along: bool, wanted: bool) -> Symbol:
    """A slope of an operation as one of what it takes: summed up for a number in a vector."""
    if not along or wanted:
        return slope
    return slope.sum() if slope.along else slope * slope.count()


def _backward(result: Symbol, slope: Symbol) -> tuple[Symbol | None, ...]:
    """The slopes of what an operation takes, from that of its result; None where it is 0."""
    program = result.program
    name = program.operations[result.index][0]
    of = [Symbol(program, index) for index in program.taken(result.index)]
    if len(of) == 2:
        return _backward_of_two(name, of[0], of[1], result, slope)
    if not of:
        return ()
    (x,) = of
    rules: dict[str, Callable[[], Symbol | None]] = {
        "neg": lambda: -slope,
        "exp": lambda: slope * result,
        "log": lambda: slope / x,
        "sin": lambda: slope * x.cos(),
        "cos": lambda: slope * -x.sin(),
        "tan": lambda: slope * (1 + result**2),
        "tanh": lambda: slope * (1 - result**2),
        "sqrt": lambda: slope / (2 * result),
        "abs": lambda: slope * x.sign(),
        "sign": lambda: None,
        "sigmoid": lambda: slope * (1 - result) * result,
        "sum": lambda: slope,
    }
    return (rules[name](),)


def _backward_of_two(
    name: str, a: Symbol, b: Symbol, result: Symbol, slope: Symbol
) -> tuple[Symbol | None, Symbol | None]:
    match name:
        case "add":
            return slope, slope
        case "sub":
            return slope, -slope
        case "mul":
            return slope * b, slope * a
        case "div":
            return slope / b, -slope * ((a / b) / b)
        case "pow" if b.number is not None:
            return (None if b.number == 0 else slope * (b.number * a ** (b.number - 1))), None
        case "pow":
            return slope * two(POWERS[0], a, b), slope * two(POWERS[1], a, b)
        case "min" if b.number is not None:
            return slope * two("le", a, b), None
        case "max" if b.number is not None:
            return slope * two("le", b, a), None
        case "le":
            return None, None
    raise UntraceableError(f"the derivative of {name} is not known")
