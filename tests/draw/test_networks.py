"""The picture of a network's run: what it shows is what was computed of the run."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from render import pipeline
from render.config.load import load
from render.config.theme import rgb
from render.draw.basis import percent
from render.draw.panels.contour import ContourPanel
from render.draw.panels.data import DataPanel
from render.draw.panels.decision import DEEPEST, PALEST, DecisionPanel, class_colour
from render.draw.panels.loss import LossPanel
from render.draw.panels.spectrum import SpectrumPanel
from render.draw.panels.surface import SurfacePanel
from render.draw.plan import compose
from render.errors import ConfigError, RenderError
from tests.draw import nets
from tests.draw.alone import check_pure
from tests.draw.boxes import check_apart, check_inside, written
from tests.draw.gallery import ASPECTS
from tests.draw.ink import faults
from tests.draw.reading import number, numbers
from tests.draw.stages import stage_of
from tests.draw.themes import SHIPPED

ROWS = (0, 7, 60)


def at_row(stage, timeline, row):
    """The picture at a row, and as it is to be read: from the bottom up."""
    moment = replace(timeline.moments[0], tick=float(row), phase=None)
    return stage.picture(moment)[::-1].astype(float)


def panel_of(stage, kind):
    return next(panel for panel in stage.panels if isinstance(panel, kind))


# What it predicts --------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["night", "paper"])
@pytest.mark.parametrize("data", ["moons", "spirals"])
def test_the_regions_are_those_that_were_computed(data, theme):
    made = nets.runs(data)
    stage, timeline = nets.alone(made, "decision", size=(640, 480), theme=theme)
    panel, regions = panel_of(stage, DecisionPanel), made[0].recording.projected.regions
    colours = np.array([rgb(class_colour(SHIPPED[theme], k)) for k in range(panel.count)], float)
    ground, guess = np.array(rgb(SHIPPED[theme].background), float), 1 / panel.count
    places = panel.plot.pixels(*np.meshgrid(regions.x[1:-1], regions.y[1:-1]))
    dataset = made[0].dataset
    points = [panel.plot.pixels(*points.x.T) for points in (dataset, dataset.validation)]
    covered = np.linalg.norm(places[:, :, None] - np.concatenate(points), axis=-1).min(-1) < 9
    seen: set[int] = set()
    for row in ROWS:
        picture = at_row(stage, timeline, row)
        lines = np.concatenate(panel.map.boundaries)
        hidden = covered | (np.linalg.norm(places[:, :, None] - lines, axis=-1).min(-1) < 6)
        label = regions.label[row, 1:-1, 1:-1]
        sure = (regions.certainty[row, 1:-1, 1:-1] / 255 - guess) / (1 - guess)
        share = (PALEST + (DEEPEST - PALEST) * sure.clip(0, 1))[..., None]
        expected = ground * (1 - share) + colours[label] * share
        column, line = np.floor(places).astype(int).transpose(2, 0, 1)
        off = np.abs(picture[line, column, :3] - expected).max(axis=-1)
        assert (~hidden).sum() > 200
        assert off[~hidden].max() < 6, row
        seen |= {*label[~hidden].tolist()}
    assert seen == {*range(panel.count)}


def test_regions_change_as_it_learns_and_each_class_has_its_own_mark():
    stage, timeline = nets.alone(nets.runs(), "decision")
    first, last = (at_row(stage, timeline, row) for row in (0, 60))
    assert (np.abs(first - last).max(axis=-1) > 20).mean() > 0.02
    shapes = {mark.sample.shape for mark in panel_of(stage, DecisionPanel).explained[:2]}
    assert len(shapes) == 2


def test_validation_points_are_hollow_and_explained_or_not_there(monkeypatch):
    for validated in (True, False):
        stage, timeline = nets.alone(nets.runs(validated=validated), "decision")
        texts = [*texts_at(stage, timeline, 0, monkeypatch), *still_texts(stage, monkeypatch)]
        assert ("validation" in texts) is validated
        assert {"class 0", "class 1"} <= {*texts}


def texts_at(stage, timeline, row, monkeypatch):
    return [box[-1] for box in written(lambda: at_row(stage, timeline, row), monkeypatch)]


def still_texts(stage, monkeypatch):
    return [box[-1] for box in written(stage.canvas.draw, monkeypatch)]


def test_the_weights_have_the_colours_of_their_scale():
    made = nets.runs()
    stage, timeline = nets.alone(made, "weights", size=(640, 480))
    (panel,) = stage.panels
    theme = SHIPPED["night"]
    blue, zero, red = (
        np.array(rgb(c), float) for c in (theme.prediction, theme.mark, theme.parameter)
    )
    layers = made[0].recording.projected.layers
    largest = max(np.abs(layer.image).max() for layer in layers)
    for row in ROWS:
        picture = at_row(stage, timeline, row)
        for image, layer in zip(panel.images, layers, strict=True):
            high, wide = layer.image.shape[1:]
            block = len(image.columns) / wide, len(image.rows) / high
            for i, j in np.ndindex(high, wide):
                x = image.left + (j + 0.5) * block[0]
                y = image.bottom + len(image.rows) - (i + 0.5) * block[1]
                share = layer.image[row, i, j] / largest
                expected = zero + abs(share) * ((red if share > 0 else blue) - zero)
                np.testing.assert_allclose(picture[int(y), int(x), :3], expected, atol=2.5)


# How far it is from its plane ---------------------------------------------------------------


@pytest.mark.parametrize("plane", ["pca", "random"])
def test_the_plumb_line_joins_the_recorded_loss_and_the_plane_s(plane):
    made = nets.runs(plane=plane)
    stage, timeline = nets.alone(made, "surface")
    (run,) = panel_of(stage, SurfacePanel).surface_runs
    recording = made[0].recording
    away = recording.projected
    part = 1 / (nets.BETWEEN + 1)
    exact = [(float(row), recording.loss[row], away.plane_loss[row]) for row in ROWS]
    exact += [(7 + part, away.between[7, 0], away.plane_between[7, 0])]
    for tick, loss, beneath in exact:
        at_row(stage, timeline, tick)
        first, second = recording.values(np.array([tick])).T
        ends = [run.world.points(first, second, np.array([z])) for z in (beneath, loss)]
        expected = run.projection(np.concatenate(ends))
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(run.gap.ends, expected, atol=1e-6)
    if plane == "random":
        at_row(stage, timeline, 0)
        assert np.linalg.norm(run.gap.ends[1] - run.gap.ends[0]) > 30


def test_the_note_has_both_losses_and_never_a_share_without_a_random_walk_s(monkeypatch):
    made = nets.runs()
    recording = made[0].recording
    stage, timeline = nets.alone(made, "surface", size=(1280, 720))
    for row in ROWS:
        texts = texts_at(stage, timeline, row, monkeypatch)
        (gap,) = [text for text in texts if text.startswith("off the plane")]
        loss, beneath = numbers(gap.partition(":")[2].replace(",", " "))
        assert loss == pytest.approx(recording.loss[row], rel=1e-3)
        assert beneath == pytest.approx(recording.projected.plane_loss[row], rel=1e-3)
        (share,) = [text for text in texts if "%" in text]
        held, walk = numbers(share)
        basis = made[0].landscape.basis
        assert held == pytest.approx(100 * basis.explained[:2].sum(), abs=0.51)
        # In many dimensions: 6/π² · (1 + 1/4).
        assert walk == pytest.approx(100 * 6 / np.pi**2 * 1.25, abs=1.0)


def test_random_directions_have_no_variance_to_tell(monkeypatch):
    stage, timeline = nets.alone(nets.runs(plane="random"), "surface", size=(1280, 720))
    texts = texts_at(stage, timeline, 7, monkeypatch)
    assert any(text.startswith("off the plane") for text in texts)
    assert not any("%" in text for text in texts)


def test_a_race_tells_its_largest_gap(monkeypatch):
    made = nets.runs("moons", nets.RACE)
    stage, timeline = nets.alone(made, "surface", size=(1280, 720))
    (text,) = [t for t in texts_at(stage, timeline, 7, monkeypatch) if t.startswith("off")]
    largest = max(run.recording.projected.gap(run.recording.loss) for run in made)
    assert numbers(text) == [pytest.approx(largest, rel=0.05)]


def test_remarks_of_a_run_are_told(monkeypatch):
    (run,) = nets.runs()
    away = replace(run.recording.projected, remarks=("evaluated in float32",))
    run = replace(run, recording=replace(run.recording, projected=away))
    stage, timeline = nets.alone([run], "surface", size=(1280, 720))
    assert "evaluated in float32" in texts_at(stage, timeline, 7, monkeypatch)


def test_a_remark_too_long_for_a_line_has_several(monkeypatch):
    (run,) = nets.runs()
    remark = (
        "each dot with its own buffers, the surface with those of the last snapshot, in float32"
    )
    away = replace(run.recording.projected, remarks=(remark,))
    run = replace(run, recording=replace(run.recording, projected=away))
    for size, told in (((480, 480), True), ((480, 290), False)):
        stage, timeline = nets.alone([run], "surface", size=size)
        texts = texts_at(stage, timeline, 7, monkeypatch)
        assert remark not in texts
        assert (remark in " ".join(reversed(texts))) is told
        assert any(text.startswith("each dot") for text in texts) is told


def test_a_run_just_under_its_surface_is_not_hidden():
    (run,) = nets.runs()
    loss = run.recording.loss - 0.01 * (run.recording.loss[0] - run.landscape.minimum)
    run = replace(run, recording=replace(run.recording, loss=loss))
    stage, timeline = nets.alone([run], "surface")
    panel = panel_of(stage, SurfacePanel)
    at_row(stage, timeline, 30)
    place = panel.surface_runs[0].at[None]
    assert place[0, 2] < panel.world.field.height(*place.T[:2])[0]
    assert not panel.dots[0].hollow


@pytest.mark.parametrize("plane", ["pca", "random"])
@pytest.mark.parametrize("size", [(640, 360), (480, 640), (700, 250)])
def test_nothing_is_asked_for_outside_the_scanned_grid(plane, size):
    """The test's loss raises there; the contours end where the scan does."""
    made = nets.runs(plane=plane)
    stage, timeline = nets.alone(made, "contour", "surface", size=size)
    for row in ROWS:
        at_row(stage, timeline, row)
    axes = panel_of(stage, ContourPanel).plot.axes
    pixel = 1.5 * np.ptp(axes.get_xlim()) / axes.bbox.width
    for limits, grid in zip(
        (axes.get_xlim(), axes.get_ylim()), made[0].landscape.grid, strict=True
    ):
        assert limits == pytest.approx((grid[0], grid[-1]), abs=pixel)


def test_a_loss_under_its_surface_is_on_the_loss_axis():
    made = nets.runs()
    stage, timeline = nets.alone(made, "loss")
    panel, recording = panel_of(stage, LossPanel), made[0].recording
    assert recording.validation_loss.min() < made[0].landscape.loss.min()
    low, high = panel.plot.axes.get_ylim()
    for losses in (recording.loss, recording.validation_loss):
        assert low < losses.min() <= losses.max() < high
    at_row(stage, timeline, 60)
    expected = panel.plot.pixels(np.array(60.0), np.array(recording.loss[60]))
    np.testing.assert_allclose(panel.dots[0].at, expected, atol=1e-6)


# Figures over the steps ----------------------------------------------------------------------


def test_figures_are_those_of_the_row(monkeypatch):
    made = nets.runs()
    away, recording = made[0].recording.projected, made[0].recording
    for kind, sought in (
        ("accuracy", [100 * away.accuracy, 100 * away.validation_accuracy]),
        ("distance", [away.distance, recording.loss - away.plane_loss]),
        ("gradient", [away.grad_norm]),
    ):
        stage, timeline = nets.alone(made, kind, size=(1280, 360))
        for row in ROWS:
            texts = texts_at(stage, timeline, row, monkeypatch)
            for values in sought:
                assert any(
                    number(text.removesuffix(" %"))
                    == pytest.approx(values[row], abs=6e-2, rel=6e-3)
                    for text in texts
                    if text.strip()[-1:].isdigit() or text.endswith("%")
                ), (kind, row, texts)


def test_curves_are_where_the_run_has_them():
    made = nets.runs("moons", nets.RACE)
    for kind, of in (
        ("accuracy", lambda run: 100 * run.recording.projected.accuracy),
        ("gradient", lambda run: run.recording.projected.grad_norm),
        ("distance", lambda run: run.recording.projected.distance),
    ):
        stage, timeline = nets.alone(made, kind, size=(1280, 360))
        (panel,) = stage.panels
        drawn = panel.drawn[0] if kind == "distance" else panel.drawn
        at_row(stage, timeline, 7)
        for run, dot in zip(made, drawn.dots, strict=True):
            expected = drawn.plot.pixels(np.array(7.0), np.array(of(run)[7]))
            np.testing.assert_allclose(dot.at, expected, atol=1e-6)


def test_accuracy_has_an_axis_from_none_to_all_and_what_is_not_all_is_not_100():
    from render.draw.numbers import share_text as written_share

    stage, _ = nets.alone(nets.runs(), "accuracy")
    low, high = stage.panels[0].drawn.plot.axes.get_ylim()
    assert low < 0 < 100 < high
    assert [written_share(v) for v in (100.0, 99.97, 7.04)] == [" 100 %", "99.9 %", " 7.0 %"]


def test_a_norm_that_spans_decades_has_a_logarithmic_axis():
    (run,) = nets.runs()
    away = replace(run.recording.projected, grad_norm=np.geomspace(10, 0.02, 61))
    wide = replace(run, recording=replace(run.recording, projected=away))
    for one, log in ((run, False), (wide, True)):
        stage, _ = nets.alone([one], "gradient")
        assert stage.panels[0].plot.log is log


# The spectrum ------------------------------------------------------------------------------


def test_bars_are_as_high_as_the_shares():
    made = nets.runs("moons", nets.RACE)
    stage, timeline = nets.alone(made, "spectrum", size=(640, 480), theme="paper")
    panel, basis = panel_of(stage, SpectrumPanel), made[0].landscape.basis
    picture, background = at_row(stage, timeline, 0)[..., :3], rgb(SHIPPED["paper"].background)
    inked = np.abs(picture - background).max(axis=-1) > 60
    assert panel.middles.shape[1] >= 2
    for middles, shares in zip(panel.middles, (basis.explained, basis.random_walk), strict=True):
        for at, share in zip(middles, shares, strict=False):
            x, top = panel.plot.pixels(np.array(at), np.array(100 * share))
            column = inked[:, int(x)]
            assert column[int(top) - 3 : int(top) + 1].any()
            assert not column[int(top) + 2 : int(top) + 4].any()


def test_there_is_no_spectrum_without_a_random_walk():
    (run,) = nets.runs()
    basis = replace(run.landscape.basis, random_walk=np.zeros(0))
    run = replace(run, landscape=replace(run.landscape, basis=basis))
    with pytest.raises(RenderError, match="no principal directions"):
        nets.alone([run], "spectrum")


def test_a_share_is_never_rounded_to_all_or_none():
    shares = (1.0, 0.99999, 0.9996, 0.994, 0.0812, 0.0004, 0.0)
    assert [percent(share) for share in shares] == [
        "100", "> 99.9", "99.9", "99", "8.1", "< 0.1", "0.0",
    ]  # fmt: skip


# What is refused ----------------------------------------------------------------------------

MLP = "model: {kind: mlp, hidden: [4]}\n"
MOONS = f"{MLP}dataset: {{kind: moons}}\nloss: cross_entropy\n"
DIGITS = f"{MLP}dataset: {{kind: digits}}\nloss: cross_entropy\n"
SINE = f"{MLP}dataset: {{kind: sine}}\n"
LINE = "model: {kind: linear}\n"
RACE = f"{MOONS}runs: {{one: {{}}, two: {{optimizer.lr: 0.2}}}}\n"


@pytest.mark.parametrize(
    ("yaml", "kinds"),
    [
        (MOONS, "data equation update parameters residuals cost slices"),
        (LINE, "decision accuracy distance spectrum weights"),
        (SINE, "decision accuracy"),
        (DIGITS, "decision"),
        (RACE, "decision weights"),
        (f"{MOONS}landscape: {{plane: random}}\n", "spectrum"),
    ],
)
def test_panels_that_cannot_draw_a_film_are_refused(yaml, kinds, tmp_path):
    path = tmp_path / "own.yaml"
    for kind in kinds.split():
        path.write_text(f"{yaml}film: {{layout: [header {kind}]}}\n")
        with pytest.raises(ConfigError, match=rf"the {kind} panel (is|draws|needs) .*"):
            load(path, ())


@pytest.mark.parametrize("yaml", [MOONS, DIGITS, RACE, SINE])
def test_the_usual_scene_of_a_network_has_only_panels_that_can_draw_it(yaml, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(yaml)
    spec = load(path, ())
    scene = compose(spec).scene
    there = {scene.panels[x].kind for m in scene.wide for x in m if x in scene.panels}
    assert "surface" in there
    assert ("decision" in there) is (yaml == MOONS)
    assert ("data" in there) is (yaml == SINE)
    assert ("accuracy" in there) is (yaml != SINE)
    assert ("standings" in there) is (yaml == RACE)


@pytest.mark.parametrize(("features", "size"), [(1, (640, 360)), (2, (720, 1280))])
def test_what_a_network_predicts_is_drawn_over_its_data(features, size, tmp_path):
    x = np.random.default_rng(3).uniform(-2, 2, (20, features))
    table = np.column_stack([x, np.sin(x).sum(axis=1)])
    names = [*"ab"[:features], "y"]
    inputs = "a" if features == 1 else "[a, b]"
    np.savetxt(tmp_path / "own.csv", table, delimiter=",", header=",".join(names), comments="")
    path = tmp_path / "own.yaml"
    path.write_text(
        f"{MLP}dataset: {{kind: csv, path: own.csv, x: {inputs}, standardize: true}}\n"
        f"optimizer: {{kind: adam, lr: 0.1}}\ntraining: {{epochs: 6}}\n"
        f"film: {{size: [{size[0]}, {size[1]}], duration: 2, fps: 10}}\n"
    )
    spec = load(path, ())
    made = pipeline.learn(spec)
    stage, timeline = stage_of(spec, made)
    panel, (run,) = panel_of(stage, DataPanel), made
    known, weights = run.recording.projected.predictions, run.recording.projected.weights
    assert len(known.chosen) == 20
    for moment in timeline.moments[::6]:
        stage.draw(moment)
        row = stage.context.at(moment).first.row
        hidden, bias, out, last = np.split(weights[row], np.cumsum([4 * features, 4, 4]))
        inputs = known.inputs[:, None] if features == 1 else run.dataset.x[panel.few]
        found = np.tanh(inputs @ hidden.reshape(4, features).T + bias) @ out + last
        along = run.dataset.y[panel.few] if features == 2 else table[:, 0].mean() + (
            table[:, 0].std() * known.inputs
        )  # fmt: skip
        assert panel.lines[0] == pytest.approx(panel.plot.pixels(along, found), abs=1e-6)
        inputs = run.dataset.x[panel.few].reshape(-1, features)
        ends = np.tanh(inputs @ hidden.reshape(4, features).T + bias) @ out + last
        assert panel.sticks[1::2] == pytest.approx(panel.plot.pixels(panel.x, ends), abs=1e-6)


# The whole picture ----------------------------------------------------------------------------


MADE = {
    "moons": lambda: nets.runs(),
    "spirals": lambda: nets.runs("spirals"),
    "race": lambda: nets.runs("moons", nets.RACE),
    "random": lambda: nets.runs(plane="random"),
    "digits": lambda: nets.runs("digits"),
}
SLOW = [
    pytest.param(name, tuple(size), marks=pytest.mark.slow)
    for name in MADE
    for size in (*ASPECTS, (640, 360), (480, 270), (720, 1280), (1080, 1920))
]


@pytest.mark.parametrize(("name", "size"), [("moons", (1280, 720)), *SLOW])
def test_words_touch_nothing(name, size):
    for theme in ("night", "contrast"):
        stage, timeline = nets.film(MADE[name](), size=size, theme=theme)
        for moment in timeline.spread(3):
            assert faults(stage, moment) == [], theme


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_words_are_apart_in_other_languages(language, monkeypatch):
    made = [replace(run, spec=replace(run.spec, language=language)) for run in nets.runs()]
    stage, timeline = nets.film(made, size=(1280, 720))
    boxes = written(lambda: at_row(stage, timeline, 60), monkeypatch)
    check_inside(boxes, (1280, 720))
    check_apart(boxes)


def test_a_frame_is_a_function_of_its_moment():
    check_pure(lambda: nets.film(nets.runs(), size=(640, 360), duration=1.0, fps=6))


def test_small_frames_lose_what_matters_least():
    shown = [
        {*nets.film(nets.runs(), size=size)[0].cells}
        for size in ((1920, 1080), (640, 360), (480, 270))
    ]
    assert shown[0] >= {"surface", "decision", "loss", "accuracy", "contour", "spectrum"}
    assert all(larger >= smaller for larger, smaller in pairwise(shown))
    assert shown[-1] >= {"surface", "decision"}
