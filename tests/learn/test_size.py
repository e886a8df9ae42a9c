"""Large runs stay small in memory; absurd ones are refused before anything is computed."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from render.config.load import load
from render.errors import ConfigError
from render.learn.objective import MeanLoss, QuadraticLoss
from tests.learn.labs import CONFIGS, lab, learnt

GIB = 1 << 30
MEASURE = """
import resource, sys
from pathlib import Path

def peak():
    # ru_maxrss would count what the process that started this one had in memory.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(s for s in status.read_text().splitlines() if s.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

from render.config.load import load
from render.pipeline import learn
spec = load(Path(sys.argv[1]), sys.argv[2:])
(run,) = learn(spec)
dataset, recording, landscape = run.dataset, run.recording, run.landscape
print(recording.steps, len(dataset.y), landscape.loss.size, peak())
"""


def measured(name: str, *sets: str) -> tuple[int, int, int, int]:
    """Steps, points, points of the surface and peak memory in bytes of a fresh process."""
    command = [sys.executable, "-c", MEASURE, str(CONFIGS / f"{name}.yaml"), *sets]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    steps, points, surface, peak = map(int, done.stdout.split())
    return steps, points, surface, peak


MILLION = ("dataset.x={start: 0, stop: 1, step: 1e-6}", "landscape.grid=100")


@pytest.mark.slow
def test_a_million_points_make_a_surface_within_a_gibibyte():
    _, points, surface, peak = measured("slope_bias", *MILLION, "training.epochs=3")
    assert points >= 999_999
    assert surface == 10_000
    assert peak < GIB


@pytest.mark.slow
def test_a_million_points_of_any_loss_stay_within_a_gibibyte():
    sets = (*MILLION[:1], "landscape.grid=41", "training.epochs=2", "loss=mae")
    _, points, _, peak = measured("slope_bias", *sets)
    assert points >= 999_999
    assert peak < GIB


@pytest.mark.slow
def test_a_million_epochs_are_recorded_within_a_gibibyte():
    steps, _, _, peak = measured("slope_bias", "training.epochs=1000000", "optimizer.lr=1e-4")
    assert steps == 1_000_000
    assert peak < GIB


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("training.epochs=1000000000", "1,000,000,000 epochs would record 100 GB"),
        ("landscape.grid=100000", "100,000 × 100,000 points would take 400 GB"),
    ],
)
def test_absurd_sizes_are_refused_with_an_estimate(setting, told):
    with pytest.raises(ConfigError, match=told):
        load(CONFIGS / "slope.yaml", [setting])


def test_chunks_change_nothing(monkeypatch):
    data, run, _ = learnt("slope_bias")
    spec = lab("slope_bias")
    whole = MeanLoss(spec.model, spec.loss, data, run.parameters, 2)(run.params)
    monkeypatch.setattr("render.learn.objective.CHUNK", 100)
    pieces = MeanLoss(spec.model, spec.loss, data, run.parameters, 2)(run.params)
    np.testing.assert_allclose(pieces, whole, rtol=1e-13)
    assert isinstance(run.objective, QuadraticLoss)
    np.testing.assert_allclose(run.objective(run.params), whole, rtol=1e-9)
