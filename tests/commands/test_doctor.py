"""`doctor`: what it finds, and what it says where something is missing."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile

import pytest

from render.__main__ import main
from render.commands import doctor
from render.encode.ffmpeg import encoders
from render.errors import EncodeError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings(capsys, *words):
    """The exit code and everything by its name."""
    status = main(["doctor", "--json", *words])
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] == (status == 0)
    return status, {finding["name"].strip(): finding for finding in said["findings"]}


def test_where_films_are_made_all_is_well(here, capsys):
    status, found = findings(capsys)
    assert status == 0
    assert not [name for name, finding in found.items() if finding["fatal"]]
    assert {"torch", "ffmpeg", "libx264", "Inter", "cores", "memory", "films go to"} <= found.keys()
    import torch

    assert found["torch"]["found"] == torch.__version__
    assert list(here.iterdir()) == []
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.startswith("ok  descent-film")


def test_a_missing_library_is_told_with_how_to_get_it(here, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it fails
    status, found = findings(capsys)
    assert status == 1
    assert found["torch"]["found"] == "not installed"
    assert "-m pip install 'torch" in found["torch"]["remedy"]
    assert found["matplotlib"]["remedy"] == ""
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "NO  torch" in said
    assert "Films can't be made here yet:\n  torch: not installed\n" in said


def test_a_broken_library_is_no_end_of_it(here, capsys, monkeypatch):
    (here / "xxhash.py").write_text("raise OSError('DLL load failed')")
    monkeypatch.delitem(sys.modules, "xxhash", raising=False)
    monkeypatch.syspath_prepend(here)
    status, found = findings(capsys)
    assert status == 1
    assert found["xxhash"]["found"] == "can't be imported: DLL load failed"
    assert "--force-reinstall" in found["xxhash"]["remedy"]


def test_missing_typefaces_are_told(here, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "fontpkg_inter", None)
    status, found = findings(capsys)
    assert status == 1
    assert "-m pip install fontpkg-inter" in found["Inter"]["remedy"]
    assert found["JetBrains Mono"]["remedy"] == ""


def test_an_ffmpeg_that_is_none_is_told(here, capsys, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(here / "nothing"))
    encoders.cache_clear()
    with pytest.raises(EncodeError, match="can't run ffmpeg"):
        encoders()
    status, found = findings(capsys)
    assert status == 1
    assert "can't run ffmpeg" in found["ffmpeg"]["found"]
    assert "imageio-ffmpeg" in found["ffmpeg"]["remedy"]
    encoders.cache_clear()


def test_an_encoder_that_no_film_needs_is_no_reason_to_fail(here, capsys, monkeypatch):
    monkeypatch.setattr("render.encode.ffmpeg.encoders", lambda: frozenset({"libx264", "gif"}))
    status, found = findings(capsys)
    assert status == 0
    assert found["libvpx-vp9"]["remedy"].startswith("this ffmpeg makes no webm")
    monkeypatch.setattr("render.encode.ffmpeg.encoders", lambda: frozenset({"gif"}))
    status, found = findings(capsys)
    assert status == 1
    assert found["libx264"]["fatal"]


def test_encoders_are_names_not_the_legend():
    assert {"libx264", "gif", "png"} <= encoders()
    assert not {"=", "Video", "Encoders:", "------"} & encoders()


def test_a_folder_that_is_none_is_told(here, capsys):
    (here / "file").write_text("x")
    status, found = findings(capsys, "--out", "file")
    assert status == 1
    assert found["films go to"]["found"] == "file is no folder"
    assert found["films go to"]["remedy"] == "choose another folder with --out"


def test_a_folder_that_can_not_be_written_to_is_told(here, capsys, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    status, found = findings(capsys)
    assert status == 1
    assert found["films go to"]["found"].endswith(": Permission denied")


def test_a_full_disk_is_told(here, capsys, monkeypatch):
    usage = shutil.disk_usage(here)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=300_000_000))
    status, found = findings(capsys)
    assert status == 0
    assert found["free for films"]["remedy"].startswith("make room on the disk")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=1_000_000))
    assert findings(capsys)[0] == 1


def test_little_memory_is_told_and_none_known_is_no_problem(here, capsys, monkeypatch):
    monkeypatch.setattr(doctor, "_free_memory", lambda: 200_000_000)
    assert findings(capsys)[1]["memory"]["remedy"].startswith("close other programs")
    monkeypatch.setattr(doctor, "_free_memory", lambda: None)
    assert findings(capsys)[1]["memory"] == {
        "name": "memory",
        "found": "unknown",
        "remedy": "",
        "fatal": False,
    }


def test_without_a_folder_for_temporary_files_all_else_is_told(here, capsys, monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    status, found = findings(capsys)
    assert status == 0
    told = found["free for temporary files"]
    assert told["found"] == "there is no folder for them"
    assert told["remedy"] == "set TMPDIR to a folder that can be written to"
    assert "terminal" in found


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "a\0b", "\ud800"])
def test_a_folder_that_there_cannot_be_is_told(here, capsys, name):
    status, found = findings(capsys, "--out", name)
    assert status == 1
    assert found["films go to"]["remedy"] == "choose another folder with --out"
