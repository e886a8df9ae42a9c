"""The contract of a known function, and how a YAML file becomes one.

    description: "Himmelblau's function: four minima, all equally deep."
    source: D. M. Himmelblau, Applied Nonlinear Programming (1972).
    formula: (x1² + x2 − 11)² + (x1 + x2² − 7)²
    start: {x1: 0, x2: 0}
    extents: {x1: [-5, 5], x2: [-5, 5]}
    minima: [[3, 2], [-2.8, 3.1], …]

The keys of `start` are the parameters, in the order in which each minimum lists them.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from render.config.options import Number, Options
from render.learn.formula import Formula, read
from render.learn.notation import as_python
from render.learn.yaml_table import docstring, read_table

Place = tuple[float, ...]  # (P,), one number for each parameter
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # in a formula: the w of 2w⁴, the x1 of x1²


@dataclass(frozen=True)
class NamedFunction(Options, ABC):
    """A well-known function of P parameters."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of its parameters if the config gives none."""

    @property
    @abstractmethod
    def start(self) -> Place:
        """The start of a descent if the config gives none."""

    @property
    def extents(self) -> tuple[tuple[float, float], ...] | None:
        """The range over which each parameter is usually drawn."""
        return None

    @abstractmethod
    def __call__(self, *values: Any) -> Any:
        """Its value at P tensors or arrays, which broadcast."""

    @abstractmethod
    def minima(self) -> tuple[Place, ...]:
        """Every minimum (P,), local ones too."""

    @abstractmethod
    def written(self, *names: str) -> str:
        """Its formula in mathematical notation, with these names."""


@dataclass(frozen=True)
class FunctionFacts(Options):
    """The facts in the YAML file of a function."""

    description: Annotated[str, Field(description="what its surface looks like")]
    source: Annotated[str, Field(description="who published it, or where it is used")]
    formula: Annotated[str, Field(description="as people write it: 2w⁴ − 9·sin(2π·w)")]
    start: Annotated[dict[str, Number], Field(min_length=1, description="of each parameter")]
    minima: Annotated[tuple[tuple[Number, ...], ...], Field(description="every one, or []")]
    extents: Annotated[
        dict[str, tuple[Number, Number]] | None, Field(description="the range that is drawn")
    ] = None

    def __post_init__(self) -> None:
        if self.extents is not None and [*self.extents] != [*self.start]:
            raise ValueError(f"extents: expected {', '.join(self.start)}, as in start")
        if any(len(place) != len(self.start) for place in self.minima):
            raise ValueError(f"minima: expected {len(self.start)} numbers in each")
        _ = self.value  # raises ValueError for a faulty formula

    @cached_property
    def value(self) -> Formula:
        """The formula as a function."""
        return read(as_python(self.formula), tuple(self.start))


class TableFunction(NamedFunction):
    """A function that a YAML file defines."""

    facts: ClassVar[FunctionFacts]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.facts.start)

    @property
    def start(self) -> Place:
        return tuple(self.facts.start.values())

    @property
    def extents(self) -> tuple[tuple[float, float], ...] | None:
        return tuple(self.facts.extents.values()) if self.facts.extents else None

    def __call__(self, *values: Any) -> Any:
        return self.facts.value(*values)

    def minima(self) -> tuple[Place, ...]:
        return self.facts.minima

    def written(self, *names: str) -> str:
        called = dict(zip(self.names, names, strict=True))
        return NAME.sub(lambda match: called.get(match[0], match[0]), self.facts.formula)


def from_table(file: Path) -> type[NamedFunction]:
    """The class that a YAML file describes. Raises ConfigError for a file with mistakes."""
    facts = read_table(file, FunctionFacts)
    text = docstring(facts.formula, facts.description, facts.source)
    return type(file.stem, (TableFunction,), {"__doc__": text, "facts": facts})
