"""The map: its verdicts are those of films, its limit that of formulas; chunks change nothing."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from render.__main__ import main
from render.config.load import load
from render.config.spec import Spec
from render.describe.map_files import write_csv
from render.errors import ConfigError
from render.learn.loop import train
from render.learn.map.boundary import rate
from render.learn.map.compute import ModelChunks, compute, groups
from render.learn.map.result import DIVERGED, WORDS, RunMap
from render.pipeline import learn, learn_map
from tests.sweeps import sweep

BOWL = """\
model: {kind: function, name: quadratic, axes: [2.0], start: [1.0]}
optimizer: {kind: sgd, lr: 0.1, momentum: 0.5}
training: {epochs: 60}
"""
LINE = """\
dataset: {kind: line, slope: 1, intercept: -1}
model: {kind: linear, weight: -15, bias: -10}
optimizer: {kind: sgd, lr: 0.1}
training: {epochs: 15}
"""
RATE, MOMENTUM = "optimizer.lr=1e-3..1", "optimizer.momentum=0..0.99"


def spec_of(text: str, x: str, y: str, size: tuple[int, int], *sets: str) -> Spec:
    axes = [f'map.x="{x}"', f'map.y="{y}"', f"map.size={list(size)}"]
    return load(Path("one.yaml"), [*axes, *sets], text=text)


def map_of(spec: Spec, chunk: int | None = None) -> RunMap:
    assert spec.map is not None
    return compute(spec.map.run(spec), spec.map, runs_in_chunk=chunk)


def disagreements(text: str, spec: Spec, made: RunMap, count: int) -> tuple[int, int]:
    """How many of random pixels have another verdict than their films: in all, amid their like."""
    assert spec.map is not None
    width, height = spec.map.size
    chosen = np.random.default_rng(3).choice(width * height, count, replace=False)
    differ = lonely = 0
    for row, column in (divmod(int(pixel), width) for pixel in chosen):
        sets = spec.map.command(spec, float(made.x[column]), float(made.y[row]))
        run = learn(load(Path("one.yaml"), sets, text=text))[0]
        own = made.verdict[row, column]
        if run.verdict.word == WORDS[own]:
            if run.verdict.word == "converged":
                epochs = run.verdict.since / run.recording.per_epoch
                assert made.epochs[row, column] == epochs
            assert made.loss[row, column] == pytest.approx(run.recording.loss[-1], rel=1e-6)
            continue
        differ += 1
        near = made.verdict[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        lonely += bool((near == own).all())
    return differ, lonely


CASES = {
    "lr and momentum": (LINE, RATE, MOMENTUM),
    "lr and start": (LINE, RATE, "model.weight=-30..30"),
    "batches": (LINE, RATE, "training.batch_size=1..60"),
    "noise": (LINE, RATE, "training.noise=0..3"),
    "two rates of adam": (
        LINE.replace("{kind: sgd, lr: 0.1}", "{kind: adam, lr: 0.1, betas: [0.9, 0.99]}"),
        "optimizer.lr=1e-2..10",
        "optimizer.betas.0=0..0.99",
    ),
    "a rate for each parameter": (
        LINE.replace("lr: 0.1", "lr: 0.1, lr_scale: [1, 1]"),
        "optimizer.lr_scale.0=0.1..3",
        "optimizer.lr_scale.1=0.1..30",
    ),
    "rates apart": (LINE.replace("lr: 0.1", "lr: 0.1, lr_scale: [1, 6]"), RATE, MOMENTUM),
    "rates apart, lr held": (
        LINE.replace("lr: 0.1", "lr: 0.1, lr_scale: [1, 6]"),
        "training.noise=0..3",
        MOMENTUM,
    ),
    "many minima": (
        "model: {kind: function, name: himmelblau, start: [0, 0]}\ntraining: {epochs: 30}\n"
        "optimizer: {kind: sgd, lr: 0.01}\n",
        "model.start.0=-5..5",
        "model.start.1=-5..5",
    ),
    "a saddle, without a minimum": (
        "model: {kind: function, name: saddle, start: [1, 0]}\ntraining: {epochs: 30}\n"
        "optimizer: {kind: sgd, lr: 0.1}\n",
        "optimizer.lr=1e-2..1",
        "model.start.1=0..0.1",
    ),
    "early stopping": (
        LINE.replace("epochs: 15", "epochs: 60, stop: {patience: 3, tol: 1e-3}"),
        RATE,
        MOMENTUM,
    ),
    "schedule": (
        LINE + "schedule: {kind: exponential, gamma: 0.9}\n",
        RATE,
        "schedule.gamma=0.5..1",
    ),
}


@pytest.mark.parametrize(
    "case",
    sweep(["lr and momentum", "many minima"]),
)
def test_pixels_have_the_verdicts_of_their_films(case: str) -> None:
    text, x, y = CASES[case]
    spec = spec_of(text, x, y, (24, 18))
    differ, lonely = disagreements(text, spec, map_of(spec), 12)
    assert differ <= 1
    assert lonely == 0


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_hundred_pixels_have_the_verdicts_of_their_films(case: str) -> None:
    text, x, y = CASES[case]
    spec = spec_of(text, x, y, (40, 30))
    differ, lonely = disagreements(text, spec, map_of(spec), 100)
    assert differ <= 5
    assert lonely == 0


@pytest.mark.parametrize("case", sweep(["noise", "early stopping", "schedule", "batches"]))
def test_chunks_change_no_bit(case: str) -> None:
    text, x, y = CASES[case]
    spec = spec_of(text, x, y, (15, 5))
    whole, *others = (map_of(spec, chunk) for chunk in (None, 4, 70))
    for other in others:
        assert whole.verdict.tobytes() == other.verdict.tobytes()
        assert whole.epochs.tobytes() == other.epochs.tobytes()
        assert whole.loss.tobytes() == other.loss.tobytes()


@pytest.mark.parametrize(
    ("sets", "limit"),
    [
        ((), lambda beta: 2 + 2 * beta),
        (("optimizer.nesterov=true",), lambda beta: (2 + 2 * beta) / (1 + 2 * beta)),
        (("optimizer.momentum=0",), lambda beta: 2 + 0 * beta),
    ],
    ids=["heavy ball", "nesterov", "gradient descent"],
)
def test_the_boundary_lies_within_a_pixel_of_the_formula(sets, limit) -> None:  # type: ignore[no-untyped-def]
    """One eigenvalue, λ = 4, 1,000 epochs: beyond the limit a run ends higher than it began."""
    plain = "optimizer.momentum=0" in sets
    y = "model.start.0=1..2" if plain else "optimizer.momentum=0.05..0.9"
    text = BOWL.replace("epochs: 60", "epochs: 1000")
    spec = spec_of(text, "optimizer.lr=0.1..1", y, (81, 9), *sets)
    made = map_of(spec)
    bends = 4.0  # of 2 x²
    line = made.boundary
    assert len(line)
    beta = np.zeros(len(made.y)) if plain else made.y
    for row in range(len(made.y)):
        first = int(np.flatnonzero(made.verdict[row] == DIVERGED)[0])
        exact = limit(beta[row]) / bends
        assert made.x[max(first - 2, 0)] <= exact <= made.x[min(first + 1, 80)], (row, exact)
    on_line = limit(np.zeros(len(line)) if plain else line[:, 1]) / bends
    np.testing.assert_allclose(line[:, 0], on_line, rtol=1e-6)


def test_the_rate_of_momentum_is_that_of_its_iteration_matrix() -> None:
    """Goh 2017: max |σ| of [[β, λ], [−αβ, 1 − αλ]], for steps of v and distance."""
    rng = np.random.default_rng(5)
    for a, beta in zip(rng.uniform(0.01, 4, 30), rng.uniform(0, 0.99, 30), strict=True):
        matrix = np.array([[beta, 1.0], [-a * beta, 1 - a]])
        largest = np.abs(np.linalg.eigvals(matrix)).max()
        assert rate(a, beta) == pytest.approx(largest, abs=1e-7)
        assert (float(rate(a, beta)) < 1) == (a < 2 + 2 * beta)
        assert (float(rate(a, beta, nesterov=True)) < 1) == (a < (2 + 2 * beta) / (1 + 2 * beta))


def test_no_line_where_no_formula_is_known() -> None:
    for sets in (
        ["optimizer.kind=adam"],
        ["optimizer.weight_decay=0.1"],
        ["training.batch_size=8"],
        ["training.noise=1"],
        ["schedule.kind=cosine"],
    ):
        y = "model.weight=-3..3"
        spec = spec_of(LINE, RATE, y, (8, 6), *sets)
        assert not len(map_of(spec).boundary), sets


@pytest.mark.parametrize(
    "case", ["a rate for each parameter", "rates apart", "rates apart, lr held"]
)
def test_runs_with_a_rate_for_each_parameter_are_trained_together(case: str) -> None:
    """Not one after another, which is the way out where that differs from the film's own loop."""
    text, x, y = CASES[case]
    spec = spec_of(text, x, y, (6, 5))
    assert spec.map is not None
    for group in groups(spec.map.run(spec), spec.map):
        assert ModelChunks(group, None).together


def test_a_film_of_all_points_a_step_is_marked_where_that_is_a_batch_of_all(
    tmp_path: Path,
) -> None:
    batches = "training.batch_size=1..80"
    spec = spec_of(LINE, RATE, batches, (5, 4))
    assert spec.map is not None
    assert spec.map.places(spec) == [("one", 0.1, len(spec.dataset.make(spec.seed).y))]
    # Nowhere, if how many points there are is known only after their file is read.
    (tmp_path / "own.csv").write_text("x,y\n0,1\n1,2\n2,2\n")
    path = tmp_path / "one.yaml"
    path.write_text("dataset: {kind: csv, path: own.csv}\nmodel: {kind: linear}\n")
    spec = load(path, [f'map.x="{RATE}"', f'map.y="{batches}"', "map.size=[5, 4]"])
    assert spec.map is not None
    assert spec.map.places(spec) == []


def test_the_table_has_a_row_for_each_run(tmp_path: Path) -> None:
    spec = spec_of(LINE, RATE, "training.batch_size=1..4", (5, 4))
    made = map_of(spec)
    write_csv(tmp_path / "map.csv", made)
    with open(tmp_path / "map.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert list(rows[0]) == ["optimizer.lr", "training.batch_size", "verdict", "epochs", "loss"]
    for i, row in enumerate(rows):
        at = divmod(i, 5)
        assert float(row["optimizer.lr"]) == made.x[at[1]]
        assert row["training.batch_size"] == str(1 + at[0])
        assert row["verdict"] == WORDS[made.verdict[at]]
        assert (row["epochs"] != "") == (row["verdict"] == "converged")


def test_momentum_map_recorded_what_the_iteration_matrix_gives() -> None:
    """λ = 1: x(t+1) = (1 + β − a) x(t) − β x(t−1), and the swing of complex σ shrinks by √β."""
    spec = load(Path("configs/momentum_map.yaml"))
    for one in spec.each:
        x = train(one, one.dataset.make(1)).params[:, 0]
        a, beta = one.optimizer.lr, one.optimizer.momentum  # type: ignore[attr-defined]
        expected = (1 + beta - a) * x[1:-1] - beta * x[:-2]
        np.testing.assert_allclose(x[2:], expected, rtol=0, atol=1e-9 * np.ptp(x))
        swing = x[1:-1] ** 2 - x[:-2] * x[2:]
        if beta > (1 - a**0.5) ** 2:  # complex
            np.testing.assert_allclose(np.sqrt(swing[1:] / swing[:-1]), rate(a, beta), rtol=1e-3)


def test_each_window_comes_closer_to_one_place_and_is_a_map_of_its_own() -> None:
    zoom = "map.zoom={at: [0.2, 1.5], factor: 10, windows: 3}"
    spec = spec_of(LINE, RATE, "model.weight=-3..3", (9, 7), zoom)
    made = learn_map(spec)
    for k, window in enumerate(made.windows):
        x, y = window.options.x, window.options.y
        assert np.log(x.high / x.low) == pytest.approx(np.log(1000) / 10**k, rel=1e-2)
        assert y.high - y.low == pytest.approx(6 / 10**k, rel=1e-2)
        assert x.at(0.2) == pytest.approx(np.log(200) / np.log(1000), abs=1e-2)
        assert y.at(1.5) == pytest.approx(0.75, abs=1e-2)
        again = spec_of(LINE, str(x), str(y), (9, 7))
        assert map_of(again).loss.tobytes() == window.loss.tobytes()


def test_axes_of_the_command_line_have_no_window_of_the_config(tmp_path: Path) -> None:
    """What a page says computes a window anew, also of a config that zooms."""
    text = LINE + f"map: {{x: '{RATE}', y: '{MOMENTUM}', zoom: {{at: [0.1, 0.5], windows: 2}}}}\n"
    (tmp_path / "one.yaml").write_text(text)
    typed = ["map", str(tmp_path / "one.yaml"), "--x", "optimizer.lr=0.2..0.3", "--size", "4x3"]
    typed += ["--format", "csv", "--out", str(tmp_path), "--no-cache", "--quiet", "-j", "1"]
    assert main(typed) == 0
    rows = (tmp_path / "one-map.csv").read_text().splitlines()
    assert rows[0].startswith("optimizer.lr,")
    assert len(rows) == 13
    whole = ["map", str(tmp_path / "one.yaml"), "--size", "4x3", *typed[6:]]
    assert main(whole) == 0
    rows = (tmp_path / "one-map.csv").read_text().splitlines()
    assert rows[0].startswith("window,optimizer.lr,")
    assert [row[0] for row in rows[1:]] == ["1"] * 12 + ["2"] * 12


@pytest.mark.parametrize(
    ("zoom", "fault"),
    [
        ("{at: [2, 0]}", "map.zoom.at.0: expected optimizer.lr from 0.001 to 1.0, found 2"),
        ("{at: [0.1, 0], factor: 1}", "map.zoom.factor"),
        ("{at: [0.1, 0], factor: 1000, windows: 9}", "the last window of optimizer.lr is too"),
        ("{at: [0.1]}", "map.zoom.at"),
    ],
)
def test_a_zoom_that_is_none_is_refused(zoom: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(fault)):
        spec_of(LINE, RATE, "model.weight=-3..3", (9, 7), f"map.zoom={zoom}")
