"""`film.camera` of a config: where the camera stands and how it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from render.config.fields import Allowed, as_written
from render.config.options import Number, Options
from render.config.when import ALLOWED, PATTERN, When, parse_when

MAX_KEYFRAMES = 50


def _as_time(value: Any) -> Any:
    """The time that a text says; a When stays as it is."""
    if isinstance(value, When):
        return value
    try:
        return parse_when(value)
    except ValueError as fault:
        text = str(fault)
        hint = "" if ", found" in text else f", found {as_written(value)}"
        raise ValueError(f"{text}{hint}") from None


At = Annotated[
    When,
    BeforeValidator(_as_time),
    Allowed(ALLOWED),
    Field(
        description="2s, 50%, step 3, epoch 10, converged, end",
        json_schema_extra={"type": "string", "pattern": PATTERN},
    ),
]
Elev = Annotated[Number, Field(ge=5, le=75, description="degrees above the floor")]
Zoom = Annotated[Number, Field(ge=0.5, le=4, description="2: everything twice as large")]


@dataclass(frozen=True)
class Keyframe(Options):
    """A pose and when it is taken; what is left out stays as it was before."""

    at: At
    elev: Elev | None = None
    azim: Annotated[Number, Field(ge=-720, le=720, description="degrees")] | None = None
    zoom: Zoom | None = None


def _check_count(keyframes: tuple[Keyframe, ...]) -> tuple[Keyframe, ...]:
    if len(keyframes) > MAX_KEYFRAMES:
        raise ValueError(f"at most {MAX_KEYFRAMES} keyframes, found {len(keyframes)}")
    return keyframes


@dataclass(frozen=True)
class CameraOptions(Options):
    """Where the surface is seen from, in degrees; auto: where most can be seen."""

    elev: Elev | Literal["auto"] = "auto"
    azim: (
        Annotated[Number, Field(ge=-360, le=360, description="turn about the loss axis")]
        | Literal["auto"]
    ) = "auto"
    zoom: Zoom = 1.0
    orbit: Annotated[
        Number, Field(ge=-3600, le=3600, description="degrees turned over the whole film")
    ] = 0.0
    keyframes: Annotated[
        tuple[Keyframe, ...],
        AfterValidator(_check_count),
        Field(description="poses to move through", json_schema_extra={"maxItems": MAX_KEYFRAMES}),
    ] = ()
    ease: Annotated[
        Literal["auto", "linear", "sine_in_out"],
        Field(description="auto: an orbit is linear, between keyframes it is sine_in_out"),
    ] = "auto"
