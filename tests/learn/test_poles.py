"""Functions with poles and edges of their domain."""

from __future__ import annotations

import numpy as np
import pytest

import render
from render.config.load import load
from render.pipeline import learn
from tests.sweeps import sweep


def config(tmp_path, formula, start, lr=0.1):
    """A descent of 30 steps on a formula."""
    path = tmp_path / "film.yaml"
    path.write_text(
        f"model: {{kind: function, formula: '{formula}', start: {{{start}}}}}\n"
        f"optimizer: {{kind: sgd, lr: {lr}}}\ntraining: {{epochs: 30}}\n"
    )
    return path


NO_MINIMUM = [
    ("1/x", "x: 1", "converging"),
    ("1/x", "x: -1", "diverged"),
    ("log(x)", "x: 1", "diverged"),
    ("sqrt(x)", "x: 1", "diverged"),
    ("tan(x)", "x: 0.5", "diverged"),
    pytest.param("x1/x2", "x1: 1, x2: 1", "converging", marks=pytest.mark.slow),
    pytest.param("1/(x1**2+x2**2)", "x1: 1, x2: 1", "converging", marks=pytest.mark.slow),
    pytest.param("log(x1)+x2**2", "x1: 3, x2: 1", "converging", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("formula", "start", "word"), sweep(NO_MINIMUM, quick=2))
def test_an_edge_or_a_pole_is_no_minimum(tmp_path, formula, start, word):
    (run,) = learn(load(config(tmp_path, formula, start)))
    landscape = run.landscape
    assert not landscape.exact
    assert not landscape.minima
    assert run.verdict.word == word
    assert np.isfinite(landscape.loss).all()
    assert abs(landscape.minimum) < 1e6


@pytest.mark.parametrize(
    ("formula", "start", "minimum"),
    [
        ("x**2+1/x", "x: 1", {"x": 0.5 ** (1 / 3)}),
        ("x*log(x)", "x: 1", {"x": np.exp(-1)}),
        ("log(x1)**2+x2**2", "x1: 3, x2: 1", {"x1": 1, "x2": 0}),
        ("abs(x)", "x: 1", {"x": 0}),
    ],
)
def test_a_minimum_beside_a_pole_or_an_edge_is_found(tmp_path, formula, start, minimum):
    (run,) = learn(load(config(tmp_path, formula, start)))
    assert run.landscape.exact
    assert run.landscape.optimum == pytest.approx(minimum, abs=1e-7)


def test_the_loss_where_it_is_no_number_is_left_out_of_the_picture(tmp_path):
    path = config(tmp_path, "log(x1)**2+x2**2", "x1: 3, x2: 1")
    (run,) = learn(load(path))
    x, _ = run.landscape.grid
    missing = run.landscape.missing
    np.testing.assert_array_equal(missing, np.broadcast_to(x <= 0, missing.shape))
    film = render.load(path)
    film.save(tmp_path / "film.txt")
    share = f"{100 * missing.mean():.2g} %"
    assert (
        f"On {share} of the picture the loss is not finite" in (tmp_path / "film.txt").read_text()
    )


@pytest.mark.slow
def test_a_pole_does_not_flatten_the_picture(tmp_path):
    (run,) = learn(load(config(tmp_path, "(x1**2+3*x2**2)/(x1+2)", "x1: 2, x2: 1")))
    assert np.abs(run.landscape.loss).max() > 1e6  # the pole is in the picture
    assert run.landscape.ceiling == pytest.approx(4 * run.recording.loss[0])
    assert run.landscape.loss.min() >= -4 * run.recording.loss[0]


@pytest.mark.slow
@pytest.mark.parametrize(("formula", "start", "_"), NO_MINIMUM)
def test_a_pole_or_an_edge_has_a_film(tmp_path, formula, start, _):
    film = render.load(config(tmp_path, formula, start)).but("film.size=[480, 270]")
    film.still("end", tmp_path / "end.png")
    assert (tmp_path / "end.png").stat().st_size > 2000
