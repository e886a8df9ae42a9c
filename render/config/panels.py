"""Refuses panels that a film can't have: they don't suit its runs, or its frames have no room."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from render import registry
from render.cells import Needs, Type, no_room
from render.config.layout import placed
from render.config.node import Node
from render.config.problems import Problem, Problems
from render.config.scene_file import INSTALLED, compose, find
from render.config.theme import load_theme
from render.errors import RenderError
from render.scene import PANELS, Panel, Scene, without

if TYPE_CHECKING:
    from render.config.spec import Spec


OF_LANDSCAPE = ("{minimum", "{optimum")  # fields of captions


def check_panels(problems: Problems, root: Node, spec: Spec) -> None:
    """Note each panel that can't be drawn, where the config asks for it.

    A scene's own panels are looked at only if the scene is an installed one: another one is code
    that runs when the film is made.
    """
    film = spec.film
    try:
        if find(spec).parent != INSTALLED:
            return
        scene = compose(spec)
    except RenderError:  # it is reported when the film is made
        return
    kinds = list(dict.fromkeys(panel.kind for panel in _used(scene).values()))
    _check_essential(problems, root, spec, kinds)
    for kind, fault in unfit_panels(scene, spec).items():
        _refuse(problems, root, spec, kind, fault)
    if problems.all or film.essential or not (film.layout or film.panels):
        return
    theme = load_theme(film.theme, spec.path.parent)
    type_ = Type.of(film.size, theme.text_scale, theme.stroke_scale)
    needs = {letter: _needs(panel, spec, type_) for letter, panel in scene.panels.items()}
    lacking = no_room(scene, needs, type_, film.size)
    if lacking is not None:
        letter, why = lacking
        kind, (width, height) = scene.panels[letter].kind, film.size
        hint = "take a larger film or fewer panels, or name those that matter in film.essential"
        message = f"no room for {kind} in a film of {width}×{height}: {why}; {hint}"
        _refuse(problems, root, spec, kind, message)


def unfit_panels(scene: Scene, spec: Spec) -> dict[str, str]:
    """Why a kind of panel that is asked for can't draw its run, or all of them; else empty."""
    faults: dict[str, str] = {}
    for letter, panel in _used(scene).items():
        fault = None if _droppable(scene, letter, spec) else _unfit(panel, spec)
        if fault is not None:
            faults.setdefault(panel.kind, fault)
    return faults


def shows_map(spec: Spec) -> bool:
    """Whether a panel of the film shows the map of its config, which takes a while to compute."""
    if spec.map is None:
        return False
    used = _used(compose(spec)).values()
    return any(registry.member(PANELS, panel.kind).of_map for panel in used)


def shows_landscape(spec: Spec) -> bool:
    """Whether a film may show the loss around its runs: a panel may, or a caption its minimum."""
    used = _used(compose(spec)).values()
    told = any(word in caption.text for caption in spec.captions for word in OF_LANDSCAPE)
    return told or any(registry.member(PANELS, panel.kind).of_landscape for panel in used)


def without_unfit(scene: Scene, spec: Spec) -> Scene:
    """The scene without panels that can't draw the runs and that nobody asks for."""
    families: dict[str, Any] = scene.families()
    for letter, panel in _used(scene).items():
        if _droppable(scene, letter, spec) and _unfit(panel, spec) is not None:
            families = {
                name: tuple(without(mosaic, letter) or mosaic for mosaic in mosaics)
                for name, mosaics in families.items()
            }
    return replace(scene, **families)


def _droppable(scene: Scene, letter: str, spec: Spec) -> bool:
    """Whether neither the config nor the scene says that a panel matters."""
    asked = spec.film.layout is not None or spec.film.panels is not None
    return bool(scene.essential) and letter not in scene.essential and not asked


def _used(scene: Scene) -> dict[str, Panel]:
    """The panels that are in some mosaic of a scene."""
    letters = {x for family in scene.families().values() for mosaic in family for x in mosaic}
    return {letter: panel for letter, panel in scene.panels.items() if letter in letters}


def _check_essential(problems: Problems, root: Node, spec: Spec, kinds: list[str]) -> None:
    """Refuse essential panels that the film has not."""
    node = root.at("film").at("essential")
    for index, kind in enumerate(spec.film.essential):
        if kind in registry.names(PANELS) and kind not in kinds:
            there = ", ".join(kinds)
            problems.refuse(node.at(index), f"this film has no panel '{kind}'; it has {there}")


def _unfit(panel: Panel, spec: Spec) -> str | None:
    """Why a panel can't draw its run, or all of them; None if it can."""
    member: Any = registry.member(PANELS, panel.kind)(**panel.options)
    runs = len(spec.each) if panel.run is None else 1
    fault: str | None = member.unfit(spec.each[panel.run or 0], runs)
    return fault


def _needs(panel: Panel, spec: Spec, type_: Type) -> Needs:
    member: Any = registry.member(PANELS, panel.kind)(**panel.options)
    run = spec.each[panel.run or 0]
    return Needs(partial(member.least, type_, run), member.stays, member.words_only)


def _refuse(problems: Problems, root: Node, spec: Spec, kind: str, message: str) -> None:
    """Note a problem of a panel where the config names it, or its scene."""
    film = root.at("film")
    if spec.film.layout is not None:
        node = film.at("layout")
        origin = placed(problems, node, kind, spec.film.size) or node.origin
        problems.add(Problem(origin, node.path, message))
    elif spec.film.panels is not None:
        node = film.at("panels")
        where = [i for i, other in enumerate(spec.film.panels) if other == kind]
        problems.refuse(node.at(where[0]) if where else node, message)
    else:
        problems.refuse(root.at("scene"), message)
