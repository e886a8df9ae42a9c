"""The whole config as frozen dataclasses: what `load` returns and everything else reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from render.config.options import Count, Integer, Number, Options, Positive
from render.encode.base import Format
from render.learn.datasets.base import DatasetKind
from render.learn.losses.base import Loss
from render.learn.models.base import Model
from render.learn.optimizers.base import Optimizer

Extent = Literal["auto"] | tuple[Number, Number]
Width = Annotated[Integer, Field(ge=160, le=4096, multiple_of=2)]
Height = Annotated[Integer, Field(ge=90, le=4096, multiple_of=2)]
SizePx = tuple[Width, Height]


@dataclass(frozen=True)
class Training(Options):
    """How long the loop runs."""

    epochs: Annotated[Count, Field(le=1_000_000, description="passes over the data")] = 10


@dataclass(frozen=True)
class CameraOptions(Options):
    """Where the surface is seen from, in degrees."""

    elev: Annotated[Number, Field(ge=5, le=85, description="height above the floor")] = 32.0
    azim: Annotated[Number, Field(ge=-360, le=360, description="turn about the loss axis")] = -62.0


@dataclass(frozen=True)
class Film(Options):
    """Size, rate, length and look of the film."""

    size: Annotated[SizePx, Field(description="width, height in pixels")] = (
        1280,
        720,
    )
    fps: Annotated[Integer, Field(ge=1, le=120, description="frames per second")] = 30
    duration: Annotated[Positive, Field(ge=0.5, le=600, description="seconds")] = 8.0
    theme: Annotated[str, Field(description="colours: night or paper")] = "night"
    camera: CameraOptions = field(default_factory=CameraOptions)
    pace: Annotated[Literal["auto"], Field(description="where the time goes")] = "auto"


@dataclass(frozen=True)
class View(Options):
    """Where the loss landscape is drawn; `extents` maps a parameter's name to its range."""

    grid: Annotated[Integer, Field(ge=8, le=1000, description="points along each axis")] = 121
    extents: dict[str, Extent] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """One film, resolved: every default filled in, every name looked up."""

    path: Path  # the config file; relative paths in it start from its folder
    title: str
    scene: str
    seed: int
    dataset: DatasetKind
    model: Model
    loss: Loss
    optimizer: Optimizer
    training: Training
    film: Film
    landscape: View
    outputs: tuple[Format, ...]

    @property
    def name(self) -> str:
        """The film's name, which its files and its run carry: the config's stem."""
        return self.path.stem
