"""What a user sees of the cache: nothing is made twice, nothing heavy is imported for nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from render.__main__ import main
from render.learn import loop
from tests.config.home import write

HERE = Path(__file__).parent.parent.parent
TINY = """
film: {size: [160, 90], fps: 4, duration: 1}
dataset: {kind: line, x: {start: -3, stop: 3, step: 1}}
landscape: {grid: 41}
training: {epochs: 2}
"""


@pytest.fixture
def trained(monkeypatch) -> list[str]:
    """The runs that were trained."""
    log: list[str] = []
    real = loop.train
    monkeypatch.setattr(
        loop, "train", lambda spec, *args: log.append(spec.label) or real(spec, *args)
    )
    return log


@pytest.fixture
def render(monkeypatch, tmp_path, capsys):
    """The command, in a folder of its own; gives what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    shipped = (HERE / "scenes" / "slope_bias.py").read_text()
    for name in ("a", "b"):
        write(tmp_path, TINY, f"{name}.yaml")
    for scene in ("slope", "slope_bias"):
        (tmp_path / "scenes" / f"{scene}.py").write_text(shipped)

    def run(*argv: str) -> str:
        capsys.readouterr()
        assert main(list(argv)) == 0
        told = capsys.readouterr()
        return told.out + told.err

    return run


def test_what_has_not_changed_is_not_made_again(render, trained):
    command = ("configs/a.yaml", "--format", "csv,json", "-j", "1")
    assert "unchanged" not in render(*command)
    assert trained == ["a"]
    assert "unchanged" in render(*command)
    assert trained == ["a"]
    assert "unchanged" not in render(*command, "--seed", "2")
    assert trained == ["a", "a"]


def test_force_makes_all_of_it_again_and_keeps_that(render, trained):
    command = ("configs/a.yaml", "--format", "csv")
    render(*command, "--force")
    assert "unchanged" in render(*command)
    assert "unchanged" not in render(*command, "--force")
    assert trained == ["a", "a"]


def test_no_cache_neither_uses_nor_keeps_anything(render, trained, tmp_path):
    command = ("configs/a.yaml", "--format", "csv")
    render(*command, "--no-cache")
    assert not (tmp_path / "cache").exists()
    render(*command)
    assert "unchanged" not in render(*command, "--no-cache")
    assert trained == ["a", "a", "a"]


def test_two_configs_that_learn_alike_are_trained_once(render, trained):
    render("configs", "--format", "csv", "-j", "1")
    assert trained == ["a"]


def test_the_cache_says_what_it_holds_and_can_be_cleared(render, tmp_path, trained):
    render("configs/a.yaml", "--format", "csv")
    said = render("cache").splitlines()
    assert said == render("cache", "--info").splitlines()
    assert said[0] == f"{tmp_path / 'cache'} (DESCENT_FILM_CACHE names another)"
    rows = [line.split()[:2] for line in said[1:5]]
    assert rows == [["data", "1"], ["recording", "1"], ["landscape", "1"], ["film", "1"]]
    assert said[5].endswith("of at most 500.0 MB (DESCENT_FILM_CACHE_MB sets it)")
    assert "removed" in render("cache", "--clear")
    assert [line.split()[1] for line in render("cache").splitlines()[1:5]] == ["0"] * 4
    assert "unchanged" not in render("configs/a.yaml", "--format", "csv")


def test_without_a_folder_there_is_no_cache(render, monkeypatch):
    monkeypatch.setenv("DESCENT_FILM_CACHE", "")
    render("configs/a.yaml", "--format", "csv")
    assert render("cache") == "no cache: DESCENT_FILM_CACHE is empty\n"
    assert render("cache", "--clear", "--quiet") == ""


def heavy(tmp_path: Path, *argv: str) -> set[str]:
    """What a fresh process of the command imported, of what takes long to import."""
    code = (
        "import sys\nfrom render.__main__ import main\nassert main(sys.argv[1:]) == 0\n"
        "names = ['torch', 'matplotlib', 'rich', 'scipy', 'subprocess']\n"
        "print(*[name for name in names if name in sys.modules])"
    )
    env = os.environ | {"PYTHONPATH": str(HERE), "DESCENT_FILM_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-c", code, *argv, "--quiet", "-j", "1"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_what_was_learnt_needs_no_torch_and_what_was_made_no_matplotlib(render, tmp_path):
    command = ("configs/a.yaml", "--format", "png,csv,json")
    render(*command, "-j", "1")
    assert not heavy(tmp_path, *command) & {"torch", "matplotlib", "rich", "scipy"}
    changed = ("--theme", "paper", "--set", "film.camera={orbit: 90}", "--set", "landscape.grid=45")
    found = heavy(tmp_path, *command, *changed)
    assert "matplotlib" in found
    assert not found & {"torch", "scipy"}


@pytest.mark.slow
def test_no_process_of_a_batch_imports_torch_for_another_theme(render, tmp_path, monkeypatch):
    # A torch that can't be imported, in front of the real one.
    render("configs", "--quiet")
    (tmp_path / "broken" / "torch").mkdir(parents=True)
    (tmp_path / "broken" / "torch" / "__init__.py").write_text("raise SystemExit('imported torch')")
    env = os.environ | {
        "PYTHONPATH": f"{tmp_path / 'broken'}{os.pathsep}{HERE}",
        "DESCENT_FILM_CACHE": str(tmp_path / "cache"),
    }
    command = [sys.executable, "-m", "render", "configs", "--theme", "paper", "-j", "2"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "2 made" in done.stderr
