"""The contract of a panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell, Room


@dataclass
class DrawnPanel(ABC):
    """One part of the picture. Its fields are its options in the config.

    Importing a panel imports no Matplotlib: what it draws with, it imports in `setup`.
    """

    room_em: ClassVar[tuple[float, float]] = (12, 8)  # smallest width and height, in text heights
    fixed_height: ClassVar[bool] = False

    def room(self, layers: Layers, context: Context) -> Room:
        """The size that the panel needs of its cell."""
        from render.draw.layout import Room

        width, height = (em * layers.type.text for em in self.room_em)
        return Room(width, height, self.fixed_height)

    @abstractmethod
    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        """Make the artists and add each to its layer. Raises RenderError."""

    @abstractmethod
    def update(self, state: FrameState) -> None:
        """Bring the moving artists to this frame."""
