"""Shipped configs with something wrong in them: loaded, or refused where it is wrong."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from render.__main__ import main
from render.config.load import load
from render.errors import ConfigError
from tests.hostile.memory import peak_since, rest
from tests.hostile.mutants import CONFIGS, Mutant, changed, garbled, stretched
from tests.hostile.stills import Stills

LONGEST_S = 5.0
MOST_BYTES = 512 << 20
STEPS = 20_000  # of a film that is drawn here: more take their time, as they should
FIXED = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    """A home like the one that the shipped configs have."""
    home = tmp_path_factory.mktemp("fuzz")
    (home / "configs").mkdir()
    (home / "scenes").symlink_to(CONFIGS.parent / "scenes")
    return home


def put(folder: Path, mutant: Mutant) -> Path:
    path = folder / "configs" / f"{mutant.name}.yaml"
    path.write_bytes(mutant.text)
    return path


def loads_or_is_refused_where_it_is_wrong(folder: Path, mutant: Mutant) -> None:
    path = put(folder, mutant)
    memory, started_s = rest(), time.process_time()
    try:
        load(path)
    except ConfigError as error:
        told = str(error).splitlines()
        assert re.match(rf"{re.escape(str(path))}:[1-9]\d*:[1-9]\d*: .", told[0])
        assert all(line.isprintable() for line in told)
        assert len(told) < 70
        assert max(map(len, told)) < 2000
    assert time.process_time() - started_s < LONGEST_S
    assert peak_since(memory) < MOST_BYTES


@settings(max_examples=150, phases=[Phase.generate], **FIXED)
@given(mutant=st.one_of(changed(), garbled()))
def test_a_config_with_something_wrong_is_loaded_or_refused_where_it_is_wrong(folder, mutant):
    loads_or_is_refused_where_it_is_wrong(folder, mutant)


@pytest.mark.slow
@settings(max_examples=2000, **FIXED)
@given(mutant=st.one_of(changed(), garbled(), stretched()))
def test_two_thousand_of_them(folder, mutant):
    loads_or_is_refused_where_it_is_wrong(folder, mutant)


@pytest.fixture(scope="module")
def stills() -> Any:
    """A process that draws them, each in a process of its own."""
    with Stills() as made:
        yield made


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate], **FIXED)
@given(mutant=st.one_of(changed(), stretched(), stretched()), at=st.sampled_from(["end", "50%"]))
def test_what_loads_can_be_drawn_or_is_told_why_not(folder, stills, mutant, at):
    path = put(folder, mutant)
    try:
        spec = load(path)
    except ConfigError:
        return
    if sum(run.training.steps(100) for run in spec.each) > STEPS:
        return
    size = "640x360" if len(mutant.text) % 2 else "160x90"
    code, told = stills.made(path, at, size)
    assert "Traceback" not in told
    assert "Warning" not in told
    assert "internal error" not in told
    assert (code, bool(told)) in ((0, False), (1, True)), told
    assert told.count("\n") <= 3


FLAT = {
    "data of one height": "dataset: {kind: line, slope: 1, intercept: -1.0e+12}\n",
    "a wall": (
        "model: {kind: function, name: quadratic, axes: [1.0e+299, 2], start: {x1: -5, x2: -2}}\n"
        "optimizer: {lr: 0.6}\nlandscape: {x1: [-6, 3], x2: [-8, 8]}\n"
    ),
}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name, marks=[pytest.mark.slow] * (name == "a wall"))
        for name, text in FLAT.items()
    ],
)
def test_numbers_that_are_all_the_same_are_drawn_without_a_word(folder, text, recwarn, monkeypatch):
    """Found by drawing mutants: Matplotlib complained of limits with nothing between them."""
    monkeypatch.chdir(folder)
    path = folder / "configs" / "flat.yaml"
    path.write_text(f"{text}training: {{epochs: 2}}\n")
    words = ["--still", "0s", "--size", "640x360", "--quiet", "-o", "flat.png"]
    assert main([str(path), *words]) == 0
    assert not recwarn.list
