"""The equation of a model as it is written on screen, and what its inputs stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from render.draw.numbers import Figures, figures, placed, powers
from render.numerals import MAX_FIXED, fixed, scientific, significant, trimmed
from render.recording import Array, Dataset
from render.results import Run

SHARE = 0.005  # of the labels' range: a digit that changes the prediction by less is not written
DECIMALS = 2  # of a number below MANY
MANY = 1e3
FADED = 1e-3  # of its largest size: a number that ends smaller has become 0
SMALL_DECIMALS = 4  # of a number that hardly changes the prediction
MAX_DECIMALS = 6  # of a number that is not written in powers of ten
EXACT = 1e-6  # how near to 0 the mean of standardised inputs is
NUDGE = 1e-4  # of a parameter, to see what it changes
INPUT = re.compile(r"x(?=\d|\b)")  # in an equation: x, x1, x²


@dataclass(frozen=True)
class Equation:
    """Writes a run's model with the numbers of a moment, always equally wide."""

    run: Run

    def __call__(self, values: Mapping[str, float]) -> str:
        """`ŷ = −5.79 x + 0.31`, in z where the model is trained on scaled inputs."""
        numbers = {name: self._figures[name](value) for name, value in values.items()}
        text = self.run.spec.model.equation(numbers)
        return INPUT.sub("z", text) if self.scaled else text

    @cached_property
    def widest(self) -> str:
        """An equation as wide as every other one of the run."""
        return self(self.run.recording.at(0).values)

    @property
    def scaled(self) -> bool:
        """Whether the model is trained on its inputs in other units."""
        return self.run.spec.model.needs_data and is_scaled(self.run.dataset)

    @property
    def standardised(self) -> bool:
        """Whether each input counts standard deviations from its mean."""
        inputs = np.atleast_2d(self.run.dataset.columns)
        means, deviations = inputs.mean(axis=-1), inputs.std(axis=-1)
        return self.scaled and bool(
            np.allclose(means, 0, atol=EXACT) and np.allclose(deviations, 1)
        )

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What each input stands for: `z = (x − 200.9) / 14.04`, `x1 = size`; empty for x alone."""
        data = self.run.dataset
        count = 1 if data.x.ndim == 1 else data.x.shape[1]
        if count == 1:
            return (f"z = {scaling(data)}",) if self.scaled else ()
        letter = "z" if self.scaled else "x"
        numbers = range(1, count + 1)
        given = [
            scaling(data, i - 1, data.names[i - 1]) if self.scaled else data.names[i - 1]
            for i in numbers
        ]
        return tuple(
            f"{letter}{i} = {text}"
            for i, text in zip(numbers, given, strict=True)
            if text != f"{letter}{i}"
        )

    @cached_property
    def _figures(self) -> dict[str, Figures]:
        recording = self.run.recording
        every = recording.completed(recording.params)
        columns = dict(zip(recording.parameters, every.T, strict=True))
        return {name: self._written(name, column) for name, column in columns.items()}

    def _written(self, name: str, column: Array) -> Figures:
        """The digits of a parameter (T+1,): as many as its prediction needs."""
        effect, reach = self._effect(name), self._reach
        sizes = np.abs(column[np.isfinite(column) & (column != 0)])
        if not len(sizes):
            return placed(column, DECIMALS)
        if not (reach > 0 and effect > 0):
            return figures(column)
        needed = math.ceil(-math.log10(SHARE * reach) + math.log10(effect))
        last = abs(float(column[-1]))
        if FADED * float(sizes.max()) < last < np.inf:
            counts = last * effect > SHARE * reach
            digits = (3 if last < 0.1 else 2) - 1 - math.floor(math.log10(last))
            needed = max(needed, digits if counts else min(digits, SMALL_DECIMALS))
        small = sizes[sizes < MAX_FIXED]
        if len(small) and needed <= MAX_DECIMALS:
            most = float(small.max())
            return placed(column, max(needed, DECIMALS if most < MANY else 0))
        largest = last if 0 < last < np.inf else float(sizes.max())
        mantissa = max(1, min(needed, 400) + math.floor(math.log10(largest)))
        return powers(column, min(mantissa, 15))

    @property
    def _reach(self) -> float:
        """The range of the labels."""
        return float(np.ptp(self.run.dataset.y)) if self.run.spec.model.needs_data else 0.0

    def _effect(self, name: str) -> float:
        """How much a prediction changes at most with a change of the parameter, per unit."""
        model, data, recording = self.run.spec.model, self.run.dataset, self.run.recording
        if not model.needs_data:
            return 0.0
        values = {**recording.at(recording.last).values}
        if self.run.landscape.exact:
            values.update(self.run.landscape.optimum)
        nudge = NUDGE * max(abs(values[name]), 1.0)
        with np.errstate(all="ignore"):
            low, high = (
                model.predict({**values, name: values[name] + way * nudge}, data.columns)
                for way in (-1, 1)
            )
            change = float(np.abs(np.asarray(high - low)).max()) / (2 * nudge)
        return change if np.isfinite(change) else 0.0


def is_scaled(data: Dataset) -> bool:
    """Whether the model's inputs are in other units than those of the data."""
    a, b = (np.ravel(part) for part in data.unscale)
    return bool((a != 1).any() or (b != 0).any())


CLOSE = 0.01  # of the unit of z: how exactly its zero is written


def scaling(data: Dataset, feature: int = 0, name: str = "x") -> str:
    """The model's input in terms of the data's: `(x − 200.9) / 14.04`."""
    a, b = (float(np.ravel(part)[feature]) for part in data.unscale)
    if b == 0:
        return f"{significant(1 / a)} {name}"
    unit = significant(a)
    unit = f"({unit})" if "·" in unit or a < 0 else unit
    if abs(b) < 0.1 * CLOSE * abs(a):
        return f"{name} / {unit}"
    return f"({name} {'+' if b < 0 else '−'} {_offset(abs(b), CLOSE * abs(a))}) / {unit}"


def _offset(value: float, resolution: float) -> str:
    """A number in four digits at least, and so many that it is as exact as asked for."""
    decimals = max(3 - math.floor(math.log10(value)), math.ceil(-math.log10(resolution)))
    if value < 1e12 and decimals <= 8:
        return trimmed(fixed(value, max(decimals, 0)))
    mantissa = max(3, math.floor(math.log10(value)) + math.ceil(-math.log10(resolution)))
    return scientific(value, min(mantissa, 15))
