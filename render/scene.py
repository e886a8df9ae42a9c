"""A scene: which panels sit where and which beats the film has; found by its bare name.

`scenes/NAME.py` holds `compose(spec) -> Scene`: pure data, 30 to 60 lines, no torch, no
matplotlib. A scene is Python, so rendering somebody's scene runs their code.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from string import ascii_letters
from typing import TYPE_CHECKING, Any

from render.config.layout import shape
from render.config.problems import shown
from render.config.yaml import STDIN
from render.errors import RenderError
from render.files import at_hand

if TYPE_CHECKING:
    from render.config.layout import Mosaic
    from render.config.spec import Spec


FAMILIES = ("wide", "tall", "square")  # of mosaics


@dataclass(frozen=True)
class Panel:
    """A panel by its kind (a file of draw/panels) and its options."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    run: int | None = None  # the number of the run that it shows alone; None: all of them


@dataclass(frozen=True)
class Beats:
    """How a film's time is shared out, in seconds of a film of ordinary length.

    The descent gets whatever the holds leave; in a film too short for them the holds
    shrink in proportion. `stretches` say how the descent's own time is shared out: (tick,
    seconds) is how long it takes from the stretch before to that tick of the clock.
    """

    open_s: float = 0.6  # on the start
    close_s: float = 1.4  # on the result
    stretches: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Scene:
    """An arrangement in space and time.

    A mosaic is its rows from top to bottom, a letter for each panel: "HHHH SSDD SSCL". There
    is one family for wide frames, one for tall and one for square ones, richest first: the
    first mosaic whose panels all have room is used, so their order states in which order
    panels are dropped from a small film. Without one for square frames the tall is theirs.
    """

    panels: Mapping[str, Panel]  # letter → panel
    wide: tuple[str, ...]
    tall: tuple[str, ...]
    square: tuple[str, ...] = ()
    beats: Beats = Beats()

    def family(self, size_px: tuple[int, int]) -> tuple[str, ...]:
        """The mosaics for a frame of this many pixels."""
        found: tuple[str, ...] = getattr(self, shape(size_px))
        return found or self.tall


def captioned(scene: Scene) -> Scene:
    """The scene with a row for captions at its foot, where they cover nothing.

    The smallest mosaic goes without, and so does the one before it where that is too much.
    """
    letter = next(x for x in ascii_letters if x not in scene.panels)
    own = {x for x, panel in scene.panels.items() if panel.kind == "caption"}  # a layout's

    def below(family: tuple[str, ...]) -> tuple[str, ...]:
        rows = [
            mosaic if own & set(mosaic) else f"{mosaic} {letter * len(mosaic.split()[0])}"
            for mosaic in family[:-1]
        ]
        return (*rows, *family[-2:])

    panels = {**scene.panels, letter: Panel("caption")}
    families: dict[str, Any] = {
        name: below(getattr(scene, name)) for name in FAMILIES if getattr(scene, name)
    }
    return replace(scene, panels=panels, **families)


def find(name: str, config: Path) -> Path:
    """The file of a scene: beside the config's folder, else the installed one.

    Raises RenderError listing the scenes there are.
    """
    brought = at_hand(named(name))
    if brought != named(name):
        return brought
    for folder in _folders(config):
        if (folder / f"{name}.py").is_file():
            return folder / f"{name}.py"
    raise RenderError(f"no scene '{name}': there are {', '.join(known(config))}")


def named(name: str) -> Path:
    """What a scene is called among copies, wherever its file was found."""
    return Path("scenes") / f"{name}.py"


def known(config: Path) -> tuple[str, ...]:
    """The names of all scenes a config can use."""
    stems = {file.stem for folder in _folders(config) for file in folder.glob("*.py")}
    return tuple(sorted(stems - {"__init__"}))


def _folders(config: Path) -> tuple[Path, ...]:
    # Beside the config's folder first, so that a user's scene may replace one of ours; a config
    # that was piped in has no folder: most often it is typed where configs/ and scenes/ are.
    here = (Path("scenes").resolve(),) if config == STDIN else ()
    beside, ours = config.resolve().parent.parent, Path(__file__).parent.parent
    return *here, beside / "scenes", ours / "scenes"


def compose(spec: Spec) -> Scene:
    """The scene that the spec names, in the film's own layout if it has one.

    Raises RenderError naming the scene's file and its fault.
    """
    scene = _run(spec)
    layout = spec.film.layout
    return scene if layout is None else _arranged(scene, layout.of(spec.film.size))


def _arranged(scene: Scene, mosaic: Mosaic) -> Scene:
    """A scene in another mosaic; its own smaller ones are for frames without room for that."""
    free = (letter for letter in ascii_letters if letter not in scene.panels)
    letters = {kind: next(free) for kind in mosaic.kinds}
    panels = {x: Panel(kind, mosaic.options[kind]) for kind, x in letters.items()}
    rows = " ".join("".join(letters[kind] for kind in row) for row in mosaic.rows)

    def smaller(family: tuple[str, ...]) -> tuple[str, ...]:
        fewer = tuple(m for m in family if len(set(m) - {" "}) < len(letters))
        return (rows, *(fewer or family[-1:]))

    panels = {**scene.panels, **panels}
    families: dict[str, Any] = {
        name: smaller(getattr(scene, name)) for name in FAMILIES if getattr(scene, name)
    }
    return replace(scene, panels=panels, **families)


def _run(spec: Spec) -> Scene:
    """What the scene's file composes."""
    from render.config.scene_check import line_of_error, scene_fault

    path = find(spec.scene, spec.path)
    loader = _Source(f"scene_{spec.scene}", str(path))
    found = importlib.util.spec_from_file_location(loader.name, path, loader=loader)
    if found is None:
        raise RenderError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(found)
    try:
        loader.exec_module(module)
        if not callable(getattr(module, "compose", None)):
            raise RenderError(f"{path}: there is no compose(spec) in it")
        scene = module.compose(spec)
    except RenderError:
        raise
    except (Exception, SystemExit) as error:  # a scene must not end the films after it
        told = shown(" ".join(str(error).split()), 200) or "no message"
        raise RenderError(
            f"{path}{line_of_error(error, path)}: {type(error).__name__}: {told}"
        ) from error
    if not isinstance(scene, Scene):
        raise RenderError(f"{path}: compose(spec) must return a Scene, not {type(scene).__name__}")
    if (wrong := scene_fault(scene, len(spec.each))) is not None:
        raise RenderError(f"{path}: {wrong}")
    return scene


class _Source(SourceFileLoader):
    """Runs what the file says now: of two versions in one second, Python may run the older."""

    def path_stats(self, path: str) -> Mapping[str, Any]:
        raise OSError("nothing is compiled ahead, and no __pycache__ is left")
