"""A Spec as plain data with every default spelled out, and the hash of those data."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

from render import registry
from render.config.build import needs_data
from render.config.fields import options
from render.config.layout import Layout, Mosaic
from render.config.spec import FilmOptions, LandscapeOptions, Spec
from render.config.when import When


def resolved(spec: Spec) -> dict[str, Any]:
    """The config as JSON-able data, which loads back to an equal Spec."""
    own = learning(spec)
    shared = {
        "film": film_options(spec.film),
        "captions": [
            {"at": str(caption.at), "text": caption.text, "for": caption.lasts_s}
            | {key: True for key in ("tex", "live") if getattr(caption, key)}
            for caption in spec.captions
        ],
        "outputs": [_member(output) for output in spec.outputs],
    }
    # A scene beside the config may be used only if the config names it, so no name is added.
    scene = {"scene": spec.scene} if spec.names_scene else {}
    data = {"title": spec.title, "language": spec.language, **scene, **own, **shared}
    if spec.map is not None:
        data["map"] = spec.map.written()
    if spec.target is not None:
        data["target"] = spec.target
    if spec.runs:
        data["runs"] = {run.label: _changes(own, learning(run)) for run in spec.runs}
    return data


# The fields of a Spec that training doesn't read. A new field makes a run until it is named here:
# a forgotten one costs a training that could have been spared, and never shows an old recording.
OF_THE_FILM = {
    *("path", "label", "title", "language", "scene", "names_scene", "source"),
    *("film", "outputs", "captions", "map", "target", "runs"),
}


def learning(spec: Spec) -> dict[str, Any]:
    """The parts that make a run.

    A function has no data, and is itself the loss. Only a network is measured.
    """
    without = OF_THE_FILM if needs_data(spec.model) else OF_THE_FILM | {"dataset", "loss"}
    without = without if spec.model.network else without | {"measure"}
    names = (field.name for field in fields(spec) if field.name not in without)
    return {name: _part(getattr(spec, name)) for name in names}


def _part(value: Any) -> Any:
    """A part of a run: a member with its kind, the landscape with its ranges, or plain options."""
    if isinstance(value, LandscapeOptions):
        own = {k: v for k, v in _options(value, "extents").items() if v is not None}
        return {**_plain(value.extents), **own}
    if isinstance(value, tuple):  # of measures
        return [_member(item) for item in value]
    section = not is_dataclass(value) or type(value).__module__ == Spec.__module__
    return _plain(value) if section else _member(value)


def film_options(film: FilmOptions, without: Collection[str] = ()) -> dict[str, Any]:
    """The options of a film but for those named."""
    options = {**_options(film, "layout"), "layout": _layout(film.layout)}
    return {name: value for name, value in options.items() if name not in without}


def _layout(layout: Layout | None) -> dict[str, Any] | None:
    if layout is None:
        return None
    wide, tall, square = (_mosaic(m) for m in (layout.wide, layout.tall, layout.square))
    return wide if wide == tall == square else {"wide": wide, "tall": tall, "square": square}


def _mosaic(mosaic: Mosaic) -> dict[str, Any]:
    options = {kind: _plain(given) for kind, given in mosaic.options.items() if given}
    return {"rows": [" ".join(row) for row in mosaic.rows], **options}


def _changes(first: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in run.items() if first.get(key) != value}


def portable(spec: Spec) -> dict[str, Any]:
    """The resolved config without the folders of this machine."""
    data = resolved(spec)
    theme = data["film"]["theme"]
    if os.path.isabs(theme):
        with suppress(ValueError):  # on another drive
            there = os.path.relpath(theme, spec.path.absolute().parent)
            data["film"]["theme"] = there.replace(os.sep, "/")
    return data


def config_hash(spec: Spec) -> str:
    """SHA-256 of the resolved config; configs that mean the same film have the same hash."""
    data = portable(spec)
    data["runs"] = [[label, changes] for label, changes in data.get("runs", {}).items()]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _member(value: Any) -> dict[str, Any]:
    return {"kind": registry.name_of(type(value)), **_options(value)}


def _options(value: Any, *without: str) -> dict[str, Any]:
    names = [field.name for field in fields(value) if field.init]
    keys = zip(options(type(value)), names, strict=True)
    return {key: _plain(getattr(value, name)) for key, name in keys if name not in without}


def _plain(value: Any) -> Any:
    if isinstance(value, When):
        return str(value)
    if is_dataclass(value):
        return _options(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
