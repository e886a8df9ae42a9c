"""The JSON Schema against the loader: what one takes the other takes, what is wrong for one …"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from render import registry
from render.config.load import load
from render.config.schema.document import document, written
from render.config.when import parse_when
from render.config.yaml import read
from render.errors import ConfigError
from render.learn import optimizers

ROOT = Path(__file__).parent.parent.parent
CONFIGS = {path.stem: path for path in sorted((ROOT / "configs").glob("*.yaml"))}
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
SCHEMA = document()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def takes(data: Any) -> bool:
    """Whether the schema takes it."""
    return VALIDATOR.is_valid(data)


def loads(folder: Path, data: Any) -> bool:
    """Whether the loader takes it, from a folder that has what the README's configs name."""
    path = folder / "any.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    try:
        load(path)
    except ConfigError:
        return False
    return True


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cars.csv").write_text("speed,dist\n4,2\n7,4\n8,16\n")
    (tmp_path / "net.py").write_text("def Net(**options): return None\n")
    return tmp_path


def test_it_is_a_schema_of_draft_7():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_the_shipped_copy_is_as_the_code_has_it():
    told = "stale: python -m render schema > configs/scene.schema.json"
    assert (ROOT / "configs" / "scene.schema.json").read_text(encoding="utf-8") == written(), told


@pytest.mark.parametrize("name", CONFIGS)
def test_a_shipped_config_names_it_and_keeps_to_it(name):
    path = CONFIGS[name]
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=scene.schema.json"
    VALIDATOR.validate(read(path)[0].data)


@pytest.mark.parametrize("text", BLOCKS)
def test_a_config_of_the_readme_keeps_to_it(tmp_path, text):
    path = tmp_path / "any.yaml"
    path.write_text(text, encoding="utf-8")
    VALIDATOR.validate(read(path)[0].data)


def objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(part)


def test_every_key_is_explained_and_no_other_is_taken():
    for node in objects(SCHEMA):
        if node.get("type") == "object" and "properties" in node:
            assert "additionalProperties" in node
    for name, part in SCHEMA["properties"].items():
        assert part["title"] == name
    described = SCHEMA["definitions"]["optimizer.lr"]
    assert described["description"].startswith("learning rate")
    assert described["exclusiveMinimum"] == 0


def test_a_new_member_file_is_in_it_by_itself(tmp_path, monkeypatch):
    (tmp_path / "sign.py").write_text(
        '"""Signs."""\n'
        "from dataclasses import dataclass\n"
        "from render.learn.optimizers.sgd import Sgd as Base\n"
        "@dataclass(frozen=True)\n"
        "class Sign(Base):\n"
        '    """Only the direction."""\n'
        "    aliases = ()\n"
    )
    shipped = registry.names
    folder = "learn/optimizers"
    monkeypatch.setattr(optimizers, "__path__", [*optimizers.__path__, str(tmp_path)])
    monkeypatch.setattr(
        registry, "names", lambda f: (*shipped(f), "sign") if f == folder else shipped(f)
    )
    with_it = jsonschema.Draft7Validator(document())
    for config in ({"optimizer": "sign"}, {"optimizer": {"kind": "sign", "momentum": 0.9}}):
        assert with_it.is_valid(config)
        assert not takes(config)


GOOD = {
    "nothing": {},
    "bare names": {"loss": "mae", "optimizer": "gd", "schedule": "cosine", "outputs": ["mp4"]},
    "the long name of lr": {"optimizer": {"learning_rate": 0.1}},
    "a parameter in full": {"model": {"weight": {"value": 2, "frozen": True}}},
    "two weights": {"dataset": "plane", "model": {"weight": [1, {"value": 2}]}},
    "starts in a list": {"model": {"kind": "function", "name": "quadratic", "start": [1, 2]}},
    "an own formula": {"model": {"kind": "function", "formula": "a**2", "start": {"a": 2}}},
    "ranges of parameters": {"landscape": {"w": [-1, 1], "b": "auto", "scale": "log"}},
    "rows in a list": {"film": {"layout": ["header header", ["surface", "loss"]]}},
    "a panel's options": {
        "film": {"layout": {"rows": "residuals text", "text": {"words": "x"}, "residuals": {}}}
    },
    "layouts by shape": {"film": {"layout": {"wide": "surface loss", "tall": ["surface", "loss"]}}},
    "no layout": {"film": {"layout": None, "panels": None}},
    "times": {
        "captions": [{"at": at, "text": "x"} for at in ("2s", "50 %", "Step 3", "end", "epoch 1.5")]
    },
    "keyframes": {"film": {"camera": {"keyframes": [{"at": "50%", "elev": 60}]}}},
    "labels": {"film": {"labels": {"w": "Steigung"}}},
    "a dotted run": {"runs": {"a": {}, "b": {"optimizer.lr": 0.2, "training.stop.patience": 3}}},
    "a nested run": {"runs": {"1": {"optimizer": {"lr": 0.2}}, "2": {"model": {"weight": 3}}}},
    "a run's parameter": {"runs": {"a": {}, "b": {"model.weight": -1, "model.bias.value": 3}}},
    "an item of a run's list": {
        "dataset": "plane",
        "model": {"weight": [1, 2]},
        "runs": {"a": {}, "b": {"model.weight.0": 5}, "c": {"model": {"weight": {"1": 5}}}},
    },
    "a start by name": {
        "model": {"kind": "function", "name": "quadratic", "start": {"x1": 1, "x2": 2}},
        "runs": {"a": {}, "b": {"model.start.x1": 3}, "c": {"model.start": {"x2": 3}}},
    },
    "a range in a run": {
        "film": {"runs": "grid"},
        "runs": {"a": {}, "b": {"landscape.w": [-9, 9]}, "c": {"landscape.grid": 61}},
    },
    "a sweep": {"sweep": {"optimizer.lr": [0.1, 0.2], "training": {"batch_size": ["full", 10]}}},
    "a sweep of kinds": {"sweep": {"optimizer": ["sgd", "adam"]}},
    "a network": {
        "dataset": {"kind": "moons", "n": 50, "noise": 0.2},
        "model": {"kind": "mlp", "hidden": [8, 8], "activation": "relu", "seed": 3},
        "loss": "cross_entropy",
        "optimizer": {"kind": "torch", "name": "NAdam", "betas": [0.9, 0.99]},
        "training": {"device": "cpu"},
        "landscape": {"plane": "pca", "centre": "end", "pc1": [-1, 1], "grid": 61},
    },
    "a plane of two weights": {
        "dataset": "xor",
        "model": {"kind": "mlp", "hidden": []},
        "loss": "cross_entropy",
        "landscape": {"plane": ["0.weight[0,1]", "0.bias[1]"], "0.bias[1]": "auto"},
    },
    "a class column": {
        "dataset": {"kind": "csv", "path": "cars.csv", "x": "speed", "class": "dist"},
        "model": "mlp",
        "loss": "cross_entropy",
    },
    "several columns": {
        "dataset": {
            "kind": "csv",
            "path": "cars.csv",
            "x": ["speed", "dist", "speed"],
            "y": ["dist", "speed"],
        },
        "model": "mlp",
    },
    "a module of a file": {
        "dataset": "moons",
        "model": {"kind": "torch", "file": "net.py", "options": {"width": 3, "more": {"a": [1]}}},
        "loss": "cross_entropy",
        "film": {"runs": "grid"},
        "runs": {"a": {}, "b": {"model.options.width": 8}},
    },
    "a sweep of starts": {"sweep": {"model.weight": [1, 2], "model.bias": [0, 1]}},
}


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_what_the_loader_takes_it_takes(folder, data):
    assert loads(folder, data)
    VALIDATOR.validate(data)


BAD = {
    "an activation that is none": {"model": {"kind": "mlp", "activation": "tahn"}},
    "a plane that is none": {"model": "mlp", "landscape": {"plane": ["0.bias[0]"]}},
    "an optimizer that torch has not": {"optimizer": {"kind": "torch", "name": "Lion"}},
    "a typo at the top": {"sede": 1},
    "a typo in a section": {"film": {"fsp": 1}},
    "a typo in a kind's options": {"optimizer": {"lrr": 1}},
    "an option of another kind": {"optimizer": {"kind": "sgd", "betas": [0.9, 0.9]}},
    "a typo in a bare name": {"loss": "mes"},
    "a typo in a kind": {"dataset": {"kind": "lime"}},
    "a typo deep down": {"film": {"camera": {"keyframes": [{"at": "1s", "elv": 3}]}}},
    "a typo in a parameter": {"model": {"weight": {"valeu": 2}}},
    "a typo in a panel": {"film": {"layout": "surface los"}},
    "a typo in a panel of a list": {"film": {"layout": [["surface", "los"]]}},
    "a typo in a panel's option": {"film": {"layout": {"rows": "text", "text": {"word": "x"}}}},
    "a typo in a shape": {"film": {"layout": {"wide": "surface", "tal": "surface"}}},
    "a typo in a cell": {"film": {"runs": "grid", "panels": ["los"]}, "runs": {"a": {}, "b": {}}},
    "a typo in a theme": {"film": {"theme": "nigth"}},
    "a typo in a format": {"outputs": ["mp5"]},
    "a format without a kind": {"outputs": [{"size": "auto"}]},
    "a typo in a time": {"captions": [{"at": "2 sec", "text": "x"}]},
    "a caption without text": {"captions": [{"at": "2s"}]},
    "a typo in a run": {"runs": {"a": {}, "b": {"optimizer.lrr": 1}}},
    "a typo in a nested run": {"runs": {"a": {}, "b": {"optimizer": {"lrr": 1}}}},
    "the film's own in a run": {"runs": {"a": {}, "b": {"film.fps": 3}}},
    "one run": {"runs": {"a": {}}},
    "too many runs": {"runs": {str(n): {} for n in range(13)}},
    "runs and a sweep": {"runs": {"a": {}, "b": {}}, "sweep": {"seed": [1, 2]}},
    "a typo in a sweep": {"sweep": {"optimizer.lrr": [1, 2]}},
    "a sweep without a list": {"sweep": {"optimizer.lr": 3}},
    "a sweep over lists": {"sweep": {"optimizer.betas": [[0.9, 0.9], [0.8, 0.8]]}},
    "an empty sweep": {"sweep": {}},
    "both names of lr": {"optimizer": {"lr": 1, "learning_rate": 1}},
    "a text for a number": {"optimizer": {"lr": "fast"}},
    "a flag for a number": {"training": {"epochs": True}},
    "a fraction for a whole number": {"film": {"fps": 29.97}},
    "a number for a flag": {"training": {"shuffle": 1}},
    "a number for a title": {"title": 3},
    "nothing for a section": {"optimizer": None},
    "a list for a section": {"film": []},
    "a range of three": {"landscape": {"w": [1, 2, 3]}},
    "three weights": {"model": {"weight": [1, 2, 3]}},
    "an odd size": {"film": {"size": [1281, 720]}},
    "a size too large": {"film": {"size": [8192, 720]}},
    "a rate of nothing": {"optimizer": {"lr": 0}},
    "no epochs": {"training": {"epochs": 0}},
    "more epochs than memory": {"training": {"epochs": 10**9}},
    "a coarse grid": {"landscape": {"grid": 40}},
    "a grid too fine": {"landscape": {"grid": 1001}},
    "a camera too high": {"film": {"camera": {"elev": 76}}},
    "no outputs": {"outputs": []},
    "a share of all": {"dataset": {"validation": {"fraction": 1}}},
    "a coefficient alone": {"model": {"kind": "polynomial", "coefficients": [1]}},
    "a negative noise": {"dataset": {"noise": -1}},
    "a seed below nothing": {"seed": -1},
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_is_plainly_wrong_is_refused_by_both(folder, data):
    assert not loads(folder, data)
    assert not takes(data)


def test_it_knows_the_same_times_as_the_timeline():
    pattern = SCHEMA["properties"]["captions"]["items"]["properties"]["at"]["pattern"]
    for text in ("2s", "2.5 s", " 50%", "step 3", "STEP  3", "epoch 1.5", "End", "converged", "0%"):
        parse_when(text)
        assert re.search(pattern, text), text
    for text in ("", "2", "s", "step", "step3", "-1s", "1e3s", "ends", "2 m", "step 3 s"):
        with pytest.raises(ValueError, match="expected a time"):
            parse_when(text)
        assert not re.search(pattern, text), text


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a config something is."""
    inside = data.items() if isinstance(data, dict) else ()
    for key, item in [*inside, *(enumerate(data) if isinstance(data, list) else ())]:
        yield (*path, key)
        yield from places(item, (*path, key))


def mutations(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The config with one thing wrong, or perhaps wrong: every key, every value."""
    for path in places(data):
        *above, last = path
        values = [None, True, "x", -1, 0.5, 10**7, [], {}, [1, 2, 3], {"x": 1}]
        for value in [*values, *(["(key)"] if isinstance(last, str) else [])]:
            changed = copy.deepcopy(data)
            holder: Any = changed
            for part in above:
                holder = holder[part]
            if value == "(key)":
                holder[f"{last}x"] = holder.pop(last)
            else:
                holder[last] = value
            yield f"{'.'.join(map(str, path))} {value}", changed


def compare(folder: Path, data: dict[str, Any], every: int) -> tuple[int, int]:
    """Hold the loader against the schema: how many mutations each refuses, of every n-th."""
    strict = refused = 0
    for number, (told, changed) in enumerate(mutations(data)):
        if number % every:
            continue
        taken, loaded = takes(changed), loads(folder, changed)
        assert taken or not loaded, told
        strict += not taken
        refused += not loaded
    return strict, refused


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if i % 10 == 0 else pytest.mark.slow) for i, n in enumerate(CONFIGS)],
)
def test_what_it_refuses_in_a_shipped_config_the_loader_refuses_too(tmp_path, name):
    (tmp_path / "configs").mkdir()
    strict, refused = compare(tmp_path / "configs", read(CONFIGS[name])[0].data, every=17)
    assert strict > 0.7 * refused > 3


@pytest.mark.slow
@pytest.mark.parametrize("text", BLOCKS)
def test_what_it_refuses_in_a_config_of_the_readme_the_loader_refuses_too(folder, text):
    (folder / "any.yaml").write_text(text, encoding="utf-8")
    strict, refused = compare(folder, read(folder / "any.yaml")[0].data, every=1)
    assert strict > 0.7 * refused > 3
