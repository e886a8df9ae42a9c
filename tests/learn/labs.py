"""Tiny builders: the shipped configs as specs and as runs, with any number changed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from render.config.load import load
from render.config.spec import Spec
from render.pipeline import learn
from render.recording import Dataset, Landscape, Recording
from render.results import Run

OTHERS = ("runs", "sweep", "model=", "dataset=")
CONFIGS = Path(__file__).parent.parent.parent / "configs"


def lab(name: str, *sets: str) -> Spec:
    """`lab("slope", "optimizer.lr=0.4")`; with other runs or another model, without captions,
    which tell of the config's own."""
    if any(text.startswith(OTHERS) for text in sets):
        sets = ("captions=[]", *sets)
    return load(CONFIGS / f"{name}.yaml", sets)


@cache
def runs(name: str, *sets: str) -> tuple[Run, ...]:
    """The runs of a film, trained once for all tests."""
    return learn(lab(name, *sets))


def learnt(name: str, *sets: str) -> tuple[Dataset, Recording, Landscape]:
    """What the first run leaves."""
    run = runs(name, *sets)[0]
    return run.dataset, run.recording, run.landscape


def labelled(name: str, *sets: str) -> dict[str, Run]:
    """The runs of a film by their labels."""
    return {run.label: run for run in runs(name, *sets)}
