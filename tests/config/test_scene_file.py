"""Whose scene a config gets: one beside its folder only if the config names it."""

from __future__ import annotations

import json

import pytest

from render.config.dump import resolved
from render.config.load import load
from render.config.scene_file import INSTALLED, compose, find, installed
from render.config.yaml import STDIN
from render.describe.manifest import read
from render.errors import ConfigError, RenderError
from render.jobs.remote import pack
from render.scene import Panel
from tests.config.home import write

# Composes one panel, and leaves a file beside itself that shows that it was run.
SOMEBODY_S = """from pathlib import Path
from render.scene import Panel, Scene

Path(__file__).with_suffix(".ran").touch()


def compose(spec):
    return Scene({"A": Panel("loss")}, wide=("A",), tall=("A",))
"""
USUAL = {
    "": "slope_bias",
    "model: {bias: {value: 0, frozen: true}}": "slope",
    "model: function": "function",
    "model: logistic\ndataset: step": "classify",
    "runs: {a: {}, b: {optimizer.lr: 0.2}}": "race",
    "film: {runs: grid}\nruns: {a: {}, b: {optimizer.lr: 0.2}}": "grid",
}


@pytest.fixture
def home(tmp_path):
    """A folder whose scenes/ holds somebody's file for every name that is installed."""
    (tmp_path / "scenes").mkdir()
    for name in installed():
        (tmp_path / "scenes" / f"{name}.py").write_text(SOMEBODY_S)
    return tmp_path


def config(home, text):
    (home / "configs").mkdir(exist_ok=True)
    file = home / "configs" / "film.yaml"
    file.write_text(text or "title: a film")
    return file


def ran(home):
    return {file.stem for file in (home / "scenes").glob("*.ran")}


@pytest.mark.parametrize("text", USUAL)
def test_a_config_that_names_no_scene_runs_nothing_that_lies_beside_it(home, text):
    spec = load(config(home, text))
    assert (spec.scene, spec.names_scene) == (USUAL[text], False)
    assert find(spec) == INSTALLED / f"{spec.scene}.py"
    assert len(compose(spec).panels) > 1
    assert not ran(home)


@pytest.mark.parametrize("text", USUAL)
def test_where_it_is_named_the_scene_beside_wins(home, text):
    spec = load(config(home, f"scene: {USUAL[text]}\n{text}"))
    assert find(spec) == home / "scenes" / f"{spec.scene}.py"
    assert compose(spec).panels == {"A": Panel("loss")}
    assert ran(home) == {spec.scene}


def test_an_option_of_the_command_line_names_it_too(home):
    spec = load(config(home, ""), sets=["scene=slope"])
    assert find(spec) == home / "scenes" / "slope.py"


def test_a_name_without_a_file_beside_the_config_is_the_installed_one_s(home):
    (home / "scenes" / "slope.py").unlink()
    text = "scene: slope\nmodel: {bias: {value: 0, frozen: true}}"
    assert find(load(config(home, text))) == INSTALLED / "slope.py"


def test_a_piped_config_gets_a_scene_of_the_current_folder_only_by_its_name(home, monkeypatch):
    monkeypatch.chdir(home)
    spec = load(STDIN, text="title: a film")
    assert find(spec) == INSTALLED / "slope_bias.py"
    assert len(compose(spec).panels) > 1
    assert not ran(home)
    named = load(STDIN, text="scene: slope_bias")
    assert find(named) == home / "scenes" / "slope_bias.py"


def test_only_scene_says_so():
    with pytest.raises(ConfigError, match="names_scene: unknown key"):
        load(STDIN, text="names_scene: true")


def test_runs_of_a_film_have_its_scene(home):
    spec = load(config(home, "scene: race\nruns: {a: {}, b: {optimizer.lr: 0.2}}"))
    assert all(find(run) == home / "scenes" / "race.py" for run in spec.runs)


@pytest.mark.parametrize("named", [True, False])
def test_all_that_look_for_the_scene_find_the_same_one(home, named):
    spec = load(config(home, "scene: slope_bias" if named else ""))
    (file,) = (path for path in read(spec) if path.name == "slope_bias.py")
    assert file == find(spec)
    assert (file.parent == home / "scenes") == named


def test_a_package_for_another_machine_has_the_installed_scene(home):
    from render.jobs.plan import Job

    spec = load(config(home, ""))
    ((path, content),) = pack(Job(spec, ())).files
    assert path == "scenes/slope_bias.py"
    assert content == (INSTALLED / "slope_bias.py").read_bytes()


@pytest.mark.parametrize("named", [True, False])
def test_a_resolved_config_names_a_scene_only_where_its_own_does(home, named):
    spec = load(config(home, "scene: slope_bias" if named else ""))
    data = resolved(spec)
    assert ("scene" in data) == named
    assert find(load(spec.path, text=json.dumps(data))) == find(spec)


def test_a_scene_that_is_gone_is_answered_with_those_that_are_there(tmp_path):
    path = write(tmp_path, "scene: mine\n")
    (tmp_path / "scenes" / "mine.py").write_text(SOMEBODY_S)
    spec = load(path)
    (tmp_path / "scenes" / "mine.py").unlink()
    with pytest.raises(RenderError, match=r"^no scene 'mine': there are classify, features, func"):
        find(spec)


def test_a_config_finds_the_scenes_in_its_own_folder(tmp_path):
    """`./a.yaml` beside `./scenes/mine.py`; the nearer of two files of a name is used."""
    near, far = tmp_path / "near" / "scenes", tmp_path / "scenes"
    for folder in (near, far):
        folder.mkdir(parents=True)
        (folder / "mine.py").write_text(SOMEBODY_S)
    (far / "other.py").write_text(SOMEBODY_S)
    path = near.parent / "a.yaml"
    path.write_text("scene: mine")
    assert find(load(path)) == near / "mine.py"
    assert compose(load(path)).panels == {"A": Panel("loss")}
    assert find(load(path, sets=["scene=other"])) == far / "other.py"
    path.write_text("title: no scene named")
    assert find(load(path)).parent == INSTALLED


def test_an_unknown_scene_is_answered_with_where_it_was_looked_for(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("scene: mien")
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "mine.py").write_text(SOMEBODY_S)
    with pytest.raises(ConfigError) as caught:
        load(path)
    message = str(caught.value).splitlines()[0]
    assert "did you mean 'mine'?" in message
    for folder in (tmp_path / "scenes", tmp_path.parent / "scenes"):
        assert f" {folder}" in message
