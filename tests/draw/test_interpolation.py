"""Interpolated values against the polynomials that four points determine."""

import numpy as np

from render.draw.interpolation import Cubic, finer


def test_a_cubic_is_met_at_every_place_also_near_both_ends():
    coarse, fine = np.linspace(-2, 3, 9), np.linspace(-2, 3, 57)
    values = np.stack([coarse**3 - 2 * coarse, 4 * coarse**2 - coarse + 1], axis=-1)
    right = np.stack([fine**3 - 2 * fine, 4 * fine**2 - fine + 1], axis=-1)
    np.testing.assert_allclose(Cubic.between(coarse, fine)(values), right, atol=1e-12)


def test_the_first_axis_of_a_landscape_is_its_columns():
    coarse = np.linspace(0, 1, 6), np.linspace(-1, 1, 8)
    fine = np.linspace(0, 1, 23), np.linspace(-1, 1, 15)

    def height(x, y):
        return x**3 * y - 2 * y**2 + 3 * x

    grid, wanted = height(coarse[0], coarse[1][:, None]), height(fine[0], fine[1][:, None])
    np.testing.assert_allclose(finer(grid, coarse, fine), wanted, atol=1e-12)
