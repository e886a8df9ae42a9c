"""Which config files a command line means."""

import pytest

from render.__main__ import main
from render.commands.common.catalogue import SHIPPED
from render.config.purpose import other_purpose
from render.config.theme import THEMES, theme_names
from render.errors import ConfigError
from render.jobs.plan import collect_configs


@pytest.fixture
def folder(tmp_path):
    for name in ("b.yaml", "a.yml", "notes.txt", ".hidden.yaml"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.yaml").write_text("{}")
    return tmp_path


def test_a_folder_means_the_configs_directly_in_it_sorted(folder):
    assert collect_configs([str(folder)]) == [folder / "a.yml", folder / "b.yaml"]


def test_a_config_named_twice_is_meant_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert [str(path) for path in collect_configs(["b.yaml", ".", "./b.yaml"])] == [
        "b.yaml",
        "a.yml",
    ]


def test_a_folder_without_configs_is_refused(tmp_path):
    with pytest.raises(ConfigError) as caught:
        collect_configs([str(tmp_path)])
    assert str(caught.value) == f"{tmp_path}: no configs in this folder (*.yaml, *.yml)"


OTHERS = {
    "mine": ("like: paper\nbackground: '#ffffff'\n", "a theme, no config"),
    "short": ("# dark\nlike: night\n", "a theme, no config"),
    "flow": ("{like: night, data: '#ff0000'}", "a theme, no config"),
    "compose": ("version: 3\nservices:\n  web: {}\n", "no config: none of its keys is one of"),
    "conda": ("name: labs\nchannels: [defaults]\n", "no config: none of its keys is one of"),
    "anchors": ("x-a: &a {b: 1}\nservices:\n  web: {<<: *a}\n", "no config: none of its keys"),
    "list": ("- 1\n- title: 2\n", "no config: it has no keys and values"),
    "text": ("hello\n", "no config: it has no keys and values"),
}
CONFIGS = {
    "a": "title: A\n",
    "flow": "{seed: 2}",
    "quoted": "'seed': 2\n",
    "typo": "titel: A\n",
    "mixed": "like: night\ndata: '#ff0000'\ntitle: A\n",
    "runs": "runs: {a: {}}\n",
    "broken": "x: [\n",
    "tab": "\tx: 1\n",
    "empty": "",
    "remark": "# nothing yet\n",
    "bom": "\ufefftitle: A\n",
}


def test_a_theme_or_another_yaml_beside_configs_is_left_out_and_named(tmp_path):
    for name, text in CONFIGS.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, (text, _) in OTHERS.items():
        (tmp_path / f"{name}.yml").write_text(text)
    for theme in theme_names():
        text = (THEMES / f"{theme}.yaml").read_text()
        (tmp_path / f"theme_{theme}.yaml").write_text(text)
    told: dict[str, str] = {}
    found = collect_configs([str(tmp_path)], lambda path, text: told.update({path.name: text}))
    assert {path.name for path in found} == {f"{name}.yaml" for name in CONFIGS}
    for name, (_, purpose) in OTHERS.items():
        assert told.pop(f"{name}.yml").startswith(purpose)
    assert told == {f"theme_{theme}.yaml": "a theme, no config" for theme in theme_names()}


def test_every_shipped_config_is_a_config():
    assert not [path for path in sorted(SHIPPED.glob("*.yaml")) if other_purpose(path)]


def test_a_theme_that_is_named_is_read_as_a_config(tmp_path):
    (tmp_path / "mine.yaml").write_text("like: paper\n")
    assert collect_configs([str(tmp_path / "mine.yaml")]) == [tmp_path / "mine.yaml"]
    with pytest.raises(ConfigError, match="no configs in this folder"):
        collect_configs([str(tmp_path)])


def test_a_folder_with_a_theme_is_made_and_the_theme_is_named(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text("title: A\nfilm: {theme: mine.yaml}\n")
    (tmp_path / "mine.yaml").write_text("like: paper\n")
    assert main(["check", str(tmp_path)]) == 0
    a, mine = tmp_path / "a.yaml", tmp_path / "mine.yaml"
    assert capsys.readouterr().err == f"left out: {mine}: is a theme, no config\n{a}: ok\n"
    assert main(["check", str(tmp_path), "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_a_name_that_no_file_can_have_is_left_for_the_reader_to_refuse():
    assert len(collect_configs(["x" * 5000])) == 1
