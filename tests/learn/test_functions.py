"""Every known function: its minima, all of them, and descents on it against torch's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from scipy.optimize import minimize

from render import registry
from render.config.options import Parameter
from render.config.spec import FilmOptions, LandscapeOptions, Spec, Training
from render.differences import second_differences
from render.learn import check
from render.learn.functions.quadratic import Quadratic
from render.learn.loop import train
from render.learn.models.function import FunctionLoss, FunctionModel, NoDataset
from render.learn.optimizers.adam import Adam
from render.learn.optimizers.sgd import Sgd
from render.learn.schedules.constant import ConstantSchedule
from tests.sweeps import sweep

FOLDER = "learn/functions"
KNOWN = {
    **{name: registry.member(FOLDER, name)() for name in registry.names(FOLDER)},
    "quadratic, long": Quadratic(axes=(0.1, 2)),
    "quadratic, three": Quadratic(axes=(3, 1, 0.5)),
}
every_function = pytest.mark.parametrize("function", KNOWN.values(), ids=KNOWN.keys())


def model_of(**options) -> FunctionModel:
    """As a config would make it."""
    return TypeAdapter(FunctionModel).validate_python(options)


def spec_of(model: FunctionModel, optimizer, epochs: int, **changes) -> Spec:
    """A descent on a function."""
    parts = dict(
        path=Path("run.yaml"),
        label="run",
        title="run",
        scene="slope",
        seed=1,
        dataset=NoDataset(),
        model=model,
        loss=FunctionLoss(),
        optimizer=optimizer,
        schedule=ConstantSchedule(),
        training=Training(epochs=epochs),
        film=FilmOptions(),
        landscape=LandscapeOptions(),
        outputs=(),
    )
    return Spec(**{**parts, **changes})


def descent(model: FunctionModel, optimizer, epochs: int, **changes):
    spec = spec_of(model, optimizer, epochs, **changes)
    return train(spec, spec.dataset.make(1))


def over(function):
    """The function of rows of parameters (..., P)."""
    return lambda rows: function(*np.moveaxis(rows, -1, 0))


def gradient(function, place):
    values = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in place]
    function(*values).backward()
    return np.array([value.grad.item() for value in values])


@every_function
def test_tensors_give_what_arrays_give(function):
    places = np.random.default_rng(0).normal(scale=2, size=(len(function.names), 50))
    values = function(*map(torch.from_numpy, places)).numpy()
    np.testing.assert_allclose(values, function(*places), rtol=1e-12, atol=1e-12)


@every_function
def test_autograd_equals_finite_differences(function):
    place, h = np.random.default_rng(1).normal(size=len(function.names)), 1e-6
    moves = h * np.eye(len(place))
    expected = [(function(*(place + m)) - function(*(place - m))) / (2 * h) for m in moves]
    np.testing.assert_allclose(gradient(function, place), expected, rtol=1e-6, atol=1e-6)


@every_function
def test_the_start_and_the_range_fit_the_names(function):
    count = len(function.names)
    assert len(function.start) == count
    assert np.isfinite(function(*map(np.float64, function.start)))
    assert function.names == (("w",) if count == 1 else tuple(f"x{i + 1}" for i in range(count)))
    if function.extents is not None:
        assert len(function.extents) == count
        for value, (low, high) in zip(function.start, function.extents, strict=True):
            assert low <= value <= high


@every_function
def test_at_every_minimum_it_is_flat_and_curves_up(function):
    for place in function.minima():
        hessian = second_differences(over(function), np.array(place), len(place))
        away = np.linalg.solve(hessian, gradient(function, place))
        assert np.abs(away).max() < 1e-11  # what Newton's method would still move
        assert np.linalg.eigvalsh(hessian)[0] > 0.01


@pytest.mark.slow
@every_function
def test_no_minimum_in_the_range_is_missing(function):
    ranges = function.extents or [(-6.0, 6.0)] * len(function.names)
    fine = 401 if len(ranges) < 3 else 41
    axes = [np.linspace(low, high, fine) for low, high in ranges]
    net = np.meshgrid(*axes, indexing="ij")
    height = function(*net)
    inner = (slice(1, -1),) * len(axes)
    lowest = np.full(height[inner].shape, True)
    for shift in np.ndindex(*(3,) * len(axes)):
        if set(shift) != {1}:
            lowest &= height[inner] < height[tuple(slice(s, s + fine - 2) for s in shift)]
    minima = np.reshape(function.minima(), (-1, len(axes)))
    reached = set()
    for start in np.stack([axis[inner][lowest] for axis in net], axis=-1):
        options = {"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000}
        end = minimize(lambda p: function(*p), start, method="Nelder-Mead", options=options).x
        if any(not low <= v <= high for v, (low, high) in zip(end, ranges, strict=True)):
            continue  # only the net's teeth made a minimum of a slanting valley
        away = np.linalg.norm(minima - end, axis=1)
        assert away.min(initial=np.inf) < 1e-5, end
        reached.add(int(away.argmin()))
    assert len(reached) == len(minima)


@pytest.mark.parametrize(
    ("name", "count", "lowest", "place"),
    [
        ("rosenbrock", 1, 0, (1, 1)),
        ("beale", 1, 0, (3, 0.5)),
        ("himmelblau", 4, 0, (-2.805118, 3.131312)),
        ("rastrigin", 121, 0, (0, 0)),
        ("six_hump_camel", 6, -1.031628453, (0.0898420, -0.7126564)),
        ("quartic", 2, -108, (-2,)),
        ("quadratic", 1, 0, (0, 0)),
        ("cubic", 0, None, None),
        ("saddle", 0, None, None),
    ],
)
def test_the_minima_are_the_published_ones(name, count, lowest, place):
    function = KNOWN[name]
    minima = function.minima()
    assert len(minima) == len(set(minima)) == count
    if count:
        heights = [function(*map(np.float64, at)) for at in minima]
        assert min(heights) == pytest.approx(lowest, abs=1e-9)
        deep = [at for at, high in zip(minima, heights, strict=True) if high < lowest + 1e-9]
        assert any(at == pytest.approx(place, abs=1e-6) for at in deep)


def test_all_himmelblau_s_minima_are_equally_deep():
    assert [KNOWN["himmelblau"](*at) for at in KNOWN["himmelblau"].minima()] == pytest.approx(
        [0] * 4, abs=1e-20
    )


@every_function
def test_its_description_is_its_formula(function):
    if not isinstance(function, Quadratic):
        assert function.__doc__.startswith(function.written(*function.names))
    shown = function.written(*[f"p{i}" for i in range(len(function.names))])
    assert "p0" in shown
    assert "{" not in shown


def test_a_quadratic_is_written_with_its_own_axes():
    assert Quadratic(axes=(0.1, 2)).written("x1", "x2") == "0.1·x1² + 2·x2²"
    assert Quadratic(axes=(1, -1, -2.5)).written("a", "b", "c") == "a² − b² − 2.5·c²"
    assert Quadratic(axes=(-1,)).written("w") == "−w²"
    assert Quadratic(axes=(1, -1)).minima() == ()


# course.md 89 and 90: the lesson on momentum, recomputed
CUBIC = [4, 3.52, 3.148, 2.851, 2.607, 2.403, 2.23, 2.081, 1.951, 1.837]


def test_the_cubic_without_momentum_creeps_up_to_its_flat_place():
    run = descent(model_of(name="cubic"), Sgd(lr=0.01), 10)
    assert run.names == ("w",)
    assert run.params[:10, 0].tolist() == pytest.approx(CUBIC, abs=6e-4)
    assert run.loss.tolist() == pytest.approx((run.params[:, 0] ** 3).tolist())
    assert run.grads[:, 0].tolist() == pytest.approx((3 * run.params[:, 0] ** 2).tolist())


def test_the_cubic_with_momentum_runs_past_it():
    run = descent(model_of(name="cubic"), Sgd(lr=0.01, momentum=0.9), 10)
    golden = [4, 3.52, 2.716, 1.772, 0.827, -0.043, -0.827]
    assert run.params[:7, 0].tolist() == pytest.approx(golden, abs=6e-4)


def test_the_quartic_without_momentum_stays_in_its_local_minimum():
    run = descent(model_of(name="quartic"), Sgd(lr=0.001), 100)
    assert run.params[-1, 0] == pytest.approx(4, abs=5e-5)


def test_the_quartic_with_momentum_gets_over_the_hill():
    run = descent(model_of(name="quartic"), Sgd(lr=0.001, momentum=0.9), 100)
    golden = [6, 5.408, 4.539, 3.667, 2.917, 2.308]
    assert run.params[:6, 0].tolist() == pytest.approx(golden, abs=6e-4)
    assert run.params[-1, 0] == pytest.approx(-1.9912, abs=6e-5)
    assert run.loss[-1] == pytest.approx(-107.994, abs=6e-4)


@pytest.mark.parametrize(
    "name", sweep(["rosenbrock", "beale", "himmelblau", "six_hump_camel"], quick=3)
)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Sgd(lr=2e-4, momentum=0.9), lambda p: torch.optim.SGD([p], lr=2e-4, momentum=0.9)),
        (Adam(lr=0.02), lambda p: torch.optim.Adam([p], lr=0.02)),
    ],
)
def test_a_descent_is_torch_s_own(name, ours, theirs):
    function = KNOWN[name]
    run = descent(model_of(name=name), ours, 60)
    p = torch.tensor(function.start, dtype=torch.float64, requires_grad=True)
    optimizer = theirs(p)
    for row in run.params:
        np.testing.assert_allclose(row, p.detach().numpy(), rtol=1e-9, atol=1e-12)
        optimizer.zero_grad()
        function(*p).backward()
        optimizer.step()
    assert not run.broke_off


def test_a_formula_descends_as_the_known_function_does():
    text = "(1 - a)**2 + 100*(b - a**2)**2"
    named = descent(model_of(name="rosenbrock"), Sgd(lr=1e-3), 50)
    given = model_of(formula=text, start={"a": -1.2, "b": 1})
    run = descent(given, Sgd(lr=1e-3), 50)
    np.testing.assert_allclose(run.params, named.params, rtol=1e-9)
    assert (given.known, given.minima(), given.extents()) == (False, None, {})


def test_the_truth_holds_the_surface_against_the_function():
    model = model_of(name="beale", start={"u": 1, "v": 1.5})
    spec = spec_of(model, Adam(lr=0.05), 20)
    data = spec.dataset.make(1)
    run = train(spec, data)
    check._check_run(spec, data, run, 0.0)
    direct = check._loss(spec, data, {"u": 0.25, "v": -1.0})
    assert direct == pytest.approx(KNOWN["beale"](0.25, -1.0))
    grid = np.random.default_rng(2).normal(size=(5, 4, 2))
    np.testing.assert_allclose(run.objective(grid), KNOWN["beale"](grid[..., 0], grid[..., 1]))


def test_a_frozen_parameter_stays_and_still_counts():
    model = model_of(
        formula="x1**n + x2**2", start={"x1": 2, "n": {"value": 4, "frozen": True}, "x2": 1}
    )
    run = descent(model, Sgd(lr=0.01), 3)
    assert run.names == ("x1", "x2")
    assert run.frozen == {"n": 4.0}
    assert run.grads[0].tolist() == [32, 2]


def test_a_function_needs_no_data_and_has_its_own_names():
    model = model_of(name="quadratic", axes=[0.1, 2], start={"a": -5, "b": -2})
    assert not model.needs_data
    assert model.labels() == {"a": "a", "b": "b"}
    assert model.minima() == ({"a": 0, "b": 0},)
    assert model.formula_text == "0.1·a² + 2·b²"
    assert model.equation({"a": -5, "b": -2}) == "f( −5.00,  −2.00)"
    assert model_of(name="beale", start=[1, 1.5]).parameters() == {
        "x1": Parameter(1.0),
        "x2": Parameter(1.5),
    }
    assert model_of(name="quartic").extents() == {"w": (-4, 6)}
    assert model_of().formula_text == "x1² + x2²"
    data = NoDataset().make(1)
    assert (data.x.tolist(), data.y.tolist(), data.columns.shape) == ([0], [0], (1,))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"name": "beal"}, "unknown function 'beal'; did you mean 'beale'? there are: beale"),
        ({"name": ""}, "unknown function ''"),
        ({"name": "beale", "formula": "x1"}, "give a name or a formula, not both"),
        ({"name": "beale", "axes": [1, 2]}, "axes: beale has no axes; leave them out"),
        (
            {"formula": "x1", "axes": [1], "start": [1]},
            "axes: a formula has no axes",
        ),
        ({"axes": [1, 0]}, "axes: 0 would make the function the same along"),
        ({"axes": []}, "axes: expected from 1 to 20 numbers, found 0"),
        ({"name": "beale", "start": [1]}, "start: beale has 2 parameters, found 1"),
        ({"name": "cubic", "start": [1, 2]}, "start: cubic has 1 parameter, found 2"),
        ({"start": [1, 2, 3]}, "quadratic has 2 parameters, found 3: give as many axes"),
        ({"name": "beale", "start": {}}, "start: expected from 1 to 20 parameters, found 0"),
        ({"formula": "x1**2"}, "start: missing; it names the parameters of a formula"),
        ({"formula": "w**2", "start": [4]}, "unknown name 'w'; the parameters are x1, as start"),
        ({"formula": "log(x1)", "start": [0]}, "start: the function is -inf there, expected a fin"),
        ({"name": "beale", "start": [1e300, 2]}, "start: the function is"),
    ],
)
def test_a_mistake_gives_a_message_of_one_sentence(options, part):
    with pytest.raises(ValidationError) as caught:
        model_of(**options)
    message = str(caught.value.errors()[0]["ctx"]["error"])
    assert part in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("lambda", "no word of Python's"),
        ("2x", "no digit first"),
        ("a b", "letters, digits and _"),
        ("", "letters, digits and _"),
        ("a\n", "'a\\n' can't name a parameter"),
        ("sin", "in a formula sin"),
        ("pi", "mean something else"),
        ("grid", "mean something else"),
        ("flip_bias", "mean something else"),
        ("loss", "mean something else"),
        ("grad_w", "grad_… mean something else"),
        ("a" * 13, "at most 12 letters"),
        ("ｘ", "write it as x"),
    ],
)
def test_a_name_that_means_something_else_is_refused(name, part):
    with pytest.raises(ValidationError) as caught:
        model_of(name="cubic", start={name: 1})
    assert part in str(caught.value)
    assert model_of(name="cubic", start={"θ": 1}).formula_text == "θ³"
