"""A stage with prints of earlier stages draws what a fresh one draws, to the byte."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg

from render.cells import Cell
from render.draw.plan import compose, plan_film
from render.draw.prints import Prints, inputs_of
from render.errors import RenderError
from tests.draw.stages import staged
from tests.learn.labs import lab, runs
from tests.sweeps import sweep

SIZE = ("film.size=[640, 360]", "film.duration=2", "film.fps=10")
CHANGES = (
    (),
    ("optimizer.lr=0.013",),
    ("seed=5",),
    ("training.epochs=9",),
    ("film.theme=paper",),
    ("film.theme=paper", "optimizer.lr=0.3"),
    (),
)
CELL = Cell(0, 0, 4, 4)


@pytest.mark.parametrize(
    ("name", "changes"),
    sweep(
        [
            ("slope_bias", CHANGES[:3]),
            ("slope_bias", CHANGES),
            *((name, CHANGES) for name in ("slope", "himmelblau", "rosenbrock", "saddle")),
            *((name, CHANGES) for name in ("optimizer_race", "cross_sections", "polynomial")),
            *((name, CHANGES) for name in ("logistic_cross_entropy", "auto_mpg", "noise_ball")),
        ]
    ),
)
def test_changes_in_a_row_and_back_are_drawn_as_on_fresh_stages(name, changes):
    prints = Checked()
    for sets in changes:
        try:
            plan = plan_film(compose(lab(name, *SIZE, *sets)), runs(name, *SIZE, *sets))
        except RenderError:  # this config has no such key
            continue
        moments = plan.timeline.moments
        stage, fresh = plan.stage(prints), plan.stage()
        for moment in (moments[-1], moments[len(moments) // 2]):
            np.testing.assert_array_equal(stage.picture(moment), fresh.picture(moment))
    assert prints.copied


class Checked(Prints):
    """Finds what is drawn outside of the rectangle that is said to hold it."""

    def draw(self, renderer, inputs, within, paint):
        if not isinstance(renderer, RendererAgg):
            super().draw(renderer, inputs, within, paint)
            return
        assert inputs is not None, paint
        before = np.asarray(renderer.buffer_rgba()).copy()
        super().draw(renderer, inputs, within, paint)
        rows, columns = np.nonzero((np.asarray(renderer.buffer_rgba()) != before).any(axis=-1))
        if len(rows):
            cell, height = within(), len(before)
            assert cell.left <= columns.min(), paint
            assert columns.max() < cell.right, paint
            assert cell.bottom <= height - 1 - rows.max(), paint
            assert height - 1 - rows.min() < cell.top, paint


def test_another_rate_is_drawn_on_the_axes_of_the_film_before():
    """Axes, contours, floor and surface are the same: of some 25 artists few are drawn again."""
    prints = Prints()
    kept = []
    for rate in (0.1, 0.2):
        sets = *SIZE, f"optimizer.lr={rate}"
        plan = plan_film(compose(lab("slope_bias", *sets)), runs("slope_bias", *sets))
        plan.stage(prints).picture(plan.timeline.moments[-1])
        kept.append((prints.copied, len(prints)))
    (none, first), (copied, second) = kept
    assert none == 0
    assert copied >= 20
    assert second - first <= 3


def test_other_pixels_beneath_are_drawn_on():
    prints, renderer = Prints(), RendererAgg(4, 4, 72)
    pixels, drawn = np.asarray(renderer.buffer_rgba()), []

    def add(renderer):  # what it leaves depends on what is beneath
        drawn.append(1)
        pixels[0, 0] += np.uint8(1)

    for beneath, expected in ((7, 8), (7, 8), (9, 10), (9, 10)):
        pixels[:] = beneath
        prints.draw(renderer, inputs_of("add"), lambda: CELL, add)
        assert (pixels[0, 0] == expected).all()
        assert (pixels[1:] == beneath).all()
    assert (len(drawn), prints.copied) == (2, 2)


def test_prints_have_a_bound():
    prints, renderer = Prints(limit_bytes=5 * 128), RendererAgg(4, 4, 72)  # 4 × 4 pixels, twice
    for number in range(20):
        prints.draw(renderer, inputs_of(number), lambda: CELL, lambda _: None)
    assert len(prints) == 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        (0.1, 0.1 + 2**-55),
        ("a", b"a"),
        (np.zeros(4), np.zeros((2, 2))),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.ma.masked_array([1.0], [False]), np.ma.masked_array([1.0], [True])),
        ({"a": 1}, {"a": 2}),
        (Cell(0, 0, 1, 1), Cell(0, 0, 1, 2)),
    ],
)
def test_inputs_that_differ_are_not_equal(one, other):
    assert inputs_of(one) == inputs_of(one)
    assert inputs_of(one) != inputs_of(other)


def test_what_cannot_be_compared_is_never_copied():
    assert inputs_of(object()) is None
    assert inputs_of(np.array([object()])) is None


def test_a_stage_alone_keeps_nothing():
    stage, timeline = staged("slope")
    stage.picture(timeline.moments[0])
    assert len(stage.prints) == 0
