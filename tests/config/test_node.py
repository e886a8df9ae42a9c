"""Changing a tree: what is put in brings its place, and everything else keeps its own."""

import time

import pytest

from render.config.load import load
from render.config.node import NoSuchItem, Option, made, put
from render.config.yaml import parse
from render.errors import ConfigError
from tests.config.home import write
from tests.test_errors import refusal

OPTION = Option("--set x", rank=3)


def test_a_value_that_is_put_in_leaves_the_nodes_beside_it_and_the_tree_itself_as_they_were():
    root, _ = parse("optimizer: {kind: sgd, lr: 0.1}\nseed: 3\n")
    changed = put(root, ("optimizer", "lr"), made(0.5, OPTION, ("optimizer", "lr")))
    assert root.data["optimizer"]["lr"] == 0.1
    assert changed.data == {"optimizer": {"kind": "sgd", "lr": 0.5}, "seed": 3}
    assert changed.get("seed") is root.get("seed")
    assert changed.at("optimizer").get("kind") is root.at("optimizer").get("kind")
    assert changed.at("optimizer").place == root.at("optimizer").place
    assert changed.at("optimizer").at("lr").place == OPTION


def test_a_bare_name_that_becomes_a_mapping_keeps_its_place_as_the_kind():
    root, _ = parse("loss: mse\n")
    loss = put(root, ("loss", "l2"), made(0.5, OPTION, ("loss", "l2"))).at("loss")
    assert loss.data == {"kind": "mse", "l2": 0.5}
    assert loss.at("kind").place == root.at("loss").place
    assert loss.place == OPTION


def test_an_item_that_there_is_not_is_refused_by_its_number():
    root, _ = parse("outputs: [mp4]\n")
    with pytest.raises(NoSuchItem, match="no such item; there are 1, counted from 0") as caught:
        put(root, ("outputs", "1", "fps"), made(3, OPTION))
    assert caught.value.path == ("outputs", "1")


def test_a_problem_of_what_is_missing_is_shown_at_what_holds_it():
    root, _ = parse("a: {b: 1}\n")
    missing = root.at("a").at("c").at("d")
    assert (missing.path, missing.origin) == (("a", "c", "d"), root.at("a").origin)


def test_nothing_is_reported_in_a_value_that_is_broken(tmp_path):
    text = "training: &a {epochs: 0, epoch: 3}\nruns: {a: {loss: !x {kind: mea}}, b: {}}\n"
    assert [line.split(": ")[1:3] for line in refusal(tmp_path, text).splitlines()[::3]] == [
        ["training", "anchors (&a) are not allowed"],
        ["runs.a.loss", "tags (!x) are not allowed"],
        [],
    ]


def test_a_number_in_place_of_a_run_s_model_is_refused_as_it_is_in_a_film(tmp_path):
    text = "model: {weight: 1}\nruns: {a: {}, b: {model: 3}}\n"
    assert refusal(tmp_path, text).startswith(
        "F:2:26: runs.b.model: expected the name of a model ("
    )


def test_dotted_keys_without_number_are_refused_soon(tmp_path):
    keys = ", ".join(f"optimizer.k{n}: 1" for n in range(20_000))
    path = write(tmp_path, f"runs: {{a: {{}}, b: {{{keys}}}}}\n")
    started_s = time.process_time()
    with pytest.raises(ConfigError, match="20 or more problems"):
        load(path)
    assert time.process_time() - started_s < 5
