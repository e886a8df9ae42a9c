"""A landscape cut along one parameter through the run: places in, losses and slopes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from render.recording import Array, Recording

NUDGE = 1e-4  # of the range, to find a slope
ROWS = 200  # at most, to learn how large the slopes get
EXACT = 1e-6  # of the loss's range: a curve that is nearer to its parabola is one


@dataclass(frozen=True)
class Cut:
    """The loss along one parameter, the others where the run has them."""

    recording: Recording
    name: str
    low: float
    high: float

    @property
    def column(self) -> int:
        return self.recording.axes.index(self.name)

    def losses(self, values: Mapping[str, float], along: Array) -> Array:
        """The loss (M,) at values (M,) of the parameter."""
        places = np.tile([values[name] for name in self.recording.axes], (len(along), 1))
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
        last = self.recording.steps
        rows = np.unique(np.linspace(0, last, min(last + 1, ROWS)).astype(int))
        found = [self.slope(self._at(row)) for row in rows]
        return np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)

    def is_bowl(self) -> bool:
        """Whether the loss is a parabola along it, with its lowest point known exactly."""
        along = np.linspace(self.low, self.high, 9)
        for row in {0, self.recording.steps // 2, self.recording.steps}:
            losses = self.losses(self._at(row), along)
            if not np.isfinite(losses).all():
                return False
            fit = np.polynomial.Polynomial.fit(along, losses, 2)
            off = np.abs(fit(along) - losses).max()
            if off > EXACT * np.ptp(losses) or not fit.deriv(2)(along)[0] > 0:
                return False
        return True

    def best(self, values: Mapping[str, float]) -> float:
        """Where the parabola is lowest."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        left, centre, right = self.losses(values, middle + half * np.array([-1.0, 0.0, 1.0]))
        return middle + half * float((left - right) / (2 * (left - 2 * centre + right)))

    def _at(self, row: int) -> Mapping[str, float]:
        values = self.recording.values(np.asarray(float(row))).tolist()
        return dict(zip(self.recording.axes, values, strict=True))
