"""`list`: what a config can name, from where it lives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from render import registry
from render.__main__ import main
from render.commands.common.catalogue import flow, kinds
from render.commands.common.output import columns
from render.config.theme import theme_names
from tests.test_boundaries import loaded

FOLDERS = {
    "datasets": "learn/datasets",
    "models": "learn/models",
    "losses": "learn/losses",
    "optimizers": "learn/optimizers",
    "schedules": "learn/schedules",
    "panels": "draw/panels",
    "formats": "encode/formats",
}


def listed(capsys, *words):
    assert main(["list", *words]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def test_alone_it_says_what_can_be_listed(capsys):
    said = listed(capsys)
    names = [line.split("  ")[0] for line in said.split("\n\n")[0].splitlines()]
    assert {*FOLDERS, "themes", "scenes", "configs"} <= {*names}
    assert json.loads(listed(capsys, "--json")).keys() == {*names}


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_kind_lists_each_member_of_its_folder_with_its_line(capsys, kind):
    found = {entry["name"]: entry for entry in json.loads(listed(capsys, kind, "--json"))}
    assert tuple(found) == registry.names(FOLDERS[kind])
    said = listed(capsys, kind)
    for name, entry in found.items():
        first = registry.member(FOLDERS[kind], name).__doc__.strip().splitlines()[0]
        assert entry["line"] == first
        assert first in said


def test_themes_are_listed_with_what_their_files_say(capsys):
    found = {entry["name"]: entry for entry in json.loads(listed(capsys, "themes", "--json"))}
    assert tuple(found) == theme_names()
    assert found["night"]["line"] == "Light on dark: slides in a dark room, screens, videos."
    assert "Okabe and Ito" in found["colorblind"]["text"]
    assert "#" not in found["night"]["text"]
    assert found["night"]["line"] in listed(capsys, "themes")


@pytest.mark.parametrize("kind", kinds())
def test_every_option_has_a_default_and_is_explained(capsys, kind):
    for entry in json.loads(listed(capsys, kind, "--json")):
        assert entry["line"]
        for option in entry["options"]:
            assert option["default"], (entry["name"], option)
            assert option["allowed"] != "another value", (entry["name"], option)
            assert option["about"], (entry["name"], option)


def test_a_name_shows_that_member_alone(capsys):
    said = listed(capsys, "optimizers", "adam")
    assert said.startswith("adam\n")
    assert "Kingma & Ba 2015" in said
    assert "rmsprop" not in said
    lr = next(line for line in said.splitlines() if line.lstrip().startswith("lr"))
    assert " ".join(lr.split()) == (
        "lr/learning_rate 0.001 a number above 0 "
        "learning rate: the multiple of the gradient subtracted in a step"
    )


def test_a_second_name_will_do(capsys):
    assert listed(capsys, "optimizers", "gd") == listed(capsys, "optimizers", "sgd")


def test_the_columns_of_options_are_under_one_another(capsys):
    lines = [line for line in listed(capsys, "schedules").splitlines() if "a number above" in line]
    assert len(lines) > 3
    assert len({line.index("a number above") for line in lines}) == 1


def test_configs_have_titles_and_scenes_their_lines(capsys):
    configs = {entry["name"]: entry for entry in json.loads(listed(capsys, "configs", "--json"))}
    assert configs["slope"]["line"] == "Learning the slope"
    assert "Lab 2.2" in configs["slope"]["text"]
    assert "yaml-language-server" not in configs["slope"]["text"]
    scenes = {entry["name"]: entry for entry in json.loads(listed(capsys, "scenes", "--json"))}
    assert {"slope", "race", "grid"} <= scenes.keys()


def test_a_config_and_a_scene_of_ones_own_are_listed_too(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, name, text in (
        ("configs", "mine.yaml", "title: Mine"),
        ("scenes", "my.py", '"A."'),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    (tmp_path / "configs" / "broken.yaml").write_text("title: [")
    assert "mine" in listed(capsys, "configs").split()
    assert "can't be read" in listed(capsys, "configs")
    assert "a '[' or '{' is never closed" in listed(capsys, "configs", "broken")
    assert "my" in listed(capsys, "scenes").split()


def test_a_folder_that_there_is_not_is_not_offered(monkeypatch):
    shipped = registry.names
    monkeypatch.setattr(
        registry, "names", lambda folder: () if "loss" in folder else shipped(folder)
    )
    assert "losses" not in kinds()
    assert "models" in kinds()


def test_a_wrong_kind_or_name_is_answered_with_the_nearest(capsys):
    assert main(["list", "optimizer"]) == 2
    told = f"did you mean 'optimizers'? there are: {', '.join(kinds())}\n"
    assert capsys.readouterr().err == f"list: unknown kind 'optimizer'; {told}"
    for kind, name in (("optimizers", "adam"), ("sections", "training")):
        assert main(["list", name]) == 2
        told = f"list: unknown kind '{name}'; did you mean `list {kind} {name}`?\n"
        assert capsys.readouterr().err == told
    assert main(["list", "losses", "maee"]) == 2
    names = ", ".join(registry.names("learn/losses"))
    assert capsys.readouterr().err == (
        f"list: unknown name 'maee' among the losses; did you mean 'mae'? there are: {names}\n"
    )


def test_it_imports_neither_torch_nor_matplotlib():
    code = "from render.__main__ import main\n" + "".join(
        f"assert main(['list', '{kind}']) == 0\n" for kind in kinds()
    )
    assert not loaded(code) & {"torch", "matplotlib", "rich"}


def test_values_are_written_as_yaml_has_them():
    value = {"a": [1.0, True, None, "x", ""], "b": 1e-10}
    assert flow(value) == '{a: [1, true, none, x, ""], b: 1e-10}'


def test_a_long_cell_moves_its_own_row_alone():
    assert columns([("a", "b", "c"), ("a" * 40, "b", "c"), ("aa", "bb", "c")]) == [
        "a   b   c",
        f"{'a' * 40}  b   c",
        "aa  bb  c",
    ]


def test_files_that_cannot_be_read_are_listed_and_nothing_of_them_reaches_the_terminal(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    for folder in ("configs", "scenes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "configs" / "red.yaml").write_text('title: "\\e[31mred"')
    (tmp_path / "scenes" / "broken.py").write_text("def (")
    (tmp_path / "scenes" / "latin.py").write_bytes(b"'\xff'")
    (tmp_path / "scenes" / "bell\x07.py").write_text("")
    for words in (["configs"], ["configs", "red"], ["scenes"], ["scenes", "broken"], []):
        assert main(["list", *words]) == 0
        told = capsys.readouterr().out
        assert told.replace("\n", "").isprintable()
    assert main(["list", "scenes"]) == 0
    told = capsys.readouterr().out
    for name in ("broken", "latin"):
        path = Path("scenes", f"{name}.py")
        assert f"can't be read: {path}: " in told


def test_each_key_of_a_theme_is_listed(capsys):
    from dataclasses import fields

    from render.config.theme import Theme

    found = json.loads(listed(capsys, "themes", "keys", "--json"))
    assert [one["name"] for one in found["options"]] == ["like", *(f.name for f in fields(Theme))]
    assert all(one["about"] and one["allowed"] for one in found["options"])
    assert "colormap" in next(o["about"] for o in found["options"] if o["name"] == "surface")


@pytest.mark.parametrize("name", registry.names("draw/panels"))
def test_the_layout_that_a_panel_is_listed_with_can_be_loaded(capsys, tmp_path, name):
    said = listed(capsys, "panels", name)
    keys = ("dataset: {", "model: {", "loss: {", "measure: [", "runs: {", "map: {", "film: {")
    example = [line for line in said.splitlines() if line.startswith(keys)]
    path = tmp_path / "a.yaml"
    path.write_text("\n".join(example))
    from render.config.load import load

    rows = load(path).film.layout.wide.rows
    assert {cell for row in rows for cell in row} >= {name, "."}
    assert f"{name}-2" in said


def test_a_command_in_a_message_is_quoted_for_a_shell(tmp_path, monkeypatch, capsys):
    """It is there to be copied, and the name in it may be anybody's."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    name = "$(touch pwn)"
    (tmp_path / "configs" / f"{name}.yaml").write_text("a: [")
    assert main(["list", "configs"]) == 0
    assert f"see python -m render check 'configs/{name}.yaml'" in capsys.readouterr().out
