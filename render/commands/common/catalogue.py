"""What can be listed: a kind is one small entry; its members come from where they live."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from render import registry
from render.commands.common import files, places
from render.commands.common.entries import Entry, options_of


@dataclass(frozen=True)
class Kind:
    """Something that can be listed."""

    about: str
    names: Callable[[], Sequence[str]]
    entry: Callable[[str], Entry]


def kinds() -> dict[str, Kind]:
    """What can be listed, but for folders that aren't there."""
    everything = {
        "datasets": _members("learn/datasets", "`dataset: {kind: NAME, …}`"),
        "models": _members("learn/models", "`model: {kind: NAME, …}`"),
        "functions": _members("learn/functions", "`model: {kind: function, name: NAME}`"),
        "losses": _members("learn/losses", "`loss: {kind: NAME, …}`"),
        "optimizers": _members("learn/optimizers", "`optimizer: {kind: NAME, …}`"),
        "schedules": _members("learn/schedules", "`schedule: {kind: NAME, …}`"),
        "panels": _members("draw/panels", "the rows of `film: {layout: …}`"),
        "themes": _members("draw/themes", "`film: {theme: NAME}` and --theme", plain=True),
        "formats": _members("encode/formats", "`outputs: [NAME, …]` and --format"),
        "targets": Kind("--for NAME, or `target: NAME`", places.names, places.entry),
        "scenes": Kind("`scene: NAME`", files.scenes, files.scene),
        "configs": Kind("configs/NAME.yaml, ready to render", files.configs, files.config),
        "sections": Kind("the config's other sections", _sections, _section),
    }
    return {name: kind for name, kind in everything.items() if kind.names()}


def _members(folder: str, about: str, plain: bool = False) -> Kind:
    """The members of an extension folder; those of plain ones have no options of a config."""

    def entry(name: str) -> Entry:
        from render.config.described import first_line

        cls: Any = registry.member(folder, name)
        text = f"{cleandoc(sys.modules[cls.__module__].__doc__ or '')}\n\n{cleandoc(cls.__doc__)}"
        options = () if plain else options_of(cls)
        return Entry(name, first_line(cls), text, options, tuple(getattr(cls, "aliases", ())))

    return Kind(about, lambda: registry.names(folder), entry)


def _section_classes() -> dict[str, type[Any]]:
    from render.config.camera import CameraOptions, Keyframe
    from render.config.spec import Film, Stop, Training, View

    return {
        "film": Film,
        "film.camera": CameraOptions,
        "film.camera.keyframes": Keyframe,
        "landscape": View,
        "training": Training,
        "training.stop": Stop,
    }


def _sections() -> Sequence[str]:
    return (
        "film",
        "film.camera",
        "film.camera.keyframes",
        "landscape",
        "training",
        "training.stop",
    )


def _section(name: str) -> Entry:
    from render.config.described import first_line

    cls = _section_classes()[name]
    return Entry(name, first_line(cls), cleandoc(cls.__doc__ or ""), options_of(cls))
