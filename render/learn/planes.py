"""The planes in parameter space over which a landscape is scanned."""

from __future__ import annotations

from collections.abc import Sequence

from render.config.spec import Spec
from render.learn.minimum import Minimum
from render.recording import Plane, Recording


def first_parameters(spec: Spec, recording: Recording) -> tuple[str, ...]:
    """The one or two parameters that span the floor: trained ones first, then a frozen one.

    In the order of the model, so that w runs along x whichever of the two is frozen.
    """
    order = list(spec.model.parameters())
    return tuple(sorted(recording.parameters[:2], key=order.index))


def held(recording: Recording, minimum: Minimum, shown: Sequence[str]) -> dict[str, float]:
    """Trained parameters that are not shown, at their optimum."""
    best = zip(recording.names, minimum.params.tolist(), strict=True)
    return {name: value for name, value in best if name not in shown}


def plane_of_parameters(recording: Recording, minimum: Minimum, shown: Sequence[str]) -> Plane:
    """The plane of the parameters `shown`, through the minimum of the other trained ones."""
    values = {**recording.frozen, **held(recording, minimum, shown)}
    return Plane.of_parameters(recording.parameters, shown, values)
