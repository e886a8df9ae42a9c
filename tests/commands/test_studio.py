"""What the studio's command takes and refuses before anything is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.__main__ import main
from render.commands import studio


def test_without_its_extra_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(studio, "NEEDS", ("starlette", "no_such_package_at_all"))
    assert main(["studio"]) == 2
    assert "pip install 'descent-film[studio]'" in capsys.readouterr().err


@pytest.mark.parametrize("typed", [["gone.yaml"], ["--port", "x"], ["--port", "65536"]])
def test_what_can_not_be_served_is_refused(tmp_path, monkeypatch, capsys, typed):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(studio, "NEEDS", ())
    assert main(["studio", *typed]) == 2
    assert typed[-1] in capsys.readouterr().err


def test_it_works_in_the_folder_it_was_started_in_or_in_the_configs_own(tmp_path, monkeypatch):
    here, other = tmp_path / "here", tmp_path / "other"
    for folder in (here / "configs", other):
        folder.mkdir(parents=True)
        (folder / "a.yaml").write_text("title: x\n", "utf-8")
    monkeypatch.chdir(here)
    places = studio._places
    assert places(None) == (here, "configs", None)
    assert places("configs/a.yaml") == (here, "configs", "configs/a.yaml")
    assert places(str(other / "a.yaml")) == (other, ".", "a.yaml")
    assert places(str(other)) == (other, ".", None)
    monkeypatch.chdir(other)
    assert places("a.yaml") == (other, ".", "a.yaml")
    assert places(None)[0] == Path(other)
