"""Programs that were traced, against torch's own autograd and against the members themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from render import registry
from render.config.options import Parameter
from render.learn.loop import column, inputs
from render.learn.losses.base import Loss
from render.learn.models.function import FunctionModel
from render.learn.optimizers.base import Optimizer
from render.learn.recipe import NotRepeatableError, recipe
from render.learn.tracing import Program, UntraceableError, gradient
from tests.learn.labs import lab, runs

# What a program's operations mean, in NumPy.
OPERATIONS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "pow": np.power,
    "neg": np.negative, "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "tanh": np.tanh, "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "sum": np.sum,
    "min": np.minimum, "max": np.maximum, "le": lambda a, b: np.where(a <= b, 1.0, 0.0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "pow_by_base": lambda a, b: np.where(b == 0, 0.0, b * a ** (b - 1)),
    "pow_by_exponent": lambda a, b: np.where((a == 0) & (b >= 0), 0.0, a**b * np.log(a)),
}  # fmt: skip


def computed(code, length, **given):
    """The results of a program. `given`: vectors of this length, and numbers."""
    values = []
    for name, *of in code["operations"]:
        if name == "count":
            values.append(float(length))
        elif name == "const":
            values.append(float(of[0]))
        elif name in ("input", "vector"):
            values.append(given[of[0]])
        else:
            with np.errstate(all="ignore"):
                values.append(OPERATIONS[name](*(np.asarray(values[place]) for place in of)))
    return [values[place] for place in code["out"]]


def through_torch(spec, dataset, params):
    """The loss, its gradient and its Hessian at trained parameters (P,), by torch alone."""
    starts = spec.model.parameters()
    names = [name for name, start in starts.items() if not start.frozen]
    frozen = {name: start.value for name, start in starts.items() if start.frozen}
    X, Y = inputs(dataset), column(dataset.y)

    def loss(p):
        values = {**dict(zip(names, p.unbind(), strict=True)), **frozen}
        return spec.loss(spec.model.predict(values, X), Y) + spec.loss.penalty(p)

    p = torch.tensor(params, dtype=torch.float64).requires_grad_()
    at = loss(p)
    at.backward()
    return at.item(), p.grad.numpy(), torch.autograd.functional.hessian(loss, p.detach()).numpy()


MODELS = {
    "line": ("slope_bias", ()),
    "slope alone": ("slope", ()),
    "two features": ("twin_features", ("training.batch_size=full",)),
    "polynomial": ("polynomial", ("model.degree=5", "model.coefficients=null")),
    "sine": ("polynomial", ("model={kind: sine, amplitude: 1.2, frequency: 0.8}",)),
    "logistic": ("logistic_mse_plateau", ("training.batch_size=full",)),
}
LOSSES = {
    "mse": "loss=mse",
    "half": "loss=half_mse",
    "broadcast": "loss={kind: mse, broadcast: true}",
    "mae": "loss=mae",
    "huber": "loss={kind: huber, delta: 0.4}",
    "penalties": "loss={kind: mse, l1: 0.3, l2: 0.2}",
    "huber, l2": "loss={kind: huber, l2: 0.2}",
}
CASES = [(model, loss) for model in MODELS for loss in LOSSES]

CASES.append(("logistic", "cross_entropy"))


@pytest.mark.parametrize(("model", "loss"), CASES)
def test_a_loss_its_gradient_and_hessian_are_torchs(model, loss):
    name, sets = MODELS[model]
    spec = lab(name, *sets, LOSSES.get(loss, "loss=cross_entropy"), "optimizer=newton")
    dataset = spec.dataset.make(spec.seed)
    count = sum(not start.frozen for start in spec.model.parameters().values())
    for seed in range(3):
        params = np.random.default_rng(seed).normal(size=count)
        check_at(spec, dataset, params)


def check_at(spec, dataset, params):
    made = recipe(spec, dataset, standing_at(spec, params))
    names = [name for name, start in spec.model.parameters().items() if not start.frozen]
    given = {f"x{i}": x for i, x in enumerate(dataset.columns.reshape(-1, len(dataset.y)))}
    given |= {"y": dataset.y, **dict(zip(names, params, strict=True))}
    loss, grads, hessian = through_torch(spec, dataset, params)
    found, *slopes = computed(made.loss, len(dataset.y), **given)
    curvatures = computed(made.hessian, len(dataset.y), **given)
    assert found == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(slopes, grads, rtol=1e-11, atol=1e-11 * abs(grads).max())
    size = max(abs(hessian).max(), 1e-300)
    np.testing.assert_allclose(curvatures, hessian.ravel(), rtol=1e-9, atol=1e-10 * size)


@dataclass(frozen=True)
class Standing:
    """As much of a recording as a recipe asks for."""

    names: tuple[str, ...]
    frozen: dict[str, float]
    params: np.ndarray


def standing_at(spec, params):
    starts = spec.model.parameters()
    trained = tuple(name for name, start in starts.items() if not start.frozen)
    frozen = {name: start.value for name, start in starts.items() if start.frozen}
    return Standing(trained, frozen, np.array([params]))


START = (Parameter(0.7), Parameter(-0.4))
FORMULAS = [
    "x1**2 + 3*x2**2",
    "exp(-x1**2)*sin(3*x2) + tanh(x1*x2)",
    "sqrt(1 + x1**2) / (2 + cos(x2))",
    "abs(x1 - 0.3) + log(1 + x2**2)",
    "tan(x1/4) * x2**3 - x1**-2",
    "(1 + x1**2)**x2 + 2**x1",
    "x1**0 + x2**1 + -x1*+x2 + pi*e*x1",
    "(x1**2)**0.75 + sqrt(x2**2) * x1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_its_gradient_and_hessian_are_torchs(formula):
    check_function(FunctionModel(formula=formula, start=START), "**x2" not in formula)


@pytest.mark.parametrize("name", registry.names("learn/functions"))
def test_a_known_function_its_gradient_and_hessian_are_torchs(name):
    check_function(FunctionModel(name=name))


def check_function(model, curved=True):
    rule = "newton" if curved else "sgd"
    spec = replace(lab("ellipse_zigzag", f"optimizer={rule}"), model=model)
    dataset = spec.dataset.make(0)
    for seed in range(3):
        params = np.random.default_rng(seed).normal(size=len(model.parameters()))
        if curved:
            check_at(spec, dataset, params)
            continue
        loss, grads, _ = through_torch(spec, dataset, params)
        given = dict(zip(model.parameters(), params, strict=True), x0=np.zeros(1), y=np.zeros(1))
        found, *slopes = computed(recipe(spec, dataset, standing_at(spec, params)).loss, 1, **given)
        assert found == pytest.approx(loss, rel=1e-13)
        np.testing.assert_allclose(slopes, grads, rtol=1e-13)


OPTIMIZERS = [
    "{kind: sgd, lr: 0.1}",
    "{kind: sgd, lr: 0.1, momentum: 0.9}",
    "{kind: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.1}",
    "{kind: adam, lr: 0.1, weight_decay: 0.1}",
    "{kind: adam, lr: 0.1, betas: [0.8, 0.95]}",
    "{kind: adamw, lr: 0.1}",
    "{kind: rmsprop, lr: 0.1, momentum: 0.5, weight_decay: 0.1}",
    "{kind: adagrad, lr: 0.1, lr_decay: 0.1, initial_accumulator_value: 0.1}",
]


@pytest.mark.parametrize("written", OPTIMIZERS)
def test_an_optimizers_program_takes_its_own_steps(written):
    spec = lab("ellipse_zigzag", f"optimizer={written}")
    made = recipe(spec, spec.dataset.make(0), standing_at(spec, [0.5, -0.5]))
    p = torch.tensor([0.5, -0.5], dtype=torch.float64)
    params, state = p.numpy().copy(), list(made.state)
    kept = spec.optimizer.init(p, None)
    rng = np.random.default_rng(0)
    for k in range(20):
        grads, lr = rng.normal(size=2), 0.1 * 0.9**k
        p, kept = spec.optimizer.step(p, torch.from_numpy(grads), kept, lr)
        given = {f"state{i}": leaf for i, leaf in enumerate(state)}
        given |= {"params": params, "grads": grads, "lr": lr, **made.options}
        params, *state = computed(made.step, 2, **given)
        np.testing.assert_allclose(params, p.numpy(), rtol=1e-14)


def test_a_momentum_that_is_0_can_be_changed():
    spec = lab("slope_bias")
    made = recipe(spec, spec.dataset.make(spec.seed), runs("slope_bias")[0].recording)
    assert made.options == {"momentum": 0.0}
    given = {"params": np.zeros(2), "grads": np.ones(2), "lr": 0.1, "state0": np.full(2, 10.0)}
    moved, velocity = computed(made.step, 2, momentum=0.5, **given)
    np.testing.assert_allclose(velocity, [6, 6])
    np.testing.assert_allclose(moved, [-0.6, -0.6])


@dataclass(frozen=True)
class Sign(Optimizer):
    """The one of CONTRIBUTING: a new member needs nothing else."""

    def init(self, params, hessian):
        return None

    def step(self, params, grads, state, lr):
        return params - lr * grads.sign(), state


@dataclass(frozen=True)
class Cautious(Sign):
    """It looks at numbers, which no program knows."""

    def step(self, params, grads, state, lr):
        return (params if grads[0] > 1 else params - lr * grads), state


@dataclass(frozen=True)
class LogCosh(Loss):
    """A loss that is not in the house."""

    def pointwise(self, yhat, y):
        error = yhat - y
        return ((error.exp() + (-error).exp()) / 2).log()


def test_a_new_optimizer_and_a_new_loss_have_programs_too():
    spec = replace(lab("slope_bias"), optimizer=Sign(lr=0.5), loss=LogCosh())
    dataset = spec.dataset.make(spec.seed)
    made = recipe(spec, dataset, standing_at(spec, [0.1, 0.2]))
    given = {"params": np.zeros(2), "grads": np.array([-3.0, 2.0]), "lr": 0.5}
    np.testing.assert_allclose(computed(made.step, 2, **given)[0], [0.5, -0.5])
    loss, grads, _ = through_torch(spec, dataset, [0.1, 0.2])
    found, *slopes = computed(made.loss, len(dataset.y), w=0.1, b=0.2, x0=dataset.x, y=dataset.y)
    assert found == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(slopes, grads, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("training.noise=0.5",), "its gradients are noisy"),
        (
            ("training.batch_size=7", "training.shuffle=true"),
            "its batches are drawn at random",
        ),
    ],
)
def test_what_is_drawn_at_random_is_not_repeated(change, reason):
    spec = lab("slope_bias", *change)
    with pytest.raises(NotRepeatableError, match=reason):
        recipe(spec, spec.dataset.make(spec.seed), standing_at(spec, [0.0, 0.0]))


def test_a_shuffled_whole_is_repeated():
    spec = lab("slope_bias", "training.shuffle=true")
    recipe(spec, spec.dataset.make(spec.seed), standing_at(spec, [0.0, 0.0]))


def test_a_member_that_looks_at_its_numbers_is_refused():
    spec = replace(lab("slope_bias"), optimizer=Cautious(lr=0.5))
    with pytest.raises(NotRepeatableError, match="Python alone"):
        recipe(spec, spec.dataset.make(spec.seed), standing_at(spec, [0.0, 0.0]))


def test_a_comparison_is_no_number():
    symbol = Program().input("a")
    with pytest.raises(UntraceableError):
        bool(symbol)


def test_the_derivative_of_a_number_by_itself_is_1():
    a = Program().input("a")
    assert [slope.number for slope in gradient(a, [a])] == [1.0]


def test_a_program_has_nothing_that_it_does_not_need():
    program = Program()
    a, b = program.input("a"), program.input("b")
    _ = a * b + 7
    code = program.written([b * b])
    assert code == {"operations": [["input", "b"], ["mul", 0, 0]], "out": [1]}
