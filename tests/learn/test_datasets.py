"""The generated datasets equal the labs' own tensors; shared options do what they promise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from render import registry
from render.errors import RenderError
from render.learn.datasets.base import InputRange, Outlier, Validation
from render.learn.datasets.line import LineDataset
from render.learn.datasets.plane import PlaneDataset
from render.learn.datasets.points import PointsDataset
from render.learn.datasets.polynomial import PolynomialDataset
from render.learn.datasets.sine import SineDataset
from render.learn.datasets.step import StepDataset

MEMBERS = [name for name in registry.names("learn/datasets") if name != "csv"]
LONG = [name for name in MEMBERS if name != "points"]  # its default is two points: none to spare
LAB_3_6 = LineDataset(
    slope=-3.0,
    intercept=1.0,
    outliers=(Outlier(0, 0.0), Outlier((50, 55), 20.0)),
    validation=Validation(fresh=True),
)
WITH_X = {"x": InputRange(0.0, 6.0, 0.1)}


def made(name, seed=1, **options):
    return registry.member("learn/datasets", name)(**options).make(seed)


def plain(column):
    """A lab's column (N, 1) as we keep it: float64 (N,)."""
    return column.double().numpy().ravel()


def least_squares(data):
    """w*, b* of one feature."""
    return np.polyfit(data.x, data.y, 1)


def mse(data, w, b):
    return ((data.y - w * data.x - b) ** 2).mean()


def same(one, other):
    """Whether two datasets have the same numbers, bit for bit."""
    pairs = [(one.x, other.x), (one.y, other.y)]
    if one.validation is not None:
        pairs += [(one.validation.x, other.validation.x), (one.validation.y, other.validation.y)]
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_dataset_is_finite_columns_of_float64(name):
    data = made(name)
    for column in (data.x, data.y):
        assert column.dtype == np.float64
        assert np.isfinite(column).all()
    assert data.x.shape[:1] == data.y.shape[:1]
    assert data.clean is None or data.clean.shape == data.y.shape
    outputs = data.y.shape[1] if data.y.ndim == 2 else 1
    assert len(data.names) == np.atleast_2d(data.columns).shape[0] + outputs


@pytest.mark.parametrize("name", MEMBERS)
def test_numbers_are_the_labs_float32_ones(name):
    data = made(name)
    for column in (data.x, data.y):
        np.testing.assert_array_equal(column, column.astype(np.float32).astype(np.float64))


@pytest.mark.parametrize("name", MEMBERS)
def test_the_number_of_points_is_known_before_they_are_made(name):
    kind = registry.member("learn/datasets", name)()
    assert kind.count() == len(kind.make(1).y)


@pytest.mark.parametrize(("start", "stop", "step"), [(-3, 3, 0.1), (-1, 1, 0.1), (0, 1, 0.3)])
def test_steps_count_as_torch_arange_does(start, stop, step):
    steps = InputRange(float(start), float(stop), step)
    assert steps.count == len(torch.arange(start, stop, step))


@pytest.mark.parametrize("name", LONG)
def test_the_same_seed_gives_the_same_data_and_the_global_generator_is_left_alone(name):
    options = {"validation": Validation(fraction=0.3)}
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    assert same(made(name, **options), made(name, **options))
    assert torch.rand(1) == expected


@pytest.mark.parametrize("name", LONG)
def test_another_seed_holds_out_other_points(name):
    options = {"validation": Validation(fraction=0.4)}
    several = [made(name, seed, **options) for seed in range(5)]
    assert not all(same(several[0], other) for other in several[1:])


@pytest.mark.parametrize("name", ["line", "polynomial", "sine", "plane"])
def test_another_seed_draws_other_noise(name):
    assert not np.array_equal(made(name, 1).y, made(name, 2).y)


def test_the_line_is_bit_identical_to_lab_2_2():
    torch.manual_seed(1)
    x = torch.arange(-3, 3, 0.1).view(-1, 1)
    y = -3 * x + 0.1 * torch.randn(x.size())
    data = LineDataset(slope=-3.0).make(1)
    np.testing.assert_array_equal(data.x, plain(x))
    np.testing.assert_array_equal(data.y, plain(y))
    np.testing.assert_array_equal(data.clean, plain(-3 * x))


def test_lab_3_6_has_its_data_outliers_and_clean_validation_set():
    torch.manual_seed(1)
    x = torch.arange(-3, 3, 0.1).view(-1, 1)
    train = -3 * x + 1 + 0.1 * torch.randn(x.size())
    train[0] = 0
    train[50:55] = 20
    unseen = -3 * x + 1 + 0.1 * torch.randn(x.size())
    data = LAB_3_6.make(1)
    np.testing.assert_array_equal(data.y, plain(train))
    np.testing.assert_array_equal(data.validation.x, plain(x))
    np.testing.assert_array_equal(data.validation.y, plain(unseen))
    np.testing.assert_array_equal(data.clean, plain(-3 * x + 1))


def test_lab_3_6_has_the_published_least_squares_fit():
    data = LAB_3_6.make(1)
    w, b = least_squares(data)
    assert (w, b) == pytest.approx((-1.2282, 3.0377), abs=5e-5)
    assert mse(data, w, b) == pytest.approx(43.088, abs=5e-4)
    assert mse(data.validation, w, b) == pytest.approx(13.220, abs=5e-4)


def test_lab_5_has_seven_positives():
    x = torch.arange(-1, 1, 0.1).view(-1, 1)
    y = torch.zeros(x.shape[0])
    y[x[:, 0] > 0.2] = 1
    data = StepDataset().make(0)
    np.testing.assert_array_equal(data.x, plain(x))
    np.testing.assert_array_equal(data.y, plain(y))
    assert data.y.sum() == 7
    np.testing.assert_array_equal(data.clean, data.y)


def test_the_plane_is_bit_identical_to_lab_4_2():
    torch.manual_seed(1)
    x = torch.zeros(20, 2)
    x[:, 0] = torch.arange(-1, 1, 0.1)
    x[:, 1] = torch.arange(-1, 1, 0.1)
    y = torch.mm(x, torch.tensor([[1.0], [1.0]])) + 1 + 0.1 * torch.randn((20, 1))
    data = PlaneDataset().make(1)
    np.testing.assert_array_equal(data.x, x.double().numpy())
    np.testing.assert_array_equal(data.y, plain(y))
    assert data.names == ("x₁", "x₂", "y")
    assert data.columns.shape == (2, 20)


def test_the_plane_has_the_valley_of_lab_4_2():
    """Eigenvalues 0, 1.311, 2.029; where w₁ + w₂ = 2.06 the loss is least."""
    data = PlaneDataset().make(1)
    design = np.column_stack([data.x, np.ones(20)])
    eigenvalues = np.linalg.eigvalsh(2 * design.T @ design / 20)
    assert eigenvalues == pytest.approx([0, 1.311, 2.029], abs=5e-4)
    fit = np.linalg.lstsq(design, data.y, rcond=None)[0]
    assert fit[0] + fit[1] == pytest.approx(2.0599, abs=5e-5)


def test_a_polynomial_of_degree_one_is_the_line():
    line = LineDataset(slope=2.0, intercept=-1.0).make(3)
    np.testing.assert_array_equal(PolynomialDataset(coefficients=(-1.0, 2.0)).make(3).y, line.y)


def test_polynomial_and_sine_follow_their_formulas():
    x = plain(torch.arange(-3, 3, 0.1))
    cubic = PolynomialDataset(coefficients=(1.0, 0.0, -2.0, 0.5), noise=0.0).make(1)
    np.testing.assert_allclose(cubic.y, 1 - 2 * x**2 + 0.5 * x**3, atol=1e-5)
    wave = SineDataset(amplitude=2.0, frequency=1.5, phase=0.5, offset=-1.0, noise=0.0).make(1)
    np.testing.assert_allclose(wave.y, 2 * np.sin(1.5 * x + 0.5) - 1, atol=1e-6)
    np.testing.assert_array_equal(wave.y, wave.clean)


def test_points_are_the_ones_written_down_and_their_true_function_is_unknown():
    data = PointsDataset(x=(1.0, 2.0), y=(300.0, 500.0)).make(1)
    assert (data.x.tolist(), data.y.tolist(), data.clean) == ([1, 2], [300, 500], None)


def test_points_may_have_two_features():
    data = PointsDataset(x=((1.0, 2.0), (3.0, 4.0), (5.0, 6.0)), y=(0.0, 1.0, 2.0)).make(1)
    assert data.x.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert data.names == ("x₁", "x₂", "y")


def test_noise_has_the_standard_deviation_asked_for():
    data = LineDataset(noise=0.5, x=InputRange(0.0, 1.0, 1e-5)).make(1)
    assert (data.y - data.clean).std() == pytest.approx(0.5, rel=0.01)


def test_standardized_inputs_have_mean_0_and_deviation_1_and_go_back_to_their_units():
    raw, data = made("penguins"), made("penguins", standardize=True)
    assert data.x.mean() == pytest.approx(0, abs=1e-12)
    assert data.x.std() == pytest.approx(1, abs=1e-12)
    a, b = data.unscale
    np.testing.assert_allclose(a * data.x + b, raw.x, rtol=1e-12)
    np.testing.assert_array_equal(data.y, raw.y)


def test_standardizing_makes_the_bowl_round():
    data = made("auto_mpg", standardize=True)
    design = np.column_stack([data.x, np.ones(len(data.x))])
    assert np.linalg.eigvalsh(2 * design.T @ design / len(data.x)) == pytest.approx([2, 2])


def test_two_features_are_standardized_each_by_its_own_and_go_back():
    x = ((1.0, 10.0), (2.0, 30.0), (4.0, 20.0))
    data = PointsDataset(x=x, y=(0.0, 1.0, 2.0), standardize=True).make(1)
    np.testing.assert_allclose(data.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.x.std(axis=0), 1)
    a, b = data.unscale
    np.testing.assert_allclose(a * data.x + b, x)


def test_scaled_and_shifted_inputs_go_back_to_their_units():
    raw, data = (
        LineDataset(**WITH_X).make(1),
        LineDataset(**WITH_X, scale=0.5, shift=-1.475).make(1),
    )
    np.testing.assert_allclose(data.x, 0.5 * raw.x - 1.475, atol=1e-6)
    a, b = data.unscale
    np.testing.assert_allclose(a * data.x + b, raw.x, atol=1e-6)
    np.testing.assert_array_equal(data.y, raw.y)
    np.testing.assert_array_equal(data.clean, raw.clean)


def test_the_thermometer_is_scaled_as_the_book_scales_it():
    readings = torch.tensor(made("thermometer").x, dtype=torch.float32)
    np.testing.assert_array_equal(made("thermometer", scale=0.1).x, plain(0.1 * readings))


@pytest.mark.parametrize("name", ["line", "penguins", "plane"])
def test_a_split_is_disjoint_and_complete_and_keeps_the_order(name):
    whole = made(name)
    data = made(name, validation=Validation(fraction=0.2))
    held = round(0.2 * len(whole.y))
    assert len(data.validation.y) == held
    rows = np.column_stack([whole.x, whole.y])
    kept = np.column_stack([data.x, data.y])
    unseen = np.column_stack([data.validation.x, data.validation.y])
    both = np.concatenate([kept, unseen])
    assert np.array_equal(rows[np.lexsort(rows.T)], both[np.lexsort(both.T)])
    if name != "penguins":
        assert (np.diff(kept[:, 0]) > 0).all()
        assert (np.diff(unseen[:, 0]) > 0).all()
        assert not set(kept[:, 0]) & set(unseen[:, 0])
        assert len(data.clean) == len(data.y)


def test_held_out_points_are_scaled_by_what_training_knows():
    whole = made("penguins")
    data = made("penguins", standardize=True, validation=Validation(fraction=0.2))
    assert data.x.mean() == pytest.approx(0, abs=1e-12)
    assert abs(data.validation.x.mean()) > 1e-3
    a, b = data.unscale
    again = np.concatenate([a * data.x + b, a * data.validation.x + b])
    np.testing.assert_allclose(np.sort(again), np.sort(whole.x), rtol=1e-12)


def test_the_split_does_not_depend_on_how_strong_the_noise_is():
    options = {"validation": Validation(fraction=0.5)}
    np.testing.assert_array_equal(
        LineDataset(**options).make(1).x, LineDataset(noise=2.0, **options).make(1).x
    )


def test_an_input_that_never_changes_cannot_be_standardized():
    kind = PointsDataset(x=(3.0, 3.0), y=(1.0, 2.0), standardize=True)
    with pytest.raises(RenderError) as fault:
        kind.make(1)
    assert str(fault.value) == "dataset: standardize: an input is the same at every point"


@pytest.mark.parametrize(
    "kind",
    [
        LineDataset(slope=1e300),
        LineDataset(outliers=(Outlier(0, 1e300),)),
        PointsDataset(x=(1e300, 1.0), y=(1.0, 2.0)),
        LineDataset(scale=1e300),
    ],
    ids=["slope", "outlier", "point", "scale"],
)
def test_numbers_beyond_float32_are_refused(kind):
    with pytest.raises(RenderError) as fault:
        kind.make(1)
    assert str(fault.value) == "dataset: its numbers are too large for the labs' float32"
