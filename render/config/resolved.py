"""A Spec in, the same config as plain data out, every default spelled out; and its hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

from render import registry
from render.config.spec import Spec


def resolved(spec: Spec) -> dict[str, Any]:
    """The config as JSON-able data, which loads back to an equal Spec."""
    return {
        "title": spec.title,
        "scene": spec.scene,
        "seed": spec.seed,
        "dataset": _member(spec.dataset),
        "model": _member(spec.model),
        "loss": _member(spec.loss),
        "optimizer": _member(spec.optimizer),
        "schedule": _member(spec.schedule),
        "training": _plain(spec.training),
        "film": _plain(spec.film),
        "landscape": {**_plain(spec.landscape.extents), **_options(spec.landscape, "extents")},
        "outputs": [_member(output) for output in spec.outputs],
    }


def config_hash(spec: Spec) -> str:
    """SHA-256 of the resolved config: equal for configs that mean the same film."""
    text = json.dumps(resolved(spec), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _member(value: Any) -> dict[str, Any]:
    return {"kind": registry.name_of(type(value)), **_options(value)}


def _options(value: Any, *without: str) -> dict[str, Any]:
    names = (field.name for field in fields(value) if field.init and field.name not in without)
    return {name: _plain(getattr(value, name)) for name in names}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _options(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
