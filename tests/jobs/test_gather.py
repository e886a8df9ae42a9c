"""Which config files a command line means."""

import pytest

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


def test_a_name_that_no_file_can_have_is_left_for_the_reader_to_refuse():
    assert len(collect_configs(["x" * 5000])) == 1
