"""The panels of a film on one figure, which draws the frame of any moment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from io import BytesIO
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure

from render import registry
from render.cells import Arrangement, Cell, Needs, Type, arrange
from render.draw.canvas import GrowingArtist, GrowingGroup, LayeredCanvas
from render.draw.context import Context, FrameState
from render.draw.layers import Layers
from render.draw.prints import NO_PRINTS, Prints
from render.draw.style import DPI, house_style
from render.draw.wording import Wording
from render.errors import EncodeError
from render.recording import Pixels, own_errstate
from render.scene import PANELS, Scene
from render.scene import Panel as ScenePanel
from render.timeline.camera import Camera
from render.timeline.plan import Moment

if TYPE_CHECKING:
    from render.draw.panels.base import DrawnPanel


@dataclass(frozen=True)
class Share:
    """Artists of a stage, by their layers."""

    still: tuple[Artist, ...]
    growing: tuple[GrowingArtist, ...]
    moving: tuple[Artist, ...]

    @classmethod
    def of(cls, figure: Figure, layers: Layers) -> Share:
        """All of those that are there."""
        moving = {*layers.moving}
        still = (artist for artist in figure.get_children() if artist not in moving)
        return cls((*still,), (*layers.growing,), (*layers.moving,))

    def since(self, before: Share) -> Share:
        """Those that were not there before, in the order in which they are drawn."""
        known = {*before.still}
        still = sorted((a for a in self.still if a not in known), key=Artist.get_zorder)
        moving = sorted(self.moving[len(before.moving) :], key=Artist.get_zorder)
        return Share((*still,), self.growing[len(before.growing) :], (*moving,))


class Stage:
    """All panels of a film, set up once; `draw` brings them to a moment.

    A frame is a pure function of its moment: it has the same pixels in whatever order frames are
    drawn. Setting up and drawing enter `house_style()` by themselves, so neither the user's
    Matplotlib settings nor other threads change a pixel, and our settings don't outlast a call.
    """

    def __init__(
        self,
        context: Context,
        scene: Scene,
        size_px: tuple[int, int],
        cameras: tuple[Camera, ...],
        prints: Prints = NO_PRINTS,
    ) -> None:
        """`prints` are of earlier stages; what has the same inputs there is not drawn again."""
        self.context, self.prints = context, prints
        self.size_px = size_px
        with drawing():
            self._set_up(scene, cameras)

    def _set_up(self, scene: Scene, cameras: tuple[Camera, ...]) -> None:
        context, size_px = self.context, self.size_px
        width, height = size_px
        self.figure = Figure(
            figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=context.theme.background
        )
        self.canvas = LayeredCanvas(self.figure)
        self.layers = layers = _layers(context, self.figure, size_px, cameras, self.prints)
        panels, views = _panels(scene), _views(context, scene)
        chosen = arrangement(context, scene, size_px)
        names = _names(context, [scene.panels[letter] for letter in chosen.cells])
        self.cells = dict(zip(names, chosen.cells.values(), strict=True))
        self.missing = _missing(context, scene, chosen)
        self.panels = [panels[letter] for letter in chosen.cells]
        self.kinds = [scene.panels[letter].kind for letter in chosen.cells]
        self.runs = [scene.panels[letter].run for letter in chosen.cells]
        layers.kinds.update(scene.panels[letter].kind for letter in chosen.cells)
        wordless = replace(layers, type=replace(layers.type, bare=True))
        self.shares: list[Share] = []  # of each panel
        for letter, cell in chosen.cells.items():
            own, view = wordless if letter in chosen.bare else layers, views[letter]
            before = Share.of(self.figure, layers)
            panels[letter].setup(own, cell, view)
            self.shares.append(Share.of(self.figure, layers).since(before))
        self.canvas.growing = GrowingGroup(layers.growing)
        layers.add(self.canvas.growing)
        self.canvas.moving = sorted(layers.moving, key=lambda artist: artist.get_zorder())

    def draw(self, moment: Moment) -> None:
        """Compose the frame of this moment on the canvas."""
        with drawing():
            frame_state = self.bring(moment)
            self.canvas.growing.pieces = frame_state.pieces
            self.canvas.compose(frame_state.pieces)

    def bring(self, moment: Moment) -> FrameState:
        """Bring all panels to this moment, for another painter; nothing is drawn."""
        frame_state = self.context.at(moment)
        for panel, run in zip(self.panels, self.runs, strict=True):
            panel.update(frame_state if run is None else frame_state.of(run))
        return frame_state

    def picture(self, moment: Moment) -> Pixels:
        """The frame of this moment, (height, width, 4) RGBA, as a copy that no later frame changes.

        Several threads may call it at the same time: they wait for one another.
        """
        with drawing():
            self.draw(moment)
            return self.canvas.pixels().copy()

    def rectangles(self) -> dict[str, list[int]]:
        """Each panel's [left, top, right, bottom] in pixels from the frame's upper left."""
        height = self.size_px[1]

        def corners(cell: Cell) -> list[int]:
            return [
                round(v) for v in (cell.left, height - cell.top, cell.right, height - cell.bottom)
            ]

        return {name: corners(cell) for name, cell in self.cells.items()}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw within `house_style` and our own error state of NumPy."""
    with house_style(), own_errstate():
        yield


def arrangement(context: Context, scene: Scene, size_px: tuple[int, int]) -> Arrangement:
    """Which panels of a scene a frame has, and where; nothing is drawn for it."""
    with drawing():
        layers, views = _layers(context, Figure(), size_px), _views(context, scene)
        needs = {
            letter: Needs(
                cache(partial(panel.room, layers, views[letter])), panel.stays, panel.words_only
            )
            for letter, panel in _panels(scene).items()
        }
        return arrange(scene, needs, layers.type, size_px)


def _layers(
    context: Context,
    figure: Figure,
    size_px: tuple[int, int],
    cameras: tuple[Camera, ...] = (),
    prints: Prints = NO_PRINTS,
) -> Layers:
    """Empty layers on a figure, with the theme's sizes and the film's words."""
    theme = context.theme
    type_ = Type.of(size_px, theme.text_scale, theme.stroke_scale)
    wording = Wording.of(context.spec)
    return Layers(figure, theme, type_, cameras, wording=wording, prints=prints)


def _panels(scene: Scene) -> dict[str, DrawnPanel]:
    """Each panel of a scene by its letter, not yet set up."""
    return {
        letter: registry.member(PANELS, panel.kind)(**panel.options)
        for letter, panel in scene.panels.items()
    }


def _views(context: Context, scene: Scene) -> dict[str, Context]:
    """The context of each panel: that of all runs, or of the run whose cell it is in."""
    return {
        letter: context if panel.run is None else context.of(panel.run)
        for letter, panel in scene.panels.items()
    }


def _missing(context: Context, scene: Scene, chosen: Arrangement) -> str | None:
    """The kinds of panels that the config asks for and this frame has no room for."""
    film = context.spec.film
    asked = film.panels or (film.layout.of(film.size).kinds if film.layout else ())
    there = {scene.panels[letter].kind for letter in chosen.cells}
    return ", ".join(kind for kind in asked if kind not in there) or None


def _names(context: Context, panels: Sequence[ScenePanel]) -> list[str]:
    """Each panel's name in the manifest: its kind, and in a grid the label of its run.

    The second panel with a name is `surface-2`, the third `surface-3`.
    """
    names: list[str] = []
    for panel in panels:
        base = panel.kind if panel.run is None else f"{panel.kind} {context.runs[panel.run].label}"
        numbered = (f"{base}-{number}" for number in count(2))
        names.append(next(name for name in chain([base], numbered) if name not in names))
    return names


PRINTED: Any = {
    "svg.fonttype": "path",  # letters as shapes: our fonts are not installed everywhere
    "svg.hashsalt": "descent-film",  # without it Matplotlib's ids are random
    "pdf.fonttype": 42,  # TrueType: letters stay letters, for searching and copying
}


def printed(stage: Stage, moment: Moment, path: Path, kind: str, about: Mapping[str, str]) -> None:
    """Write the frame of this moment. Raises EncodeError."""
    drawing = BytesIO()
    with house_style(PRINTED):
        stage.draw(moment)
        stage.figure.savefig(drawing, format=kind, metadata=known_metadata(kind, about))
    data = drawing.getvalue()
    if kind == "svg":  # Matplotlib writes points; a browser makes 4/3 pixels of each
        data = re.sub(
            rb'(<svg [^>]*?width="[\d.]+)pt(" height="[\d.]+)pt"', rb'\1\2"', data, count=1
        )
    try:
        path.write_bytes(data)
    except OSError as error:
        raise EncodeError(f"can't write the picture: {error.strerror or error}") from error


def known_metadata(kind: str, about: Mapping[str, str]) -> dict[str, Any]:
    """The metadata under the names of this kind of file, without a date, which changes bytes."""
    title, software = about.get("Title"), about.get("Software", "descent-film")
    comment = about.get("Comment")
    if kind == "pdf":
        known = {"Title": title, "Subject": comment, "Creator": software, "Producer": software}
        return {**{k: v for k, v in known.items() if v}, "CreationDate": None}
    known = {"Title": title, "Description": comment, "Creator": software}
    return {**{k: v for k, v in known.items() if v}, "Date": None}
