"""The ranges of the picture: from the run and its optimum, whatever the units."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from render.config.load import load
from render.pipeline import learn
from render.recording import ONE_SCALE
from render.results import Run
from tests.learn.labs import CONFIGS, runs
from tests.sweeps import sweep

# Size in square feet and price of the first houses of a well-known exercise
HOUSES = [(2104, 399900), (1600, 329900), (2400, 369000), (1416, 232000), (3000, 539900),
          (1985, 299900), (1534, 314900), (1427, 198999), (1380, 212000)]  # fmt: skip
SMALL_FACTOR = 3.0  # the length of an axis, of what run and optimum span


@pytest.fixture
def trained(tmp_path):
    """A function that learns from rows, or from a formula, with a config's lines: its first run."""

    def run(text: str, rows=None) -> Run:
        if rows is not None:
            lines = ["x,y", *(f"{x!r},{y!r}" for x, y in rows)]
            (tmp_path / "data.csv").write_text("\n".join(lines))
            text = f"dataset: {{kind: csv, path: data.csv, x: x, y: y, standardize: false}}\n{text}"
        config = tmp_path / "film.yaml"
        config.write_text(text)
        return learn(load(config))[0]

    return run


def spans(run: Run) -> dict[str, float]:
    """What the run and the optimum span along each axis."""
    recording, landscape = run.recording, run.landscape
    rows = recording.values(np.arange(recording.steps + 1.0))
    wide = {}
    for name in landscape.axes:
        column = rows[:, recording.parameters.index(name)]
        wide[name] = float(np.ptp([*column, landscape.optimum[name]]))
    return wide


def cut_off(run: Run) -> float:
    """The share of the surface that is cut off flat."""
    return float((run.landscape.loss >= run.landscape.ceiling).mean())


def holds(run: Run) -> bool:
    """Whether the whole run and the optimum are in the picture."""
    landscape, recording = run.landscape, run.recording
    places = recording.values(np.arange(recording.steps + 1.0))
    best = [[landscape.optimum[name] for name in recording.parameters]]
    at = landscape.plane.project(np.concatenate([places, best]))
    low = [grid[0] for grid in landscape.grid]
    high = [grid[-1] for grid in landscape.grid]
    return bool(((at >= low) & (at <= high)).all() and recording.loss.max() <= landscape.ceiling)


RAW = """
model: {{kind: linear}}
loss: half_mse
optimizer: {{kind: sgd, lr: {}}}
training: {{epochs: 50}}
"""


@pytest.mark.parametrize("lr", ["1e-9", "1e-7", "3e-7"])
def test_each_axis_of_raw_data_is_that_of_its_own_run_and_optimum(trained, lr):
    run = trained(RAW.format(lr), HOUSES)
    assert run.verdict.word != "diverged"
    for length, span in zip(run.landscape.lengths, spans(run).values(), strict=True):
        assert 1 < length / span < SMALL_FACTOR
    assert cut_off(run) <= 0.5
    assert holds(run)
    # The valley is seen: the loss rises from the bottom to far above the run's end.
    assert run.landscape.ceiling > 2 * run.recording.loss[-1]


@pytest.mark.parametrize(
    "small", [1e-6, *(pytest.param(v, marks=pytest.mark.slow) for v in (1e-12, 1e-3, 1.0))]
)
def test_a_condition_of_any_size_leaves_both_axes_with_what_they_hold(trained, small):
    """L = (x1² + x2²/small²)/2 from (1, small): both terms start equal."""
    lr = 0.5 * small**2
    run = trained(
        f"model: {{kind: function, formula: 'x1**2/2 + (x2/{small!r})**2/2',"
        f" start: {{x1: 1, x2: {small!r}}}}}\n"
        f"optimizer: {{kind: sgd, lr: {lr!r}}}\ntraining: {{epochs: 20}}\n"
    )
    lengths = run.landscape.lengths
    assert lengths[0] == pytest.approx(lengths[1] / small, rel=0.7)
    assert run.landscape.one_scale == (1 / small <= ONE_SCALE)
    assert cut_off(run) <= 0.5
    assert holds(run)


def test_a_parameter_that_does_not_move_is_drawn_as_far_as_the_loss_rises_as_along_the_run(trained):
    """L = (x1² + 100 x2²)/2 from (3, 0): as high as the start at x2 = 0.3."""
    run = trained(
        "model: {kind: function, formula: 'x1**2/2 + 50*x2**2', start: {x1: 3, x2: 0}}\n"
        "optimizer: {kind: sgd, lr: 0.01}\ntraining: {epochs: 50}\n"
    )
    assert run.landscape.grid[1][[0, -1]].tolist() == pytest.approx([-0.3, 0.3], rel=1e-3)


@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1.0, 1e12])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_run_that_starts_at_its_optimum_has_a_picture_in_its_own_units(trained, scale, noise):
    x = np.linspace(-1, 1, 5)
    y = scale * (2 * x + 1 + noise * np.array([1, -2, 0, 2, -1]))
    w, b = (float(value) for value in np.polyfit(x, y, 1))
    run = trained(
        f"model: {{kind: linear, weight: {w!r}, bias: {b!r}}}\n"
        "optimizer: {kind: sgd, lr: 0.1}\ntraining: {epochs: 5}\n",
        [*zip(x.tolist(), y.tolist(), strict=True)],
    )
    lengths = run.landscape.lengths / scale
    assert (lengths > 0.1).all()
    assert (lengths < 10).all()
    assert np.ptp(run.landscape.loss) > 0


@pytest.mark.slow
def test_a_large_offset_leaves_the_axis_its_digits(trained):
    run = trained(
        "model: {kind: function, formula: '(x1-1e9)**2 + x2**2', start: {x1: 1000000003, x2: 2}}\n"
        "optimizer: {kind: sgd, lr: 0.1}\ntraining: {epochs: 20}\n"
    )
    grid = run.landscape.grid[0]
    assert grid[-1] - grid[0] == pytest.approx(7.2, rel=1e-6)
    assert (np.diff(grid) > 0).all()
    assert np.diff(grid) == pytest.approx(7.2 / 120, rel=1e-4)


@pytest.mark.parametrize("times", [1e-12, 1e12])
@pytest.mark.parametrize("loss", sweep(["mse", "mae", "{kind: huber, delta: DELTA}"], quick=2))
def test_the_picture_is_the_same_in_any_unit_of_the_labels(trained, times, loss):
    """Labels, start and Huber's delta times a factor: for mae and huber the rate, too."""
    x = np.linspace(-1, 1, 9)
    y = 2 * x + 1 + 0.3 * np.array([0.3, -2.1, 0.7, 1.9, -0.4, 1.3, 0.8, -1.7, 0.1])

    def run(scale: float) -> Run:
        lr = 0.2 * (scale if loss == "mae" else 1)
        return trained(
            f"model: {{kind: linear, weight: {-3 * scale!r}, bias: {2 * scale!r}}}\n"
            f"loss: {loss.replace('DELTA', repr(scale))}\n"
            f"optimizer: {{kind: sgd, lr: {lr!r}}}\ntraining: {{epochs: 30}}\n",
            [*zip(x.tolist(), (scale * y).tolist(), strict=True)],
        )

    plain, scaled = run(1.0), run(times)
    assert scaled.landscape.exact == plain.landscape.exact
    height = scaled.landscape.ceiling / plain.landscape.ceiling
    assert height == pytest.approx(times if loss == "mae" else times**2, rel=1e-6)
    for grid, other in zip(plain.landscape.grid, scaled.landscape.grid, strict=True):
        np.testing.assert_allclose(other / times, grid, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(
        scaled.landscape.loss / height, plain.landscape.loss, rtol=1e-5, atol=1e-9
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in CONFIGS.glob("*.yaml")))
def test_the_picture_holds_run_and_optimum_unless_the_run_flies_off(name):
    for run in runs(name):
        given = {key for key, at in run.spec.landscape.extents.items() if at != "auto"}
        if run.verdict.word == "diverged" or given or len(run.landscape.axes) != 2:
            continue
        if run.landscape.exact and run.landscape.ceiling >= run.recording.loss.max():
            assert holds(run)
        assert cut_off(run) <= 0.5


def test_a_run_that_overshoots_and_comes_back_is_held(trained):
    """Momentum throws x1 to the other side, as far as it came from, and x2 much further."""
    run = trained(
        "model: {kind: function, formula: 'x1**2/2 + 0.05*(x1 + x2)**2',"
        " start: {x1: 10, x2: -9.9}}\n"
        "optimizer: {kind: sgd, lr: 0.5, momentum: 0.95}\ntraining: {epochs: 300}\n"
    )
    assert holds(run)


@pytest.mark.parametrize("lr", [0.4, 1.0, 3.0])
def test_a_run_that_flies_off_is_followed_for_its_first_steps(lr):
    """On L = h (w − w*)²/2 each step multiplies the distance by 1 − lr·h."""
    (run,) = runs("slope_bias", f"optimizer.lr={lr}", "training.epochs=40")
    assert run.verdict.word == "diverged"
    landscape, recording = run.landscape, run.recording
    assert (landscape.lengths < 100 * spans_of_first(recording, 2)).all()
    inside = landscape.plane.project(recording.completed(recording.params[:2]))
    for axis, grid in enumerate(landscape.grid):
        assert (inside[:, axis] > grid[0]).all()
        assert (inside[:, axis] < grid[-1]).all()


def spans_of_first(recording, count: int) -> float:
    return float(np.ptp(recording.params[:count], axis=0).max())


@pytest.mark.slow
def test_a_fall_without_end_has_no_axis_to_infinity(trained):
    run = trained(
        "model: {kind: function, formula: 'x1**3 + x2**2', start: {x1: -1, x2: 1}}\n"
        "optimizer: {kind: sgd, lr: 0.1}\ntraining: {epochs: 100}\n"
    )
    assert run.recording.broke_off
    assert (run.landscape.lengths < 1000).all()
    assert (run.landscape.lengths > 0.5).all()


GIVEN = [("w: [-5, 5], b: [-1, 1]", (10, 2)), ("b: [-30, 30]", (None, 60))]


@pytest.mark.parametrize(("ranges", "expected"), GIVEN)
def test_a_range_of_the_config_stays(ranges, expected):
    (run,) = runs("slope_bias", f"landscape={{{ranges}}}")
    for length, wanted in zip(run.landscape.lengths, expected, strict=True):
        assert wanted is None or length == pytest.approx(wanted, rel=1e-12)


def test_runs_on_one_landscape_are_all_held():
    for run, other in itertools.product(runs("optimizer_race"), repeat=2):
        assert run.landscape is other.landscape
        assert holds(run)
