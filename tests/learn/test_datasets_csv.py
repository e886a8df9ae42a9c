"""A CSV file's numbers are read as they are written, and each message names the place."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from render.__main__ import main
from render.config.load import load
from render.errors import RenderError
from render.learn.datasets.base import Outlier
from render.learn.datasets.csv import CsvDataset
from render.learn.tables import table, text_file
from render.learn.tables.dialect import Dialect

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


def test_a_list_of_one_column_is_that_column(tmp_path):
    (tmp_path / "cars.csv").write_bytes(CARS)
    film = "dataset: {kind: csv, path: cars.csv, x: %s, y: %s}\nmodel: {kind: linear}\n"
    made = []
    for names in (("speed", "dist"), ("[speed]", "[dist]")):
        (tmp_path / "film.yaml").write_text(film % names)
        made.append(load(tmp_path / "film.yaml").dataset)
    assert made[0] == made[1]
    assert made[1].make(1).x.shape == made[1].make(1).y.shape == (3,)
    (tmp_path / "film.yaml").write_text(film % ("[]", "dist"))
    with pytest.raises(
        RenderError, match=r"dataset\.x: expected a text or a list of values, found \[\]"
    ):
        load(tmp_path / "film.yaml")


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
        file.truncate(text_file.MAX_BYTES + 1)
    message = fault(tmp_path, CARS, path="big.csv")
    assert message == "big.csv: 100,000,001 bytes: a table has at most 100,000,000"


def test_too_many_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    assert fault(tmp_path, CARS) == "cars.csv: more than 2 rows"


@pytest.mark.slow
def test_a_million_rows_are_read_within_200_megabytes(tmp_path):
    numbers = np.random.default_rng(1).normal(size=(1_000_000, 3))
    np.savetxt(tmp_path / "cars.csv", numbers, delimiter=",", header="speed,dist,z", comments="")
    code = """
import resource, sys, pathlib
import torch, render.learn.generate
from render.learn.datasets.csv import CsvDataset
from render.learn.tables import table, text_file
from render.learn.tables.dialect import Dialect
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = CsvDataset(path="cars.csv", x="speed", y="dist").resolve(pathlib.Path(sys.argv[1])).make(1)
assert len(data.y) == 1_000_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    kilobytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(kilobytes) < 200_000


def columns(folder, text, names=("x", "y"), **dialect):
    """The named columns of a text or of bytes as lists."""
    file = folder / "table.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return table.read_columns(file, names, Dialect(**dialect)).columns.tolist()


def message(folder, text, names=("x", "y"), **dialect):
    """Why they can't be read, without the folder."""
    with pytest.raises(RenderError) as failed:
        columns(folder, text, names, **dialect)
    return str(failed.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("text", "options", "values"),
    [
        # one meaning only: it is found out
        ('x,y\n1,"3,5"\n2,"4,25"\n', {}, [[1, 2], [3.5, 4.25]]),
        ("x;y\n1;399,9\n2;329,5\n", {}, [[1, 2], [399.9, 329.5]]),
        ("x;y\n1;1.399,9\n2;1.234.567\n", {}, [[1, 2], [1399.9, 1234567]]),
        ("x;y\n2.104;399,9\n1.600;329,5\n", {}, [[2104, 1600], [399.9, 329.5]]),
        ("x;y;z\n1;399.900;1,5\n2;329.500;2,5\n", {}, [[1, 2], [399900, 329500]]),
        ("x;y\n0.0632;0.997\n7.4;0.076\n", {}, [[0.0632, 7.4], [0.997, 0.076]]),
        ('x,y\n1,"1,399.5"\n2,"399,900"\n', {}, [[1, 2], [1399.5, 399900]]),
        ('x,y\n1,"1,329,900"\n2,"399,900"\n', {}, [[1, 2], [1329900, 399900]]),
        ("x,y\n1.5,24.125\n2,12.345\n", {}, [[1.5, 2], [24.125, 12.345]]),
        ("x,y\n1 234,4\n1'234'567.5,6\n", {}, [[1234, 1234567.5], [4, 6]]),
        ("x;y\n1\u202f234,5;4\n12,25;6\n", {}, [[1234.5, 12.25], [4, 6]]),
        ("x,y\n\u22123.5,1e\u22122\n\u20132,+6\n", {}, [[-3.5, -2], [0.01, 6]]),
        # two meanings: the options say which
        ('x,y\n1,"399,900"\n2,"329,900"\n', {"thousands": ","}, [[1, 2], [399900, 329900]]),
        ('x,y\n1,"399,900"\n2,"329,900"\n', {"decimal": "."}, [[1, 2], [399900, 329900]]),
        ('x,y\n1,"399,900"\n2,"329,900"\n', {"decimal": ","}, [[1, 2], [399.9, 329.9]]),
        ("x;y\n2.104;1\n1.600;2\n", {"thousands": "."}, [[2104, 1600], [1, 2]]),
        ("x;y\n2.104;1\n1.600;2\n", {"decimal": "."}, [[2.104, 1.6], [1, 2]]),
    ],
)
def test_numbers_are_read_as_they_are_meant(tmp_path, text, options, values):
    assert columns(tmp_path, text, **options) == values


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        (
            'x,y\n1,"399,900"\n2,"329,900"\n',
            {},
            "'399,900': a thousands separator or a decimal one? Say 'thousands: \",\"' if it is"
            " 399900, 'decimal: \",\"' if it is 399.9",
        ),
        (
            "x;y\n2;399.900\n1;329.900\n",
            {},
            "'399.900': a thousands separator or a decimal one? Say 'thousands: \".\"' if it is"
            " 399900, 'decimal: \".\"' if it is 399.9",
        ),
        ("x;y\n1.5;399.9\n2;399,9\n", {}, "'399,9'; write decimals with a point"),
        ('x,y\n1,"3,5"\n', {"decimal": "."}, "'3,5'; 'decimal: \",\"' reads it"),
        ("x;y\n1;2.5\n", {"decimal": ","}, "'2.5'; here decimals are written with a comma"),
        ("x,y\n1,-\n", {}, "'-'; 'na: [\"-\"]' says that such a cell has no number"),
        ("x,y\n1,12 kg\n", {}, "'12 kg'; a cell has a number alone: leave 'kg' out"),
        ("x,y\n1,10 %\n", {}, "'10 %'; a cell has a number alone: leave '%' out"),
        ('x,y\n1,"$399,900"\n', {}, "'$399,900'; a cell has a number alone: leave '$' out"),
        (
            "x,y\n1,2024-01-31\n",
            {},
            "'2024-01-31'; 'dates: true' takes a date as days since the first row's",
        ),
    ],
)
def test_what_may_be_another_number_is_asked_for(tmp_path, text, options, told):
    where = "table.csv:3: row 2" if "399,9'" in told else "table.csv:2: row 1"
    place = f"{where}, column 'y': expected a number, found "
    assert message(tmp_path, text, **options) == place + told


@pytest.mark.parametrize(
    "text",
    [
        "x|y\n3.5|4\n5|6\n",
        "x | y\n3.5 | 4\n5 | 6\n",
        "x y\n3.5   4\n 5\t6  \n",
        "   x    y\n 3.5    4\n   5    6\n",
        '"x" "y"\n"1" 3.5 4\n"2" 5 6\n',  # as R writes it, with names of rows
        "x\ty\n3,5\t4\n5\t6\n",
        "sep=;\nx;y\n3,5;4\n5;6\n",
        "# made by hand\n# twice\nx,y\n3.5,4\n5,6\n",
        "# x y\n3.5 4\n5 6\n",  # as NumPy writes it
        "x,y,\n3.5,4,\n5,6,\n",
        "x,y\n3.5,4,\n5,6,\n",
        "x,y,\n3.5,4\n5,6\n",
        "x,y\n3.5,4\n\n5,6\n,\n,,\n\n",
        "x,y\r3.5,4\r5,6\r",
        '\ufeff"x","y"\n"3.5","4"\n"5","6"\n',
        "x,y\n3.5,4\n5,6\n".encode("utf-16"),
        "x,y\n3.5,4\n5,6\n".encode("utf-16-le"),
        "x,y\n3.5,4\n5,6\n".encode("utf-32"),
        'note,x,y\n"a;b",3.5,4\n"c;d",5,6\n',
    ],
)
def test_a_table_is_found_in_its_file(tmp_path, text):
    assert columns(tmp_path, text) == [[3.5, 5], [4, 6]]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("3.5,4\n5,6\n", {}),
        ("3.5,4\n5,6\n", {"header": False}),
        ("3,5;4\n5;6\n", {"header": False}),
        ("3,5 4\n5 6\n", {"header": False}),
        ("a,b\n3.5,4\n5,6\n", {"header": False, "skip": 1}),
    ],
)
def test_columns_without_names_are_numbered_from_1(tmp_path, text, options):
    assert columns(tmp_path, text, ("1", "2"), **options) == [[3.5, 5], [4, 6]]
    assert columns(tmp_path, text, ("2", "1"), **options) == [[4, 6], [3.5, 5]]


def test_a_first_line_that_may_be_names_or_data_is_asked_for(tmp_path):
    text = "2,1\n3,4\n5,6\n"
    told = "table.csv:1: numbers in the first line that may be names or data"
    asked = ": say 'header: true' or 'header: false'"
    assert message(tmp_path, text, ("1", "2")) == told + asked
    assert columns(tmp_path, text, ("1", "2"), header=True) == [[4, 6], [3, 5]]
    assert columns(tmp_path, text, ("1", "2"), header=False) == [[2, 3, 5], [1, 4, 6]]
    assert columns(tmp_path, "2020,2021\n3,4\n5,6\n", ("2021", "2020")) == [[4, 6], [3, 5]]


def test_lines_at_the_top_are_passed_over(tmp_path):
    report = "Report\nof 2024\n\nx,y\n3,4\n5,6\n"
    told = "table.csv:1: no column 'x' in this line, but in line 4: 'skip: 3' begins there"
    assert message(tmp_path, report) == told
    assert columns(tmp_path, report, skip=3) == [[3, 5], [4, 6]]
    remarks = "% a\nx,y\n% b\n3,4\n5,6\n"
    assert columns(tmp_path, remarks, comment="%") == [[3, 5], [4, 6]]
    told = message(tmp_path, "x,y\n3,4\n# b\n5,6\n")
    assert told.endswith("""names 2 columns; 'comment: "#"' passes over such lines""")


def test_an_encoding_can_be_given(tmp_path):
    text = "Größe,y\n3,4\n5,6\n".encode("latin-1")
    assert columns(tmp_path, text, ("Größe", "y"), encoding="cp1252") == [[3, 5], [4, 6]]
    assert "'encoding: cp1252'" in message(tmp_path, text, ("Größe", "y"))
    with pytest.raises(ValueError, match="encoding: expected one such as utf-8"):
        CsvDataset(encoding="utf8x")
    with pytest.raises(ValueError, match="encoding: expected one such as utf-8"):
        CsvDataset(encoding="hex")


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("Gro\u0308ße", "Größe"),
        ("Größe", "Gro\u0308ße"),
        ('"Größe  \n (m\u00b2)"', "Größe (m²)"),
        ("Größe\u00a0(m²)", "Größe (m²)"),
        (" Größe ", "Größe"),
    ],
)
def test_names_are_compared_in_one_form(tmp_path, header, asked):
    assert columns(tmp_path, f"{header},y\n1,2\n3,4\n", (asked, "y")) == [[1, 3], [2, 4]]


def test_a_line_break_in_a_name_breaks_no_message(tmp_path):
    text = '"Body\nmass",y\n1,a\n'
    assert message(tmp_path, text) == "table.csv:2: no column 'x'; there are: Body mass, y"
    told = "table.csv:3: row 1, column 'y': expected a number, found 'a'"
    assert message(tmp_path, text, ("Body\nmass", "y")) == told
    assert CsvDataset(x="Body\nmass").names() == ("Body mass", "y")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x,y\n2024-01-31,4\n2024-02-02T12:00,6\n", [0, 2.5]),
        ("x;y\n31.01.2024;4\n2.2.2024;6\n", [0, 2]),
        ("x,y\n1/31/2024,4\n2/22/2024,6\n", [0, 22]),
        ("x,y\n2023/12/31,4\n2024/3/1,6\n", [0, 61]),
        ("x,y\n2024-01,4\n2023-12,6\n", [0, -31]),
        ("x,y\n2024-01-01 10:00+00:00,4\n2024-01-01T14:00+01:00,6\n", [0, 0.125]),
        ("x,y\n2024.5,4\n2025,6\n", [2024.5, 2025]),
    ],
)
def test_dates_are_days_since_the_first_rows(tmp_path, text, values):
    assert columns(tmp_path, text, dates=True) == [values, [4, 6]]


def test_a_date_that_may_be_two_is_refused(tmp_path):
    told = "table.csv:2: row 1, column 'x': '1/2/2024' may be two dates: write it like 2024-01-31"
    assert message(tmp_path, "x,y\n1/2/2024,4\n", dates=True) == told


def test_rows_left_out_are_counted(tmp_path):
    text = b"speed,dist\n4,2\n-,3\n5,n/a\n6,-999\n7,\n8,16\n"
    data = kind(tmp_path, text, na=("-", "-999")).make(1)
    assert (data.x.tolist(), data.dropped) == ([4, 8], 4)
    assert kind(tmp_path).make(1).dropped == 0
    with pytest.raises(RenderError, match="column 'speed'"):
        kind(tmp_path, text, na=("-", "-999"), missing="error").make(1)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"PK\x03\x04", "a ZIP file, such as an Excel or LibreOffice workbook"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\x1f\x8b\x08", "compressed by gzip"),
        (b"PAR1", "a Parquet file"),
        (b"<!DOCTYPE html>", "a page of the web"),
    ],
)
def test_another_kind_of_file_is_called_what_it_is(tmp_path, start, told):
    refused = message(tmp_path, start + bytes(range(256)))
    assert told in refused
    assert "export it as CSV" in refused


CONFIG = "dataset: {kind: csv, path: cars.csv, x: speed, y: dist%s}\nmodel: {kind: linear}\n"


@pytest.mark.parametrize("command", [["check"], ["--dry-run"]])
@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        (b"speed,dist\n1,2\n3,x\n", "", "cars.csv:3: row 2, column 'dist'"),
        (b"speed,dist\n1,2\n1,3\n", "", "all inputs are the same"),
        (b"speed,dist\n1,2\n3,4\n", ", outliers: [{at: 2, y: 1}]", "no point 2"),
    ],
)
def test_data_that_cannot_be_used_are_found_without_training(
    tmp_path, capsys, monkeypatch, command, text, options, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cars.csv").write_bytes(text)
    (tmp_path / "film.yaml").write_text(CONFIG % options)
    assert main([*command, "film.yaml"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("film.yaml: ")
    assert told in error


def test_check_tells_of_rows_left_out_without_torch(tmp_path):
    (tmp_path / "cars.csv").write_bytes(b"speed,dist\n1,2\n3,-\n4,5\n")
    (tmp_path / "film.yaml").write_text(CONFIG % ", na: '-'")
    code = (
        "import sys; from render.__main__ import main; assert main(['check', sys.argv[1]]) == 0;"
        "assert not {'torch', 'matplotlib'} & {*sys.modules}"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "film.yaml")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "film.yaml: ok\n  1 row of the data is left out: without a number\n" in told


def test_a_film_tells_of_rows_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cars.csv").write_bytes(b"speed,dist\n1,2\n3,-\n4,5\n")
    (tmp_path / "film.yaml").write_text(CONFIG % ", na: '-'")
    assert main(["film.yaml", "--format", "csv", "--no-cache"]) == 0
    output = capsys.readouterr()
    assert "1 row of the data is left out: without a number" in output.out + output.err


def test_every_option_can_be_written_in_a_config(tmp_path):
    (tmp_path / "d.csv").write_bytes("é\n# no\n1;2,5\n2;-\n3;1.004,5\nn/a;4\n".encode("cp1252"))
    (tmp_path / "film.yaml").write_text(
        'dataset: {kind: csv, path: d.csv, x: 1, y: 2, decimal: ",", thousands: ".",\n'
        '  separator: ";", header: false, skip: 1, comment: "#", encoding: cp1252,\n'
        '  na: ["n/a", "-"], dates: true}\n'
    )
    data = load(tmp_path / "film.yaml").dataset.make(1)
    assert (data.x.tolist(), data.y.tolist(), data.dropped) == ([1, 3], [2.5, 1004.5], 2)
