"""The usual scene without its holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from render.scene import Beats, Scene
from scenes import slope_bias

if TYPE_CHECKING:
    from render.config.spec import Spec


def compose(spec: Spec) -> Scene:
    return replace(slope_bias.compose(spec), beats=Beats(0.0, 0.0))
