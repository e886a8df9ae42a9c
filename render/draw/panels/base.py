"""The contract of a panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from render.draw.canvas import Growing
    from render.draw.layout import Cell, Room
    from render.draw.show import Now, Show
    from render.draw.style import Type


@dataclass
class Panel(ABC):
    """One part of the picture; its fields are its options, and it owns its artists.

    `setup` makes them; those in `growing` and `moving` are animated, all others drawn once.
    Importing a panel imports no Matplotlib: what it draws with, it imports in `setup`.
    """

    room_em: ClassVar[tuple[float, float]] = (12, 8)  # least width, height in text heights
    fixed_height: ClassVar[bool] = False
    growing: list[Growing] = field(default_factory=list, init=False)
    moving: list[Artist] = field(default_factory=list, init=False)

    def room(self, show: Show, type_: Type) -> Room:
        """What the panel asks of its cell."""
        from render.draw.layout import Room

        return Room(self.room_em[0] * type_.text, self.room_em[1] * type_.text, self.fixed_height)

    @abstractmethod
    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        """Make the artists and add them to the figure."""

    @abstractmethod
    def update(self, now: Now) -> None:
        """Bring the moving artists to this moment."""

    def add(self, figure: Figure, *artists: Artist, moving: bool = False) -> Any:
        """Add artists to the figure, drawn once or in every frame. Returns the last one."""
        for artist in artists:
            figure.add_artist(artist)
            if moving:
                artist.set_animated(True)
                self.moving.append(artist)
        return artists[-1]

    def grow(self, figure: Figure, artist: Growing) -> None:
        """Add an artist of the growing layer."""
        figure.add_artist(artist)
        artist.set_animated(True)
        self.growing.append(artist)
