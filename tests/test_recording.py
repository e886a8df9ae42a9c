"""The recording as a function of continuous time."""

from __future__ import annotations

import numpy as np
import pytest

from tests.learn.labs import learnt


def test_a_whole_step_gives_the_recorded_row():
    _, run, _ = learnt("slope_bias")
    for row in range(run.steps + 1):
        snapshot = run.at(row)
        assert snapshot.loss == run.loss[row]
        assert [snapshot.values["w"], snapshot.values["b"]] == run.params[row].tolist()
        assert snapshot.epoch == row


@pytest.mark.parametrize("step", [0.25, 3.5, 14.999])
def test_between_two_rows_the_height_is_the_true_loss(step):
    data, run, _ = learnt("slope_bias")
    snapshot = run.at(step)
    row, part = int(step), step % 1
    w, b = run.params[row] * (1 - part) + run.params[row + 1] * part
    assert [snapshot.values["w"], snapshot.values["b"]] == pytest.approx([w, b])
    assert snapshot.loss == pytest.approx(((w * data.x + b - data.y) ** 2).mean(), rel=1e-9)
    chord = run.loss[row] * (1 - part) + run.loss[row + 1] * part
    assert snapshot.loss < chord


def test_frozen_parameters_are_part_of_every_snapshot():
    _, run, _ = learnt("slope")
    assert run.at(1.5).values["b"] == 0.0
    assert run.values(np.array([0.0, 1.5])).shape == (2, 2)
