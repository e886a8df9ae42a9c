"""Tiny builders: the two labs as specs, with any number changed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from render.config.load import load
from render.config.spec import Spec
from render.film import learn
from render.recording import Dataset, Landscape, Recording

CONFIGS = Path(__file__).parent.parent.parent / "configs"


def lab(name: str, *sets: str) -> Spec:
    """`lab("slope", "optimizer.lr=0.4")`."""
    return load(CONFIGS / f"{name}.yaml", sets)


@cache
def learnt(name: str, *sets: str) -> tuple[Dataset, Recording, Landscape]:
    """What a lab leaves, trained once for all tests."""
    return learn(lab(name, *sets))
