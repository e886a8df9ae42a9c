"""The contract of an optimizer: an update rule without state of its own.

`init(param) -> state`, `step(param, grad, state) -> (param, state)`, called once for each
parameter tensor; whatever the rule remembers travels in `state`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from render.config.options import Options, Positive

LearningRate = Annotated[
    Positive,
    Field(
        description="learning rate: the share of the gradient taken off in a step",
        validation_alias=AliasChoices("lr", "learning_rate"),
    ),
]


@dataclass(frozen=True)
class Optimizer(Options, ABC):
    """How a gradient becomes a step."""

    lr: LearningRate = 0.1

    @abstractmethod
    def init(self, param: Any) -> Any:
        """The state before the first step; None for a rule that remembers nothing."""

    @abstractmethod
    def step(self, param: Any, grad: Any, state: Any) -> tuple[Any, Any]:
        """The parameter after one update and the new state; tensors in, new tensors out."""
