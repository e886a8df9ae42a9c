"""Configs and tables made to do harm: refused where they are wrong, soon, in little memory."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pytest

from render.config import yaml
from render.config.load import load
from render.errors import ConfigError
from tests.hostile.home import Home
from tests.hostile.memory import peak_since, rest

MOST_BYTES = 512 << 20
LONGEST_S = 5.0


@pytest.fixture
def home(tmp_path, monkeypatch, capsys) -> Home:
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path, capsys)


def refused(home, text, *options):
    """What is said of a config that can't be used; soon, in little memory, safe to print."""
    home.put("configs/film.yaml", text)
    memory, started_s = rest(), time.process_time()
    with pytest.raises(ConfigError) as caught:
        load(Path("configs/film.yaml"), options)
    assert time.process_time() - started_s < LONGEST_S
    assert peak_since(memory) < MOST_BYTES
    told = str(caught.value)
    assert all(letter.isprintable() for letter in told.replace("\n", ""))
    assert len(told) < 30_000
    return told


def many(count, *items):
    return ", ".join((items or ("1",)) * (count // max(1, len(items))))


BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{many(9, f'*a{n - 1}')}]\n" for n in range(1, 40))
SOON = {
    "an alias bomb": (BOMB, "film.yaml:1:5: a0: anchors (&a0) are not allowed"),
    "an alias of itself": ("title: &a [*a]\n", "1:8: title: anchors (&a) are not allowed"),
    "a deep list": ("x: " + "[" * 100_000, "1:35: nested more than 32 levels deep"),
    "a deep mapping": ("{a: " * 10_000, "1:129: nested more than 32 levels deep"),
    "lists of lists": ("- " * 100_000, "1:65: nested more than 32 levels deep"),
    "code": (
        "title: !!python/object/apply:os.system ['touch harm']\n",
        "1:8: title: tags (!!python/object/apply:os.system) are not allowed",
    ),
    "a module": ("title: !!python/module:os ''\n", "tags (!!python/module:os) are not allowed"),
    "binary": ("title: !!binary aGk=\n", "1:8: title: tags (!!binary) are not allowed"),
    "a tag of its own": ("seed: !x 1\n", "1:7: seed: tags (!x) are not allowed"),
    "a tag declared": ("%TAG ! tag:x,2000:\n---\nseed: !y 1\n", "3:7: seed: tags (tag:x,2000:y)"),
    "a scene elsewhere": ("scene: ../../x\n", "1:8: scene: unknown scene '../../x'"),
    "a scene of the system": ("scene: /etc/passwd\n", "1:8: scene: unknown scene '/etc/passwd'"),
    "a theme elsewhere": ("film: {theme: ../../x}\n", "1:15: film.theme: unknown theme '../../x'"),
    "a theme that never ends": ("film: {theme: /dev/zero}\n", "film.theme: unknown theme '/dev/ze"),
    "an output elsewhere": ("outputs: [../mp4]\n", "1:11: outputs.0: unknown format '../mp4'"),
    "an output's path": ("outputs: [{kind: csv, path: ../x}]\n", "outputs.0.path: unknown key"),
    "data that never end": ("dataset: {kind: csv, path: /dev/zero}\n", "/dev/zero: not a file"),
    "data with a zero": ('dataset: {kind: csv, path: "a\\0"}\n', "path: expected one line of tex"),
    "a theme with a zero": ('film: {theme: "a\\0.yaml"}\n', r"no such file: configs/a\x00.yaml"),
    "a mistake of a format": (
        "captions: [{at: 1s, text: '{w.x}'}]\n",
        "a field is a name and a fo",
    ),
    "an item of a field": ("captions: [{at: 1s, text: '{w[0]}'}]\n", "a field is a name and a for"),
    "a wide number": (
        "captions: [{at: 1s, text: '{loss:999999999f}'}]\n",
        "'{loss:999999999f}' has no format of a number",
    ),
    "a late caption": (f"captions: [{{at: {'9' * 9999}s, text: x}}]\n", "at: expected a time like"),
    "a layout of a thousand by a thousand": (
        f"film: {{layout: ['{'loss ' * 1000}', {many(999, 'x')}]}}\n",
        "film.layout: at most 12 columns, found 1000",
    ),
    "a long title": (f"title: {'x' * 900_000}\n", "title: expected 1 to 200 characters, found 900"),
    "a long label": (f"runs: {{{'x' * 900}: {{}}, b: {{}}}}\n", "a label is one line of 1 to 40"),
    "a title that steers": ('title: "\\e[2J"\n', r"title: expected one line of text, found '\x1b["),
    "a title that turns round": ('title: "\\u202ex"\n', r"expected one line of text, found '\u20"),
    "a title one can't see": ('title: "\\u200b"\n', r"expected one line of text, found '\u200b'"),
    "a label that steers": ('runs: {"\\e[2J": {}, b: {}}\n', r"found '\x1b[2J'"),
    "words that steer": ('film: {labels: {loss: "\\e"}}\n', r"in one line, found '\x1b'"),
    "more runs than there are films": (
        f"sweep: {{{', '.join(f'optimizer.k{n}: [1, 2, 3]' for n in range(300))}}}\n",
        "1:1: sweep: a race has from 2 to 8 runs, found 1,000,000 or more",
    ),
    "epochs without number": (f"training: {{epochs: 0x{'f' * 300}}}\n", "a number of 362 digits"),
    "a grid without number": (f"landscape: {{grid: 1{'0' * 320}}}\n", "a number of 321 digits is"),
    "a film of weeks": ("film: {duration: 1e9}\n", "film.duration: expected a number from 0.5 to "),
    "a frame of a wall": (
        "film: {size: [100000, 90]}\n",
        "film.size.0: expected an even whole num",
    ),
    "a million frames a second": (
        "film: {fps: 1000000}\n",
        "film.fps: expected a whole number fro",
    ),
    "a billion points": ("dataset: {x: {step: 1e-9}}\n", "between 2 and 1,000,000 points"),
    "points without number": ("dataset: {x: {step: 1e-320}}\n", "between 2 and 1,000,000 points"),
}


@pytest.mark.parametrize(("text", "said"), SOON.values(), ids=SOON)
def test_what_does_harm_is_refused_where_it_is_written(home, text, said):
    told = refused(home, text)
    assert told.startswith("configs/film.yaml:")
    assert said in told
    assert os.listdir() == ["configs"]
    assert os.listdir("configs") == ["film.yaml"]


MEGABYTE = {
    "points": f"dataset: {{kind: points, x: [{many(300_000, 'a')}], y: [1]}}\n",
    "good points": f"dataset: {{kind: points, x: [{many(300_000)}], y: [1]}}\n",
    "outliers": f"dataset: {{outliers: [{many(60_000, '{at: 1, y: 2}')}]}}\n",
    "keys": f"{{{', '.join(f'k{n}: 1' for n in range(80_000))}}}\n",
    "runs": f"runs: {{{', '.join(f'k{n}: {{}}' for n in range(80_000))}}}\n",
    "a sweep": f"sweep: {{optimizer.lr: [{', '.join(map(str, range(1, 99_000)))}]}}\n",
    "outputs": f"outputs: [{many(99_000, 'mp4')}]\n",
    "captions": f"captions: [{many(33_000, '{at: 1s, text: x}')}]\n",
    "keyframes": f"film: {{camera: {{keyframes: [{many(33_000, '{at: 1s, elev: 1}')}]}}}}\n",
    "labels": f"film: {{labels: {{{', '.join(f'k{n}: x' for n in range(80_000))}}}}}\n",
    "rows": f"film: {{layout: [{many(480_000, 'S')}]}}\n",
    "a row": f"film: {{layout: ['{'S ' * 480_000}']}}\n",
    "coefficients": f"model: {{kind: polynomial, coefficients: [{many(99_000)}]}}\n",
    "ranges": f"landscape: {{{', '.join(f'k{n}: auto' for n in range(60_000))}}}\n",
    "quotes": "'" * 999_999,
    "brackets": "[]," * 300_000,
    "nothing": "\n" * 999_999,
    "words": "x " * 499_999,
    "colons": ": " * 499_999,
    "anchors": f"[{', '.join(f'&a{n} x' for n in range(70_000))}]",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", MEGABYTE.values(), ids=MEGABYTE)
def test_a_megabyte_of_anything_is_refused_soon(home, text):
    assert refused(home, text[:1_000_000]).startswith("configs/film.yaml:")


def test_more_values_than_anybody_writes_are_refused(home, monkeypatch):
    monkeypatch.setattr(yaml, "MAX_VALUES", 1000)
    told = refused(home, f"dataset: {{kind: points, x: [{many(2000)}], y: [1]}}\n")
    assert "more than 1,000 values: long data belong in a CSV file" in told


def test_a_hundred_megabytes_are_refused_by_their_size_before_they_are_read(home):
    Path("big.yaml").touch()
    os.truncate("big.yaml", 100_000_000)
    memory, started_s = rest(), time.process_time()
    told = "big.yaml: larger than 1,000,000 bytes: not a config\n"
    assert home.run("check", "big.yaml") == (2, told)
    assert time.process_time() - started_s < 0.5
    assert peak_since(memory) < 20 << 20


FORMULAS = [
    "9**9**9",
    "x1**1e309 + x2",
    "+".join(["x1"] * 10_000),
    "sin(" * 200 + "x1" + ")" * 200,
    "x1 + " + "9" * 400_000,
    "__import__('os').system('touch harm')",
    "x1.__class__.__bases__[0].__subclasses__()",
    "(lambda: x1)()",
    "[x1 for x1 in ().__class__.__mro__]",
    "open(x1)",
    "x1 if x2 else exec",
    "{0.__class__}",
]


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula[:20])
def test_a_formula_that_wants_more_than_numbers_is_refused(home, formula):
    start = "start: {x1: 1, x2: 2}"
    told = refused(home, f'model: {{kind: function, {start}, formula: "{formula}"}}\n')
    assert re.match(r"configs/film.yaml:1:\d+: model.formula: ", told)
    assert os.listdir() == ["configs"]


@pytest.mark.parametrize("formula", ["x1**1e308 + x2**2", "9**9**9 * x1 + x2", "9**9**9**x1 + x2"])
def test_a_formula_that_has_no_finite_value_is_refused_at_once(home, formula):
    text = f"model: {{kind: function, start: {{x1: 3, x2: 2}}, formula: '{formula}'}}\n"
    told = refused(home, text)
    assert "1:32: model.start: the function is inf there, expected a finite number" in told


NUMBERS = ["1e309", "-1e309", ".inf", "-.inf", ".nan", "9" * 300, "-0x" + "f" * 300, "1" * 5000]
NUMBERS += ["true", "'1'", "1_000", "1e-400", "10e", "[1]", "{}", "null", "０", "1e1e1", "--1"]
KEYS = ["seed: N", "optimizer: {lr: N}", "training: {epochs: N}", "film: {fps: N}"]
KEYS += ["film: {duration: N}", "film: {size: [N, 90]}", "dataset: {noise: N}", "film: {layout: N}"]
KEYS += ["dataset: {x: {start: N}}", "landscape: {w: [N, 1]}", "landscape: {grid: N}", "title: N"]
KEYS += ["sweep: {seed: [1, N]}", "outputs: [{kind: mp4, crf: N}]", "captions: [{at: N, text: x}]"]
KEYS += ["training: {batch_size: N}", "model: {weight: N}", "film: {camera: {orbit: N}}"]


@pytest.mark.parametrize("key", KEYS)
def test_a_number_that_is_none_is_taken_for_what_it_is_or_refused(home, key):
    told = []
    for number in NUMBERS:
        path = home.put("configs/film.yaml", f"{key.replace('N', number)}\n")
        try:
            load(path)
        except ConfigError as error:
            told.append(str(error))
    assert all(re.match(r"configs/film.yaml:1:\d+: \w", text) for text in told)
    assert all(text.replace("\n", "").isprintable() for text in told)


TABLES = {
    "nothing": (b"", 2, "data.csv:1: expected the names of the columns, found nothing"),
    "a hundred thousand columns": (
        b"c," * 100_000 + b"x,y\n",
        1,
        "data.csv: expected at least 2 rows of numbers, found 0",
    ),
    "a million other columns": (
        b"c," * 1_000_000,
        2,
        "data.csv:1: no column 'x'; there are: c, c,",
    ),
    "a long line": (
        b"x" * 3_000_000,
        2,
        "data.csv:1: not a CSV table: ",
    ),
    "a long number": (b"x,y\n" + b"1" * 999_999, 1, "data.csv:2: not a CSV table: "),
    "a zero": (
        b"x,y\n1,\0\n",
        1,
        r"data.csv:2: row 1, column 'y': expected a number, found '\x00'",
    ),
    "a zero in a name": (b"\0x,y\n1,2\n", 2, r"data.csv:1: no column 'x'; did you mean '\x00x'?"),
    "bytes": (bytes(range(256)), 2, "data.csv:3: not UTF-8: save the file in that encoding"),
    "another encoding": (
        "x,y\n1,\xff".encode("latin-1"),
        2,
        "data.csv:2: not UTF-8: save the file",
    ),
    "two bytes a letter": ("x,y\n1,2".encode("utf-16"), 1, "expected at least 2 rows of numbers"),
    "not a number": (b"x,y\n1,nan\n", 1, "data.csv:2: row 1, column 'y': expected a number, found"),
    "infinity": (
        b"x,y\n1,2\n-inf,2\n",
        1,
        "data.csv:3: row 2, column 'x': expected a number, foun",
    ),
    "text": (b"x,y\none,2\n", 1, "data.csv:2: row 1, column 'x': expected a number, found 'one'"),
    "names that steer": (b"\x1b[2J,y\n1,2\n", 2, r"no column 'x'; there are: \x1b[2J, y"),
    "a quote that never ends": (
        b'x,y\n1,"' + b"2\n" * 99_999,
        1,
        ": not a CSV table: ",
    ),
    "numbers too large to square": (
        b"x,y\n1e308,1\n2e307,1\n",
        1,
        "the film would be wrong, so it is not mad",
    ),
}


@pytest.mark.parametrize(("data", "code", "said"), TABLES.values(), ids=TABLES)
def test_a_table_that_is_none_is_refused_where_it_is_wrong(home, data, code, said):
    home.put("data.csv", data)
    home.config("dataset: {kind: csv, path: ../data.csv, x: x, y: y}\n")
    memory, started_s = rest(), time.process_time()
    found, told = home.run("configs/film.yaml", "--format", "csv", "--quiet")
    assert time.process_time() - started_s < LONGEST_S
    assert peak_since(memory) < MOST_BYTES
    assert found == code
    assert said in told
    assert all(letter.isprintable() for letter in told.replace("\n", ""))


ROWS = b"x,y\n1,2\n2,3\n"
GOOD = [ROWS.replace(b"\n", b"\r\n"), ROWS.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + ROWS]
GOOD += [b'x,y,"a\nb"\n1,2,"c\n,d"\n2,3,\n', b"x, y \n 1 , 2\n2,3", b"\n".join([ROWS, b"", b""])]
GOOD += [b"c," * 100_000 + b"x,y\n" + (b"1," * 100_002)[:-1] + b"\n" + b"," * 100_000 + b"3,3\n"]


@pytest.mark.parametrize("data", GOOD, ids=lambda data: ascii(data[:12]))
def test_a_table_that_is_only_written_otherwise_is_read(home, data):
    home.put("data.csv", data)
    home.config("dataset: {kind: csv, path: ../data.csv, x: x, y: y}\n")
    assert home.run("configs/film.yaml", "--format", "csv", "--quiet") == (0, "")


def test_a_panels_words_that_steer_the_terminal_never_reach_it(home):
    home.config(film='film: {layout: {rows: [text], text: {words: "\\e[2J"}}}\n')
    told = home.fails(formats=["png"])
    assert "no font here has the letters \\x1b" in told
    assert told.isprintable()


@pytest.mark.slow
def test_a_table_of_more_rows_than_there_may_be_is_refused(home):
    home.put("data.csv", b"x,y\n" + b"1,2\n3,4\n" * 600_000)
    home.config("dataset: {kind: csv, path: ../data.csv, x: x, y: y}\n")
    memory = rest()
    assert home.fails(formats=["csv"]).endswith("data.csv: more than 1,000,000 rows")
    assert peak_since(memory) < MOST_BYTES


@pytest.mark.skipif(sys.platform == "win32", reason="mkfifo")
def test_a_table_or_a_theme_that_is_a_pipe_is_not_waited_for(home):
    Path("configs").mkdir()
    os.mkfifo("data.csv")
    os.mkfifo("configs/look.yaml")
    table = "dataset: {kind: csv, path: ../data.csv, x: x, y: y}\n"
    assert "data.csv: not a file" in refused(home, table)
    assert "no such file: configs/look.yaml" in refused(home, "film: {theme: look.yaml}\n")
