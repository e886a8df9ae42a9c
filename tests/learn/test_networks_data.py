"""Data of classes, and of several features and targets: where the points are, what they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from render import registry
from render.errors import RenderError
from render.learn.datasets.base import Outlier, Validation
from render.learn.datasets.csv import CsvDataset

KINDS = ("moons", "circles", "spirals", "xor")


def data(kind, seed=1, **options):
    return registry.member("learn/datasets", kind)(**options).make(seed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [4, 9, 200])
def test_classes_take_turns_and_are_as_many(kind, n):
    made = data(kind, n=n)
    assert made.x.shape == (n, 2)
    assert made.y.tolist() == [i % 2 for i in range(n)]
    assert made.classes == ("0", "1")
    assert made.clean is None
    assert len(np.unique(made.x, axis=0)) == n


def test_moons_are_two_half_circles():
    made = data("moons", noise=0.0, n=201)
    first, second = made.x[made.y == 0], made.x[made.y == 1]
    assert np.hypot(*first.T) == pytest.approx(1, abs=1e-6)
    assert np.hypot(second[:, 0] - 1, second[:, 1] - 0.5) == pytest.approx(1, abs=1e-6)
    assert (first[:, 1] >= -1e-6).all()
    assert (second[:, 1] <= 0.5 + 1e-6).all()
    assert first[0] == pytest.approx([1, 0], abs=1e-6)
    assert first[-1] == pytest.approx([-1, 0], abs=1e-6)


def test_circles_have_their_radii_and_no_point_twice():
    made = data("circles", noise=0.0, factor=0.25, n=80)
    assert np.hypot(*made.x[made.y == 0].T) == pytest.approx(1, abs=1e-6)
    assert np.hypot(*made.x[made.y == 1].T) == pytest.approx(0.25, abs=1e-6)
    angles = np.sort(np.arctan2(*made.x[made.y == 0].T))
    assert np.diff(angles) == pytest.approx(2 * math.pi / 40, abs=1e-5)


def test_an_arm_of_a_spiral_turns_as_often_as_it_says():
    made = data("spirals", noise=0.0, arms=3, turns=1.5, n=300)
    assert made.classes == ("0", "1", "2")
    for arm in range(3):
        x, y = made.x[made.y == arm].T
        radius, angle = np.hypot(x, y), np.unwrap(np.arctan2(y, x))
        assert (radius[0], radius[-1]) == pytest.approx((0.1, 1), abs=1e-6)
        assert angle[-1] - angle[0] == pytest.approx(2 * math.pi * 1.5 * 0.9, abs=1e-4)
        first = 2 * math.pi * (1.5 * 0.1 + arm / 3)
        assert math.cos(angle[0] - first) == pytest.approx(1, abs=1e-6)


def test_xor_of_four_points_is_the_classic_one():
    made = data("xor", noise=0.0, n=4)
    assert {(*x, y) for x, y in zip(made.x.tolist(), made.y.tolist(), strict=True)} == {
        (-1, -1, 0), (1, 1, 0), (1, -1, 1), (-1, 1, 1),
    }  # fmt: skip
    many = data("xor", noise=0.0)
    assert (many.y == (many.x[:, 0] * many.x[:, 1] < 0)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_noise_moves_the_inputs_alone(kind):
    clean, noisy = data(kind, noise=0.0, n=4000), data(kind, noise=0.25, n=4000)
    assert np.array_equal(clean.y, noisy.y)
    moved = noisy.x - clean.x
    assert moved.std() == pytest.approx(0.25, rel=0.03)
    assert moved.mean() == pytest.approx(0, abs=0.02)
    other = data(kind, seed=2, noise=0.25, n=4000)
    assert not np.array_equal(other.x, noisy.x)


def test_a_fresh_set_has_other_noise_and_no_outliers():
    kind = registry.member("learn/datasets", "moons")
    made = kind(n=40, validation=Validation(fresh=True), outliers=(Outlier(at=0, y=1.0),)).make(3)
    assert made.y[0] == 1
    assert made.validation is not None
    assert made.validation.y[0] == 0
    assert not np.array_equal(made.validation.x, made.x)
    clean = kind(n=40, noise=0.0).make(3).x
    assert (made.validation.x - clean).std() == pytest.approx(0.1, rel=0.4)


def test_classes_of_outliers_are_whole_and_there():
    for y in (2.0, 0.5, -1.0):
        with pytest.raises(ValueError, match="outliers: the classes are 0 to 1"):
            registry.member("learn/datasets", "moons")(outliers=(Outlier(at=0, y=y),))


def test_digits_are_the_published_ones():
    made = data("digits")
    assert made.x.shape == (1797, 64)
    # The counts of the digits 0 to 9 in the test set, as UCI's description has them.
    assert np.bincount(made.y.astype(int)).tolist() == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # fmt: skip
    assert (made.x.min(), made.x.max()) == (0, 1)
    first = (made.x[0].reshape(8, 8) * 16).astype(int)  # a zero: a ring with a hole
    assert first.tolist()[0] == [0, 0, 5, 13, 9, 1, 0, 0]
    assert first[3:5, 3:5].sum() == 0
    assert data("digits", n=50).x.shape == (50, 64)


def test_penguins_of_three_species_are_the_same_birds_as_those_of_flipper_and_mass():
    made = data("penguin_species", x=("flipper_length", "body_mass"))
    known = data("penguins")
    assert made.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert np.bincount(made.y.astype(int)).tolist() == [151, 68, 123]
    assert np.array_equal(made.x, np.column_stack([known.x, known.y]))
    assert made.names == ("flipper length (mm)", "body mass (g)", "species")


@pytest.fixture
def table(tmp_path):
    rows = ["a,b,c,kind", "1,10,5,red", "2,20,6,blue", "3,10,7,red", "4,40,8,green", "5,NA,9,red"]
    (tmp_path / "data.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_a_column_of_words_has_classes_in_the_order_of_the_alphabet(table):
    kind = CsvDataset(x=("a", "b", "c"), class_="kind", missing="drop").resolve(table)
    assert (kind.features, kind.targets, kind.classifies) == (3, 1, True)
    made = kind.make(1)
    assert made.classes == ("blue", "green", "red")
    assert made.y.tolist() == [2, 0, 2, 1]
    assert made.x.tolist() == [[1, 10, 5], [2, 20, 6], [3, 10, 7], [4, 40, 8]]
    assert (made.dropped, made.names) == (1, ("a", "b", "c", "kind"))
    inspected = kind.inspect()
    assert np.array_equal(inspected.y, made.y)
    assert inspected.classes == made.classes


def test_classes_that_are_numbers_are_in_the_order_of_their_size(tmp_path):
    (tmp_path / "data.csv").write_text("x,y\n1,10\n2,9\n3,2\n4,10\n")
    made = CsvDataset(class_="y").resolve(tmp_path).make(1)
    assert made.classes == ("2", "9", "10")
    assert made.y.tolist() == [2, 1, 0, 2]


def test_labels_that_are_classes_take_no_noise_and_outliers_of_their_own(table):
    with pytest.raises(ValueError, match="noise: labels are classes"):
        CsvDataset(x=("a", "c"), class_="kind", noise=0.1)
    options = {"x": ("a", "c"), "class_": "kind", "missing": "drop"}
    kind = CsvDataset(**options, outliers=(Outlier(at=1, y=2.0),)).resolve(table)
    assert kind.make(1).y.tolist() == [2, 2, 2, 1, 2]
    wrong = CsvDataset(**options, outliers=(Outlier(at=1, y=3.0),)).resolve(table)
    for read in (wrong.inspect, lambda: wrong.make(1)):
        with pytest.raises(RenderError, match="outliers: the classes are 0 to 2, found 3"):
            read()


def test_several_targets_are_columns_and_each_feature_is_standardised(table):
    kind = CsvDataset(x=("a", "c"), y=("b", "a"), missing="drop", standardize=True)
    made = kind.resolve(table).make(1)
    assert made.y.tolist() == [[10, 1], [20, 2], [10, 3], [40, 4]]
    assert made.targets == 2
    assert made.x.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert made.x.std(axis=0) == pytest.approx([1, 1])
    assert made.names == ("a", "c", "b", "a")


def test_a_column_of_one_class_or_of_too_many_is_refused(tmp_path):
    (tmp_path / "data.csv").write_text("x,y\n1,a\n2,a\n3,a\n")
    with pytest.raises(RenderError, match="'a' is the only class"):
        CsvDataset(class_="y").resolve(tmp_path).make(1)
    rows = "\n".join(f"{i},c{i}" for i in range(101))
    (tmp_path / "data.csv").write_text(f"x,y\n{rows}\n")
    with pytest.raises(RenderError, match="more than 100 classes"):
        CsvDataset(class_="y").resolve(tmp_path).make(1)


def test_cross_entropy_of_a_network_is_softmax_s_or_of_one_logit():
    loss = registry.member("learn/losses", "cross_entropy")()
    z = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]], dtype=torch.float64)
    y = torch.tensor([0.0, 2.0])
    shares = np.exp(z.numpy()) / np.exp(z.numpy()).sum(axis=1, keepdims=True)
    expected = -(math.log(shares[0, 0]) + math.log(shares[1, 2])) / 2
    assert float(loss.of_network(z, y)) == pytest.approx(expected, rel=1e-12)
    one = torch.tensor([[1.5], [-0.5]], dtype=torch.float64)
    two = torch.cat([torch.zeros_like(one), one], dim=1)
    labels = torch.tensor([1.0, 0.0])
    assert float(loss.of_network(one, labels)) == pytest.approx(
        float(loss.of_network(two, labels)), rel=1e-12
    )
    assert loss.outputs(data("spirals", arms=3)) == 3
    assert loss.outputs(data("moons")) == 2


@pytest.mark.parametrize("name", ["mse", "mae", "huber", "half_mse"])
def test_a_loss_of_several_outputs_is_the_mean_over_all_of_them(name):
    loss = registry.member("learn/losses", name)()
    output = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    y = torch.tensor([[1.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    each = [float(loss(output[i, j], y[i, j])) for i in range(2) for j in range(2)]
    assert float(loss.of_network(output, y)) == pytest.approx(np.mean(each))
    column = output[:, :1]  # labels (N,) of one output (N, 1) are no matrix of N × N
    assert float(loss.of_network(column, y[:, 0])) == pytest.approx(np.mean([each[0], each[2]]))
