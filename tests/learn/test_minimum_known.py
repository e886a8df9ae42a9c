"""The minimum of a known function is known; of a formula it is searched for."""

from __future__ import annotations

import numpy as np
import pytest

from render.learn.loop import train
from render.learn.minimum import find
from render.learn.models.function import FunctionLoss
from render.learn.optimizers.sgd import Sgd
from tests.learn.test_functions import model_of, spec_of


def found(model, lr=0.01, epochs=5, **changes):
    spec = spec_of(model, Sgd(lr=lr), epochs, **changes)
    run = train(spec, spec.dataset.make(1))
    return find(spec, run), run


def test_the_lowest_of_all_minima_is_meant_though_the_run_ends_in_another():
    minimum, run = found(model_of(name="quartic"), lr=0.001, epochs=100)
    assert run.params[-1, 0] == pytest.approx(4, abs=1e-3)
    assert (minimum.params.tolist(), minimum.loss) == ([-2], -108)
    assert (minimum.method, minimum.exact) == ("known", True)
    assert minimum.minima.tolist() == [[-2], [4]]
    # the second derivative 24w² − 54w − 42 at −2
    assert minimum.hessian[0, 0] == pytest.approx(162, rel=1e-5)


@pytest.mark.parametrize("nearest", [(3, 2), (-2.805118, 3.131313), (3.584428, -1.848127)])
def test_of_equally_deep_minima_the_one_by_the_end_is_meant(nearest):
    start = [value + 0.3 for value in nearest]
    minimum, _ = found(model_of(name="himmelblau", start=start))
    assert minimum.params.tolist() == pytest.approx(nearest, abs=1e-6)
    assert minimum.minima.shape == (4, 2)
    assert (np.linalg.eigvalsh(minimum.hessian) > 0).all()


@pytest.mark.parametrize(
    "model", [model_of(name="cubic"), model_of(name="saddle"), model_of(axes=[1, -1])]
)
def test_a_function_without_a_minimum_has_none(model):
    minimum, run = found(model)
    assert not minimum.exact
    assert minimum.method == "none: the loss falls without end"
    assert minimum.loss == run.loss.min()
    assert minimum.minima.shape == (0, len(run.names))


@pytest.mark.parametrize(
    "model", [model_of(name="cubic"), model_of(formula="w**3", start={"w": 4})]
)
def test_a_run_that_fell_for_ever_has_a_finite_curvature(model):
    minimum, run = found(model, lr=0.5, epochs=60)
    assert run.broke_off
    assert not minimum.exact
    assert np.isfinite(minimum.hessian).all()


def test_a_frozen_parameter_leaves_a_search():
    start = {"x1": 1.0, "x2": {"value": 1.0, "frozen": True}}
    minimum, _ = found(model_of(axes=[0.1, 2], start=start))
    assert minimum.params.tolist() == pytest.approx([0], abs=1e-4)
    assert minimum.loss == pytest.approx(2)
    assert (minimum.method, minimum.exact) == ("search", True)
    np.testing.assert_array_equal(minimum.minima, [minimum.params])


def test_a_penalty_moves_the_minimum_so_it_is_searched_for():
    minimum, _ = found(model_of(name="beale"), loss=FunctionLoss(l2=0.1))
    assert minimum.method == "search"
    assert minimum.params.tolist() != pytest.approx([3, 0.5], abs=1e-2)


def test_the_search_finds_a_formula_s_minimum():
    text = "(1.5 - a + a*b)**2 + (2.25 - a + a*b**2)**2 + (2.625 - a + a*b**3)**2"
    minimum, _ = found(model_of(formula=text, start={"a": 1, "b": 1.5}), lr=0.01, epochs=200)
    assert minimum.params.tolist() == pytest.approx([3, 0.5], abs=1e-4)
    assert (minimum.method, minimum.exact, minimum.minima.shape) == ("search", True, (1, 2))


def test_a_minimum_without_curvature_is_one():
    minimum, _ = found(model_of(formula="w**4 + 1", start={"w": 2}))
    assert (minimum.exact, minimum.loss) == (True, pytest.approx(1))
    assert minimum.params.tolist() == pytest.approx([0], abs=1e-2)


@pytest.mark.parametrize("text", ["exp(-w)", "1/(1 + w**2)", "1 - exp(-w)/(1 + exp(-w))"])
def test_a_slope_that_flattens_out_has_none(text):
    minimum, _ = found(model_of(formula=text, start={"w": 0.5}), lr=0.5, epochs=50)
    assert not minimum.exact
    assert minimum.method == "none: the loss falls as far as it was searched"


@pytest.mark.slow
def test_a_formula_s_saddle_is_no_minimum():
    start = {"x": 1, "y": 0.5}
    minimum, _ = found(model_of(formula="x**2 - y**2", start=start))
    assert not minimum.exact
    assert minimum.minima.shape == (0, 2)
