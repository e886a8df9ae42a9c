"""A member is one file: nothing else is changed for it to be listed, configured and filmed."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from render import registry
from render.errors import ConfigError
from render.learn.functions.base import from_table
from tests import new_members

ROOT = Path(__file__).parent.parent
NOT_IN_TORCH = "# not in torch"


def copy_of_the_package(folder: Path) -> Path:
    """A copy that a test may add files to: other tests use ours at the same time."""
    for package in ("render", "scenes"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python in a folder, which imports the package there."""
    env = os.environ | {"PYTHONPATH": str(folder), "DESCENT_FILM_CACHE": ""}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    there = copy_of_the_package(tmp_path_factory.mktemp("package"))
    for name, text in new_members.FILES.items():
        (there / "render" / name).write_text(text.lstrip(), encoding="utf-8")
    return there


@pytest.fixture(scope="module")
def made(folder) -> dict:
    """What the copy makes of the new members."""
    done = run(folder, str(ROOT / "tests" / "new_members.py"))
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert Path(made["package"]).is_relative_to(folder)
    return made


@pytest.mark.parametrize("kind", new_members.MEMBERS)
def test_a_new_member_is_listed(made, kind):
    entries = {entry["name"]: entry for entry in made["list"][kind]}
    assert entries[new_members.MEMBERS[kind]]["line"]


def test_a_new_member_is_in_the_schema(made):
    validator = jsonschema.Draft7Validator(made["schema"])
    config = yaml.safe_load(new_members.CONFIG)
    assert validator.is_valid(config)
    for section in ("optimizer", "loss", "schedule", "model"):
        config[section] = {**config[section], "no_such_option": 1}
        assert not validator.is_valid(config)
        del config[section]["no_such_option"]
    config["film"]["layout"] = ["code no_such_panel"]
    assert not validator.is_valid(config)


def test_a_new_member_is_in_the_code_panel(made):
    assert made["program"] == [
        "import torch",
        "a = torch.tensor(-1.0, requires_grad=True)",
        "c = torch.tensor(0.0, requires_grad=True)",
        f"optimizer = SignDescent([a, c], lr=0.5)  {NOT_IN_TORCH}",
        f"scheduler = SawtoothSchedule(optimizer, period=3)  {NOT_IN_TORCH}",
        "for epoch in range(6):",
        f"    yhat = parabola(a, c, X)  {NOT_IN_TORCH}",
        f"    loss = smooth_abs(yhat, Y, width=0.5)  {NOT_IN_TORCH}",
        "    loss.backward()",
        "    optimizer.step()",
        "    scheduler.step()",
        "    optimizer.zero_grad()",
    ]
    assert "    loss = (x1 + 2 * x2 - 7)**2 + (2 * x1 + x2 - 5)**2" in made["function"]


def test_a_new_member_is_in_a_film(made, folder):
    films = folder / "films"
    assert {file.name for file in films.glob("*.gif")} == {"new.gif", "function.gif"}
    text = (films / "new.txt").read_text(encoding="utf-8")
    assert "fits a parabola model to 60 points" in text
    assert "trained with sign_descent" in text


@pytest.mark.parametrize(
    ("folder_", "noun"),
    [
        ("learn/losses", "loss"),
        ("learn/optimizers", "optimizer"),
        ("learn/datasets", "dataset"),
        ("draw/panels", "panel"),
        ("encode/formats", "format"),
    ],
)
def test_a_folder_gives_the_noun_of_its_members(folder_, noun):
    assert registry.noun(folder_) == noun


def test_a_module_must_have_the_class_of_its_name(tmp_path):
    there = copy_of_the_package(tmp_path)
    text = "from render.learn.losses.mse import Mse as OddLoss\nclass Odder: ...\n"
    (there / "render/learn/losses/odd.py").write_text(text)
    done = run(there, "-c", "from render import registry; registry.member('learn/losses', 'odd')")
    assert done.stderr.strip().endswith("odd.py: expected a class Odd or OddLoss, found none")


GOOD = """
description: A bowl.
source: Everybody.
formula: x1² + 2·x2²
start: {x1: 1, x2: 2}
extents: {x1: [-1, 1], x2: [-2, 2]}
minima: [[0, 0]]
"""


def test_a_table_is_a_function(tmp_path):
    file = tmp_path / "bowl.yaml"
    file.write_text(GOOD, encoding="utf-8")
    bowl = from_table(file)()
    assert bowl(3.0, 1.0) == 11
    assert (bowl.names, bowl.start, bowl.minima()) == (("x1", "x2"), (1, 2), ((0, 0),))
    assert bowl.extents == ((-1, 1), (-2, 2))
    assert bowl.written("a", "x1") == "a² + 2·x1²"
    assert bowl.__doc__ == "x1² + 2·x2²\n\nA bowl.\n\nEverybody."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("formula: x1²", "formula: y²", "4:10: formula: unknown name 'y'"),
        ("x1² + 2·x2²", "x1²", "4:10: formula: never uses x2"),
        ("start: {x1: 1, x2: 2}", "start: {x1: 1, x2: two}", "5:20: start.x2: expected a number"),
        ("extents: {x1: [-1, 1],", "extents: {x3: [-1, 1],", "6:10: extents: expected x1, x2"),
        ("minima: [[0, 0]]", "minima: [[0]]", "7:9: minima: expected 2 numbers in each"),
        ("minima: [[0, 0]]", "", "missing key 'minima'"),
        ("minima:", "author: me\nminima:", "7:1: author: unknown key"),
        ("description: A bowl.", "description: [", ""),
    ],
)
def test_a_mistake_in_a_table_names_the_file_and_the_place(old, new, message, tmp_path):
    file = tmp_path / "bowl.yaml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        from_table(file)
    text = str(caught.value)
    assert text.startswith(f"{file}:")
    assert message in text


def test_a_mistake_in_a_shipped_table_is_reported_when_it_is_used(folder):
    table = folder / "render/learn/datasets/odd.yaml"
    table.write_text("description: Odd.\n", encoding="utf-8")
    try:
        done = run(folder, "-m", "render", "list", "datasets", "odd")
    finally:
        table.unlink()
    assert done.returncode != 0
    assert "odd.yaml" in done.stderr
    assert "missing key 'source'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("folder_", "name"), [("learn/datasets", "penguins"), ("learn/functions", "himmelblau")]
)
def test_a_member_from_a_table_is_like_one_of_python(folder_, name):
    cls = registry.member(folder_, name)
    assert registry.member(folder_, name) is cls
    assert registry.name_of(cls) == name
    assert pickle.loads(pickle.dumps(cls())) == cls()
    assert cls.__name__ == name.capitalize()


def test_options_survive_pickling():
    penguins = registry.member("learn/datasets", "penguins")(noise=0.5, standardize=True)
    assert pickle.loads(pickle.dumps(penguins)) == penguins


def test_threads_get_one_and_the_same_class(folder):
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from render import registry\n"
        "with ThreadPoolExecutor(16) as pool:\n"
        "    ask = lambda _: registry.member('learn/datasets', 'penguins')\n"
        "    assert len({*pool.map(ask, range(64))}) == 1\n"
    )
    done = run(folder, "-c", code)
    assert done.returncode == 0, done.stderr


def test_importing_the_registry_reads_no_yaml(folder):
    code = "import sys; from render import registry; registry.names('learn/functions'); "
    done = run(folder, "-c", f"{code}print('yaml' in sys.modules, 'pydantic' in sys.modules)")
    assert done.stdout.split() == ["False", "False"]
