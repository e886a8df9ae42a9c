"""Films of networks from a config: what is drawn is what was trained."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.load import load
from render.pipeline import learn

CONFIG = """\
title: Exclusive or
model: {kind: mlp, hidden: [3]}
dataset: {kind: xor, n: 24}
loss: {kind: cross_entropy, l2: 0.02, l1: 0.01}
optimizer: {kind: sgd, lr: 0.5}
training: {epochs: 6}
landscape: {grid: 41}
scene: network
"""


@pytest.mark.parametrize("plane", ["pca", "hessian"])
def test_the_penalty_of_training_is_in_the_heights_and_in_the_surface(tmp_path, plane):
    path = tmp_path / "film.yaml"
    path.write_text(CONFIG)
    (run,) = learn(load(path, [f"landscape.plane={plane}"]))
    recording = run.recording
    # Every step took all of the points: the loss of its batch is that over the whole set.
    np.testing.assert_allclose(recording.loss[:-1], recording.batch_loss[:-1], rtol=1e-6)
    projected = recording.projected
    np.testing.assert_allclose(
        projected.gradients[-1] @ projected.gradients[-1], projected.grad_norm[-1] ** 2, rtol=1e-9
    )
    moves = np.diff(projected.weights, axis=0)
    np.testing.assert_allclose(moves, -0.5 * projected.gradients[:-1], atol=1e-6)
    if plane == "hessian":  # through the last snapshot
        assert projected.plane_loss[-1] == pytest.approx(recording.loss[-1], rel=1e-6)
