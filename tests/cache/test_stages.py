"""Which stages are done again after which change, and that nobody could tell from the film."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from render import pipeline
from render.cache.store import NO_STORE, Store
from render.config.load import load
from render.learn import landscape, loop
from render.learn.datasets.base import DatasetKind
from render.pipeline import learn
from tests.config.home import write

CONFIG = """
dataset: {kind: line, slope: -3, noise: 0.1, x: {start: -3, stop: 3, step: 1}}
model: {kind: linear, weight: -10, bias: 2}
optimizer: {kind: sgd, lr: 0.1}
training: {epochs: 3, batch_size: 3, shuffle: true}
landscape: {grid: 41}
"""
RACE = "runs: {slow: {optimizer.lr: 0.01}, fast: {optimizer.lr: 0.2}, short: {training.epochs: 2}}"


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

    spy(DatasetKind, "make", "data")
    spy(loop, "train", "recording")
    spy(landscape, "scan", "landscape")
    return log


def spec(folder: Path, *sets: str, text: str = CONFIG, name: str = "film.yaml"):
    return load(write(folder, text, name), sets)


def same(one, other) -> bool:
    """Whether two sets of runs are the same to the last bit."""
    for first, second in zip(one, other, strict=True):
        for part in ("dataset", "recording", "landscape"):
            a, b = getattr(first, part), getattr(second, part)
            for field in fields(a):
                x, y = getattr(a, field.name), getattr(b, field.name)
                if isinstance(x, np.ndarray):
                    if not (np.array_equal(x, y, equal_nan=True) and x.strides == y.strides):
                        return False
                elif field.name not in ("objective", "validation") and repr(x) != repr(y):
                    return False
        if first.verdict != second.verdict:
            return False
    return True


def test_the_second_time_nothing_is_done(tmp_path, store, done):
    first = learn(spec(tmp_path), store)
    assert done == ["data", "recording", "landscape"]
    done.clear()
    second = learn(spec(tmp_path), store)
    assert done == []
    assert same(first, second)
    assert same(first, learn(spec(tmp_path), NO_STORE))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("film.theme=paper", ""),
        ("film.size=[320, 180]", ""),
        ("film.fps=10", ""),
        ("film.duration=2", ""),
        ("film.camera={orbit: 90}", ""),
        ("film.pace=log", ""),
        ("film.labels={loss: Verlust}", ""),
        ("film.layout=surface data", ""),
        ("film.runs=grid", ""),
        ("title=Another", ""),
        ("captions=[{at: end, text: There}]", ""),
        ("outputs=[csv]", ""),
        ("landscape.grid=61", "landscape"),
        ("landscape.scale=log", "landscape"),
        ("landscape.w=[-12, 6]", "landscape"),
        ("landscape.flip_bias=true", "landscape"),
        ("optimizer.lr=0.2", "recording landscape"),
        ("optimizer.momentum=0.5", "recording landscape"),
        ("optimizer=adam", "recording landscape"),
        ("schedule=cosine", "recording landscape"),
        ("training.epochs=4", "recording landscape"),
        ("training.batch_size=2", "recording landscape"),
        ("training.shuffle=false", "recording landscape"),
        ("training.noise=0.1", "recording landscape"),
        ("training.zero_grad=false", "recording landscape"),
        ("training.stop.patience=2", "recording landscape"),
        ("model.weight=-9", "recording landscape"),
        ("model.bias={value: 2, frozen: true}", "recording landscape"),
        ("loss=mae", "recording landscape"),
        ("loss={kind: mse, l2: 0.1}", "recording landscape"),
        ("dataset.noise=0.2", "data recording landscape"),
        ("dataset.slope=-2", "data recording landscape"),
        ("dataset.standardize=true", "data recording landscape"),
        ("dataset.validation={fraction: 0.3}", "data recording landscape"),
        ("dataset.outliers=[{at: 1, y: 9}]", "data recording landscape"),
        ("seed=2", "data recording landscape"),
    ],
)
def test_what_a_change_does_again(tmp_path, store, done, change, expected):
    learn(spec(tmp_path), store)
    done.clear()
    learn(spec(tmp_path, change), store)
    assert done == expected.split()
    done.clear()
    learn(spec(tmp_path), store)  # and what was before is still there
    assert done == []


def test_another_name_or_folder_is_the_same_run(tmp_path, store, done):
    learn(spec(tmp_path), store)
    done.clear()
    (tmp_path / "elsewhere").mkdir()
    (run,) = learn(spec(tmp_path / "elsewhere", name="other.yaml"), store)
    assert done == []
    assert run.recording.run == run.label == "other"


def test_of_a_race_only_what_is_another_run_is_trained_again(tmp_path, store, done):
    text = CONFIG + RACE
    first = learn(spec(tmp_path, text=text), store)
    # The same data in each.
    assert done == ["data", "recording", "recording", "recording", "landscape"]
    done.clear()
    assert same(first, learn(spec(tmp_path, text=text), store))
    assert done == []
    learn(spec(tmp_path, text=text.replace("0.01", "0.02")), store)
    assert done == ["recording", "landscape"]
    done.clear()
    learn(spec(tmp_path, "film.runs=grid", text=text), store)
    assert done == ["landscape"]


def test_a_race_has_one_landscape_and_a_grid_one_for_each(tmp_path, store):
    for runs, count in (("race", 1), ("grid", 3)):
        film = spec(tmp_path, f"film.runs={runs}", text=CONFIG + RACE)
        for _ in range(2):
            assert len({id(run.landscape) for run in learn(film, store)}) == count


def test_a_grid_that_shares_its_scales_is_another_than_one_that_does_not(tmp_path, store, done):
    sets = ("film.runs=grid",)
    learn(spec(tmp_path, *sets, text=CONFIG + RACE), store)
    done.clear()
    learn(spec(tmp_path, *sets, "film.share=false", text=CONFIG + RACE), store)
    assert done == ["landscape"]


def test_a_function_has_no_data_to_keep(tmp_path, store, done):
    text = "model: {kind: function, name: beale}\noptimizer: {lr: 0.001}\nlandscape: {grid: 41}"
    first = learn(spec(tmp_path, text=text), store)
    done.clear()
    assert same(first, learn(spec(tmp_path, text=text), store))
    assert done == []


def test_the_order_of_a_functions_parameters_matters(tmp_path, store, done):
    text = "model: {kind: function, formula: x**2 + 3*y**2, start: {%s}}\nlandscape: {grid: 41}"
    learn(spec(tmp_path, text=text % "x: 1, y: 2"), store)
    done.clear()
    (run,) = learn(spec(tmp_path, text=text % "y: 2, x: 1"), store)
    assert done == ["recording", "landscape"]
    assert run.recording.names == ("y", "x")


def table(folder: Path, *rows: str) -> None:
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "configs" / "cars.csv").write_text("\n".join(["x,y,unused", *rows, ""]))


CSV = "dataset: {kind: csv, path: cars.csv}\nlandscape: {grid: 41}"


def test_the_bytes_of_a_table_count_and_not_its_time(tmp_path, store, done):
    table(tmp_path, "1,2,0", "2,4,0", "3,7,0")
    learn(spec(tmp_path, text=CSV), store)
    done.clear()
    table(tmp_path, "1,2,0", "2,4,0", "3,7,0")
    learn(spec(tmp_path, text=CSV), store)
    assert done == []
    table(tmp_path, "1,2,0", "2,4,0", "3,8,0")
    learn(spec(tmp_path, text=CSV), store)
    assert done == ["data", "recording", "landscape"]


def test_another_table_with_the_same_numbers_trains_nothing(tmp_path, store, done):
    table(tmp_path, "1,2,0", "2,4,0", "3,7,0")
    learn(spec(tmp_path, text=CSV), store)
    done.clear()
    table(tmp_path, "1,2,5", "2,4,5", "3,7,5")
    learn(spec(tmp_path, text=CSV), store)
    assert done == ["data"]


def test_a_table_that_changes_while_it_is_read_leaves_nothing_wrong(tmp_path, store, monkeypatch):
    table(tmp_path, "1,2,0", "2,4,0", "3,7,0")
    before = spec(tmp_path, text=CSV)
    real = DatasetKind.make

    def slow(self, seed):
        table(tmp_path, "1,2,0", "2,4,0", "3,8,0")  # after the key was made, before it is read
        return real(self, seed)

    monkeypatch.setattr(DatasetKind, "make", slow)
    assert learn(before, store)[0].dataset.y[-1] == 8
    monkeypatch.undo()
    table(tmp_path, "1,2,0", "2,4,0", "3,7,0")
    (run,) = learn(before, store)
    assert run.dataset.y[-1] == 7
    assert same((run,), learn(before, NO_STORE))


@pytest.mark.parametrize("stage", ["data", "recording", "landscape"])
def test_a_damaged_entry_is_made_again(tmp_path, store, done, stage):
    first = learn(spec(tmp_path), store)
    done.clear()
    (entry,) = (store.folder / stage).iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(whole[:-7] + bytes([whole[-7] ^ 255]) + whole[-6:])
    assert same(first, learn(spec(tmp_path), store))
    assert done == [stage]
    assert entry.read_bytes() == whole


def test_an_entry_that_is_whole_but_not_ours_is_made_again(tmp_path, store, done):
    learn(spec(tmp_path), store)
    done.clear()
    (entry,) = (store.folder / "recording").iterdir()
    store.write("recording", entry.name, b"well kept, and nonsense")
    learn(spec(tmp_path), store)
    assert done == ["recording"]


@pytest.mark.parametrize("name", ["LEARNING", "machine", "sources"])
def test_another_library_machine_or_source_is_another_key(tmp_path, store, done, monkeypatch, name):
    from render.cache import keys

    learn(spec(tmp_path), store)
    done.clear()
    was = keys.numbers()
    place = {"sources": 0, "LEARNING": 1, "machine": 2}[name]
    now = [*was[:place], "another", *was[place + 1 :]]
    monkeypatch.setattr(keys, "numbers", lambda: now)
    learn(spec(tmp_path), store)
    assert done == ["data", "recording", "landscape"]


def test_our_own_sources_are_told_apart_by_their_bytes(tmp_path, monkeypatch):
    from render.cache import keys

    monkeypatch.setattr(keys, "PACKAGE", tmp_path)
    (tmp_path / "learn").mkdir()
    file = tmp_path / "learn" / "loop.py"
    file.write_text("step = 1")
    first = keys.own_sources(["learn"])
    file.write_text("step = 2")
    assert keys.own_sources(["learn"]) != first
    file.write_text("step = 1")
    assert keys.own_sources(["learn"]) == first
    file.rename(tmp_path / "learn" / "other.py")
    assert keys.own_sources(["learn"]) != first


def test_what_only_reads_does_not_write(tmp_path, store, done):
    learn(spec(tmp_path), replace(store, writes=False))
    assert not store.folder.exists()
    learn(spec(tmp_path), store)
    done.clear()
    learn(spec(tmp_path), replace(store, reads=False))
    assert done == ["data", "recording", "landscape"]


def test_what_is_somebodys_own_works_and_is_not_kept(tmp_path, store, monkeypatch):
    film = spec(tmp_path)
    real = pipeline.train
    monkeypatch.setattr(pipeline, "train", lambda *args: replace(real(*args), plain=object()))
    learn(film, store)
    assert not (store.folder / "recording").exists()
