"""Formulas of a config as functions of tensors or arrays.

Python never runs the text: it is parsed, and a function is built from the operators and
functions listed here; anything else is refused. All numbers are float64 before anything is
computed, so that 9**9**9 is inf at once.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np

from render.config.problems import Fault, Span, nearest, shown
from render.learn import elementwise

MAX_LETTERS = 500
MAX_SIZE = 200  # numbers, names and operations
MAX_DEPTH = 30  # levels of nested parts; a long sum counts as one level
PUNCTUATION = frozenset("+-*/()., _")
FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "sin": elementwise.sin,
    "cos": elementwise.cos,
    "tan": elementwise.tan,
    "exp": elementwise.exp,
    "log": elementwise.log,
    "sqrt": elementwise.sqrt,
    "tanh": elementwise.tanh,
    "abs": abs,
}
CONSTANTS = {"pi": math.pi, "e": math.e}
OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
SIGNS: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
REPLACEMENTS = {
    "^": "**",
    "²": "**2",
    "³": "**3",
    "·": "*",
    "×": "*",
    "÷": "/",
    "−": "-",
    "π": "pi",
}

Code = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Formula:
    """A function from the config's text; its minima are not known."""

    text: str
    names: tuple[str, ...]
    code: Code

    extents = None

    def __call__(self, *values: Any) -> Any:
        """Its value at tensors or arrays, one for each name; nan or inf where it is undefined."""
        with np.errstate(all="ignore"):
            return self.code(dict(zip(self.names, values, strict=True)))

    def minima(self) -> tuple[tuple[float, ...], ...]:
        return ()

    def written(self, *names: str) -> str:
        return self.text


@lru_cache(maxsize=64)  # a model needs it at every step
def read(text: str, names: tuple[str, ...]) -> Formula:
    """The formula of these parameters. Raises ValueError, which says what is allowed."""
    text = text.strip()
    tree = _parsed(text)
    size = sum(isinstance(node, ast.expr) for node in ast.walk(tree))
    if size > MAX_SIZE:
        raise ValueError(
            f"formula: expected at most {MAX_SIZE} numbers and operations, found {size}"
        )
    code = _Reader(text, names).code(tree)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if unused := [name for name in names if name not in used]:
        raise ValueError(f"formula: never uses {', '.join(unused)}")
    return Formula(text, names, code)


def _parsed(text: str) -> ast.expr:
    """The syntax tree of a text. Its length and letters are checked first. Raises ValueError."""
    if not 0 < len(text) <= MAX_LETTERS:
        raise ValueError(
            f"formula: expected from 1 to {MAX_LETTERS} characters, found {len(text):,}"
        )
    for column, letter in enumerate(text, 1):
        if not (letter.isalnum() or letter in PUNCTUATION) or letter in REPLACEMENTS:
            hint = (
                f"; write {REPLACEMENTS[letter]}" if letter in REPLACEMENTS else f"; {_allowed()}"
            )
            message = f"formula: {letter!r} at column {column} is not allowed{hint}"
            raise Fault(message, Span(text, column - 1, 1))
    fault, span = "formula: nested too deeply", Span(text, 0, len(text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of `1or x`
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        column = error.offset or 0
        rest = text[column - 1 :] if 0 < column <= len(text) else ""
        span = Span(text, column - 1, 1) if rest else Span(text, len(text), 1)
        where = f"at column {column}, near '{shown(rest, 10)}'" if rest else "to its end"
        fault = f"formula: can't be read {where}; write it like x1**2 + 3*x2**2"
    except (RecursionError, MemoryError, ValueError):
        pass
    raise Fault(fault, span)


@dataclass(frozen=True)
class _Reader:
    """Turns the syntax tree of one formula into functions."""

    text: str
    names: Sequence[str]

    def code(self, node: ast.expr, depth: int = 1) -> Code:
        """A function that computes the node from the parameters' values. Raises ValueError."""
        if depth > MAX_DEPTH:
            raise ValueError(f"formula: nested more than {MAX_DEPTH} deep")
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return _constant(self._float(node, number))
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.UnaryOp(op=sign, operand=inner) if type(sign) in SIGNS:
                return _one(SIGNS[type(sign)], self.code(inner, depth + 1))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                # The left side of a long sum is a sum itself.
                parts = self.code(left, depth), self.code(right, depth + 1)
                return _two(OPERATORS[type(op)], *parts)
            case ast.Call():
                return self._call(node, depth)
        self._refuse(node, f"'{self._part(node)}' is not allowed; {_allowed()}")

    def _float(self, node: ast.expr, number: float) -> float:
        try:
            value = float(number)
        except OverflowError:
            value = math.inf
        if math.isinf(value):
            self._refuse(node, f"the number {self._part(node)} is too large")
        return value

    def _name(self, node: ast.expr, name: str) -> Code:
        if name in self.names:
            return lambda values: values[name]
        if name in CONSTANTS:
            return _constant(CONSTANTS[name])
        if name in FUNCTIONS:
            self._refuse(node, f"'{name}' needs what it is taken of, like {name}({self.names[0]})")
        hint = nearest(name, (*self.names, *CONSTANTS, *FUNCTIONS)) or ";"
        named = f"the parameters are {', '.join(self.names)}, as start names them"
        self._refuse(node, f"unknown name '{shown(name)}'{hint} {named}")

    def _call(self, node: ast.Call, depth: int) -> Code:
        called = self._part(node.func)
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            hint = nearest(called, FUNCTIONS) or "; for a product write *;"
            message = f"calls to '{called}' are not allowed{hint} allowed: {_listed()}"
            self._refuse(node.func, message)
        if len(node.args) != 1 or node.keywords:
            self._refuse(node, f"{called} takes one value, found '{self._part(node)}'")
        return _one(FUNCTIONS[node.func.id], self.code(node.args[0], depth + 1))

    def _part(self, node: ast.expr) -> str:
        return shown(ast.get_source_segment(self.text, node) or "", 40)

    def _refuse(self, node: ast.expr, message: str) -> NoReturn:
        # Python counts columns in bytes.
        raw = self.text.encode()
        start, end = node.col_offset, node.end_col_offset or len(raw)
        before, part = raw[:start].decode(), raw[start:end].decode()
        raise Fault(f"formula: {message}", Span(self.text, len(before), len(part)))


def _constant(number: float) -> Code:
    value = np.float64(number)  # Python's floats raise in powers and divisions
    return lambda values: value


def _one(function: Callable[[Any], Any], inner: Code) -> Code:
    return lambda values: function(inner(values))


def _two(function: Callable[[Any, Any], Any], left: Code, right: Code) -> Code:
    return lambda values: function(left(values), right(values))


def _listed() -> str:
    return ", ".join(FUNCTIONS)


def _allowed() -> str:
    return f"allowed: + - * / **, parentheses, numbers, parameters, pi, e, {_listed()}"
