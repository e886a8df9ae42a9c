"""Films of several runs: frames are pure, and each run is where its own recording says."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from render import pipeline, registry
from render.cells import Cell
from render.config.load import load
from render.config.theme import rgb
from render.draw.context import RunState
from render.draw.panels.contour import ContourPanel
from render.draw.panels.cost import CostPanel
from render.draw.panels.data import DataPanel
from render.draw.panels.label import LabelPanel
from render.draw.panels.loss import LossPanel
from render.draw.panels.standings import StandingsPanel, ranks
from render.draw.panels.surface import SurfacePanel
from render.draw.step_range import StepRange
from render.draw.style import house_style
from render.recording import ONE_SCALE, Snapshot
from tests.draw.reading import number
from tests.draw.stages import stage_of
from tests.learn.labs import lab, runs
from tests.sweeps import sweep

SHORT = ("film.duration=1", "film.fps=8")
RACES = ["optimizer_race", "batch_sizes", "cubic_saddle"]
GRIDS = ["learning_rates", "flipped_bias"]
QUICK = ("flipped_bias",)  # the others in make test-all
DIVERGING = """
title: One flies off
model: {kind: function, name: quadratic, axes: [0.1, 2], start: {x1: -5, x2: -2}}
optimizer: {kind: sgd, lr: 0.4}
training: {epochs: 300}
film: {size: [1280, 720], duration: 1, fps: 6}
runs:
  good: {}
  the same: {}
  too large: {optimizer.lr: 5}
  brief: {training.epochs: 3}
"""


def drawn(name: str, size: tuple[int, int], *sets: str):
    """A stage of a shipped film, trained once whatever the film's size and length."""
    sets = (f"film.size=[{size[0]}, {size[1]}]", *SHORT, *sets)
    return stage_of(lab(name, *sets), runs(name))


@pytest.fixture(scope="module")
def diverging(tmp_path_factory):
    """A race in which two are level, one flies off within the film and one ends early."""
    path = tmp_path_factory.mktemp("race") / "race.yaml"
    path.write_text(DIVERGING)
    spec = load(path, ())
    with np.errstate(over="ignore", invalid="ignore"):
        return spec, pipeline.learn(spec)


def at(stage, timeline, tick: float) -> None:
    """Bring a stage to a tick of its clock."""
    stage.draw(replace(timeline.moments[0], tick=tick))


def seen(stage, kind):
    """Each panel of a kind with the runs that it shows."""
    for panel, run in zip(stage.panels, stage.runs, strict=True):
        if isinstance(panel, kind):
            yield panel, stage.context.runs if run is None else (stage.context.runs[run],)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in (*RACES, *GRIDS)],
)
def test_frames_are_the_same_in_order_in_reverse_and_alone(name):
    size = (854, 480) if name == "learning_rates" else (640, 360)
    stage, timeline = drawn(name, size)
    in_order = [stage.picture(moment) for moment in timeline]
    assert len({picture.tobytes() for picture in in_order}) > 4
    for moment in reversed(timeline.moments):
        np.testing.assert_array_equal(stage.picture(moment), in_order[moment.index])
    for moment in timeline.spread(3):
        alone, _ = drawn(name, size)
        np.testing.assert_array_equal(alone.picture(moment), in_order[moment.index])


@pytest.mark.slow
@pytest.mark.parametrize("name", [*GRIDS, *RACES])
def test_a_composed_frame_equals_a_full_redraw(name):
    stage, timeline = drawn(name, (854, 480) if name == "learning_rates" else (640, 360))
    for moment in timeline.spread(4):
        composed = stage.picture(moment)
        file = io.BytesIO()
        with house_style():
            stage.figure.savefig(file, format="raw", facecolor=stage.figure.get_facecolor())
        redrawn = np.frombuffer(file.getvalue(), np.uint8).reshape(composed.shape)
        np.testing.assert_array_equal(redrawn, composed)


class Truth:
    """Where a run is at a tick, from its recording's rows alone."""

    def __init__(self, run, tick: float, by_epoch: bool) -> None:
        recording = run.recording
        rate = recording.per_epoch if by_epoch else 1
        self.step = min(tick * rate, recording.steps)
        rows = np.arange(recording.steps + 1)
        trained = {
            name: float(np.interp(self.step, rows, recording.params[:, i]))
            for i, name in enumerate(recording.names)
        }
        self.values = {**trained, **recording.frozen}
        if self.step == int(self.step):
            self.loss = float(recording.loss[int(self.step)])
        else:
            place = [[self.values[name] for name in recording.parameters]]
            self.loss = float(recording.objective(np.array(place))[0])
        self.landed = float(recording.loss[int(self.step)])  # what is written


def pixel(plot, x: float, y: float) -> np.ndarray:
    return plot.axes.transData.transform((x, y))


def on_edge(point: np.ndarray, area: Cell) -> bool:
    gaps = [point[0] - area.left, area.right - point[0], point[1] - area.bottom]
    gaps.append(area.top - point[1])
    return min(abs(gap) for gap in gaps) < 1e-6 and min(gaps) > -1e-6


def check_flat(plot, dot, x: float, y: float) -> None:
    """A dot in a plot is at its place, or a ring at the edge when that is outside."""
    true = pixel(plot, x, y)
    area = plot.area
    inside = area.left <= true[0] <= area.right and area.bottom <= true[1] <= area.top
    assert dot.hollow != inside
    if inside:
        np.testing.assert_allclose(dot.at, true, atol=1e-6)
    else:
        assert on_edge(dot.at, area)


def check_surface(panel, runs_, truths) -> None:
    for run, surface_run, truth in zip(runs_, panel.surface_runs, truths, strict=True):
        landscape, world = run.landscape, panel.world
        box = np.array([
            (truth.values[name] - grid[0]) / (grid[-1] - grid[0]) - 0.5
            for name, grid in zip(landscape.axes, landscape.grid, strict=True)
        ])  # fmt: skip
        ranges = np.array([np.ptp(grid) for grid in landscape.grid])
        on_one_scale = ranges.max() <= ONE_SCALE * ranges.min()
        floor = box * ranges / ranges.max() if on_one_scale else box
        place = np.array([*floor, world.up(np.array(truth.loss))])
        if max(map(abs, box)) > 0.5 or truth.loss > landscape.ceiling:
            assert surface_run.outside
            assert surface_run.dot.hollow
            continue
        assert not surface_run.outside
        np.testing.assert_allclose(surface_run.dot.at, panel.projection(place), atol=1e-5)
        if landscape.flipped:
            wrong = {**truth.values, "b": -truth.values["b"]}
            height = run.recording.objective(np.array([[wrong["w"], wrong["b"]]]))
            place[2] = min(float(world.up(height)[0]), world.top)
            np.testing.assert_allclose(surface_run.gap.ends[0], panel.projection(place), atol=1e-5)
            np.testing.assert_allclose(surface_run.gap.ends[1], surface_run.dot.at, atol=1e-5)


def check_loss(panel, runs_, truths, counted) -> None:
    """At a recorded row its loss; between two, on the true loss or on the chord."""
    for run, dot, curve, truth in zip(runs_, panel.dots, panel.curves, truths, strict=True):
        least, rows = curve.least, run.recording.loss
        row = min(int(truth.step), run.recording.steps - 1)
        ends = [pixel(panel.plot, counted(run, s), max(rows[s], least)) for s in (row, row + 1)]
        true = ends[0] + (truth.step - row) * (ends[1] - ends[0])
        if curve.glides:
            true = pixel(panel.plot, counted(run, truth.step), max(truth.loss, least))
        over = true[1] > panel.plot.area.top
        if over or not curve.low:
            assert dot.hollow == over
        np.testing.assert_allclose(dot.at[0], true[0], atol=1e-5)
        top = panel.plot.area.top - panel.off if over else true[1]
        np.testing.assert_allclose(dot.at[1], top, atol=1e-4)


def check_data(panel, runs_, truths) -> None:
    """Two points make a straight line, and it has 97."""
    for run, line, truth in zip(runs_, panel.lines, truths, strict=True):
        a, b = run.dataset.unscale
        for end, x in ((0, run.dataset.x.min()), (-1, run.dataset.x.max())):
            predicted = truth.values["w"] * x + truth.values["b"]
            np.testing.assert_allclose(
                line[end], pixel(panel.plot, a * x + b, predicted), atol=1e-5
            )


@pytest.mark.parametrize(
    ("name", "kinds"),
    sweep(
        [
            ("optimizer_race", {SurfacePanel: 1, ContourPanel: 1, LossPanel: 1, StandingsPanel: 1}),
            (
                "batch_sizes",
                {SurfacePanel: 1, ContourPanel: 1, LossPanel: 1, DataPanel: 1, StandingsPanel: 1},
            ),
            ("cubic_saddle", {CostPanel: 1, LossPanel: 1, StandingsPanel: 1}),
            ("learning_rates", {LabelPanel: 6, CostPanel: 6}),
            ("knife_edge", {LabelPanel: 3, CostPanel: 3, LossPanel: 3}),
            ("flipped_bias", {LabelPanel: 2, SurfacePanel: 2}),
            ("anscombe", {LabelPanel: 4, DataPanel: 4, SurfacePanel: 4}),
        ],
        quick=3,
    ),
)
def test_every_panel_shows_each_run_where_its_own_recording_has_it(name, kinds):
    stage, timeline = drawn(name, (1280, 720))
    clock = stage.context.clock
    assert {kind: len([*seen(stage, kind)]) for kind in kinds} == kinds
    assert clock.by_epoch == (name == "batch_sizes")

    def counted(run, step: float) -> float:
        return step / run.recording.per_epoch if clock.unit == "epoch" else step

    for tick in (0, 0.37, 1, 2.5, 0.8 * clock.ticks, clock.ticks):
        at(stage, timeline, tick)
        for kind in kinds:
            panels = [*seen(stage, kind)]
            if kind in (LabelPanel, SurfacePanel, DataPanel) and len(panels) > 1:
                assert [shown for _, shown in panels] == [(run,) for run in stage.context.runs]
            for panel, shown in panels:
                truths = [Truth(run, tick, clock.by_epoch) for run in shown]
                if kind is ContourPanel:
                    first, second = stage.context.landscape.axes
                    for dot, truth in zip(panel.dots, truths, strict=True):
                        check_flat(panel.plot, dot, truth.values[first], truth.values[second])
                elif kind is CostPanel:
                    only = stage.context.recording.names[0]
                    for dot, truth in zip(panel.dots, truths, strict=True):
                        check_flat(panel.plot, dot, truth.values[only], truth.loss)
                elif kind is SurfacePanel:
                    check_surface(panel, shown, truths)
                elif kind is LossPanel:
                    check_loss(panel, shown, truths, counted)
                elif kind is DataPanel:
                    check_data(panel, shown, truths)
                elif kind is LabelPanel:
                    check_number(panel.value.text.removeprefix("loss"), truths[0].landed)
                else:
                    check_standings(panel, truths)


def check_number(text: str, value: float) -> None:
    """Written in four significant digits, in two beside a power of ten."""
    assert number(text) == pytest.approx(value, rel=0.051 if "·" in text else 6e-4, abs=5.1e-5)


def check_standings(panel, truths) -> None:
    losses = [truth.landed for truth in truths]
    begun = any(truth.step >= 1 for truth in truths)
    for standing, loss in zip(panel.standings, losses, strict=True):
        better = sum(other < loss - 1e-9 * abs(loss) for other in losses)
        words = [
            [words.text for words in pair if words.get_visible()]
            for pair in (standing.ahead, standing.names, standing.values)
        ]
        assert [len(shown) for shown in words] == [1, 1, 1]
        assert words[0] == [str(1 + better) if begun else ""]
        check_number(words[2][0], loss)
        assert standing.names[0].get_visible() == (
            better == 0 or not begun
        )  # leaders in full colour


@np.errstate(over="ignore", invalid="ignore")  # as in film.make
def test_a_run_that_ended_early_waits_and_one_that_flew_off_is_last(diverging):
    spec, trained = diverging
    stage, timeline = stage_of(spec, trained)
    (contour, _), (standings, _) = (
        next(seen(stage, ContourPanel)),
        next(seen(stage, StandingsPanel)),
    )
    last = [run.recording.steps for run in trained]
    assert last[0] == last[1] == 300
    assert last[3] == 3
    assert trained[2].recording.broke_off
    assert 3 < last[2] < 300
    assert stage.context.clock.ticks == 300
    still = contour.locate(StepRange(trained[3].recording, np.array([3.0])))[0]
    for tick in (0, 1.5, 3.2, 40, last[2] - 0.5, last[2] + 7.7, 300):
        at(stage, timeline, tick)
        truths = [Truth(run, tick, by_epoch=False) for run in trained]
        check_standings(standings, truths)
        shown = [pair.ahead[0].text for pair in standings.standings]
        assert shown[0] == shown[1]  # the same run twice is level
        if tick >= 4:  # at 3.2 all have landed their third step
            assert shown == ["1", "1", "4", "3"]
            np.testing.assert_allclose(contour.dots[3].at, still)
    in_order = [stage.picture(moment).tobytes() for moment in timeline]
    backwards = [stage.picture(moment).tobytes() for moment in reversed(timeline.moments)]
    assert backwards[::-1] == in_order


def run_state(loss: float, lost: bool = False) -> RunState:
    """What ranks ask for."""
    return cast(RunState, SimpleNamespace(landed=Snapshot(3.0, 3.0, 3.0, {}, loss), lost=lost))


def test_a_run_beyond_all_numbers_is_last_whatever_it_had_before():
    assert ranks((run_state(4e10, lost=True), run_state(9e99), run_state(1.0))) == [3, 2, 1]


@pytest.mark.parametrize(
    ("losses", "places"),
    [
        ((3.0, 1.0, 2.0), [3, 1, 2]),
        ((1.0, 1.0, 2.0, 0.5), [2, 2, 4, 1]),
        ((1.0, 1.0 + 1e-12), [1, 1]),
        ((0.0, 0.0, 1e-30), [1, 1, 3]),
        ((-5.0, 1.0, -5.0), [1, 3, 1]),
        ((1e300, 1e-300), [2, 1]),
    ],
)
def test_ranks_follow_the_losses_and_level_runs_share_one(losses, places):
    assert ranks(tuple(map(run_state, losses))) == places


@pytest.mark.parametrize(
    ("name", "theme"),
    sweep([("optimizer_race", "night"), ("optimizer_race", "paper"), ("himmelblau", "night")]),
)
def test_every_run_is_seen_in_surface_contour_and_legend_of_the_last_frame(name, theme):
    """By its colour in the legend; elsewhere by its colour, or by what its dot changes."""
    stage, timeline = drawn(name, (1280, 720), f"film.theme={theme}")
    last = timeline.moments[-1]
    picture = stage.picture(last)[..., :3].astype(int)
    for kind, (left, top, right, bottom) in stage.rectangles().items():
        if kind not in ("surface", "contour", "standings"):
            continue
        panel = next(p for p in stage.panels if registry.name_of(type(p)) == kind)
        for i, (run, style) in enumerate(
            zip(stage.context.runs, stage.context.styles, strict=True)
        ):
            own = (picture[top:bottom, left:right] == rgb(style.dot)).all(axis=-1).sum()
            if own < 20 and kind != "standings":
                panel.dots[i].set_visible(False)
                without = stage.picture(last)[..., :3]
                panel.dots[i].set_visible(True)
                own = (np.abs(picture - without).max(axis=-1) > 50)[top:bottom, left:right].sum()
            assert own >= 20, (kind, run.label)


def test_a_cell_s_dots_and_trail_are_those_of_a_lone_run():
    stage, timeline = drawn("learning_rates", (1280, 720))
    theme = stage.context.theme
    for panel, _ in seen(stage, CostPanel):
        assert panel.single
        assert len(panel.dots) == 1
    at(stage, timeline, 5)
    assert (stage.canvas.pixels()[..., :3] == rgb(theme.parameter)).all(axis=-1).any()


def test_cells_of_a_grid_share_their_scales_unless_told_not_to():
    for share in ("true", "false"):
        stage, _ = drawn("learning_rates", (1280, 720), f"film.share={share}")
        limits = [panel.plot.axes.get_ylim() for panel, _ in seen(stage, CostPanel)]
        apart = [a != b for a, b in pairwise(limits)]
        assert any(apart) == (share == "false")
