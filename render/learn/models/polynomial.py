"""A polynomial in one feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from render.config.options import Count, Parameter, Start
from render.learn.models.base import Model, written
from render.phrases import phrase

MAX_DEGREE = 20  # on [-6, 6] x^20 has the range of all digits of double precision
MAX_TERMS = 4  # terms in the equation; of more only the first two and the last are written
MAX_TENSORS = 3  # in the code panel; more coefficients are one tensor c
DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _enough(starts: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    if not 2 <= len(starts) <= MAX_DEGREE + 1:
        raise ValueError(f"expected from 2 to {MAX_DEGREE + 1} coefficients, found {len(starts)}")
    return starts


Coefficients = Annotated[
    tuple[Start, ...],
    AfterValidator(_enough),
    Field(
        description="c0, c1, …: where each starts; their number decides the degree",
        json_schema_extra={"minItems": 2, "maxItems": MAX_DEGREE + 1},
    ),
]


@dataclass(frozen=True)
class PolynomialModel(Model):
    """ŷ = c0 + c1·x + c2·x² + …

    With `degree` (2 when left out) all coefficients start at 0; with `coefficients` each has
    its start, and their number gives the degree.
    """

    degree: Annotated[
        Count | None, Field(le=MAX_DEGREE, description="the highest power of x; 2 when left out")
    ] = None
    coefficients: Coefficients | None = None

    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        given = self.coefficients
        if self.degree is not None and given is not None and len(given) != self.degree + 1:
            raise ValueError(
                f"degree {self.degree} has {self.degree + 1} coefficients, found {len(given)}:"
                " leave one of the two out"
            )

    def parameters(self) -> dict[str, Parameter]:
        starts = self.coefficients or (Parameter(),) * (1 + (self.degree or 2))
        return {f"c{power}": start for power, start in enumerate(starts)}

    def labels(self) -> dict[str, str]:
        return {name: phrase("coefficient {name}", name=name) for name in self.parameters()}

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        highest, *lower = reversed(self.parameters())
        total = values[highest]
        for name in lower:  # Horner's rule
            total = total * x + values[name]
        return total

    def equation(self, values: Mapping[str, float | str]) -> str:
        starts = self.parameters().items()
        terms = [(values[name], _power(name)) for name, start in starts if not start.absent]
        if len(terms) > MAX_TERMS:
            (number, unit), last = terms[1], terms[-1]
            terms = [terms[0], (number, f"{unit} …"), last]
        return f"ŷ = {written(terms)}"

    @property
    def torch_vector(self) -> str:
        starts = self.parameters().values()
        return "c" if len(starts) > MAX_TENSORS and not any(s.frozen for s in starts) else ""

    def torch(self, inputs: Sequence[str]) -> str:
        (x,) = inputs
        count = len(self.parameters())
        if self.torch_vector:
            return f"sum(c[k] * {x}**k for k in range({count}))"
        powers = ["", x, *(f"{x}**{power}" for power in range(2, count))]
        return self.torch_sum([*zip(self.parameters(), powers, strict=True)])


def _power(name: str) -> str:
    """The name of the coefficient of a power: `c2` of x²."""
    return {"c0": "", "c1": "x"}.get(name, f"x{name[1:].translate(DIGITS)}")
