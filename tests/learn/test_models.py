"""Every model: tensors equal arrays, gradients equal differences, equations keep their width."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from render import registry
from render.config.options import Parameter
from render.learn.elementwise import sigmoid
from render.learn.losses.cross_entropy import CrossEntropy
from render.learn.losses.mse import Mse
from render.learn.models.linear import LinearModel
from render.learn.models.logistic import LogisticModel
from render.learn.models.polynomial import PolynomialModel
from render.learn.models.sine import SineModel

FOLDER = "learn/models"
MODELS = {
    **{
        name: registry.member(FOLDER, name)()
        for name in registry.names(FOLDER)
        if not registry.member(FOLDER, name).network  # those predict by their module
    },
    "linear, two features": LinearModel(weight=(Parameter(1.0), Parameter(1.0))),
    "polynomial, degree 5": PolynomialModel(degree=5),
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())


def model_of(name: str, **options):
    return TypeAdapter(registry.member(FOLDER, name)).validate_python(options)


def columns(model, points: int = 13):
    """x (N,), or a list of such columns."""
    x = np.linspace(-2, 3, points)
    return x if model.features == 1 else [x * (1 + k) + k for k in range(model.features)]


def values_of(model, shape=(), seed=0):
    names, random = model.parameters(), np.random.default_rng(seed)
    return dict(zip(names, random.normal(size=(len(names), *shape)), strict=True))


@every_model
def test_tensors_give_what_arrays_give(model):
    values, x = values_of(model), columns(model)
    tensors = {name: torch.tensor(value) for name, value in values.items()}
    column = torch.from_numpy(np.asarray(x))[..., None]
    ours = model.predict(tensors, column)
    assert ours.shape == (13, 1)
    np.testing.assert_allclose(ours[:, 0], model.predict(values, x), rtol=1e-12, atol=1e-15)


@every_model
def test_many_parameters_broadcast_against_the_data(model):
    values, x = values_of(model, (7, 1)), columns(model)
    together = model.predict(values, x)
    assert together.shape == (7, 13)
    for i in range(7):
        alone = model.predict({name: float(value[i, 0]) for name, value in values.items()}, x)
        np.testing.assert_allclose(together[i], alone, rtol=1e-12, atol=1e-15)


@every_model
def test_gradients_equal_finite_differences(model):
    values, x, h = values_of(model), columns(model), 1e-6
    tensors = {name: torch.tensor(v, requires_grad=True) for name, v in values.items()}
    model.predict(tensors, torch.from_numpy(np.asarray(x))).sum().backward()
    for name, value in values.items():
        low, high = (model.predict({**values, name: value + nudge}, x).sum() for nudge in (-h, h))
        assert tensors[name].grad.item() == pytest.approx(
            (high - low) / (2 * h), rel=1e-6, abs=1e-8
        )


@every_model
def test_the_linear_flag_says_whether_parameters_can_be_added(model):
    x = columns(model)
    a, b = values_of(model, seed=1), values_of(model, seed=2)
    middle = model.predict({name: (a[name] + b[name]) / 2 for name in a}, x)
    mean = (model.predict(a, x) + model.predict(b, x)) / 2
    assert np.allclose(middle, mean, rtol=1e-12, atol=1e-12) == model.linear


@every_model
def test_an_equation_keeps_its_width_and_has_a_true_minus(model):
    texts = [
        model.equation(dict.fromkeys(model.parameters(), v)) for v in (-99.994, -1.5, 0.0, 9.25)
    ]
    assert len({len(text) for text in texts}) == 1
    assert all(text.startswith("ŷ = " if model.needs_data else "f(") for text in texts)
    assert "-" not in "".join(texts)
    assert "−1.50" in texts[1]


def test_equations_read_as_they_are_written():
    two = LinearModel(weight=(Parameter(), Parameter()))
    frozen = Parameter(frozen=True)
    w, b = {"w": -5.79, "b": 0.31}, {"w1": 1.0, "w2": -2.0, "b": 12.0}
    c = {"c0": 1.0, "c1": -2.0, "c2": 0.5}
    high = {f"c{k}": float(k) for k in range(13)}
    assert LinearModel().equation(w) == "ŷ =  −5.79 x  + 0.31"
    assert LinearModel(bias=frozen).equation(w) == "ŷ =  −5.79 x"
    assert LinearModel(bias=Parameter(2.0, frozen=True)).equation(w) == "ŷ =  −5.79 x  + 0.31"
    assert two.equation(b) == "ŷ =   1.00 x1  − 2.00 x2 + 12.00"
    assert LogisticModel().equation(w) == "ŷ = σ( −5.79 x  + 0.31)"
    assert SineModel().equation({"a": 2.0, "f": -1.0}) == "ŷ =   2.00 sin( −1.00 x)"
    assert PolynomialModel().equation(c) == "ŷ =   1.00  − 2.00 x  + 0.50 x²"
    assert PolynomialModel(coefficients=(frozen, Parameter())).equation(c) == "ŷ =  −2.00 x"
    assert PolynomialModel(degree=12).equation(high) == "ŷ =   0.00  + 1.00 x … + 12.00 x¹²"


def test_parameters_have_starts_labels_and_an_order():
    assert list(model_of("linear", weight=[1, 2]).parameters()) == ["w1", "w2", "b"]
    assert LinearModel().labels() == {"w": "slope w", "b": "bias b"}
    assert SineModel().labels() == {"a": "amplitude a", "f": "frequency f"}
    assert PolynomialModel(degree=1).labels() == {"c0": "coefficient c0", "c1": "coefficient c1"}


def test_a_weight_is_a_number_a_mapping_or_two_of_them():
    assert model_of("linear", weight=-10).weight == Parameter(-10.0)
    held = model_of("linear", weight={"value": -10, "frozen": True})
    assert held.parameters()["w"] == Parameter(-10.0, frozen=True)
    assert held.features == 1
    two = model_of("linear", weight=[1, {"value": 2, "frozen": True}])
    assert two.weight == (Parameter(1.0), Parameter(2.0, frozen=True))
    assert two.features == 2


def test_a_polynomial_has_the_degree_of_its_coefficients():
    assert len(PolynomialModel().parameters()) == 3
    assert len(model_of("polynomial", degree=4).parameters()) == 5
    starts = model_of("polynomial", coefficients=[1, {"value": 2, "frozen": True}]).parameters()
    assert starts == {"c0": Parameter(1.0), "c1": Parameter(2.0, frozen=True)}
    x = np.linspace(-2, 2, 9)
    cubic = dict(zip(["c0", "c1", "c2", "c3"], [1.0, -2.0, 0.5, 3.0], strict=True))
    np.testing.assert_allclose(
        PolynomialModel(degree=3).predict(cubic, x),
        np.polynomial.polynomial.polyval(x, [1, -2, 0.5, 3]),
    )


def test_a_wave_starts_at_one_unless_told_otherwise():
    """At amplitude or frequency 0 the gradient is 0: no step would change it."""
    assert SineModel().parameters() == {"a": Parameter(1.0), "f": Parameter(1.0)}
    assert model_of("sine", amplitude={"frozen": True}).amplitude == Parameter(1.0, frozen=True)
    assert model_of("sine", frequency=3).frequency == Parameter(3.0)


def test_squared_errors_of_a_wave_have_several_valleys():
    x = np.linspace(-3, 3, 60)
    f = np.linspace(0.1, 6, 500)[:, None]
    loss = ((SineModel().predict({"a": 1.0, "f": f}, x) - np.sin(2 * x)) ** 2).mean(axis=1)
    valleys = (loss[1:-1] < loss[:-2]) & (loss[1:-1] < loss[2:])
    assert valleys.sum() > 1


def test_the_sigmoid_is_exact_in_its_tails():
    z = np.array([-800.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0])
    with np.errstate(over="raise", invalid="raise"):
        ours = sigmoid(z)
    np.testing.assert_allclose(ours, torch.from_numpy(z).sigmoid(), rtol=1e-14)
    assert 0 < ours[1] < 1e-17


def lab_5() -> tuple[torch.Tensor, torch.Tensor]:
    """Labs 5.2.2 and 5.3: x = arange(-1, 1, .1), y = 1 where x > .2, in float32."""
    x = torch.arange(-1, 1, 0.1).view(-1, 1)
    return x.double(), (x > 0.2).double()


def test_logistic_losses_and_gradients_match_the_labs_start():
    x, y = lab_5()
    assert y.sum() == 7
    golden = {Mse(): (0.350001, -7.7e-6, 4.6e-6), CrossEntropy(): (4.5509, -0.2107, -0.3491)}
    for criterion, (start, *slopes) in golden.items():
        w, b = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (-5, -10))
        loss = criterion(LogisticModel().predict({"w": w, "b": b}, x), y)
        loss.backward()
        assert loss.item() == pytest.approx(start, rel=2e-5)
        assert [w.grad.item(), b.grad.item()] == pytest.approx(slopes, rel=1e-2)


REFUSED = [
    ("linear", {"weight": [1]}),
    ("linear", {"weight": [1, 2, 3]}),
    ("linear", {"weight": "steep"}),
    ("linear", {"weight": True}),
    ("linear", {"weight": {"valu": 1}}),
    ("linear", {"bias": [1, 2]}),
    ("polynomial", {"degree": 0}),
    ("polynomial", {"degree": 21}),
    ("polynomial", {"coefficients": [1]}),
    ("polynomial", {"coefficients": [0] * 22}),
    ("polynomial", {"degree": 3, "coefficients": [1, 2]}),
    ("logistic", {"weight": [1, 2]}),
    ("sine", {"amplitude": {"valu": 1}}),
    ("sine", {"phase": 0}),
]


@pytest.mark.parametrize(("name", "options"), REFUSED)
def test_an_option_out_of_range_is_refused(name, options):
    with pytest.raises(ValidationError):
        TypeAdapter(registry.member(FOLDER, name)).validate_python(options)
