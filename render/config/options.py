"""The field types that options are declared with: strict numbers, ranges, unknown keys refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Integer = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Positive = Annotated[Number, Field(gt=0)]
Count = Annotated[Integer, Field(ge=1)]


@dataclass(frozen=True)
class Options:
    """Base of everything that YAML can spell out: a frozen dataclass, its fields the keys."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    aliases: ClassVar[tuple[str, ...]] = ()
