"""Formulas and calls as text: translates the notation of films to Python and PyTorch."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SIGNS = str.maketrans({"·": "*", "−": "-", "π": "pi"})
IN_TORCH = frozenset({"sin", "cos", "tan", "exp", "log", "sqrt", "tanh"})
NOT_IN_TORCH = "  # not in torch"  # after a line for which PyTorch has no function


def as_python(text: str) -> str:
    """`2w⁴ − 9·sin(2π·w)` with Python's signs: `2*w**4 - 9*sin(2*pi*w)`."""
    text = re.sub(f"[{POWERS}]+", lambda m: "**" + _digits(m.group()), text)
    # A number right before a name is a factor, unless it is the 1 of 1e5.
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)(?=[^\W\d_])(?!e[+-]?\d)", r"\1*", text)
    return text.translate(SIGNS)


def as_torch(text: str, names: Collection[str]) -> str:
    """`2w⁴ − 9·sin(2π·w)` as `2 * w**4 - 9 * torch.sin(2 * torch.pi * w)`.

    `names` are the parameters, which are tensors. Raises SyntaxError for what isn't a formula.
    """
    tree = _ForTorch(names).visit(ast.parse(as_python(text), mode="eval"))
    return ast.unparse(tree).replace(" ** ", "**")


def _digits(power: str) -> str:
    return "".join(str(POWERS.index(digit)) for digit in power)


class _ForTorch(ast.NodeTransformer):
    """Uses torch's functions for parameters, and Python's for numbers only."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def visit_Call(self, node: ast.Call) -> ast.AST:
        used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in IN_TORCH:
            module = "torch" if used & {*self.names} else "math"
            node.func = ast.Attribute(ast.Name(module), node.func.id)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "pi":
            return ast.Attribute(ast.Name("torch"), "pi")
        return ast.Attribute(ast.Name("math"), "e") if node.id == "e" else node


def call(name: str, *arguments: str, **options: Any) -> str:
    """`call("Adam", "[w]", lr=0.1)` is `Adam([w], lr=0.1)`."""
    return f"{name}({', '.join((*arguments, *(f'{k}={v!r}' for k, v in options.items())))})"


def changed_options(member: Any, without: Collection[str] = ()) -> Mapping[str, Any]:
    """The options of a dataclass that differ from its defaults, in the order of its fields."""
    usual = type(member)()
    return {
        field.name: value
        for field in fields(member)
        if field.name not in without
        and (value := getattr(member, field.name)) != getattr(usual, field.name)
    }
