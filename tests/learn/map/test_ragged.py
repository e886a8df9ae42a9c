"""The dimension of a boundary is that of lines and fractals whose dimension is known."""

import math

import numpy as np
import pytest

from render.learn.map.ragged import dimension
from render.learn.map.result import CONVERGED, DIVERGED


def verdicts(inside: np.typing.NDArray[np.bool_]) -> np.typing.NDArray[np.uint8]:
    return np.where(inside, DIVERGED, CONVERGED).astype(np.uint8)


def carpet(order: int) -> np.typing.NDArray[np.bool_]:
    """A Sierpinski carpet of 3^order pixels a side."""
    cell = np.ones((1, 1), bool)
    for _ in range(order):
        row = np.hstack([cell] * 3)
        cell = np.vstack([row, np.hstack([cell, np.zeros_like(cell), cell]), row])
    return cell


def test_a_line_has_dimension_one() -> None:
    rows, columns = np.indices((256, 256))
    for inside in (columns > 99, rows + columns > 250, (rows - 99) ** 2 + columns**2 < 9000):
        found = dimension(verdicts(inside))
        assert found is not None
        assert found[0] == pytest.approx(1, abs=0.06)
        assert found[1] == 32


def test_a_fractal_has_its_own() -> None:
    """The boundary of a Sierpinski carpet has the carpet's dimension, log 8 / log 3."""
    found = dimension(verdicts(carpet(6)))
    assert found is not None
    assert found[0] == pytest.approx(math.log(8) / math.log(3), abs=0.06)


def test_noise_fills_the_plane_and_nothing_has_none() -> None:
    noise = np.random.default_rng(1).random((256, 256)) < 0.5
    found = dimension(verdicts(noise))
    assert found is not None
    assert found[0] == pytest.approx(2, abs=0.06)
    assert dimension(verdicts(np.zeros((256, 256), bool))) is None
    assert dimension(verdicts(noise[:30])) is None
