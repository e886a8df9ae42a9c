"""`new`: a config to begin with, or the copy of one."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from render.__main__ import main
from render.commands.common.catalogue import config_files
from render.commands.new import EDITORS
from render.config.load import load
from render.config.schema.document import document, written
from tests.hostile.home import no_file_over
from tests.sweeps import sweep

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_starter_keeps_to_the_schema_and_explains_itself(here, capsys):
    assert main(["new", "my_first-film"]) == 0
    assert capsys.readouterr().err == (
        "wrote my_first-film.yaml and scene.schema.json\n"
        "render it: python -m render my_first-film.yaml\n"
    )
    text = (here / "my_first-film.yaml").read_text(encoding="utf-8")
    assert text.startswith(EDITORS)
    assert (here / "scene.schema.json").read_text(encoding="utf-8") == written()
    assert load(here / "my_first-film.yaml").title == "My first film"
    data = yaml.safe_load(text)
    jsonschema.Draft7Validator(document()).validate(data)
    assert {"dataset", "model", "loss", "optimizer", "training", "film", "captions"} <= data.keys()
    plain = [line for line in text.splitlines() if line and "#" not in line]
    assert all(line.startswith((" ", "title", "captions", "film", "outputs")) for line in plain)


def test_the_starter_renders_as_it_is(here):
    main(["new", "film", "--quiet"])
    assert main(["film.yaml", "--size", "160x90", "--fps", "2", "--quiet"]) == 0
    made = {path.name for path in (here / "outputs").iterdir()}
    assert made == {f"film.{suffix}" for suffix in ("mp4", "gif", "png", "csv", "json")}


def test_it_goes_into_the_folder_of_configs_if_there_is_one(here, capsys):
    (here / "configs").mkdir()
    assert main(["new", "film"]) == 0
    assert "wrote" in capsys.readouterr().err
    assert (here / "configs" / "film.yaml").exists()
    assert (here / "configs" / "scene.schema.json").exists()
    assert not (here / "film.yaml").exists()


def test_a_schema_that_is_there_stays(here, capsys):
    (here / "scene.schema.json").write_text("{}")
    assert main(["new", "film"]) == 0
    assert capsys.readouterr().err.startswith("wrote film.yaml\n")
    assert (here / "scene.schema.json").read_text() == "{}"


def test_nothing_is_overwritten(here, capsys):
    (here / "film.yaml").write_text("mine")
    assert main(["new", "film"]) == 2
    assert capsys.readouterr().err == "film.yaml: exists already, and is not changed\n"
    assert (here / "film.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["../film", "a/b", "a\\b", "", ".", "a b", "a.b", "film.yml", "CON", "x" * 101]
)
def test_a_name_is_a_plain_one(here, capsys, name):
    assert main(["new", "--", name]) == 2
    assert capsys.readouterr().err.startswith(f"new {name!r}: expected the name of a film")
    assert list(here.iterdir()) == []


def test_the_suffix_may_be_typed_too(here):
    assert main(["new", "film.yaml", "--quiet"]) == 0
    assert (here / "film.yaml").exists()


@pytest.mark.parametrize("name", [name for i, name in enumerate(config_files()) if i % 10 == 0])
def test_a_copy_differs_in_its_title_alone(here, name):
    assert main(["new", "mine", "--like", name, "--quiet"]) == 0
    copy, original = load(here / "mine.yaml"), load(ROOT / "configs" / f"{name}.yaml")
    assert copy.title == "Mine"
    assert (copy.film, copy.dataset, copy.captions) == (
        original.film,
        original.dataset,
        original.captions,
    )
    assert (here / "mine.yaml").read_text(encoding="utf-8").count("yaml-language-server") == 1


def test_a_file_can_be_copied_and_is_looked_at_first(here, capsys):
    (here / "one.yaml").write_text("seed: 7\n")
    assert main(["new", "two", "--like", "one.yaml", "--quiet"]) == 0
    assert (load(here / "two.yaml").seed, load(here / "two.yaml").title) == (7, "Two")
    (here / "one.yaml").write_text("sede: 7\n")
    assert main(["new", "three", "--like", "one.yaml"]) == 2
    assert "did you mean 'seed'?" in capsys.readouterr().err
    assert not (here / "three.yaml").exists()


def test_a_copy_brings_its_data(here, capsys):
    """A file of the same name is left alone: with it, the copy would be another film."""
    (here / "far/data").mkdir(parents=True)
    (here / "far/data/cars.csv").write_bytes(b"x,y\r\n1,2\r\n2,3\r\n")
    (here / "far/one.yaml").write_text("dataset: {kind: csv, path: data/cars.csv}\n")
    assert main(["new", "two", "--like", "far/one.yaml"]) == 0
    assert (here / "data/cars.csv").read_bytes() == b"x,y\r\n1,2\r\n2,3\r\n"
    assert "cars.csv" in capsys.readouterr().err
    assert main(["new", "three", "--like", "far/one.yaml", "--quiet"]) == 0
    (here / "data/cars.csv").write_text("x,y\n5,6\n7,8\n")
    assert main(["new", "four", "--like", "far/one.yaml"]) == 2
    assert not (here / "four.yaml").exists()
    assert (here / "data/cars.csv").read_text() == "x,y\n5,6\n7,8\n"


def test_a_copy_that_misses_its_data_is_taken_back(here, capsys):
    (here / "far/configs").mkdir(parents=True)
    (here / "far/cars.csv").write_text("x,y\n1,2\n2,3\n")
    (here / "far/configs/one.yaml").write_text("dataset: {kind: csv, path: ../cars.csv}\n")
    assert main(["new", "two", "--like", "far/configs/one.yaml"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("--like far/configs/one.yaml: a copy can't be used at two.yaml:\n")
    assert "cars.csv: no such file" in said
    assert not (here / "two.yaml").exists()


def test_what_there_is_not_is_answered_with_the_nearest(here, capsys):
    assert main(["new", "two", "--like", "slop"]) == 2
    assert capsys.readouterr().err == (
        "--like slop: no such file or config; did you mean 'slope'? "
        "`python -m render list configs` has their names\n"
    )


def test_a_file_here_is_near_to_its_name(here, capsys):
    (here / "one.yaml").write_text("seed: 2\n")
    assert main(["new", "two", "--like", "one"]) == 2
    assert "no such file or config; did you mean 'one.yaml'? " in capsys.readouterr().err
    assert main(["new", "two", "--like", "one.yaml"]) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="resource")
@pytest.mark.parametrize("most_bytes", [0, 100, 3000])
def test_on_a_full_disk_there_is_neither_a_config_nor_a_schema(here, capsys, most_bytes):
    with no_file_over(most_bytes):
        assert main(["new", "film"]) == 2
    told = capsys.readouterr().err
    assert f": can't be written: {os.strerror(errno.EFBIG)}" in told
    assert told.count("\n") == 1
    assert list(here.iterdir()) == []
    assert main(["new", "film", "--quiet"]) == 0  # once there is room


@pytest.mark.parametrize("left", sweep([0, 1000, -1]))
def test_a_schema_that_was_cut_off_is_written_again(here, capsys, left):
    (here / "scene.schema.json").write_text(written()[:left], encoding="utf-8")
    if left == -1:  # only the last line's end
        (here / "scene.schema.json").write_text(written().rstrip()[:-1], encoding="utf-8")
    assert main(["new", "film"]) == 0
    assert capsys.readouterr().err.startswith("wrote film.yaml and scene.schema.json\n")
    assert (here / "scene.schema.json").read_text(encoding="utf-8") == written()
    assert sorted(path.name for path in here.iterdir()) == ["film.yaml", "scene.schema.json"]


@pytest.mark.parametrize("mine", ["my notes", "{", '{"title": "mine"}', "\n\n"])
def test_a_file_of_that_name_that_is_no_schema_of_ours_stays(here, mine):
    (here / "scene.schema.json").write_text(mine)
    assert main(["new", "film", "--quiet"]) == 0
    assert (here / "scene.schema.json").read_text() == mine


def test_where_there_are_no_hard_links_a_config_is_written_all_the_same(here, monkeypatch):
    def refused(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)
    assert main(["new", "film", "--quiet"]) == 0
    assert load(here / "film.yaml").title == "Film"
    assert main(["new", "film", "--quiet"]) == 2
    assert load(here / "film.yaml").title == "Film"
    assert sorted(path.name for path in here.iterdir()) == ["film.yaml", "scene.schema.json"]


def test_a_schema_that_can_not_be_named_takes_the_config_with_it(here, monkeypatch, capsys):
    replace = Path.replace

    def refused(self, target):
        if Path(target).name == "scene.schema.json":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    assert main(["new", "film"]) == 2
    assert capsys.readouterr().err.startswith("scene.schema.json: can't be written: ")
    assert list(here.iterdir()) == []
