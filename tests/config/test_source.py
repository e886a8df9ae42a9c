"""A YAML text becomes a tree in which every key and value has its place."""

from typing import Any

import pytest
import yaml as pyyaml

from render.config import yaml
from render.config.node import Node, Place
from render.config.yaml import Unreadable, parse

TEXT = """\
# of a test
optimizer:
  lr: 0.1   # a comment
outputs:
- mp4
- {kind: gif, size: [800, 450]}
title:
  'a text
  of two lines'

"""


def tree(text: str) -> Node:
    return parse(text)[0]


def node(root: Node, *path: str | int) -> Node:
    for key in path:
        inner = root.get(key)
        assert inner is not None
        root = inner
    return root


def test_every_key_and_value_knows_its_line_column_and_width():
    root = tree(TEXT)
    assert root.data == {
        "optimizer": {"lr": 0.1},
        "outputs": ["mp4", {"kind": "gif", "size": [800, 450]}],
        "title": "a text of two lines",
    }
    assert node(root, "optimizer", "lr").key[:3] == (3, 3, 2)
    assert node(root, "optimizer", "lr").place[:3] == (3, 7, 3)
    assert node(root, "outputs", 0).place[:3] == (5, 3, 3)
    assert node(root, "outputs", 1, "size").key[:3] == (6, 15, 4)
    assert node(root, "outputs", 1, "size").place[:3] == (6, 21, 10)
    assert node(root, "outputs", 1, "size", 1).place[:3] == (6, 27, 3)


def test_every_node_knows_the_keys_under_which_it_is_written():
    root = tree(TEXT)
    assert root.path == ()
    assert node(root, "outputs", 1, "size").path == ("outputs", 1, "size")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_start_and_the_end_of_a_place_cut_it_out_of_the_text(end):
    text = f"ü: é{end}" + TEXT.replace("\n", end)
    root = tree(text)

    def cut(place: Any) -> str:
        return text[place.start : place.end].replace(end, "\n")

    assert cut(node(root, "ü").place) == "é"
    assert cut(node(root, "optimizer", "lr").key) == "lr"
    assert cut(node(root, "optimizer", "lr").place) == "0.1"
    assert cut(node(root, "optimizer").place) == "lr: 0.1"
    assert cut(node(root, "outputs").place) == "- mp4\n- {kind: gif, size: [800, 450]}"
    assert cut(node(root, "outputs", 1).place) == "{kind: gif, size: [800, 450]}"
    assert cut(node(root, "outputs", 1, "size", 1).place) == "450"
    assert cut(node(root, "title").place) == "'a text\n  of two lines'"


@pytest.mark.parametrize("parser", [yaml.PARSER, pyyaml.SafeLoader])
@pytest.mark.parametrize("text", ["a:\n", "a: # nothing\nb: 1\n", "{a: , b: 1}", "a:"])
def test_nothing_has_an_empty_place_after_its_key(monkeypatch, parser, text):
    monkeypatch.setattr(yaml, "PARSER", parser)
    place = node(tree(text), "a").place
    assert isinstance(place, Place)
    assert place.start == place.end
    assert text[: place.end].rstrip().endswith("a:")


def test_a_block_or_nothing_is_shown_at_its_key():
    root = tree("film:\n  fps:\n")
    assert node(root, "film").origin == node(root, "film").key
    assert node(root, "film").origin[:3] == (1, 1, 4)
    assert node(root, "film", "fps").origin[:3] == (2, 3, 3)


def test_columns_count_characters_and_not_bytes():
    assert node(tree("{ü: 'é', x: 1}"), "x").key[:3] == (1, 10, 1)


def test_windows_line_ends_are_line_ends():
    assert node(tree("a: 1\r\nb: 2\r\n"), "b").key[:3] == (2, 1, 1)


class Fussy(pyyaml.SafeLoader):
    """A parser with a limit of its own to the depth."""

    def fetch_flow_collection_start(self, token: Any) -> None:
        if self.flow_level == 40:
            raise pyyaml.scanner.ScannerError(None, None, "no", self.get_mark())
        super().fetch_flow_collection_start(token)


@pytest.mark.parametrize("parser", [yaml.PARSER, pyyaml.SafeLoader, Fussy])
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
def test_a_nesting_that_is_too_deep_is_reported_where_it_begins(monkeypatch, parser, text, column):
    monkeypatch.setattr(yaml, "PARSER", parser)
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert caught.value.message == "nested more than 32 levels deep"
    assert (caught.value.place.line, caught.value.place.column) == (1, column)


@pytest.mark.parametrize("parser", [yaml.PARSER, pyyaml.SafeLoader])
def test_as_deep_as_it_may_be_is_read_or_refused_for_something_else(monkeypatch, parser):
    monkeypatch.setattr(yaml, "PARSER", parser)
    assert node(tree("[" * 32 + "]" * 32), *(0,) * 31).place[:3] == (1, 32, 2)
    with pytest.raises(Unreadable) as caught:
        parse("[" * 32 + "'")
    assert caught.value.message == "this quote is never closed"


def test_values_under_a_key_that_cannot_be_used_are_passed_over():
    root, problems = parse("? [a, {b: c}]\n: [d]\n1: {e: f}\ng: h\n")
    assert root.data == {"g": "h"}
    assert [problem.message for problem in problems] == [
        "a key must be a name",
        "a key must be a name, found 1",
    ]


def test_a_duplicate_key_leaves_the_first():
    root, problems = parse("a: 1\na: 2\n")
    assert root.data == {"a": 1}
    assert [(p.path, p.origin[:3], p.message) for p in problems] == [
        ((), (2, 1, 1), "duplicate key 'a'; first given in line 1")
    ]


def test_a_value_with_a_tag_or_an_anchor_is_broken_with_all_that_is_in_it():
    root = tree("a: !x {b: [1]}\nc: &d 2\ne: *d\nf: 3\n")
    broken = [node(root, *path).broken for path in (("a",), ("a", "b", 0), ("c",), ("e",), ("f",))]
    assert broken == [True, True, True, True, False]
