"""Data and the place of every key and value out of a YAML text."""

import pytest

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


def test_no_nesting_is_deep_enough_to_end_the_program():
    with pytest.raises(Unreadable, match="nested more than 32 levels deep"):
        parse("[" * 10_000)
    with pytest.raises(Unreadable, match="nested more than 32 levels deep"):
        parse("{a: " * 10_000)


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
