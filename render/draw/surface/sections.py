"""The two sections of the surface through the dot, one along each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.draw.artists import PaintedArtist, Pen
from render.draw.context import Context, RunState
from render.draw.layers import Layers
from render.draw.surface.geometry import Projection, World
from render.recording import Array, Recording

NUDGE = 1e-4  # in ranges: the distance at which a slope is measured
MAX_ROWS = 200  # number of rows at which the largest slope is searched
MAX_PARABOLA_ERROR = 1e-6  # of the loss's range: a curve nearer to a parabola counts as one


@dataclass(frozen=True)
class Cut:
    """The loss along one parameter; the others have the values of the run."""

    recording: Recording
    name: str
    low: float
    high: float

    @property
    def column(self) -> int:
        return self.recording.parameters.index(self.name)

    def losses(self, values: Mapping[str, float], along: Array) -> Array:
        """The loss (M,) at values (M,) of the parameter."""
        places = np.tile([values[name] for name in self.recording.parameters], (len(along), 1))
        places[:, self.column] = along
        with np.errstate(over="ignore", invalid="ignore"):
            return self.recording.objective(places)

    def slope(self, values: Mapping[str, float]) -> float:
        """∂L/∂p where the run is."""
        nudge = NUDGE * (self.high - self.low)
        below, above = self.losses(values, values[self.name] + nudge * np.array([-1.0, 1.0]))
        return float((above - below) / (2 * nudge))

    def slopes(self) -> Array:
        """The slope at recorded rows, all or evenly chosen ones."""
        last = self.recording.last
        rows = np.unique(np.linspace(0, last, min(last + 1, MAX_ROWS)).astype(int))
        slopes = [self.slope(self._at(row)) for row in rows]
        return np.nan_to_num(slopes, nan=0.0, posinf=0.0, neginf=0.0)

    def is_bowl(self) -> bool:
        """Whether the loss is a parabola along it, with its lowest point known exactly."""
        along = np.linspace(self.low, self.high, 9)
        for row in {0, self.recording.last // 2, self.recording.last}:
            losses = self.losses(self._at(row), along)
            if not np.isfinite(losses).all():
                return False
            fit = np.polynomial.Polynomial.fit(along, losses, 2)
            off = np.abs(fit(along) - losses).max()
            if off > MAX_PARABOLA_ERROR * np.ptp(losses) or not fit.deriv(2)(along)[0] > 0:
                return False
        return True

    def best(self, values: Mapping[str, float]) -> float:
        """Where the parabola is lowest."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        left, centre, right = self.losses(values, middle + half * np.array([-1.0, 0.0, 1.0]))
        return middle + half * float((left - right) / (2 * (left - 2 * centre + right)))

    def _at(self, row: int) -> Mapping[str, float]:
        values = self.recording.values(np.asarray(float(row))).tolist()
        return dict(zip(self.recording.parameters, values, strict=True))


CURVE_POINTS = 97  # along each curve
MAX_PREDICTIONS = 400_000  # predictions for a curve: with more data it has fewer points
MIN_POINTS = 25


class Section(PaintedArtist):
    """A thin curve on the surface, faint where the surface hides it."""

    def __init__(
        self, layers: Layers, context: Context, world: World, projection: Projection, axis: int
    ):
        super().__init__(self._paint, zorder=9)
        landscape = context.landscape
        grid = landscape.grid[axis]
        self.axis, self.names = axis, landscape.axes
        self.cut = Cut(context.recording, landscape.axes[axis], float(grid[0]), float(grid[-1]))
        self.along = np.linspace(grid[0], grid[-1], points(context, CURVE_POINTS))
        self.world, self.projection = world, projection
        stroke, colour = layers.type.stroke, layers.theme.slice
        self.in_sight = Pen(colour, 0.5 * stroke, alpha=0.9, cap="butt")
        self.behind = Pen(colour, 0.4 * stroke, alpha=0.35, cap="butt")
        self.flat = np.full((len(self.along), 2), np.nan)  # pixels
        self.seen = np.ones(len(self.along), bool)

    def move(self, run_state: RunState, projection: Projection | None = None) -> None:
        """Move it to the place of a run; `projection` is the pose of a moving camera."""
        self.projection = projection or self.projection
        box = self.points(run_state)
        self.flat = self.projection(box)
        self.seen = self.world.field.visible(box, self.projection.eye)

    def points(self, run_state: RunState) -> Array:
        """The curve (M, 3) in the box."""
        values = run_state.snapshot.values
        losses = self.cut.losses(values, self.along)
        other = np.full_like(self.along, values[self.names[1 - self.axis]])
        first, second = (self.along, other) if self.axis == 0 else (other, self.along)
        return self.world.points(first, second, losses)

    def _paint(self, renderer: Any) -> None:
        turns = np.flatnonzero(self.seen[1:] != self.seen[:-1]) + 1
        for a, b in zip([0, *turns], [*turns, len(self.seen)], strict=True):
            part = self.flat[a : b + 1]
            if np.isfinite(part).all(axis=1).sum() > 1:
                (self.in_sight if self.seen[a] else self.behind).draw(renderer, part)


def sections(
    layers: Layers, context: Context, world: World, projection: Projection
) -> list[Section]:
    """A curve along each parameter, to be added to the moving layer before the dot.

    There are none on a wrong surface, if the run is away from the slice, and in a race.
    """
    landscape = context.landscape
    if landscape.flipped or landscape.held or len(landscape.axes) != 2 or not context.single:
        return []
    return [Section(layers, context, world, projection, axis) for axis in (0, 1)]


def points(context: Context, most: int) -> int:
    """The number of points of a curve, which is computed in every frame."""
    return int(np.clip(MAX_PREDICTIONS // len(context.dataset.y), MIN_POINTS, most))
