"""The types that options of a config are declared with: strict numbers, with ranges.

Unknown keys are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Integer = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Positive = Annotated[Number, Field(gt=0)]
Count = Annotated[Integer, Field(ge=1)]


@dataclass(frozen=True)
class Options:
    """The base of all options: a frozen dataclass whose fields are the keys in YAML."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    aliases: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Parameter(Options):
    """A parameter's starting value, and whether training leaves it alone."""

    value: Annotated[Number, Field(description="where it starts")] = 0.0
    frozen: Annotated[Flag, Field(description="whether it keeps that value")] = False

    @property
    def absent(self) -> bool:
        """Whether it is frozen at 0, so that equations leave it out."""
        return self.frozen and self.value == 0


def _bare_number(value: Any) -> Any:
    """`weight: -10` is short for `weight: {value: -10}`."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value} if plain else value


Start = Annotated[Parameter, BeforeValidator(_bare_number)]
