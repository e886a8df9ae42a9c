"""Formulas as people write them in, Python that torch can run out."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
IN_TORCH = frozenset({"sin", "cos", "tan", "exp", "log", "sqrt", "tanh"})
SIGNS = str.maketrans({"·": "*", "−": "-", "π": "pi"})


def in_python(text: str, names: Collection[str]) -> str:
    """`2w⁴ − 9·sin(πw)` as `2 * w**4 - 9 * torch.sin(torch.pi * w)`.

    Raises SyntaxError for what isn't a formula.
    """
    text = re.sub(f"[{POWERS}]+", lambda m: "**" + _plain(m.group()), text)
    # A number right before a name is a factor, unless it is the 1 of 1e5.
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)(?=[^\W\d_])(?!e[+-]?\d)", r"\1*", text)
    tree = _ForTorch(names).visit(ast.parse(text.translate(SIGNS), mode="eval"))
    return ast.unparse(tree).replace(" ** ", "**")


def _plain(power: str) -> str:
    return "".join(str(POWERS.index(digit)) for digit in power)


class _ForTorch(ast.NodeTransformer):
    """Functions of parameters become torch's, those of numbers alone Python's."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def visit_Call(self, node: ast.Call) -> ast.AST:
        used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in IN_TORCH:
            room = "torch" if used & {*self.names} else "math"
            node.func = ast.Attribute(ast.Name(room), node.func.id)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "pi":
            return ast.Attribute(ast.Name("torch"), "pi")
        return ast.Attribute(ast.Name("math"), "e") if node.id == "e" else node
