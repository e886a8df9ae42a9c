"""Data and the place of every key and value out of a YAML text."""

from typing import Any

import pytest
import yaml

from render.config import yaml as reader
from render.config.problems import Place
from render.config.yaml import Unreadable, parse

TEXT = """\
optimizer:
  lr: 0.1   # a comment
outputs:
- mp4
- {kind: gif, size: [800, 450]}
"""


def test_every_key_and_value_knows_its_line_column_and_width():
    source = parse(TEXT)
    assert source.data == {
        "optimizer": {"lr": 0.1},
        "outputs": ["mp4", {"kind": "gif", "size": [800, 450]}],
    }
    assert source.keys["optimizer", "lr"] == Place(2, 3, 2)
    assert source.values["optimizer", "lr"] == Place(2, 7, 3)
    assert source.values["outputs", 0] == Place(4, 3, 3)
    assert source.keys["outputs", 1, "size"] == Place(5, 15, 4)
    assert source.values["outputs", 1, "size"] == Place(5, 21, 10)
    assert source.values["outputs", 1, "size", 1] == Place(5, 27, 3)


def test_a_block_or_nothing_is_found_at_its_key():
    source = parse("film:\n  fps:\n")
    assert source.values["film",] == source.keys["film",] == Place(1, 1, 4)
    assert source.values["film", "fps"] == Place(2, 3, 3)


def test_columns_count_characters_and_not_bytes():
    assert parse("{ü: 'é', x: 1}").keys["x",] == Place(1, 10, 1)


def test_windows_line_ends_are_line_ends():
    assert parse("a: 1\r\nb: 2\r\n").keys["b",] == Place(2, 1, 1)


class Fussy(yaml.SafeLoader):
    """A parser that refuses a depth of its own."""

    def fetch_flow_collection_start(self, token: Any) -> None:
        if self.flow_level == 40:
            raise yaml.scanner.ScannerError(None, None, "no", self.get_mark())
        super().fetch_flow_collection_start(token)


@pytest.mark.parametrize("parser", [reader.PARSER, yaml.SafeLoader, Fussy])
@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("x: " + "[" * 10_000, 3 + 32),
        ("{a: " * 10_000, 4 * 32 + 1),
        ("- " * 10_000, 2 * 32 + 1),
        ("? " * 10_000, 2 * 32 + 1),
        ("? " + "[" * 10_000, 2 + 32),
        ("[" * 33 + "]" * 33, 33),
        ("[" * 33 + "}", 33),
    ],
    ids=lambda value: str(value)[:6],
)
def test_no_nesting_is_too_deep_to_be_told_where_it_begins(monkeypatch, parser, text, column):
    monkeypatch.setattr(reader, "PARSER", parser)
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert caught.value.message == "nested more than 32 levels deep"
    assert (caught.value.place.line, caught.value.place.column) == (1, column)


@pytest.mark.parametrize("parser", [reader.PARSER, yaml.SafeLoader])
def test_as_deep_as_it_may_be_is_read_or_refused_for_something_else(monkeypatch, parser):
    monkeypatch.setattr(reader, "PARSER", parser)
    assert parse("[" * 32 + "]" * 32).values[(0,) * 31] == Place(1, 32, 2)
    with pytest.raises(Unreadable) as caught:
        parse("[" * 32 + "'")
    assert caught.value.message == "this quote is never closed"


def test_values_under_a_key_that_cannot_be_used_are_passed_over():
    source = parse("? [a, {b: c}]\n: [d]\n1: {e: f}\ng: h\n")
    assert source.data == {"g": "h"}
    assert [fault[2] for fault in source.faults] == [
        "a key must be a name",
        "a key must be a name, found 1",
    ]


def test_a_duplicate_key_leaves_the_first():
    source = parse("a: 1\na: 2\n")
    assert source.data == {"a": 1}
    assert source.faults == [((), Place(2, 1, 1), "duplicate key 'a'; first given in line 1")]
