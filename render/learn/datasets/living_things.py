"""Four living things and what can be said of each: which of them are alike shows in their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from render.learn.datasets.base import DatasetKind

ITEMS = ("canary", "salmon", "oak", "rose")
PROPERTIES = {  # of each of the items
    "grow": (1, 1, 1, 1),
    "move": (1, 1, 0, 0),
    "roots": (0, 0, 1, 1),
    "fly": (1, 0, 0, 0),
    "swim": (0, 1, 0, 0),
    "leaves": (0, 0, 1, 0),
    "petals": (0, 0, 0, 1),
}
WHITE = 2.0  # of an item's own input, √4: so the mean of x·xᵀ over the items is the identity


@dataclass(frozen=True)
class LivingThingsDataset(DatasetKind):
    """Canary, salmon, oak and rose: 4 inputs, of which each has one, and 7 labels, 0 or 1.

    From Saxe, McClelland & Ganguli 2014 (1312.6120), after Rumelhart. The inputs are white. The
    singular values of the mean of y·xᵀ are √7/2 for what all have in common, √3/2 for animal or
    plant, and twice ½ for what tells two animals, and two plants, apart.
    """

    formula: ClassVar[bool] = False

    @property
    def features(self) -> int:
        return len(ITEMS)

    @property
    def targets(self) -> int:
        return len(PROPERTIES)

    def names(self) -> tuple[str, ...]:
        return (*ITEMS, *PROPERTIES)

    def count(self) -> int:
        return len(ITEMS)

    def points(self) -> tuple[Any, Any]:
        import torch

        labels = torch.tensor([*PROPERTIES.values()], dtype=torch.float32, device="cpu")
        return WHITE * torch.eye(len(ITEMS), dtype=torch.float32, device="cpu"), labels.T
