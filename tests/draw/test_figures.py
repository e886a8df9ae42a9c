"""Every written figure is a recorded one, of one row in all panels; only marks glide."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from render.draw.panels.code import CodePanel
from render.draw.panels.contour import ContourPanel
from render.draw.panels.cost import CostPanel
from render.draw.panels.data import DataPanel
from render.draw.panels.label import LabelPanel
from render.draw.panels.loss import LossPanel
from render.draw.panels.standings import StandingsPanel
from render.draw.panels.surface import SurfacePanel
from render.draw.panels.update import UpdatePanel
from render.draw.plan import compose, plan_film
from render.draw.stage import Stage
from render.draw.text import LiveText
from render.timeline.pace import NAMES
from tests.draw.reading import last_number as number
from tests.draw.reading import numbers
from tests.draw.stages import stage_of
from tests.learn.labs import lab, runs
from tests.sweeps import sweep

QUICK = (
    ("knife_edge",),
    ("one_step",),
    ("slope",),
    ("optimizer_race",),
    ("flipped_bias",),
    ("residual_squares",),
    ("pytorch_way",),
)
SLOW = (
    ("slope_bias",), ("batch_sizes",), ("cross_sections",), ("logistic_mse_plateau",),
    ("schedules",), ("polynomial",), ("forgot_zero_grad",), ("learning_rates",), ("cubic_saddle",),
    ("twin_features",), ("himmelblau",), ("auto_mpg",), ("two_points_diverge",),
    ("anscombe", "film.panels=[slices, parameters, gradient]", "film.essential=[slices]"),
    ("knife_edge", "film.panels=[schedule, equation, cost]"),
)  # fmt: skip
FILM = ("film.size=[1280, 720]", "film.duration=4", "film.fps=10")


def film(name: str, *sets: str):
    return stage_of(lab(name, *FILM, *sets), runs(name, *FILM, *sets))


def live(stage: Stage) -> list[str]:
    """All live texts of a frame with a figure, in the order of the panels.

    Without the ticks of an axis that eases: they glide with it, and are figures of no row.
    """
    grounds = [panel.ground for panel in stage.panels if isinstance(panel, DataPanel)]
    ticks = {id(word) for ground in grounds if ground for word in ground.ticks.words}
    return [
        artist.text
        for artist in stage.canvas.moving
        if isinstance(artist, LiveText)
        and id(artist) not in ticks
        and artist.get_visible()
        and any(letter.isdigit() for letter in artist.text)
    ]


@pytest.mark.parametrize("case", sweep([*QUICK, *SLOW], quick=2, whole=True))
def test_between_two_steps_all_that_is_written_is_what_the_first_of_them_wrote(case):
    """The frame of the recorded step itself is the oracle."""
    stage, timeline = film(case[0], *case[1:], "film.auto_captions=false", "captions=[]")
    clock, trained = stage.context.clock, stage.context.runs
    rates = {clock.rate(run.recording) for run in trained}
    parts = (0.11, 0.5, 0.93) if rates == {1} else (1 / (3 * max(rates)),)
    still = timeline.moments[0]
    for tick in {0, 1, 2, clock.ticks // 2, clock.ticks - 1} & {*range(clock.ticks)}:
        for phase in ("update", None) if len(trained) == 1 else (None,):
            begins = replace(still, tick=float(tick), phase=phase)
            stage.draw(begins)
            expected = live(stage)
            for part in parts:
                if rates != {1} and any(
                    int(tick * clock.rate(run.recording) + 1e-9)
                    != int((tick + part) * clock.rate(run.recording))
                    for run in trained
                ):
                    continue
                stage.draw(replace(begins, tick=tick + part))
                if tick == 0 and phase is None:
                    continue  # the code's lines have no values before they have run
                assert live(stage) == expected, (tick, part, phase)


@pytest.mark.parametrize("name", ["slope", "slope_bias"])
def test_in_every_phase_of_a_step_all_panels_write_the_row_that_it_leaves(name):
    """Also in its last, when the dot has arrived: the step lands when it is over."""
    stage, timeline = film(name, "captions=[]")
    recording = stage.context.recording
    loss = next(panel for panel in stage.panels if isinstance(panel, LossPanel))
    data = next(panel for panel in stage.panels if isinstance(panel, DataPanel))
    for row in (0, 1, 2):
        values = recording.at(row).values
        for phase in NAMES:
            tick = {"update": row + 0.4, "zero_grad": row + 1.0}.get(phase, float(row))
            stage.draw(replace(timeline.moments[0], tick=tick, phase=phase))
            assert number(loss.value.text) == pytest.approx(recording.loss[row], rel=6e-3)
            line = [values[part] for part in ("w", "b") if values[part]]  # without a term of 0
            assert numbers(data.equation.text) == pytest.approx(line, abs=6e-3)
            assert f"epoch {row} of" in " ".join(" ".join(live(stage)).split())
            code = [line for p in stage.panels if isinstance(p, CodePanel) for line in p.rows]
            for line in code:
                written = "".join(text.text for text in line.values if text.get_visible())
                if "loss =" in written:
                    assert number(written) == pytest.approx(recording.loss[row], abs=6e-3)


def test_a_cell_s_loss_its_plot_and_its_slope_are_one_recorded_row():
    """knife_edge at half-time read 26.47 above, 64.77 beneath, and a rising loss fell."""
    spec = lab("knife_edge")
    trained = runs("knife_edge")
    plan = plan_film(compose(spec), trained)
    stage = plan.stage()
    seen: list[set[float]] = [set() for _ in trained]
    for moment in plan.whole_film.moments[::4]:
        stage.draw(moment)
        for kind in (LabelPanel, LossPanel, CostPanel):
            panels = [panel for panel in stage.panels if isinstance(panel, kind)]
            assert len(panels) == len(trained)
            for k, (panel, run) in enumerate(zip(panels, trained, strict=True)):
                row = int(moment.tick + 1e-9)
                if kind is CostPanel:
                    expected = run.recording.grads[row, 0]
                    assert number(panel.slope.text) == pytest.approx(expected, abs=6e-3)
                else:
                    expected = run.recording.loss[row]
                    assert number(panel.value.text) == pytest.approx(expected, rel=6e-4)
                    seen[k].add(number(panel.value.text))
    rising = sorted(seen[2])
    assert rising[0] == pytest.approx(trained[2].recording.loss[0], abs=0.06)


@pytest.mark.slow
def test_the_slope_beside_the_curve_is_the_gradient_in_the_code():
    """one_step at half-time read ∂L/∂w = −36.34 beside w.grad = −42.064."""
    spec = lab("one_step")
    plan = plan_film(compose(spec), runs("one_step"))
    stage = plan.stage()
    compared = 0
    for moment in plan.whole_film.moments:
        stage.draw(moment)
        texts = " ".join(live(stage)).replace("−", "-")
        slope = re.search(r"∂L/∂w = +(\S+)", texts)
        grad = re.search(r"w\.grad = +(-\S+)", texts)
        if slope and grad and moment.tick < 1:
            compared += 1
            assert float(slope[1]) == pytest.approx(float(grad[1]), abs=6e-3)
    assert compared > 20


def test_standings_change_when_a_step_lands_and_ranks_begin_with_the_first():
    stage, timeline = film("optimizer_race")
    panel = next(panel for panel in stage.panels if isinstance(panel, StandingsPanel))
    losses = np.array([run.recording.loss for run in stage.context.runs])

    def written() -> tuple[list[str], list[float]]:
        shown = [standing.ahead + standing.values for standing in panel.standings]
        texts = [[t.text for t in four if t.get_visible()] for four in shown]
        return [rank for rank, _ in texts], [number(loss) for _, loss in texts]

    for tick in (0, 0.6, 1.0, 1.7, 12.3):
        stage.draw(replace(timeline.moments[0], tick=tick))
        ranks, values = written()
        row = losses[:, int(tick)]
        np.testing.assert_allclose(values, row, rtol=6e-4, atol=5.1e-5)
        order = [f"{1 + int((row < one - 1e-9 * abs(one)).sum())}" for one in row]
        assert ranks == (order if tick >= 1 else [""] * len(row))


def test_the_step_s_arrow_goes_from_old_to_new_while_it_is_taken_and_is_gone_then():
    """In `w.grad.zero_()` it pointed back, from the dot to where the step had begun."""
    spec = lab("slope")
    plan = plan_film(compose(spec), runs("slope"))
    stage, params = plan.stage(), runs("slope")[0].recording.params[:, 0]
    cost = next(panel for panel in stage.panels if isinstance(panel, CostPanel))
    to_data = cost.plot.axes.transData.inverted().transform
    phases = set()
    for moment in plan.whole_film.moments[::2]:
        if moment.phase is None:
            continue
        stage.draw(moment)
        start, end = to_data(cost.arrow)[:, 0]
        row, phases = int(moment.tick), phases | {moment.phase}
        if moment.phase == "update":
            assert [start, end] == pytest.approx(params[row : row + 2].tolist())
        else:
            assert start == end
    assert phases == {*NAMES}


def update_panel(stage: Stage) -> UpdatePanel:
    return next(panel for panel in stage.panels if isinstance(panel, UpdatePanel))


def reach(stage: Stage) -> float:
    """The longest arrow of the present step, in pixels; negative to the left."""
    spans = [float(line.arrow[1, 0] - line.arrow[0, 0]) for line in update_panel(stage).lines]
    return max(spans, key=abs)


def test_where_a_run_diverges_every_step_s_arrow_is_as_long_as_the_longest():
    """The first ones were specks of 2 px, beside a last step that is 150 times as long."""
    stage, timeline = film("two_points_diverge")
    moves = np.diff(stage.context.recording.params[:, 0])
    for row, move in enumerate(moves):
        stage.draw(replace(timeline.moments[0], tick=float(row)))
        assert abs(reach(stage)) > 60
        assert np.sign(reach(stage)) == np.sign(move)


def test_arrows_that_shrink_are_to_one_scale_and_steps_too_small_to_be_seen_have_none():
    stage, timeline = film("slope_bias")
    moves = np.diff(stage.context.recording.params, axis=0)
    longest = np.take_along_axis(moves, np.abs(moves).argmax(axis=1)[:, None], 1)[:, 0]
    lengths = []
    for row in range(6):
        stage.draw(replace(timeline.moments[0], tick=float(row)))
        lengths.append(reach(stage))
    np.testing.assert_allclose(np.array(lengths) / lengths[0], longest[:6] / longest[0])
    stage, timeline = film("slope_bias", "optimizer.lr=1e-7", "captions=[]")
    stage.draw(timeline.moments[0])
    assert reach(stage) == 0  # a step of 6e-6 on a way of 16
    assert not any(line.step.text for line in update_panel(stage).lines)


@pytest.mark.parametrize("kind", sweep([SurfacePanel, ContourPanel, LossPanel]))
def test_runs_that_start_at_one_place_fan_out_there_and_nowhere_else(kind):
    """Five markers lay on one another."""
    stage, timeline = film("optimizer_race")
    panel = next(panel for panel in stage.panels if isinstance(panel, kind))
    stage.draw(timeline.moments[0])
    radius = min(dot.radius for dot in panel.dots)
    for one, other in itertools.combinations(panel.dots, 2):
        np.testing.assert_allclose(one.at, other.at, atol=1e-6)
        assert np.linalg.norm(one.place() - other.place()) > 1.3 * radius
    if kind is LossPanel:
        assert len({round(float(dot.place()[1]), 6) for dot in panel.dots}) == 1  # its true loss
    stage.draw(timeline.moments[-1])
    for dot in panel.dots:
        np.testing.assert_array_equal(dot.place(), dot.at)


@pytest.mark.slow
def test_a_moving_camera_takes_the_fan_along():
    stage, timeline = film("optimizer_race", "film.camera={orbit: 60}", "film.duration=1")
    panel = next(panel for panel in stage.panels if isinstance(panel, SurfacePanel))
    for moment in (timeline.moments[0], timeline.moments[-1]):
        stage.draw(replace(moment, tick=0.0))
        for dot in panel.dots:
            np.testing.assert_allclose(dot.home, dot.at, atol=1e-6)


def test_the_standings_name_the_valley_that_each_start_ends_in():
    """Himmelblau's minima are all 0: a rank by the loss says nothing."""
    stage, timeline = film("himmelblau")
    panel = next(panel for panel in stage.panels if isinstance(panel, StandingsPanel))
    stage.draw(timeline.moments[0])
    assert not any(standing.valley.text for standing in panel.standings)
    stage.draw(timeline.moments[-1])
    for standing, run in zip(panel.standings, stage.context.runs, strict=True):
        written = re.findall(r"-?[\d.]+", standing.valley.text.replace("−", "-"))
        assert [float(part) for part in written] == pytest.approx(
            run.recording.params[-1].tolist(), abs=6e-3
        )
        assert not any(words.text for words in (*standing.ahead, *standing.values))
