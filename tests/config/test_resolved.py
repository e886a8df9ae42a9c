"""The resolved config says everything, loads back to the same Spec and has a stable hash."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from render.config.load import load
from render.config.resolved import config_hash, resolved
from tests.config.home import write

CONFIGS = [
    "{}",
    "landscape: {w: [-12, 6]}\nmodel: {weight: -10, bias: {frozen: true}}\n",
    "optimizer: {learning_rate: 1e-5}\ntitle: 'no: ü \"𝄞\"'\n",
    "outputs: [png]\nseed: 9007199254740993\n",
    "training: {batch_size: 7, shuffle: true, noise: 0.5, stop: {tol: 1e-3, patience: 4}}\n",
    "dataset: plane\nmodel: {weight: [1, {value: 2, frozen: true}]}\nlandscape: {w1: [0, 1]}\n",
    "model: {kind: polynomial, coefficients: [1, {value: 2}, 3]}\nschedule: {kind: step}\n",
    "dataset: {outliers: [{at: [50, 55], y: 20}], validation: {fresh: true}}\n",
    "dataset: {kind: points, x: [[1, 2], [3, 4.5]], y: [1, 2]}\nmodel: {weight: [1, 1]}\n"
    "optimizer: adam\nloss: huber\n",
]


@pytest.mark.parametrize("text", CONFIGS)
@pytest.mark.parametrize(
    "dump",
    [
        lambda data: json.dumps(data, ensure_ascii=False),
        lambda data: yaml.safe_dump(data, allow_unicode=True),
    ],
    ids=["json", "yaml"],
)
def test_the_resolved_config_loads_back_to_an_equal_spec(tmp_path, text, dump):
    path = write(tmp_path, text)
    spec = load(path)
    again = load(write(tmp_path, dump(resolved(spec)), "again.yaml"))
    assert replace(again, path=path) == spec
    assert config_hash(again) == config_hash(spec)


def test_kinds_and_defaults_are_spelled_out(tmp_path):
    found = resolved(load(write(tmp_path, "optimizer: gd\noutputs: [csv]\n")))
    assert found["optimizer"]["kind"] == "sgd"
    assert found["optimizer"]["lr"] == 0.1
    assert found["schedule"] == {"kind": "constant"}
    assert found["training"]["stop"] == {"tol": 0.0, "patience": 0}
    assert found["landscape"]["w"] == "auto"
    assert found["outputs"][0]["kind"] == "csv"
    assert found["title"] == "film"


def test_the_hash_ignores_spelling_and_sees_every_change(tmp_path):
    def hashed(text):
        return config_hash(load(write(tmp_path, text)))

    plain = hashed("optimizer: sgd")
    assert plain == hashed("{optimizer: {kind: gd, learning_rate: 1e-1}, seed: 1}  # the same")
    changes = ["seed: 2", "schedule: cosine", "training: {shuffle: true}", "loss: {l2: 0.1}"]
    assert len({plain, *map(hashed, changes)}) == 1 + len(changes)


def test_the_hash_does_not_depend_on_where_the_config_lies():
    path = Path("configs/slope.yaml")
    assert config_hash(load(path)) == config_hash(load(path.resolve()))
