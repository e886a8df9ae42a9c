"""What the README shows works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import torch

from render.cli import main
from render.config.load import load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


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


def test_its_optimizer_is_one():
    names: dict = {}
    exec(compile(blocks("python")[0], "README.md", "exec"), names)
    sign = names["Sign"](lr=0.5)
    params, grads = torch.tensor([1.0, 2.0]), torch.tensor([3.0, -4.0])
    new, _ = sign.step(params, grads, sign.init(params, None), sign.lr)
    assert new.tolist() == [0.5, 2.5]


@pytest.mark.parametrize(
    "command", [line for line in "".join(blocks("sh")).splitlines() if "-m render" in line]
)
def test_its_commands_are_understood(command, monkeypatch):
    """Every `python -m render` line names configs and options that there are."""
    monkeypatch.chdir(ROOT)
    words = shlex.split(command, comments=True)[3:]
    words = words[1:] if words[0] == "check" else words
    kept = []
    skip = {"-o", "--format", "--still"}
    for before, word in zip([None, *words], words, strict=False):
        if word not in skip and before not in skip:
            kept.append(word)
    assert main(["check", *kept]) == 0


def test_its_files_and_configs_are_there():
    for picture in re.findall(r"\]\((outputs/[^)]+)\)", README):
        assert 0 < (ROOT / picture).stat().st_size < 1_000_000
    table = README[README.index("| one parameter |") : README.index("Anything can be changed")]
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
