"""Parameters, gradient and schedule: where the recording has them, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest

from render import pipeline
from render.config.load import load
from render.draw import artists
from render.draw.panels.gradient import GradientPanel, moves, norms
from render.draw.panels.loss import LossPanel
from render.draw.panels.parameters import ParametersPanel
from render.draw.panels.schedule import SchedulePanel
from render.draw.plot.end_labels import spread
from render.draw.stage import Stage
from render.results import Run
from render.timeline.plan import Timeline
from tests.draw.stages import stage_of, staged

SHORT = ("film.duration=1", "film.fps=10")
SCENE = """from render.scene import Panel, Scene


def compose(spec):
    panels = {{{panels}}}
    return Scene(panels=panels, wide=({mosaic!r},), tall=({mosaic!r},))
"""
LINE = "model: {kind: linear, weight: -8, bias: 6}\ndataset: {kind: line, noise: 1}\n"
GRIDS = ("centring", "feature_scaling", "noise_ball")
LEVEL = (
    "dataset: {kind: points, x: [-1, 1], y: [1, 3]}\n"
    "model: {kind: linear, weight: {value: 0, frozen: true}, bias: 0}\n"
)
BOWL = "model: {kind: function, name: quadratic, axes: [0.1, 2], start: {x1: -5, x2: -2}}\n"


def panelled(yaml: str, panels: str, mosaic: str, *sets: str) -> tuple[Stage, Timeline]:
    """A fresh stage of the config, 854×480 unless said otherwise.

    `panels` is the inside of a dict: `"P": Panel("parameters")`.
    """
    path = _written(yaml, panels, mosaic)
    spec = load(path, ("film.size=[854, 480]", *SHORT, *sets))
    with np.errstate(all="ignore"):
        return stage_of(spec, _runs(yaml))


@cache
def _written(yaml: str, panels: str, mosaic: str) -> Path:
    home = Path(mkdtemp(prefix="panelled"))
    for folder in ("configs", "scenes"):
        (home / folder).mkdir()
    (home / "scenes" / "own.py").write_text(SCENE.format(panels=panels, mosaic=mosaic))
    (home / "configs" / "own.yaml").write_text(f"scene: own\n{yaml}")
    return home / "configs" / "own.yaml"


@cache
def _runs(yaml: str) -> tuple[Run, ...]:
    with np.errstate(all="ignore"):
        return pipeline.learn(load(_written(yaml, '"A": Panel("surface")', "A"), ()))


CURVES = '"P": Panel("parameters"), "G": Panel("gradient"), "S": Panel("schedule")'
FADING = f"{LINE}training: {{epochs: 8}}\nschedule: {{kind: exponential, gamma: 0.7}}\n"
BATCHES = f"{LINE}training: {{epochs: 3, batch_size: 10, shuffle: true}}\n"
ADAM = "optimizer: {kind: adam, lr: 0.4}"
RACE = f"{BOWL}training: {{epochs: 9}}\nruns:\n  one: {{}}\n  two: {{{ADAM}}}\n"
FIVE = f"{BOWL}training: {{epochs: 5}}\nsweep: {{optimizer.lr: [0.1, 0.2, 0.3, 0.4, 0.45]}}\n"
PACES = f"{LINE}training: {{epochs: 3}}\nruns:\n  all: {{}}\n  few: {{training.batch_size: 10}}\n"
BREAKS = (
    "model: {kind: function, formula: 'exp(x1*x1)', start: {x1: 20}}\n"
    "optimizer: {kind: sgd, lr: 1000}\n"
)
STAYS = f"{BOWL.replace('-5', '0').replace('-2', '0')}training: {{epochs: 4}}\n"
ALL = {
    "single": FADING, "batches": BATCHES, "race": RACE, "five": FIVE, "paces": PACES,
    "breaks": BREAKS, "stays": STAYS, "one step": f"{LINE}training: {{epochs: 1}}\n",
}  # fmt: skip


def curves(yaml: str, *sets: str):
    """The stage, its timeline, and its three panels."""
    stage, timeline = panelled(yaml, CURVES, "PG PS", *sets)
    kinds = (
        ParametersPanel,
        GradientPanel,
        SchedulePanel,
    )  # a film may have put a caption beneath them
    return stage, timeline, *(panel for panel in stage.panels if isinstance(panel, kinds))


def at(stage: Stage, timeline: Timeline, tick: float) -> None:
    stage.draw(replace(timeline.moments[0], tick=tick))


def pixel(plot, x: float, y: float) -> np.ndarray:
    return plot.axes.transData.transform((x, y))


TICKS = (0, 0.3, 1, 1.5, 2.75, 3)


@pytest.mark.parametrize("name", ["single", "batches", "race", "paces"])
def test_parameters_are_where_the_recording_has_them(name):
    stage, timeline, panel, *_ = curves(ALL[name])
    clock = stage.context.clock
    for tick in (*TICKS, clock.ticks):
        at(stage, timeline, tick)
        k = 0
        for run in stage.context.runs:
            recording = run.recording
            step = min(tick * (6 if name == "paces" and run.label == "few" else 1), recording.steps)
            unit = recording.per_epoch if name in ("batches", "paces") else 1
            for column in recording.params.T:
                true = np.interp(step, np.arange(recording.steps + 1), column)
                expected = pixel(panel.plot, step / unit, true)
                np.testing.assert_allclose(panel.dots[k].at, expected, atol=1e-6)
                k += 1
        assert k == len(panel.dots)


def test_the_dashed_line_is_at_the_optimum():
    stage, _, panel, *_ = curves(FADING)
    optimum = stage.context.landscape.optimum
    lines = [line for line in panel.plot.axes.lines if line.is_dashed()]
    assert [line.get_ydata()[0] for line in lines] == [optimum["w"], optimum["b"]]
    assert all(line.get_color() == stage.context.theme.truth for line in lines)
    low, high = panel.plot.axes.get_ylim()
    assert low < min(optimum.values()) < max(optimum.values()) < high


def test_a_trace_runs_through_the_recorded_values():
    stage, _, parameters, gradient, schedule = curves(FADING)
    recording, rows = stage.context.recording, np.arange(9.0)
    for column, trace in zip(recording.params.T, parameters.traces, strict=True):
        true = [pixel(parameters.plot, row, column[int(row)]) for row in rows]
        np.testing.assert_allclose(trace.locate(rows), true)
        seen = trace.line._points
        ends = np.array(true)
        assert all((np.abs(seen - end).max(axis=1) < 1e-6).any() for end in ends)
    for values, curve in zip((norms, moves), gradient.curves, strict=True):
        recorded = values(stage.context.first)
        true = [pixel(gradient.plot, row, value) for row, value in enumerate(recorded)]
        np.testing.assert_allclose(curve.locate(rows[: len(recorded)]), true)
    (stairs,) = schedule.curves.values()
    for row in range(8):
        for part in (0, 0.5, 0.99):
            true = pixel(schedule.plot, row + part, 0.1 * 0.7**row)
            np.testing.assert_allclose(stairs.locate(np.array([row + part]))[0], true, atol=1e-6)


def test_stairs_are_level_or_upright():
    *_, schedule = curves(FADING)
    (stairs,) = schedule.curves.values()
    for points in stairs.line._points:
        moved = np.abs(np.diff(points, axis=0)) > 1e-9
        assert not moved.all(axis=1).any()


@pytest.mark.parametrize("tick", TICKS)
def test_norms_and_steps_lie_on_the_chord_between_their_records(tick):
    stage, timeline, _, panel, _ = curves(FADING)
    at(stage, timeline, tick)
    recording, row = stage.context.recording, int(tick)
    steepness = np.linalg.norm(recording.grads, axis=1)
    way = np.linalg.norm(np.diff(recording.params, axis=0), axis=1)
    for dot, values in zip(panel.dots, (steepness, way), strict=True):
        ends = [pixel(panel.plot, k, values[k]) for k in (row, row + 1)]
        expected = ends[0] + (tick - row) * (ends[1] - ends[0])
        np.testing.assert_allclose(dot.at, expected, atol=1e-6)


def test_at_a_constant_rate_gradient_and_step_shrink_together():
    stage, *_ = curves(f"{LINE}training: {{epochs: 8}}\n")
    run = stage.context.first
    np.testing.assert_allclose(moves(run), 0.1 * norms(run)[:-1])


def test_the_end_s_gradient_over_all_data_is_not_one_of_the_batches():
    stage, *_ = curves(BATCHES)
    assert len(norms(stage.context.first)) == stage.context.recording.steps


def test_lengths_far_apart_have_a_logarithmic_axis():
    yaml = f"{LINE}optimizer: {{kind: sgd, lr: 0.3}}\ntraining: {{epochs: %d}}\n"
    assert [curves(yaml % epochs)[3].log for epochs in (3, 60)] == [False, True]


def test_zeros_are_held_at_the_floor_of_a_logarithmic_axis():
    yaml = "model: {kind: function, formula: 'x1**2', start: {x1: 1}}\ntraining: {epochs: 150}\n"
    stage, timeline, _, panel, _ = curves(f"{yaml}optimizer: {{kind: sgd, lr: 0.499}}\n")
    assert panel.log
    assert norms(stage.context.first)[-1] == moves(stage.context.first)[-1] == 0
    at(stage, timeline, 150)
    for dot in panel.dots:
        assert dot.at[1] == pytest.approx(panel.plot.area.bottom, abs=0.5)
        assert not dot.hollow


def test_in_a_race_more_than_eight_traces_are_those_of_the_first_parameter():
    *_, two, _, _ = curves(RACE)
    *_, ten, _, _ = curves(FIVE)
    assert [name for _, name in two.each] == ["x1", "x2"] * 2
    assert [name for _, name in ten.each] == ["x1"] * 5


def test_a_run_that_flies_off_leaves_the_others_their_room():
    yaml = f"{BOWL}training: {{epochs: 30}}\nsweep: {{optimizer.lr: [0.3, 0.9]}}\n"
    stage, timeline, parameters, gradient, _ = curves(yaml)
    at(stage, timeline, 30)
    for panel in (parameters, gradient):
        assert any(dot.hollow for dot in panel.dots)
        for dot in panel.dots:
            assert panel.plot.area.bottom <= dot.at[1] <= panel.plot.area.top
    low, high = parameters.plot.axes.get_ylim()
    assert high - low < 40


def test_a_run_that_diverges_is_marked_where_it_leaves_and_named_in_the_standings():
    panels = '"A": Panel("data"), "B": Panel("standings")'
    rates = "training: {epochs: 24}\nsweep: {optimizer.lr: [0.1, 1.1]}\n"
    stage, timeline = panelled(LEVEL + rates, panels, "A B")
    data, standings, _ = stage.panels
    loss = stage.context.runs[1].recording.loss
    left = int(np.flatnonzero(loss <= 3 * loss[0])[-1]) + 1
    area = data.plot.area
    for tick in (0, left - 1, left, 24):
        at(stage, timeline, tick)
        calm, wild = (one.word.text for one in standings.standings)
        assert (calm, wild) == ("", "diverged" if tick >= left else "")
        (ring,) = data.gone.values()
        gone = data.lines[1][:, 1].min() > area.top or data.lines[1][:, 1].max() < area.bottom
        assert np.isfinite(ring.at).all() == gone
        assert not gone or area.bottom <= ring.at[1] <= area.top
    assert gone


def test_cells_of_a_grid_share_their_scales():
    panels = '"A": Panel("parameters", run=0), "B": Panel("parameters", run=1)'
    for share in (True, False):
        stage, timeline = panelled(RACE, panels, "AB", f"film.share={str(share).lower()}")
        at(stage, timeline, 2.5)
        limits = [panel.plot.axes.get_ylim() for panel in stage.panels]
        assert (limits[0] == limits[1]) == share
        for panel, run in zip(stage.panels, stage.context.runs, strict=True):
            true = run.recording.values(np.array(2.5))[0]
            np.testing.assert_allclose(panel.dots[0].at, pixel(panel.plot, 2.5, true), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["single", "batches", "race", "paces", "breaks"])
def test_frames_are_the_same_in_order_in_reverse_and_alone(name):
    size = "film.size=[640, 480]"
    stage, timeline, *_ = curves(ALL[name], size)
    in_order = [stage.picture(moment) for moment in timeline]
    for moment in reversed(timeline.moments):
        np.testing.assert_array_equal(stage.picture(moment), in_order[moment.index])
    alone, _, *_ = curves(ALL[name], size)
    moment = timeline.moments[6]
    np.testing.assert_array_equal(alone.picture(moment), in_order[6])


def test_a_frame_costs_the_same_whatever_lies_behind_it(monkeypatch):
    stage, timeline, *_ = curves(
        f"{LINE}optimizer: {{kind: sgd, lr: 0.01}}\ntraining: {{epochs: 3000}}\n"
    )
    strokes = []

    def counting(renderer, gc, path, *args, _draw=artists.draw_path, **kwargs):
        strokes.append(len(path))
        return _draw(renderer, gc, path, *args, **kwargs)

    monkeypatch.setattr(artists, "draw_path", counting)
    costs = []
    for tick in (50.5, 700.5, 2900.5):
        at(stage, timeline, tick)
        strokes.clear()
        at(stage, timeline, tick)
        costs.append(len(strokes))
        assert max(strokes) < 200
    assert max(costs) <= min(costs) + 3


@pytest.mark.parametrize(
    ("wanted", "levels"),
    [([50, 10], [50, 10]), ([20, 20], [25, 15]), ([99, 98], [100, 90]), ([0, 1, 2], [0, 10, 20])],
)
def test_words_are_spread_no_further_than_they_must_be(wanted, levels):
    np.testing.assert_allclose(spread(np.array(wanted, float), 10, 0, 100), levels)


@pytest.mark.parametrize(
    "name", ["knife_edge", *(pytest.param(n, marks=pytest.mark.slow) for n in GRIDS)]
)
def test_the_loss_of_every_cell_has_the_same_rows_and_an_axis_of_the_same_length(name):
    stage, timeline = staged(name, "film.size=[1280, 720]")
    stage.draw(timeline.moments[-1])
    panels = [panel for panel in stage.panels if isinstance(panel, LossPanel)]
    assert len(panels) == len(stage.context.runs)
    for what in (
        lambda panel: panel.titles,
        lambda panel: panel.follows,
        lambda panel: panel.plot.axes.get_xlim(),
        lambda panel: panel.plot.titled_from - panel.plot.area.right,
        lambda panel: panel.plot.title_y,
    ):
        assert len({what(panel) for panel in panels}) == 1
