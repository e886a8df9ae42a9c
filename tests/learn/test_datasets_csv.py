"""A CSV file's numbers are read as they are written, and each message names the place."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from render.errors import RenderError
from render.learn import csv_table
from render.learn.datasets.base import Outlier
from render.learn.datasets.csv import CsvDataset

CARS = b"speed,dist\n4,2\n7,4\n8,16\n"


def kind(folder, text=CARS, **options):
    """A dataset of a file in the folder, columns speed and dist."""
    (folder / "cars.csv").write_bytes(text)
    return CsvDataset(**{"path": "cars.csv", "x": "speed", "y": "dist", **options}).resolve(folder)


def fault(folder, text, **options):
    """The message when it is made, without the folder."""
    (folder / "cars.csv").write_bytes(text)
    names = {"path": "cars.csv", "x": "speed", "y": "dist", **options}
    try:
        dataset = CsvDataset(**names).resolve(folder)
    except ValueError as refused:
        return str(refused).partition(": ")[2].replace(f"{folder}/", "")
    with pytest.raises(RenderError) as failed:
        dataset.make(1)
    return str(failed.value).replace(f"{folder}/", "")


def test_columns_go_by_their_names(tmp_path):
    data = kind(tmp_path, b"id,dist,speed\n1,2,4\n2,4,7\n").make(1)
    assert (data.x.tolist(), data.y.tolist()) == ([4, 7], [2, 4])
    assert data.names == ("speed", "dist")
    assert data.clean is None


def test_two_columns_are_two_features(tmp_path):
    data = kind(tmp_path, b"a,b,dist\n1,2,3\n4,5,6\n7,8,9\n", x=("b", "a")).make(1)
    assert data.x.tolist() == [[2, 1], [5, 4], [8, 7]]
    assert data.names == ("b", "a", "dist")


def test_a_files_digits_are_kept(tmp_path):
    data = kind(tmp_path, b"speed,dist\n1700000001,0.1\n1700000002,12345.678901\n").make(1)
    assert data.x.tolist() == [1700000001, 1700000002]
    assert data.y.tolist() == [0.1, 12345.678901]


def test_shared_options_work_on_a_file(tmp_path):
    outliers = (Outlier(2, 99.0),)
    data = kind(tmp_path, standardize=True, noise=0.1, outliers=outliers).make(1)
    assert data.y[2] == 99
    assert data.x.std() == pytest.approx(1)
    np.testing.assert_allclose(data.unscale[0] * data.x + data.unscale[1], [4, 7, 8])


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfspeed,dist\r\n4,2\r\n7,4\r\n",
        b"speed;dist\n4;2\n7;4\n",
        b"speed\tdist\n4\t2\n7\t4\n",
        b'"speed", dist\n"4", 2\n\n7, 4',
        b"a,b;speed;dist\n0;4;2\n0;7;4\n",
        b'note,speed,dist\n"two\nlines",4,2\nx,7,4e0\n',
    ],
    ids=["bom and crlf", "semicolon", "tab", "quotes and blanks", "commas in a name", "two lines"],
)
def test_ways_to_write_a_table(tmp_path, text):
    data = kind(tmp_path, text).make(1)
    assert (data.x.tolist(), data.y.tolist()) == ([4, 7], [2, 4])


def test_a_delimiter_can_be_given(tmp_path):
    assert kind(tmp_path, b"speed;dist\n4;2\n7;4\n", separator="semicolon").make(1).x[1] == 7
    message = fault(tmp_path, b"speed;dist\n4;2\n", separator="comma")
    hint = "did you mean 'speed;dist'?"
    assert message == f"cars.csv:1: no column 'speed'; {hint} there are: speed;dist"


def test_rows_that_lack_a_number_can_be_dropped(tmp_path):
    text = b"speed,dist,other\n4,2,NA\n,3,1\n5,na,1\n6,?,1\n7,NaN,1\n8,16,1\n"
    assert kind(tmp_path, text, missing="drop").make(1).x.tolist() == [4, 8]


def test_where_the_config_is_does_not_make_another_dataset(tmp_path):
    assert kind(tmp_path) == CsvDataset(path="cars.csv", x="speed", y="dist")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "cars.csv:1: expected the names of the columns, found nothing"),
        (b"\n \n", "cars.csv:2: expected the names of the columns, found nothing"),
        (
            b"\n1,2\n3,4\n",
            "cars.csv:2: expected the names of the columns, found numbers: 1, 2;"
            " with 'header: false' the columns are called 1, 2, …",
        ),
        (
            b"Speed,distance\n1,2\n",
            "cars.csv:1: no column 'speed'; did you mean 'Speed'? there are: Speed, distance",
        ),
        (b"speed,y\n1,2\n", "cars.csv:1: no column 'dist'; there are: speed, y"),
        (
            b"speed,speed,dist\n1,2,3\n",
            "cars.csv:1: 2 columns are called 'speed': rename one,"
            " or pass over the names with 'skip' and 'header: false'",
        ),
        (b"speed,dist\n", "cars.csv: expected at least 2 rows of numbers, found 0"),
        (b"speed,dist\n1,2\n", "cars.csv: expected at least 2 rows of numbers, found 1"),
        (
            b"speed,dist\n1,2\nfast,3\n",
            "cars.csv:3: row 2, column 'speed': expected a number, found 'fast'",
        ),
        (
            b"speed,dist\n1,2\n\n3,4_0\n",
            "cars.csv:4: row 2, column 'dist': expected a number, found '4_0'",
        ),
        (
            b"speed,dist\n1,2\n3,\n",
            "cars.csv:3: row 2, column 'dist': expected a number, the cell is empty;"
            " 'missing: drop' leaves such rows out",
        ),
        (
            b"speed,dist\n1,2\nNA,3\n",
            "cars.csv:3: row 2, column 'speed': expected a number, found 'NA';"
            " 'missing: drop' leaves such rows out",
        ),
        (
            b"speed,dist\n1,2\n3,inf\n",
            "cars.csv:3: row 2, column 'dist': expected a number, found 'inf'",
        ),
        (
            b"speed,dist\n1,2\n3,1e999\n",
            "cars.csv:3: row 2, column 'dist': expected a number, found '1e999': too large",
        ),
        (
            b"speed;dist\n1.5;2\n3;4,5\n",
            "cars.csv:3: row 2, column 'dist': expected a number, found '4,5';"
            " write decimals with a point",
        ),
        (
            b"speed,dist\n1,2\n3,4,5\n",
            "cars.csv:3: row 2 has 3 cells, the first line names 2 columns;"
            " a number with a comma in it needs quotes, or another separator",
        ),
        (
            b"speed,dist\n1,2\n3\n",
            "cars.csv:3: row 2 has 1 cell, the first line names 2 columns",
        ),
        (
            b"speed,dist\n1,2\n3,\xff\n",
            "cars.csv:3: not UTF-8: save the file in that encoding, or name its own,"
            " such as 'encoding: cp1252' (Western Europe, Windows)",
        ),
        (
            b"speed,dist\n1,2\n3,\x1b[31m\n",
            "cars.csv:3: row 2, column 'dist': expected a number, found '\\x1b[31m'",
        ),
    ],
)
def test_a_message_names_row_and_column(tmp_path, text, message):
    assert fault(tmp_path, text) == message


def test_what_is_no_csv_is_told_with_its_row(tmp_path):
    told = fault(tmp_path, b'speed,dist\n1,2\n"3,4\n')
    assert told.startswith("cars.csv:3: not a CSV table: ")


def test_dropping_may_leave_too_little(tmp_path):
    message = fault(tmp_path, b"speed,dist\n1,2\n3,\n", missing="drop")
    found = "found 1; 1 had none and were left out"
    assert message == f"cars.csv: expected at least 2 rows of numbers, {found}"


def test_an_outlier_beyond_the_last_row_is_refused(tmp_path):
    message = fault(tmp_path, CARS, outliers=(Outlier(3, 0.0),))
    assert message == "dataset: outliers: no point 3; there are 3 points, counted from 0"


def test_a_missing_file_is_answered_with_the_nearest_name(tmp_path):
    message = fault(tmp_path, CARS, path="car.csv")
    assert message == "car.csv: no such file; did you mean 'cars.csv'?"
    assert fault(tmp_path, CARS, path="far/away.csv") == "far/away.csv: no such file"
    assert fault(tmp_path, CARS, path=".").endswith(": not a file")


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(csv_table.MAX_BYTES + 1)
    message = fault(tmp_path, CARS, path="big.csv")
    assert message == "big.csv: 100,000,001 bytes: a table has at most 100,000,000"


def test_too_many_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_table, "MAX_ROWS", 2)
    assert fault(tmp_path, CARS) == "cars.csv: more than 2 rows"


@pytest.mark.slow
def test_a_million_rows_are_read_within_200_megabytes(tmp_path):
    numbers = np.random.default_rng(1).normal(size=(1_000_000, 3))
    np.savetxt(tmp_path / "cars.csv", numbers, delimiter=",", header="speed,dist,z", comments="")
    code = """
import resource, sys, pathlib
import torch, render.learn.datasets.common.making
from render.learn.datasets.csv import Csv
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = Csv(path="cars.csv", x="speed", y="dist").resolve(pathlib.Path(sys.argv[1])).make(1)
assert len(data.y) == 1_000_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    kilobytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(kilobytes) < 200_000
