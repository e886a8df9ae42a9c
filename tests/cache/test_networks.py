"""Networks and the cache: which stage is done again after which change, and what needs torch."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from render.cache.films import FROM_CACHE, NEW, UNCHANGED, expected_result
from render.cache.store import NO_STORE, Store
from render.config.load import load
from render.encode.formats.csv import CsvFormat
from render.errors import RenderError
from render.learn.networks import on_plane, training
from render.pipeline import learn, make, silent
from render.results import OutputFile
from tests.config.home import write

HERE = Path(__file__).parent.parent.parent
CONFIG = """
dataset: {kind: moons, n: 20, noise: 0.1}
model: {kind: mlp, hidden: [3]}
loss: cross_entropy
optimizer: {kind: sgd, lr: 0.3}
training: {epochs: 4, batch_size: 10, shuffle: true}
landscape: {grid: 41}
film: {size: [320, 180], duration: 1, fps: 4}
"""
RACE = "runs: {slow: {optimizer.lr: 0.01}, fast: {optimizer.lr: 0.5}, adam: {optimizer: adam}}"
NET = """
from torch import nn
def net(width=3):
    return nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, 2))
"""
FILE = "model={kind: torch, file: net.py, name: net}"


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def done(monkeypatch) -> list[str]:
    """The stages that were done, in order."""
    log: list[str] = []

    def spy(owner, name, word):
        real = getattr(owner, name)

        def logged(*args):
            log.append(word)
            return real(*args)

        monkeypatch.setattr(owner, name, logged)

    spy(training, "train_network", "weights")
    spy(on_plane, "on_plane", "plane")
    return log


def beside(folder: Path, text: str) -> None:
    """A file of a model beside the config."""
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "configs" / "net.py").write_text(text)


def spec(folder: Path, *sets: str, text: str = CONFIG, name: str = "film.yaml"):
    return load(write(folder, text, name), sets)


def same(one, other) -> bool:
    """Whether two values of runs are the same to the last bit."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=True) and one.dtype == other.dtype
    if hasattr(one, "__dataclass_fields__"):
        names = [field.name for field in fields(one)]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(repr(one) == repr(other))


def test_the_second_time_nothing_is_done(tmp_path, store, done):
    first = learn(spec(tmp_path), store)
    assert done == ["weights", "plane"]
    done.clear()
    second = learn(spec(tmp_path), store)
    assert done == []
    assert same(first, second)
    assert same(first, learn(spec(tmp_path), NO_STORE))
    recording, landscape = second[0].recording, second[0].landscape
    places = np.stack(np.meshgrid(*landscape.grid), axis=-1)
    np.testing.assert_array_equal(recording.objective(places), landscape.loss)


QUICK = {
    "film.theme=paper": "",
    "captions=[{at: end, text: '{accuracy}'}]": "",
    "landscape.grid=43": "plane",
    "landscape.plane=random": "plane",
    "optimizer.lr=0.2": "weights plane",
    "model.hidden=[4]": "weights plane",
    "dataset.noise=0.2": "weights plane",
}
CHANGES = {
    "film.camera={orbit: 90}": "",
    "title=Another": "",
    "language=de": "",
    "landscape.plane=['0.weight[2,1]', '2.bias[0]']": "plane",
    "landscape.centre=end": "plane",
    "landscape.scale=log": "plane",
    "landscape.pc1=[-3, 3]": "plane",
    "optimizer={kind: torch, name: NAdam}": "weights plane",
    "training.epochs=3": "weights plane",
    "training.noise=0.1": "weights plane",
    "model.activation=relu": "weights plane",
    "model.seed=5": "weights plane",
    "dataset.validation={fraction: 0.3}": "weights plane",
    "seed=2": "weights plane",
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [*QUICK.items(), *(pytest.param(*each, marks=pytest.mark.slow) for each in CHANGES.items())],
)
def test_what_a_change_does_again(tmp_path, store, done, change, expected):
    learn(spec(tmp_path), store)
    done.clear()
    learn(spec(tmp_path, change), store)
    assert done == expected.split()
    done.clear()
    learn(spec(tmp_path), store)  # and what was before is still there
    assert done == []


def test_of_a_race_only_what_is_another_run_is_trained_again(tmp_path, store, done):
    text = CONFIG + RACE
    first = learn(spec(tmp_path, text=text), store)
    assert done == ["weights", "weights", "weights", "plane"]
    done.clear()
    assert same(first, learn(spec(tmp_path, text=text), store))
    assert done == []
    learn(spec(tmp_path, text=text.replace("0.01", "0.02")), store)
    assert done == ["weights", "plane"]
    done.clear()
    learn(spec(tmp_path, "film.runs=grid", text=text), store)
    assert done == ["plane"]


def test_a_race_has_one_plane_and_a_grid_one_for_each(tmp_path, store):
    for runs, count in (("race", 1), ("grid", 3)):
        film = spec(tmp_path, f"film.runs={runs}", text=CONFIG + RACE)
        for _ in range(2):
            made = learn(film, store)
            assert len({id(run.landscape) for run in made}) == count
            assert [run.recording.run for run in made] == ["slow", "fast", "adam"]
    assert len({run.landscape.ceiling for run in made}) == 1, "they share their scales"


def test_a_model_in_a_file_is_made_again_when_the_file_changes(tmp_path, store, done):
    beside(tmp_path, NET)
    learn(spec(tmp_path, FILE), store)
    done.clear()
    learn(spec(tmp_path, FILE), store)
    assert done == []
    beside(tmp_path, NET.replace("Tanh", "ReLU"))
    learn(spec(tmp_path, FILE), store)
    assert done == ["weights", "plane"]


def test_runs_of_a_race_whose_models_have_other_shapes_are_named(tmp_path):
    random = NET.replace("(width=3):", "():\n    width = 3 + int(torch.rand(1) * 50)")
    beside(tmp_path, f"import torch\n{random}")
    runs = "runs: {one: {model: {seed: 1}}, two: {model: {seed: 3}}}"
    text = CONFIG.replace("{kind: mlp, hidden: [3]}", "{kind: torch, file: net.py, name: net}")
    with pytest.raises(RenderError, match=r"film\.yaml:.*'two' has .* weights, and 'one' has"):
        learn(spec(tmp_path, text=text + runs))


def test_what_is_expected_of_a_film_is_what_becomes_of_it(tmp_path, store):
    film, target = spec(tmp_path), OutputFile(CsvFormat(), tmp_path / "film.csv")
    assert expected_result(film, [target], None, store) == NEW
    learn(film, store)
    assert expected_result(film, [target], None, store) == FROM_CACHE
    make(film, [target], silent, store)
    assert expected_result(film, [target], None, store) == UNCHANGED
    other = spec(tmp_path, "landscape.grid=43")
    assert expected_result(other, [target], None, store) == NEW, "the plane is evaluated again"


def test_what_was_learnt_needs_no_torch(tmp_path):
    write(tmp_path, CONFIG, "film.yaml")
    code = (
        "import sys\nfrom render.__main__ import main\nassert main(sys.argv[1:]) == 0\n"
        "print('torch' in sys.modules, 'scipy' in sys.modules)"
    )
    env = os.environ | {"PYTHONPATH": str(HERE), "DESCENT_FILM_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-c", code, "configs/film.yaml", "--format", "png,csv,json,gif,txt"]
    for theme, imported in (("night", "True"), ("paper", "False")):
        done = subprocess.run(
            [*command, "--theme", theme, "--quiet", "-j", "1"],
            cwd=tmp_path, env=env, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.split()[0] == imported
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.slow
def test_any_number_of_workers_makes_the_same_bytes_and_verify_finds_them(tmp_path):
    for name in ("a", "b"):
        write(tmp_path, CONFIG + f"title: {name}\n", f"{name}.yaml")
    env = os.environ | {"PYTHONPATH": str(HERE), "DESCENT_FILM_CACHE": ""}
    made = {}
    for jobs in ("1", "2"):
        command = [sys.executable, "-m", "render", "configs/a.yaml", "configs/b.yaml", "-j", jobs]
        done = subprocess.run(
            [*command, "--format", "gif,csv,json", "--out", jobs],
            cwd=tmp_path, env=env, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        files = sorted((tmp_path / jobs).iterdir())
        made[jobs] = [(file.name, file.read_bytes()) for file in files]
    assert made["1"] == made["2"]
    verified = subprocess.run(
        [sys.executable, "-m", "render", "verify", "1/a.json"],
        cwd=tmp_path, env=env, capture_output=True, text=True,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stderr + verified.stdout
