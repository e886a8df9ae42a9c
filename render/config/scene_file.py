"""Finds the file of a film's scene by its name, runs it, and checks the scene.

A config must not run code that it doesn't name. So a file in a `scenes/` folder beside the config,
or beside the config's folder, is used only if the config says `scene: NAME` itself; a config that
names no scene has an installed one, even if there are scenes beside it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from string import ascii_letters
from typing import TYPE_CHECKING, Any

from render import registry
from render.config.fields import take
from render.config.layout import kind_of, mirror
from render.config.node import Place, made
from render.config.problems import Problems, dotted, shown, unknown
from render.config.user_code import code_fault, executed
from render.errors import ConfigError, RenderError
from render.files import at_hand
from render.scene import EMPTY, PANELS, SHAPES, Panel, Scene

if TYPE_CHECKING:
    from render.config.layout import Mosaic
    from render.config.spec import Spec


def scene_fault(scene: Scene, runs: int) -> str | None:
    """The first fault of a scene, in a film of so many runs; None if there is none."""
    faults = (fault for check in (_panels, _mosaics, _beats) for fault in check(scene, runs))
    return next(faults, None)


def _panels(scene: Scene, runs: int) -> Iterator[str]:
    kinds = registry.names(PANELS)
    if not isinstance(scene.panels, Mapping) or not scene.panels:
        yield f"panels: expected a mapping of letters to panels, found {_shown(scene.panels)}"
        return
    for letter, panel in scene.panels.items():
        where = f"panels {_shown(letter)}"
        if not isinstance(letter, str) or len(letter) != 1 or not letter.isalpha():
            yield f"{where}: expected a letter"
        elif not isinstance(panel, Panel):
            yield f"{where}: expected a Panel, found {_shown(panel)}"
        elif panel.kind not in kinds:
            yield f"{where}: {unknown('panel', str(panel.kind), kinds)}"
        elif panel.run is not None and panel.run not in range(runs):
            yield f"{where}: run {_shown(panel.run)}: the film's runs are 0 to {runs - 1}"
        else:
            yield from (f"{where}: {fault}" for fault in _options(panel.kind, panel.options))


def _options(kind: str, options: Any) -> Iterator[str]:
    """Each fault of a panel's options, in the words of a config's report."""
    problems = Problems()
    with suppress(ConfigError):  # too many faults to report; the first one is enough
        take(problems, made(dict(options), Place(1, 1), (kind,)), mirror(kind))
    yield from (f"{dotted(problem.path)}: {problem.message}" for problem in problems.all)


def _mosaics(scene: Scene, runs: int) -> Iterator[str]:
    for name in SHAPES:
        family = getattr(scene, name)
        if not isinstance(family, tuple) or not all(isinstance(m, str) for m in family):
            yield f"{name}: expected a tuple of mosaics, like ('HH SD',), found {_shown(family)}"
        elif not family and name != "square":
            yield f"{name}: expected at least one mosaic, like 'HH SD', found none"
        else:
            yield from (
                f"{name} {_shown(m)}: {fault}" for m in family for fault in _mosaic(scene, m)
            )


def _mosaic(scene: Scene, mosaic: str) -> Iterator[str]:
    rows = mosaic.split()
    if not rows:
        yield "expected rows of letters, found none"
    letters = [letter for letter in dict.fromkeys("".join(rows)) if letter != EMPTY]
    for letter in letters:
        if letter not in scene.panels:
            yield f"there is no panel {_shown(letter)}"
    if len({len(row) for row in rows}) > 1:
        yield "its rows are not of one length"
        return
    for letter in letters:
        down = [y for y, row in enumerate(rows) if letter in row]
        across = [x for row in rows for x, other in enumerate(row) if other == letter]
        if (down[-1] - down[0] + 1) * (max(across) - min(across) + 1) != len(across):
            yield f"{letter} fills no rectangle"


def _beats(scene: Scene, runs: int) -> Iterator[str]:
    beats = scene.beats
    for name in ("open_s", "close_s"):
        if not _is_time(getattr(beats, name, None)):
            yield f"beats.{name}: expected seconds, found {_shown(getattr(beats, name, None))}"
    before = 0.0
    for stretch in beats.stretches:
        fits = isinstance(stretch, tuple) and len(stretch) == 2 and all(map(_is_time, stretch))
        if not fits or stretch[0] <= before:
            expected = "expected (tick, seconds), each tick after the one before"
            yield f"beats.stretches: {expected}, found {_shown(stretch)}"
            return
        before = stretch[0]


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _shown(value: Any) -> str:
    return shown(repr(value))


INSTALLED = Path(__file__).parent.parent.parent / "scenes"


def installed() -> tuple[str, ...]:
    """The names of the scenes that come with the package."""
    return _names([INSTALLED])


def known(config: Path) -> tuple[str, ...]:
    """The names of all scenes that a config of this path can name."""
    return _names([*_beside(config), INSTALLED])


def find(spec: Spec) -> Path:
    """The file of the spec's scene: the installed one, or one beside the config's folder.

    Raises RenderError that lists the scenes there are.
    """
    copy = at_hand(named(spec.scene))
    if copy != named(spec.scene):
        return copy
    folders = [*(_beside(spec.path) if spec.names_scene else ()), INSTALLED]
    for folder in folders:
        if (folder / f"{spec.scene}.py").is_file():
            return folder / f"{spec.scene}.py"
    where = f"; {searched(spec.path)}" if spec.names_scene else ""
    raise RenderError(f"no scene '{spec.scene}': there are {', '.join(_names(folders))}{where}")


def named(name: str) -> Path:
    """The path under which a scene's file is kept among copies, whichever folder it is from."""
    return Path("scenes") / f"{name}.py"


def _names(folders: list[Path]) -> tuple[str, ...]:
    stems = {file.stem for folder in folders for file in folder.glob("*.py") if file.is_file()}
    return tuple(sorted(stems - {"__init__"}))


def _beside(config: Path) -> tuple[Path, ...]:
    """The folders in which a config's scenes are looked for before the installed ones.

    They are scenes/ beside the config, and scenes/ beside its folder. A config from standard
    input or from Python counts as one in the current folder.
    """
    home = config.resolve().parent
    return home / "scenes", home.parent / "scenes"


def searched(config: Path) -> str:
    """Where a config's scenes are looked for, in words."""
    typed = (config.parent, config.parent / "..")
    folders = [os.path.normpath(folder / "scenes") for folder in typed]
    return f"looked in {folders[0]} and in {folders[1]}, then among the installed ones"


def compose(spec: Spec) -> Scene:
    """The scene that the spec names, in the film's layout if it has one.

    Raises RenderError that names the scene's file and its fault.
    """
    scene = _run(spec)
    layout = spec.film.layout
    scene = scene if layout is None else _arranged(scene, layout.of(spec.film.size))
    essential = [
        letter
        for kind in spec.film.essential
        for letter, panel in scene.panels.items()
        if panel.kind == kind
    ]
    return replace(scene, essential=tuple(essential)) if essential else scene


def _arranged(scene: Scene, mosaic: Mosaic) -> Scene:
    """The scene in another mosaic, whose panels are all of its panels."""
    letters = dict(zip(mosaic.kinds, ascii_letters, strict=False))
    panels = {x: Panel(kind_of(name), mosaic.options[name]) for name, x in letters.items()}
    rows = " ".join("".join(letters.get(name, EMPTY) for name in row) for row in mosaic.rows)
    every: dict[str, Any] = dict.fromkeys(SHAPES, (rows,))
    return replace(scene, panels=panels, essential=tuple(panels), **every)


def _run(spec: Spec) -> Scene:
    """The scene that a file's `compose(spec)` returns. Raises RenderError."""
    path = find(spec)
    try:
        module = executed(path, f"scene_{spec.scene}")
        if not callable(getattr(module, "compose", None)):
            raise RenderError(f"{path}: there is no compose(spec) in it")
        scene = module.compose(spec)
    except RenderError:
        raise
    except (Exception, SystemExit) as error:  # SystemExit of a scene must not end the program
        raise code_fault(error, path) from error
    if not isinstance(scene, Scene):
        raise RenderError(f"{path}: compose(spec) must return a Scene, not {type(scene).__name__}")
    if (fault := scene_fault(scene, len(spec.each))) is not None:
        raise RenderError(f"{path}: {fault}")
    return scene
