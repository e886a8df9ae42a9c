"""The resolved config says everything, loads back to the same Spec and has a stable hash."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from render.config.dump import config_hash, resolved
from render.config.load import load
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
    "training: {zero_grad: false}\nlandscape: {flip_bias: true}\n",
    "loss: {kind: mse, broadcast: true}\nfilm: {clock: epochs, share: false}\n",
    "model: {kind: function, formula: 'a**2 + b', start: {a: 3, b: {value: 1, frozen: true}}}\n",
    "optimizer: {lr: 0.2}\nruns: {SGD: {}, far: {model.weight: -15}, 0.1: {optimizer: adam}}\n",
    "sweep: {optimizer.lr: [0.1, 0.2], schedule: [constant, cosine]}\n",
    "film: {runs: grid, panels: [surface, loss]}\nlandscape: {w: [-3, 3], b: [-1, 1]}\n"
    "runs: {a: {}, b: {model: {kind: sine}, landscape.a: [0, 2]}, c: {model: function}}\n",
    "film: {runs: grid}\nmodel: {kind: function, name: himmelblau, start: [1, 2]}\n"
    "runs: {a: {}, b: {model: {formula: a**2, start: {a: 3}}}, c: {model: linear, seed: 3},\n"
    "       d: {model: {name: rosenbrock}}, e: {model.start: [3, 3]}}\n",
    "film: {camera: {orbit: -90.5, zoom: 2}, labels: {w: Steigung, ö: x}, auto_captions: false}\n",
    "film: {camera: {ease: linear, keyframes: [{at: 2.5s, azim: 3}, {at: 50%}, {at: converged}]}}\n"
    "captions: [{at: step 3, text: 'w {w:.2f} {{', for: 0.1}, {at: epoch 0.1, text: ü}]\n",
    'film: {layout: {rows: [surface text, loss text], text: {words: "a\\nb"}}}\n',
    "film: {layout: {wide: [loss data], tall: {rows: [[loss], [data]]}}}\n",
    "film: {runs: grid}\nmodel: {kind: function, formula: a + b**2, start: {a: 1, b: 2}}\n"
    "runs: {a: {}, b: {model: {formula: a**2, start: {a: 3}}}, c: {model.start.b: 4}}\n",
]


@pytest.mark.parametrize("text", CONFIGS)
@pytest.mark.parametrize(
    "dump",
    [
        lambda data: json.dumps(data, ensure_ascii=False),
        lambda data: yaml.safe_dump(data, allow_unicode=True, sort_keys=False),
    ],
    ids=["json", "yaml"],
)
def test_the_resolved_config_loads_back_to_an_equal_spec(tmp_path, text, dump):
    path = write(tmp_path, text)
    spec = load(path)
    again = load(write(tmp_path, dump(resolved(spec)), "again.yaml"))
    runs = tuple(replace(run, path=path) for run in again.runs)
    assert replace(again, path=path, label="film", runs=runs) == spec
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
    changes = ["film: {camera: {orbit: 1}}", "film: {labels: {w: a}}", "film: {layout: [loss]}"]
    changes += ["captions: [{at: end, text: a}]", "captions: [{at: 1s, text: a}]"]
    changes += ["seed: 2", "schedule: cosine", "training: {shuffle: true}", "loss: {l2: 0.1}"]
    assert len({plain, *map(hashed, changes)}) == 1 + len(changes)


def test_runs_are_spelled_out_where_they_differ_and_a_sweep_is_runs(tmp_path):
    found = resolved(load(write(tmp_path, "sweep: {optimizer.lr: [0.1, 0.2]}\n")))
    assert "sweep" not in found
    assert list(found["runs"]) == ["lr 0.1", "lr 0.2"]
    assert found["runs"]["lr 0.1"] == {}
    assert found["runs"]["lr 0.2"] == {"optimizer": {**found["optimizer"], "lr": 0.2}}


def test_a_film_of_one_run_has_no_runs_and_a_function_no_data(tmp_path):
    found = resolved(load(write(tmp_path, "model: function\n")))
    assert not {"runs", "sweep", "dataset", "loss"} & found.keys()


def test_the_hash_sees_the_order_of_the_runs_and_a_sweep_is_its_runs(tmp_path):
    def hashed(text):
        return config_hash(load(write(tmp_path, text)))

    two, three = "b: {optimizer.lr: 0.2}", "c: {optimizer.lr: 0.3}"
    assert hashed(f"runs: {{a: {{}}, {two}, {three}}}") != hashed(
        f"runs: {{a: {{}}, {three}, {two}}}"
    )
    swept = hashed("sweep: {optimizer.lr: [0.1, 0.2]}")
    assert swept == hashed("runs: {lr 0.1: {}, lr 0.2: {optimizer: {lr: 0.2}}}")


def test_the_hash_does_not_depend_on_where_the_config_lies():
    path = Path("configs/slope.yaml")
    assert config_hash(load(path)) == config_hash(load(path.resolve()))
