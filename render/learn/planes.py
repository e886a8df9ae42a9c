"""The planes in parameter space over which a landscape is scanned."""

from __future__ import annotations

from collections.abc import Sequence

from render.config.spec import Spec
from render.learn.minimum import Minimum
from render.recording import Plane, Recording


def first_parameters(spec: Spec, recording: Recording) -> tuple[str, ...]:
    """The one or two parameters that span the plane: trained ones first, then a frozen one.

    They are in the order of the model, so w is along x whichever of the two is frozen.
    """
    order = list(spec.model.parameters())
    return tuple(sorted(recording.parameters[:2], key=order.index))


def held(recording: Recording, minimum: Minimum, spanning: Sequence[str]) -> dict[str, float]:
    """The optimum of each trained parameter that does not span the plane."""
    best = zip(recording.names, minimum.params.tolist(), strict=True)
    return {name: value for name, value in best if name not in spanning}


def plane_of_parameters(recording: Recording, minimum: Minimum, spanning: Sequence[str]) -> Plane:
    """The plane that these parameters span, through the minimum of the other trained ones."""
    values = {**recording.frozen, **held(recording, minimum, spanning)}
    return Plane.of_parameters(recording.parameters, spanning, values)
