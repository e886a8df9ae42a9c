"""What the README, the pages of the documentation and CONTRIBUTING show works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import torch
import yaml

import render
from render import registry
from render.__main__ import main
from render.config.load import load
from render.config.scene_file import compose
from tests.pages import DOCS, ROOT, Block, blocks
from tests.sweeps import sweep

README = ROOT / "README.md"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CARS = "speed,dist\n4,2\n7,4\n8,16\n"  # what README's config reads
PAGES = [README, *sorted(DOCS.rglob("*.md"))]
WITH_CODE = [page for page in PAGES if blocks(page)]
FILMLESS = {"check", "list", "new", "schema", "completion", "cache", "doctor"}  # quick, too


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def of(page: Path, language: str) -> list[Block]:
    return [block for block in blocks(page) if block.language == language and not block.reason]


def commands(page: Path) -> list[list[str]]:
    """The words of each of our commands that a page has in a block, without `python -m render`."""
    lines = "".join(block.text for block in of(page, "sh")).splitlines()
    return [shlex.split(line, comments=True)[3:] for line in lines if "-m render" in line]


def others(page: Path) -> list[str]:
    """The other lines of its blocks for a shell."""
    lines = "".join(block.text for block in of(page, "sh")).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line and "-m render" not in line]


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A folder of one's own, where the files of commands go."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def furnish(folder: Path, page: Path) -> None:
    """Write the files that a page shows, and the configs where it names their folder."""
    (folder / "cars.csv").write_text(CARS)
    if any(word.startswith("configs/") for words in commands(page) for word in words):
        shutil.copytree(ROOT / "configs", folder / "configs")
    for block in blocks(page):
        if block.title:
            (folder / block.title).write_text(block.text, encoding="utf-8")


def is_film(words: list[str]) -> bool:
    return words[0] not in {*registry.names("commands")} - {"render"}


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_its_configs_load(page, tmp_path):
    furnish(tmp_path, page)
    for number, block in enumerate(of(page, "yaml")):
        if "like" in yaml.safe_load(block.text):
            continue  # a theme, which a command of its page uses
        config = tmp_path / (block.title or f"block-{number}.yaml")
        config.write_text(block.text, encoding="utf-8")
        load(config)


@pytest.mark.parametrize("page", sweep(WITH_CODE, 2), ids=name_of)
def test_its_commands_are_understood(page, house):
    """Every command is one: those that make films are asked what they would make."""
    furnish(house, page)
    for words in commands(page):
        if is_film(words) and "--still" not in words:  # stills are no film that could be planned
            assert main([*words, "--dry-run"]) == 0, words
        elif words[0] in FILMLESS:
            assert main(words) == 0, words
        else:
            assert is_film(words) or words[0] in {"map", "studio", "verify"}


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_its_commands_work(page, house):
    """Every command is run; films are made small and short."""
    furnish(house, page)
    for words in commands(page):
        if words[0] == "verify":
            assert main(["configs/slope.yaml", "--size", "160x90", "--set", "film.duration=1"]) == 0
        if words[0] == "studio" or "configs/" in words:
            continue  # tests/studio, tests/jobs
        if is_film(words):
            words = [w for w in words if w not in ("--size", "1920x1080")]
            words += [] if "--frames" in words else ["--set", "film.duration=1"]
            words += [] if "--draft" in words or "--for" in words else ["--size", "640x360"]
        assert main(words) == 0, words


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_its_other_commands_are_those_there_are(page):
    """`make TARGET` and `pip install '.[extra]'`; any other line must be marked as not run."""
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in others(page):
        if made := re.fullmatch(r"make ([\w-]+)", line):
            assert f"\n{made[1]}:" in targets
        elif line == "source .venv/bin/activate":
            assert "-m venv .venv\n" in targets
        else:
            extra = re.fullmatch(r"pip install (?:--editable )?'?\.(?:\[(\w+)\])?'?", line)
            assert extra, line
            assert not extra[1] or extra[1] in project["optional-dependencies"]


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_its_python_is_python(page):
    for block in of(page, "python"):
        compile(block.text, name_of(page), "exec")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["python", "batch"])
def test_its_python_works(name, house):
    shutil.copytree(ROOT / "configs", house / "configs")
    (program,) = [block.text for block in of(DOCS / "tutorials" / f"{name}.md", "python")]
    program = program.replace("render.load(", "render.load(size=(160, 90), config=")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "converg" in done.stdout
    if name == "python":
        assert (house / "slope.gif").stat().st_size > 1000
        assert (house / "step2.png").is_file()


def test_a_loop_of_ones_own_is_filmed_as_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    loops = [
        block.text
        for page in (README, DOCS / "tutorials" / "network.md")
        for block in blocks(page)
        if "render.record(" in block.text
    ]
    assert len(loops) == 2
    assert loops[0] == loops[1]
    program = (
        loops[0]
        .replace("range(30)", "range(2)")
        .replace("film(title", 'film(grid=41, size="160x90", fps=4, duration=1, title')
    )
    torch.manual_seed(1)
    x = torch.randn(24, 2)
    data = torch.utils.data.TensorDataset(x, (x[:, 0] > 0).long())
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    given = {
        "render": render,
        "model": model,
        "loss_fn": torch.nn.CrossEntropyLoss(),
        "optimizer": torch.optim.SGD(model.parameters(), lr=0.1),
        "loader": torch.utils.data.DataLoader(data, batch_size=8, shuffle=True),
    }
    exec(program, given)
    assert given["recorder"].steps == 6
    assert sorted(file.name for file in tmp_path.iterdir()) == ["moons.gif", "moons.mp4"]


@pytest.mark.parametrize("index", [0, 1])
def test_what_it_says_of_extending_is_true(index, tmp_path):
    """CONTRIBUTING's optimizer steps, its scene composes."""
    code = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)[index]
    if index:
        for folder in ("scenes", "configs"):
            (tmp_path / folder).mkdir()
        (tmp_path / "scenes" / "mine.py").write_text(code)
        (tmp_path / "configs" / "mine.yaml").write_text("scene: mine")
        scene = compose(load(tmp_path / "configs" / "mine.yaml"))
        assert set(scene.panels) == {"H", "S", "L"}
        return
    names: dict = {}
    exec(compile(code, "CONTRIBUTING.md", "exec"), names)
    sign = names["Sign"](lr=0.5)
    params, grads = torch.tensor([1.0, 2.0]), torch.tensor([3.0, -4.0])
    new, _ = sign.step(params, grads, sign.init(params, None), sign.lr)
    assert new.tolist() == [0.5, 2.5]


def test_the_readme_is_short_and_its_pictures_are_small():
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    for picture in re.findall(r"\]\((outputs/[^)]+)\)", text):
        assert 0 < (ROOT / picture).stat().st_size < 1_000_000


@pytest.mark.parametrize("page", [README, DOCS / "start.md"], ids=name_of)
def test_the_error_it_shows_is_the_one_there_is(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    shown = next(b.text for b in blocks(page) if "unknown key" in b.text)
    name = shown.partition(":")[0]
    text = (ROOT / "configs" / "slope.yaml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("optimizer:"))
    (tmp_path / name).write_text(text.replace(line, "optimizer: {kind: sgd, lrr: 0.1}"))
    assert main(["check", name]) == 2
    said = capsys.readouterr().err
    assert said.strip() == shown.strip()
