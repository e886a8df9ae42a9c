"""The real sets that ship with the package have the published fits and are in the wheel."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from render import registry
from render.learn.datasets.anscombe import AnscombeDataset
from render.learn.datasets.base import DATA, ShippedDataset
from tests.learn.test_datasets import least_squares, made, mse

# research: course.md section 5 (points, w*, b*, MSE, each to the digits given there)
FITS = {
    "penguins": (342, 49.69, -5780.8, 154546, (5e-3, 5e-2, 0.5)),
    "auto_mpg": (392, -7.647, 46.22, 18.68, (5e-4, 5e-3, 5e-3)),
}

# research: course.md section 2, typed off there and not read from our files
LITERALS = {
    "thermometer": (
        "35.7 55.9 58.2 81.9 56.3 48.9 33.9 21.8 48.4 60.4 68.4",
        ".5 14 15 28 11 8 3 -4 6 13 21",
    ),
    "mlcc_cars": ("3.5 3.69 3.44 3.43 4.34 4.42 2.37", "18 15 18 16 15 14 24"),
    "ng_six_points": ("1 1.7 2 2.5 3 3.2", "250 300 480 430 630 730"),
}
SHIPPED = [
    name
    for name in registry.names("learn/datasets")
    if issubclass(registry.member("learn/datasets", name), ShippedDataset)
]


@pytest.mark.parametrize("name", FITS)
def test_a_real_set_has_the_published_least_squares_fit(name):
    count, w, b, loss, (near_w, near_b, near_loss) = FITS[name]
    data = made(name)
    fit = least_squares(data)
    assert len(data.y) == count
    assert fit[0] == pytest.approx(w, abs=near_w)
    assert fit[1] == pytest.approx(b, abs=near_b)
    assert mse(data, *fit) == pytest.approx(loss, abs=near_loss)
    assert data.clean is None


@pytest.mark.parametrize("name", LITERALS)
def test_a_set_from_a_course_has_its_points_and_their_exact_fit(name):
    x, y = ([Fraction(number) for number in column.split()] for column in LITERALS[name])
    data = made(name)
    np.testing.assert_array_equal(data.x, np.array([*map(float, x)], dtype=np.float32))
    np.testing.assert_array_equal(data.y, np.array([*map(float, y)], dtype=np.float32))
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    covariance = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    w = covariance / sum((a - mean_x) ** 2 for a in x)
    fit = [float(w), float(mean_y - w * mean_x)]
    assert least_squares(data) == pytest.approx(fit, rel=1e-5)


@pytest.mark.parametrize("which", ["I", "II", "III", "IV"])
def test_all_of_anscombes_sets_have_the_same_line(which):
    data = AnscombeDataset(set=which).make(1)
    w, b = least_squares(data)
    assert (w, b) == pytest.approx((0.500, 3.00), abs=5e-3)
    assert w == pytest.approx(0.500, abs=5e-4)
    assert mse(data, w, b) == pytest.approx(1.25, abs=5e-3)
    assert (data.x.mean(), data.y.mean()) == pytest.approx((9, 7.50), abs=5e-3)
    assert data.x.var(ddof=1) == pytest.approx(11)


def test_anscombes_sets_differ():
    assert (
        len({AnscombeDataset(set=which).make(1).y.tobytes() for which in ("I", "II", "III")}) == 3
    )
    assert np.unique(AnscombeDataset(set="IV").make(1).x).tolist() == [8, 19]


def test_axes_carry_units():
    assert made("penguins").names == ("flipper length (mm)", "body mass (g)")
    assert made("auto_mpg").names == ("weight (1000 lb)", "fuel economy (mpg)")


def test_every_file_belongs_to_a_set_and_has_its_source_named():
    kinds = [registry.member("learn/datasets", name) for name in registry.names("learn/datasets")]
    files = {kind.file for kind in kinds if isinstance(getattr(kind, "file", None), str)}
    assert files == {file.name for file in DATA.glob("*.csv")}
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    assert all(f"`{file}`" in sources for file in files)


def test_the_files_ship_with_the_package():
    tool = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["setuptools"]
    for folder in ("render/learn/datasets", "render/learn/functions"):
        shipped = tool["package-data"][folder.replace("/", ".")]
        files = [file for file in Path(folder).rglob("*.*") if file.suffix not in (".py", ".pyc")]
        assert any(file.suffix == ".yaml" for file in files)
        for file in files:
            inside = file.relative_to(folder)
            assert any(inside.match(pattern) for pattern in shipped), inside
