"""The options that datasets share: evenly spaced inputs, outliers, validation data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Flag, Integer, Number, Options, Positive

MOST = 1_000_000  # points of a dataset

Noise = Annotated[Number, Field(ge=0, description="standard deviation of what is added to y")]
Index = Annotated[Integer, Field(ge=0)]


@dataclass(frozen=True)
class Steps(Options):
    """Evenly spaced inputs, `torch.arange(start, stop, step)`: stop itself is left out."""

    start: Annotated[Number, Field(description="the first one")] = -3.0
    stop: Annotated[Number, Field(description="where they end; left out itself")] = 3.0
    step: Annotated[Positive, Field(description="from one to the next")] = 0.1

    def __post_init__(self) -> None:
        if not 1 < (self.stop - self.start) / self.step <= MOST:
            raise ValueError(f"start, stop and step must give between 2 and {MOST:,} points")

    @property
    def count(self) -> int:
        """How many points torch.arange makes of it."""
        return math.ceil((self.stop - self.start) / self.step)

    def column(self) -> Any:
        """The inputs as a float32 tensor (N, 1)."""
        import torch

        return torch.arange(self.start, self.stop, self.step, dtype=torch.float32).view(-1, 1)


@dataclass(frozen=True)
class Outlier(Options):
    """Labels of the training data that are set to a wrong value, as in lab 3.6."""

    at: Annotated[
        Index | tuple[Index, Index],
        Field(description="a point's number from 0, or [first, end] with end left out"),
    ]
    y: Annotated[Number, Field(description="the value they are set to")]

    def __post_init__(self) -> None:
        if self.first >= self.end:
            raise ValueError(f"at: expected [first, end] with first < end, found {[*self._pair]}")

    @property
    def first(self) -> int:
        """The first point."""
        return self._pair[0]

    @property
    def end(self) -> int:
        """The point after the last."""
        return self._pair[1]

    @property
    def _pair(self) -> tuple[int, int]:
        return self.at if isinstance(self.at, tuple) else (self.at, self.at + 1)


@dataclass(frozen=True)
class Validation(Options):
    """Points that training never sees: a share of the data held out, or a second, clean set."""

    fraction: Annotated[
        Annotated[Number, Field(gt=0, lt=1)] | None,
        Field(description="share of the points that is held out, chosen by the seed"),
    ] = None
    fresh: Annotated[
        Flag, Field(description="a second set at the same x: noise drawn anew, no outliers")
    ] = False

    def __post_init__(self) -> None:
        if (self.fraction is not None) == self.fresh:
            raise ValueError("expected either 'fraction' or 'fresh: true'")

    def held_out(self, count: int) -> int:
        """How many of the points are held out."""
        return 0 if self.fraction is None else round(self.fraction * count)
