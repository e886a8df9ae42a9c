"""What the README and CONTRIBUTING show works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import render
from render import registry
from render.__main__ import main
from render.config.load import load
from render.config.scene_file import compose

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
    return [text for named, text in fenced if named == language]


def test_its_config_loads(tmp_path):
    config = tmp_path / "mine.yaml"
    config.write_text(blocks("yaml")[0])
    spec = load(config)
    assert spec.title == "A line of my own"
    assert spec.scene == "slope_bias"


def test_its_csv_is_read_beside_the_config(tmp_path):
    (tmp_path / "cars.csv").write_text("speed,dist\n4,2\n7,4\n8,16\n")
    config = tmp_path / "mine.yaml"
    config.write_text(blocks("yaml")[1])
    assert load(config).dataset.make(1).y.tolist() == [2, 4, 16]


@pytest.mark.parametrize("index", range(2, len(blocks("yaml"))))
def test_its_other_configs_load(tmp_path, index):
    config = tmp_path / "mine.yaml"
    config.write_text(blocks("yaml")[index])
    load(config)


COMMANDS = [
    *(line for line in "".join(blocks("sh")).splitlines() if "-m render" in line),
    *re.findall(r"`(python -m render [^`]+)`", README),
    *re.findall(r'"\$\((python -m render [^`]+)\)"', README),
]
QUICK = {"check", "list", "new", "schema", "completion"}  # they make no film


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A copy of what a command of the README finds, and where its files may go."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_understood(command, house):
    """Every command is one: those that make films are asked what they would make."""
    words = shlex.split(command, comments=True)[3:]
    films = words[0] not in {*registry.names("commands")} - {"render"}
    if films and "--still" not in words:
        words.append("--dry-run")
    if films or words[0] in QUICK:
        assert main(words) == 0
    else:
        assert words[0] in registry.names("commands")


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in COMMANDS if "configs/ " not in c])
def test_its_commands_work(command, house):
    """Every command is run; films are made small and short."""
    words = shlex.split(command, comments=True)[3:]
    if words[0] == "verify":
        assert main(["configs/slope.yaml", "--size", "160x90", "--set", "film.duration=1"]) == 0
    if words[0] not in {*registry.names("commands")} - {"render"}:
        small = [] if "--frames" in words else ["--set", "film.duration=1"]
        words = [w for w in words if w != "3840x2160"]
        words = [w for w in words if w != "--size"] + small
        words += [] if "--draft" in words or "--for" in words else ["--size", "160x90"]
    assert main(words) == 0


def test_a_loop_of_ones_own_is_filmed_as_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (program,) = [block for block in blocks("python") if "render.record(" in block]
    program = program.replace("range(30)", "range(2)").replace(
        "film(title", 'film(grid=41, size="160x90", fps=4, duration=1, title'
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


@pytest.mark.slow
def test_its_python_works(house):
    program = blocks("python")[0].replace("render.load(", "render.load(size=(160, 90), config=")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "converging" in done.stdout
    assert (house / "slope.gif").stat().st_size > 1000
    assert (house / "step2.png").is_file()


@pytest.mark.parametrize("index", [0, 1])
def test_what_it_says_of_extending_is_true(index, house):
    """CONTRIBUTING's optimizer steps, its scene composes."""
    code = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)[index]
    if index:
        (house / "scenes").mkdir()
        (house / "scenes" / "mine.py").write_text(code)
        (house / "configs" / "mine.yaml").write_text("scene: mine")
        scene = compose(load(house / "configs" / "mine.yaml"))
        assert set(scene.panels) == {"H", "S", "L"}
        return
    names: dict = {}
    exec(compile(code, "CONTRIBUTING.md", "exec"), names)
    sign = names["Sign"](lr=0.5)
    params, grads = torch.tensor([1.0, 2.0]), torch.tensor([3.0, -4.0])
    new, _ = sign.step(params, grads, sign.init(params, None), sign.lr)
    assert new.tolist() == [0.5, 2.5]


def test_its_files_and_configs_are_there():
    for picture in re.findall(r"\]\((outputs/[^)]+)\)", README):
        assert 0 < (ROOT / picture).stat().st_size < 1_000_000
    table = README[README.index("| one parameter |") : README.index("## What comes out")]
    named = set(re.findall(r"`(\w+)`", table))
    assert named == {path.stem for path in (ROOT / "configs").glob("*.yaml")}


def test_the_error_it_shows_is_the_one_there_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    text = (ROOT / "configs" / "slope.yaml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("optimizer:"))
    (tmp_path / "configs" / "slope.yaml").write_text(
        text.replace(line, "optimizer: {kind: sgd, lrr: 0.1}")
    )
    assert main(["check", "configs/slope.yaml"]) == 2
    said = capsys.readouterr().err
    shown = next(block for block in blocks("") if "lrr" in block)
    assert said.strip() == shown.strip()
