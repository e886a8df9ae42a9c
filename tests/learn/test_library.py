"""The library's scenes against the course's numbers, closed forms and torch.optim."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
import torch

from render import registry
from tests.learn.labs import labelled, runs
from tests.learn.test_labs import BATCHES, ENDS
from tests.learn.test_loop import FAR, SLOPE, SLOPE_BIAS
from tests.sweeps import sweep

LAB_START = "model={kind: linear, weight: -15, bias: -10}"


def by_epoch(run) -> np.ndarray:
    """The full-data loss at the start of each epoch, and at the end."""
    return run.recording.loss[:: run.recording.per_epoch]


def path(run) -> np.ndarray:
    return run.recording.params


def best(run) -> np.ndarray:
    """The landscape's minimum, trained parameters alone."""
    return np.array([run.landscape.optimum[name] for name in run.recording.names])


def minima(run) -> np.ndarray:
    """(M, P) every known minimum."""
    return np.array([list(place.values()) for place in run.landscape.minima])


def nearest(run, place) -> np.ndarray:
    """The known minimum nearest to a place."""
    known = minima(run)
    return known[np.linalg.norm(known - place, axis=1).argmin()]


# Batches: course.md 1.4 and 1.5


@pytest.mark.parametrize(
    ("name", "label", "size"),
    [("batch_vs_sgd", "all 60 points", 60), ("batch_vs_sgd", "one point", 1)]
    + [("batch_sizes", f"batch {size}", size) for size in BATCHES],
)
def test_batches_have_the_losses_of_the_course(name, label, size):
    run = labelled(name)[label]
    golden = BATCHES[size]
    np.testing.assert_allclose(by_epoch(run)[: len(golden)], golden, rtol=2e-4)
    assert run.recording.steps == 10 * 60 // size
    if size in ENDS:
        np.testing.assert_allclose(path(run)[-1], ENDS[size], atol=6e-5)


def test_one_point_at_minus_3_is_on_the_edge_of_stability():
    run = labelled("batch_vs_sgd")["one point"]
    curvature = 2 * (1 + run.dataset.x[0] ** 2)
    assert run.spec.optimizer.lr == pytest.approx(2 / curvature)


def test_sorted_batches_of_five_are_lucky_and_shuffled_ones_are_not():
    after_one = {
        name: {run.spec.training.batch_size: by_epoch(run)[1] for run in runs(name)}
        for name in ("batch_sizes", "batch_sizes_shuffled")
    }
    in_order, shuffled = (
        sorted(losses, key=lambda size: losses[size]) for losses in after_one.values()
    )
    assert in_order == [5, 10, 1, 20, "full"]
    assert shuffled == [1, 5, 10, 20, "full"]
    assert after_one["batch_sizes_shuffled"][5] > 2 * after_one["batch_sizes"][5]


# One parameter: course.md 1.1, 1.10, items 13 and 14


def test_two_starts_end_in_one_bottom_and_differ_in_loss_alone():
    near, far = runs("slope_far_start")
    for run, golden in ((near, SLOPE), (far, FAR)):
        np.testing.assert_allclose(path(run)[:, 0], golden["w"], atol=1e-4)
        np.testing.assert_allclose(run.recording.loss[:4], golden["loss"], rtol=5e-6, atol=5e-4)
    longer = runs("slope_far_start", "training.epochs=40")
    for run in longer:
        assert path(run)[-1, 0] == pytest.approx(-2.993264, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "lr", "losses", "word"),
    [
        ("learning_rates", "0.01", {11: 37.75}, "converging"),
        ("learning_rates", "0.05", {11: 0.0655}, "converging"),
        ("learning_rates", "0.1", {11: 0.0082}, "converged"),
        ("learning_rates", "0.2", {0: 147.4, 1: 5.94, 2: 0.247, 3: 0.018}, "converged"),
        ("learning_rates", "0.3", {11: 1.13}, "oscillating"),
        ("learning_rates", "0.34", {0: 147.4, 11: 358}, "diverged"),
        ("knife_edge", "0.32", {11: 24.2}, "oscillating"),
        ("knife_edge", "0.333", {11: 144.5}, "oscillating"),
        ("knife_edge", "0.34", {11: 358}, "diverged"),
    ],
)
def test_learning_rates_end_as_the_course_says(name, lr, losses, word):
    run = labelled(name)[f"lr {lr}"]
    for step, loss in losses.items():
        assert run.recording.loss[step] == pytest.approx(loss, rel=4e-3, abs=5e-4)
    assert run.verdict.word == word
    factor = 1 - float(lr) * 6.003333
    away = path(run)[:, 0] - best(run)[0]
    np.testing.assert_allclose(away, away[0] * factor ** np.arange(13), rtol=1e-5, atol=1e-9)


def test_the_knife_s_edge_lies_between_its_rates():
    for run in runs("knife_edge"):
        assert run.landscape.lr_max == pytest.approx(0.333148, abs=1e-6)
        rising = run.recording.loss[-1] > run.recording.loss[0]
        assert rising == (run.spec.optimizer.lr > run.landscape.lr_max)


# course.md 1.10
CUBIC = {
    "momentum 0": [4, 3.52, 3.148, 2.851, 2.607, 2.403, 2.23, 2.081, 1.951, 1.837],
    "momentum 0.9": [4, 3.52, 2.716, 1.772, 0.827, -0.043, -0.827],
}


@pytest.mark.parametrize("label", CUBIC)
def test_the_cubic_s_paths_are_the_course_s(label):
    run = labelled("cubic_saddle")[label]
    golden = CUBIC[label]
    np.testing.assert_allclose(path(run)[: len(golden), 0], golden, atol=1e-3)


def test_without_momentum_the_cubic_s_descent_ends_at_its_flat_place():
    run = labelled("cubic_saddle", "training.epochs=4000")["momentum 0"]
    assert (np.diff(path(run)[:, 0]) < 0).all()
    assert (np.diff(path(run)[:, 0], 2) > 0).all()  # ever shorter steps
    assert 0 < path(run)[-1, 0] < 0.01


def test_momentum_leaves_the_quartic_s_local_minimum():
    found = labelled("quartic_local_minimum")
    plain, heavy = found["momentum 0"], found["momentum 0.9"]
    assert path(plain)[-1, 0] == pytest.approx(4, abs=1e-4)
    assert path(plain).min() > 1.375
    assert path(heavy)[-1, 0] == pytest.approx(-1.9912, abs=1e-4)
    assert heavy.recording.loss[-1] == pytest.approx(-107.994, abs=1e-3)
    first = [6, 5.408, 4.539, 3.667, 2.917, 2.308]
    np.testing.assert_allclose(path(heavy)[:6, 0], first, atol=1e-3)
    assert "local minimum" in plain.verdict.sentence
    assert minima(heavy).ravel().tolist() == [-2, 4]


def test_forgotten_zero_grad_swings_for_ever():
    found = labelled("forgot_zero_grad")
    right, wrong = found["right"], found["without zero_grad"]
    w = [-10, -5.79, 0.094, 4.13, 3.89, -0.48, -6.36, -10.2]
    np.testing.assert_allclose(path(wrong)[:8, 0], w, atol=0.02)
    losses = [147, 24, 29, 152, 142, 19, 34, 157]
    np.testing.assert_allclose(wrong.recording.loss[:8], losses, atol=0.5)
    assert right.verdict.word == "converged"
    late = labelled("forgot_zero_grad", "training.epochs=400")["without zero_grad"]
    for half in np.array_split(path(late)[:, 0], 8):  # no friction: still as far out at the end
        assert half.min() < -9.5
        assert half.max() > 3.5


def test_broadcast_labels_teach_a_slope_of_0():
    found = labelled("broadcast_bug")
    right, wrong = found["right"], found["broadcast by mistake"]
    w = [-10, -4.00, -1.60, -0.64, -0.26]
    np.testing.assert_allclose(path(wrong)[:5, 0], w, atol=5e-3)
    assert wrong.recording.loss[-1] == pytest.approx(26.90, abs=5e-3)
    x, y = wrong.dataset.x, wrong.dataset.y
    assert best(wrong)[0] == pytest.approx(x.mean() * y.mean() / (x**2).mean(), abs=1e-6)
    assert best(wrong)[0] == pytest.approx(0, abs=5e-3)
    assert path(right)[-1, 0] == pytest.approx(-2.993264, abs=5e-3)


# Two parameters: course.md 1.2, 1.3, items 18, 25, 27, 38, 49


def test_the_cross_sections_are_of_the_lab_s_run():
    (run,) = runs("cross_sections")
    golden = np.array(SLOPE_BIAS)
    np.testing.assert_allclose(path(run), golden[:, :2], atol=1e-4)
    np.testing.assert_allclose(run.recording.loss, golden[:, 2], atol=1e-4, rtol=5e-6)
    along_w, along_b = 2 * (run.dataset.x**2).mean(), 2.0  # curvatures of the two sections
    assert along_w > 3 * along_b
    assert abs(run.recording.grads[0, 0]) > 5 * abs(run.recording.grads[0, 1])


def test_the_residual_squares_of_twelve_points_make_the_loss():
    (run,) = runs("residual_squares")
    x, y = run.dataset.x, run.dataset.y
    assert len(x) == 12
    for (w, b), loss in zip(path(run), run.recording.loss, strict=True):
        assert ((w * x + b - y) ** 2).sum() / 12 == pytest.approx(loss, rel=1e-9)


def test_the_normal_equation_is_one_newton_step():
    found = labelled("normal_equation")
    walk, jump = found["gradient descent"], found["normal equation"]
    line = np.polyfit(jump.dataset.x, jump.dataset.y, 1)
    np.testing.assert_allclose(path(jump)[1:], np.tile(line, (15, 1)), atol=1e-9)
    np.testing.assert_allclose(path(walk), np.array(SLOPE_BIAS)[:, :2], atol=1e-4)
    assert best(jump) == pytest.approx([1.006365, -1.022237], abs=1e-6)


@pytest.mark.parametrize(
    ("label", "loss"),
    [
        ("momentum 0", 1.026),
        ("momentum 0.5", 0.657),
        ("momentum 0.9", 110),
        ("momentum 0.99", 194),
        ("Nesterov 0.9", 0.290),
    ],
)
def test_momenta_have_the_course_s_losses_after_ten_steps(label, loss):
    run = labelled("momentum_sweep")[label]
    assert run.recording.loss[10] == pytest.approx(loss, rel=2e-3)


def test_more_momentum_overshoots():
    found = labelled("momentum_sweep")
    crossings = {
        label: int((np.diff(np.sign(path(run)[:, 0] - best(run)[0])) != 0).sum())
        for label, run in found.items()
    }
    assert crossings["momentum 0"] == 0
    assert min(crossings["momentum 0.9"], crossings["momentum 0.99"]) >= 3


@pytest.mark.parametrize(
    ("name", "label", "condition"),
    [
        ("feature_scaling", "x", 3.0067),
        ("feature_scaling", "10 x", 300.4),
        ("feature_scaling", "standardised", 1),
        ("centring", "x from −3 to 3", 3.0067),
        ("centring", "x from 0 to 6", 51.8),
        ("centring", "x from 10 to 16", 9828),
    ],
)
def test_condition_numbers_are_the_course_s_and_rates_suit_them(name, label, condition):
    run = labelled(name)[label]
    design = np.stack([run.dataset.x, np.ones_like(run.dataset.x)], axis=1)
    hessian = 2 * design.T @ design / len(design)
    assert run.landscape.condition == pytest.approx(np.linalg.cond(hessian), rel=1e-6)
    assert run.landscape.condition == pytest.approx(condition, rel=2e-3)
    steepest = np.linalg.eigvalsh(hessian)[-1]
    assert run.spec.optimizer.lr == pytest.approx(1 / steepest, rel=0.025)


@pytest.mark.parametrize("name", ["feature_scaling", "centring"])
def test_the_rounder_the_bowl_the_less_excess_is_left(name):
    left = {
        run.landscape.condition: (run.recording.loss[-1] - run.landscape.minimum)
        / (run.recording.loss[0] - run.landscape.minimum)
        for run in runs(name)
    }
    assert left[min(left)] < 1e-12
    assert all(share > 1e-4 for condition, share in left.items() if condition > 10)


def test_far_from_zero_slope_and_bias_pull_at_one_another():
    pulls = []
    for run in runs("centring"):
        turn = run.landscape.eigenvectors
        hessian = turn @ np.diag(run.landscape.eigenvalues) @ turn.T
        pulls.append(abs(hessian[0, 1]) / np.sqrt(hessian[0, 0] * hessian[1, 1]))
    assert pulls == pytest.approx([0.029, 0.862, 0.991], abs=2e-3)  # of 1, where all is one valley


def drawn(run, places) -> np.ndarray:
    """The heights of the drawn surface at (w, b): a bowl is known from its grid exactly."""

    def terms(w, b):
        return np.stack([np.ones_like(w), w, b, w * w, w * b, b * b], axis=-1)

    w, b = (axis.ravel() for axis in np.meshgrid(*run.landscape.grid))
    bowl = np.linalg.lstsq(terms(w, b), run.landscape.loss.ravel(), rcond=None)[0]
    return terms(*places.T) @ bowl


def test_the_labs_surface_floats_as_far_off_as_it_did_there():
    right, wrong = runs("flipped_bias", LAB_START)
    ends = path(right)[[0, -1]]
    np.testing.assert_array_equal(path(wrong), path(right))
    np.testing.assert_allclose(right.recording.loss[[0, -1]], [835.276, 0.1174], rtol=5e-4)
    np.testing.assert_allclose(drawn(right, ends), [835.276, 0.1174], rtol=5e-4)
    np.testing.assert_allclose(drawn(wrong, ends), [908, 5.65], rtol=1e-3)
    np.testing.assert_array_equal(wrong.recording.loss, right.recording.loss)


@pytest.mark.parametrize("sets", [(), (LAB_START,)])
def test_the_flipped_bowl_lies_on_the_wrong_side(sets):
    right, wrong = runs("flipped_bias", *sets)
    w, b = best(right)
    for run, bottom in ((right, (w, b)), (wrong, (w, -b))):
        row, column = np.unravel_index(run.landscape.loss.argmin(), run.landscape.loss.shape)
        grid_w, grid_b = run.landscape.grid
        assert abs(grid_w[column] - bottom[0]) < 0.51 * (grid_w[1] - grid_w[0])
        assert abs(grid_b[row] - bottom[1]) < 0.51 * (grid_b[1] - grid_b[0])
    assert (right.landscape.flipped, wrong.landscape.flipped) == (False, True)
    assert wrong.landscape.optimum == right.landscape.optimum  # the truth is not flipped


@pytest.mark.parametrize(
    ("label", "line", "loss"),
    [
        ("squared errors", (-1.228, 3.038), torch.nn.MSELoss()),
        ("absolute errors", (-2.979, 0.991), torch.nn.L1Loss()),
        ("Huber", (-2.892, 1.077), torch.nn.HuberLoss(delta=1)),
    ],
)
def test_each_loss_has_the_course_s_best_line(label, line, loss):
    run = labelled("outliers")[label]
    x, y = torch.from_numpy(run.dataset.x), torch.from_numpy(run.dataset.y)
    assert best(run) == pytest.approx(line, abs=1e-3)
    lowest = float(loss(best(run)[0] * x + best(run)[1], y))
    assert run.landscape.minimum == pytest.approx(lowest, rel=1e-9)
    for w, b in best(run) + 1e-3 * np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 3), (-1, 3)]):
        assert float(loss(w * x + b, y)) > lowest
    assert path(run)[-1] == pytest.approx(line, abs=0.04)


def test_six_labels_are_wrong_and_squares_bend_the_line_most():
    found = labelled("outliers")
    data = found["Huber"].dataset
    assert (np.abs(data.y - data.clean) > 1).sum() == 6
    off = {label: np.linalg.norm(best(run) - [-3, 1]) for label, run in found.items()}
    assert off["absolute errors"] < off["Huber"] < 0.2 < 2 < off["squared errors"]


def test_four_data_sets_with_other_labels_have_one_line_and_one_bowl():
    for run in runs("anscombe"):
        slope, shift = run.dataset.unscale  # x as it was = slope · x + shift
        w, b = best(run)
        assert w / slope == pytest.approx(0.5, abs=1e-3)
        assert b - w / slope * shift == pytest.approx(3, abs=5e-3)
        assert run.landscape.eigenvalues == pytest.approx([2, 2], rel=1e-9)
        assert run.landscape.minimum == pytest.approx(1.25, abs=3e-3)
    losses = np.stack([run.landscape.loss for run in runs("anscombe")])
    assert np.ptp(losses, axis=0).max() < 0.05  # of heights up to 58
    labels = {tuple(np.sort(run.dataset.y)) for run in runs("anscombe")}
    assert len(labels) == 4


# Functions: closed forms


def ellipse(lr: float, beta: float = 0.0, steps: int = 20) -> np.ndarray:
    """v ← beta v + h x, x ← x − lr v, as powers of a 2×2 matrix in each coordinate."""
    columns = []
    for h, x in ((0.2, -5.0), (4.0, -2.0)):
        turn = np.array([[1 - lr * h, -lr * beta], [h, beta]])
        columns.append([(np.linalg.matrix_power(turn, k) @ [x, 0.0])[0] for k in range(steps + 1)])
    return np.array(columns).T


@pytest.mark.parametrize(
    ("name", "lr", "beta", "word"),
    [
        ("ellipse_zigzag", 0.4, 0.0, "converging"),
        ("ellipse_diverge", 0.6, 0.0, "diverged"),
        ("ellipse_momentum", 0.6, 0.5, "converged"),
    ],
)
def test_a_narrow_valley_follows_its_closed_form(name, lr, beta, word):
    (run,) = runs(name)
    np.testing.assert_allclose(path(run), ellipse(lr, beta), rtol=1e-9, atol=1e-9)
    assert run.verdict.word == word
    assert run.landscape.condition == pytest.approx(20)


def test_too_fast_diverges_along_the_steep_side_alone_and_faster_along_the_other():
    (slow,), (fast,) = runs("ellipse_zigzag"), runs("ellipse_diverge")
    away = np.abs(path(fast))
    assert (np.diff(away[:, 0]) < 0).all()
    assert (np.diff(away[:, 1]) > 0).all()
    assert (path(fast)[1:, 1] * path(fast)[:-1, 1] < 0).all()  # every step overshoots
    assert (away[1:, 0] < np.abs(path(slow))[1:, 0]).all()
    assert fast.landscape.lr_max == pytest.approx(0.5)


def test_the_zigzag_goes_to_and_fro_across_and_slowly_along():
    (run,) = runs("ellipse_zigzag")
    assert (path(run)[1:, 1] * path(run)[:-1, 1] < 0).all()
    np.testing.assert_allclose(path(run)[1:, 0] / path(run)[:-1, 0], 0.92, rtol=1e-9)


# Functions: torch.optim on formulas written anew

FORMULAS = {
    "optimizer_race": lambda x, y: 0.1 * x**2 + 2 * y**2,
    "schedules": lambda x, y: 0.5 * x**2 + 2 * y**2,
    "noise_ball": lambda x, y: x**2 + 2 * y**2,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "beale": lambda x, y: sum(
        (c - x * (1 - y**k)) ** 2 for k, c in enumerate((1.5, 2.25, 2.625), 1)
    ),
    "saddle": lambda x, y: x**2 - y**2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "rastrigin": lambda x, y: sum(10 + z**2 - 10 * torch.cos(2 * torch.pi * z) for z in (x, y)),
    "six_hump_camel": lambda x, y: 4 * x**2 - 2.1 * x**4 + x**6 / 3 + x * y - 4 * y**2 + 4 * y**4,
}
FORMULAS["beale_hard_start"] = FORMULAS["beale"]
TORCH = {kind.lower(): getattr(torch.optim, kind) for kind in ("SGD", "Adagrad", "RMSprop", "Adam")}
RACES = {
    "optimizer_race": (-5, -2),
    "rosenbrock": (-2, 2),
    "beale": (1, 1.5),
    "beale_hard_start": (3, 4),
    "saddle": (1, 0),
    "himmelblau": None,  # each run its own
    "rastrigin": (-2, 3.5),
    "six_hump_camel": (1.3, -1.5),
}


def theirs(formula, start, optimizer, epochs, schedule=None) -> np.ndarray:
    """The path of torch's own optimizer, and its own scheduler."""
    p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    kind = registry.name_of(type(optimizer))
    options = asdict(optimizer)
    assert not options.pop("lr_scale")
    opt = TORCH[kind]([p], **options)
    scheduler = schedule(opt) if schedule else None
    found = [p.detach().clone()]
    for _ in range(epochs):
        opt.zero_grad()
        formula(*p).backward()
        opt.step()
        if scheduler:
            scheduler.step()
        found.append(p.detach().clone())
    return torch.stack(found).numpy()


@pytest.mark.parametrize("name", sweep(RACES, quick=2))
def test_every_run_of_a_race_is_torch_s_own(name):
    for run in runs(name):
        start = path(run)[0].tolist()
        expected = theirs(FORMULAS[name], start, run.spec.optimizer, run.spec.training.epochs)
        np.testing.assert_allclose(path(run), expected, rtol=1e-9, atol=1e-9, err_msg=run.label)
        heights = [float(FORMULAS[name](*row)) for row in torch.from_numpy(path(run)[::25])]
        np.testing.assert_allclose(run.recording.loss[::25], heights, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "start"), [r for r in RACES.items() if r[1] and r[0] != "saddle"])
def test_every_run_of_a_race_starts_where_the_course_does(name, start):
    for run in runs(name):
        assert path(run)[0].tolist() == list(start)


# course.md 4, D
@pytest.mark.parametrize(
    ("name", "rates", "epochs"),
    [
        ("optimizer_race", (0.4, 0.1, 2, 0.4, 0.4), 40),
        ("rosenbrock", (1e-3, 2e-4, 2e-4, 0.05), 500),
        ("beale", (0.01, 0.005, 0.1), 300),
    ],
)
def test_races_have_the_course_s_rates(name, rates, epochs):
    assert tuple(run.spec.optimizer.lr for run in runs(name)) == rates
    assert {run.recording.steps for run in runs(name)} == {epochs}


@pytest.mark.parametrize(
    ("name", "place"), [("rosenbrock", (1, 1)), ("beale", (3, 0.5)), ("optimizer_race", (0, 0))]
)
def test_races_have_their_minimum_where_the_comment_says(name, place):
    for run in runs(name):
        assert best(run) == pytest.approx(place)
        assert run.recording.loss[-1] < 0.02 * run.recording.loss[0]


def test_adagrad_goes_straight_where_gradient_descent_zigzags():
    found = labelled("optimizer_race")

    def detour(run):
        """The path's length, as a multiple of the straight way."""
        steps = np.linalg.norm(np.diff(path(run), axis=0), axis=1)
        return steps.sum() / np.linalg.norm(path(run)[-1] - path(run)[0])

    assert detour(found["AdaGrad"]) < 1.1
    assert detour(found["SGD"]) > 2


def test_a_rate_that_survives_beale_s_wall_crawls_below_it():
    run = labelled("beale_hard_start")["SGD"]
    speed = np.linalg.norm(np.diff(path(run), axis=0), axis=1)
    assert speed[-1] < 2e-3 * speed[0]
    assert run.recording.loss[-1] < 1e-3 * run.recording.loss[0]
    for other in runs("beale_hard_start"):
        assert np.linalg.norm(path(other)[-1] - [3, 0.5]) > 1  # nobody arrives


def test_on_the_ridge_a_descent_stalls_and_beside_it_it_leaves():
    found = labelled("saddle", "training.epochs=150")
    for label in ("on the ridge", "on it, with momentum"):
        assert (path(found[label])[:, 1] == 0).all()
        assert np.linalg.norm(found[label].recording.grads[-1]) < 1e-6
    short = labelled("saddle")
    for label in ("on the ridge", "on it, with momentum"):
        assert np.linalg.norm(path(short[label])[-1]) < 1e-3
    beside = path(short["0.001 beside it"])[:, 1]
    np.testing.assert_allclose(beside, 0.001 * 1.12 ** np.arange(61), rtol=1e-9)
    assert beside[30] < 0.05 < 0.85 < beside[60]  # a long wait


@pytest.mark.parametrize(
    ("start", "valley"),
    [
        ("(0, 0)", (3, 2)),
        ("(5, 4)", (3, 2)),
        ("(0, 4)", (-2.805, 3.131)),
        ("(−1, 4)", (-2.805, 3.131)),
        ("(−5, 0)", (-3.779, -3.283)),
        ("(−4, −1)", (-3.779, -3.283)),
        ("(−1, −4)", (-3.779, -3.283)),
        ("(1, −4)", (3.584, -1.848)),
    ],
)
def test_eight_starts_fall_into_four_valleys(start, valley):
    found = labelled("himmelblau")
    assert len(found) == 8
    run = found[f"from {start}"]
    assert path(run)[-1] == pytest.approx(valley, abs=1e-3)
    assert run.recording.loss[-1] < 1e-6
    assert f"({path(run)[0, 0]:g}, {path(run)[0, 1]:g})".replace("-", "−") == start
    np.testing.assert_allclose(run.recording.objective(minima(run)), 0, atol=1e-9)


def test_gradient_descent_stays_in_the_first_dent_and_the_others_roll_over_some():
    ends, dents = {}, {}
    for label, run in labelled("rastrigin").items():
        ends[label] = tuple(nearest(run, path(run)[-1]))
        dents[label] = len({tuple(nearest(run, place)) for place in path(run)})
        assert np.linalg.norm(path(run)[-1] - ends[label]) < 2e-3
    assert ends["SGD"] == pytest.approx((-1.98991, 2.98486), abs=1e-5)
    assert len(set(ends.values())) == 3
    assert min(dents["momentum"], dents["Adam"]) > 3
    assert (np.diff(path(labelled("rastrigin")["SGD"])[:, 1]) <= 0).all()


def test_the_camel_has_six_minima_and_two_of_them_are_lowest():
    run = labelled("six_hump_camel")["momentum"]
    known = minima(run)
    heights = run.recording.objective(known)
    assert len({tuple(place) for place in known.round(3)}) == 6
    assert (heights < heights.min() + 1e-9).sum() == 2
    assert heights.min() == pytest.approx(-1.0316285, abs=1e-7)
    for place in torch.from_numpy(known):
        bends = torch.autograd.functional.hessian(lambda p: FORMULAS["six_hump_camel"](*p), place)
        assert torch.linalg.eigvalsh(bends)[0] > 0
    ends = {tuple(nearest(r, path(r)[-1])) for r in runs("six_hump_camel")}
    assert len(ends) == 3
    assert np.linalg.norm(path(run)[-1] - nearest(run, path(run)[-1])) < 5e-3
    assert run.recording.loss[-1] == pytest.approx(heights.min(), abs=1e-3)


# Noise and schedules

SCHEDULERS = {
    "constant": lambda opt: torch.optim.lr_scheduler.ConstantLR(opt, factor=1),
    "falling too soon": lambda opt: torch.optim.lr_scheduler.ExponentialLR(opt, 0.9048),
    "falling slowly": lambda opt: torch.optim.lr_scheduler.LambdaLR(
        opt, lambda t: (1 + 0.1 * t) ** -0.5
    ),
    "halved twice": lambda opt: torch.optim.lr_scheduler.MultiStepLR(opt, [15, 30], 0.5),
    "warm-up": lambda opt: torch.optim.lr_scheduler.LinearLR(opt, 0.1, total_iters=5),
}


@pytest.mark.parametrize(
    ("name", "start"), [("noise_ball", (-3.0, -1.5)), ("schedules", (-5.0, -2.0))]
)
def test_without_noise_schedules_are_torch_s_own(name, start):
    for label, run in labelled(name, "training.noise=0").items():
        low = getattr(run.spec.schedule, "end_factor", 0) * run.spec.optimizer.lr
        epochs = run.spec.training.epochs
        schedulers = {
            **SCHEDULERS,
            "cosine": lambda opt, epochs=epochs, low=low: (
                torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs, low)
            ),
        }
        expected = theirs(FORMULAS[name], start, run.spec.optimizer, epochs, schedulers[label])
        np.testing.assert_allclose(path(run), expected, rtol=1e-9, atol=1e-9, err_msg=label)


@pytest.mark.parametrize("name", ["noise_ball", "schedules"])
def test_one_seed_makes_one_noise(name):
    first = runs(name)
    for again, run in zip(runs(name, "film.fps=31"), first, strict=True):
        assert again is not run
        np.testing.assert_array_equal(path(again), path(run))
    other = runs(name, "seed=2")[0]
    assert not np.allclose(path(other)[1:], path(first[0])[1:])
    noise = [run.recording.grads[:-1] - 2 * path(run)[:-1] * [1, 2] for run in runs("noise_ball")]
    np.testing.assert_allclose(noise[1], noise[0], atol=1e-9)  # the same for every run
    assert noise[0].std() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_falling_rate_shrinks_the_ball_and_one_that_falls_too_soon_stops_outside(seed):
    late = {label: path(r)[100:] for label, r in labelled("noise_ball", f"seed={seed}").items()}
    apart = {label: float((places**2).sum(axis=1).mean()) for label, places in late.items()}
    wander = {label: float(places.var(axis=0).sum()) for label, places in late.items()}
    assert apart["falling slowly"] < 0.5 * apart["constant"] < apart["falling too soon"]
    assert wander["falling too soon"] < 1e-3 * wander["falling slowly"]


def test_the_ball_of_a_constant_rate_is_as_large_as_theory_says():
    """Var = lr·σ² / (h·(2 − lr·h)) in each coordinate: it grows with the rate."""
    pair = "runs={low: {optimizer.lr: 0.05}, high: {optimizer.lr: 0.1}}"
    h = np.array([2.0, 4.0])
    for run in runs("noise_ball", pair, "training.epochs=3000"):
        lr = run.spec.optimizer.lr
        late = path(run)[200:]
        np.testing.assert_allclose(late.var(axis=0), lr / (h * (2 - lr * h)), rtol=0.25)


def test_the_rates_of_the_schedules_are_those_of_their_names():
    rates = {label: run.recording.lr[:-1] for label, run in labelled("schedules").items()}
    assert set(rates["constant"]) == {0.3}
    assert rates["halved twice"][[14, 15, 29, 30]].tolist() == [0.3, 0.15, 0.15, 0.075]
    assert rates["cosine"][0] == 0.3
    assert (np.diff(rates["cosine"]) < 0).all()
    assert (np.diff(rates["warm-up"][:6]) > 0).all()
    assert rates["warm-up"][5] == pytest.approx(0.3)
