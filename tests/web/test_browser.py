"""The page in a real browser, opened from disk: it shows the recorded numbers, and is silent."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from render.draw.stage import drawing
from render.draw.surface.axes import Box
from render.draw.surface.geometry import World
from render.encode.formats.csv import CsvFormat
from tests.encode.chromium import BINARY, browser
from tests.learn.labs import CONFIGS
from tests.web.pages import network_page, network_plan, page, plan

pytestmark = pytest.mark.skipif(BINARY is None, reason="no Chromium is installed")

READY = 'document.querySelector("main")?.dataset.ready === "yes"'
QUICK = ("slope_bias",)
ALL = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
SIZES = {"wide": (1280, 720), "phone": (390, 844)}


SLOW = pytest.mark.slow
CASES = [*QUICK, *(pytest.param(n, marks=SLOW) for n in ALL if n not in QUICK)]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


def opened(shown, file: Path, size: str = "wide", hash_: str = "", calm: bool = False) -> None:
    width, height = SIZES[size]
    shown.messages.clear()
    shown.requested.clear()
    shown.open(file, reduced_motion=calm)
    options = {"deviceScaleFactor": 1, "mobile": size == "phone"}
    shown.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, **options)
    shown.until(f"{READY} && innerWidth === {width}")
    frames(shown)
    if hash_:
        shown.of(f"location.hash = {json.dumps(hash_)}")


def frames(shown) -> None:
    """Wait until what was asked for is painted."""
    shown.of("new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(() => on(1))))")


def do(shown, what: str) -> None:
    shown.of(f'document.querySelector("[data-do={what}]").click()')
    frames(shown)


def figures(shown) -> list[list[str]]:
    """The numbers in the table, in full."""
    return shown.of(
        '[...document.querySelectorAll(".film-figures tbody tr")]'
        '.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.dataset.value))'
    )


@pytest.mark.parametrize("name", CASES)
def test_it_opens_plays_to_the_end_and_says_nothing(name, shown):
    opened(shown, page(name))
    ends_s = plan(name).unheld.moments[-1].time_s
    assert shown.of("filmPage.time") == pytest.approx(ends_s)  # its poster
    assert shown.of("filmPage.paused")
    assert shown.of("filmPage.layout.name") == "film"
    shown.of("filmPage.through = true; filmPage.speed = 40; filmPage.play()")
    shown.until("filmPage.paused")
    assert shown.of("filmPage.time") == pytest.approx(ends_s)
    assert shown.messages == []
    assert {url.partition(":")[0] for url in shown.requested} <= {"file", "blob", "data"}
    assert len([url for url in shown.requested if url.startswith("file")]) == 1


@pytest.mark.parametrize("name", CASES)
def test_next_and_previous_visit_every_stop(name, shown):
    opened(shown, page(name), calm=True)
    stops = plan(name).stops
    shown.of("filmPage.go(0)")
    for number, stop in enumerate(stops):
        told = shown.of("filmPage.state()")
        assert (told["stop"], told["step"], told["words"]) == (number, stop.step, stop.words)
        assert shown.of("location.hash") == f"#stop={number}"
        do(shown, "next")
    for number in reversed(range(len(stops) - 1)):
        do(shown, "previous")
        assert shown.of("filmPage.state()")["stop"] == number
    assert shown.messages == []


def rows(name: str) -> list[dict[str, str]]:
    """The rows of the film's CSV file."""
    recordings = [run.recording for run in plan(name).runs]
    file = page(name).with_suffix(".csv")
    CsvFormat().save(file, recordings, {})
    return [*csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("name", CASES)
def test_figures_are_those_of_the_csv_file_at_random_steps(name, shown):
    opened(shown, page(name))
    made, table = plan(name), rows(name)
    run, clock = made.runs[0], made.timing.clock
    rate, kept = clock.rate(run.recording), shown.of("[...(filmPage.document.clock.kept ?? [])]")
    ticks = kept or range(clock.ticks + 1)
    chosen = np.random.default_rng(len(name)).choice([int(t) for t in ticks], 20)
    by_step = {(row["run"], row["step"]): row for row in table}
    for tick in chosen.tolist():
        step = min(tick * rate, run.recording.steps)
        shown.of(f"filmPage.seek({{step: {step}}}); filmPage.paint()")
        for each, row in zip(made.runs, figures(shown), strict=True):
            own = min(tick * clock.rate(each.recording), each.recording.steps)
            if shown.of(f"filmPage.runs[{made.runs.index(each)}].rows !== null"):
                own = int(row[0])
            expected = by_step[each.recording.run, str(own)]
            names = [n for n in dict.fromkeys(n for r in made.runs for n in r.recording.names)]
            assert row[0] == str(own)
            assert row[1] == expected["loss"]
            if len(names) <= 8:
                trained = [row[2 + i] for i, n in enumerate(names) if expected[n] != ""]
                assert trained == [expected[n] for n in names if expected[n] != ""]
            if len(made.runs) == 1 and len(names) <= 8:
                slopes = [expected[f"grad_{n}"] for n in names]
                assert row[2 + len(names) : -1] == slopes
                assert row[-1] == (expected["lr"] or "nan")


TABLES = ("slope_bias", "optimizer_race", "adam_first_step", "xor_starts")


@pytest.mark.parametrize("name", [TABLES[0], *(pytest.param(n, marks=SLOW) for n in TABLES[1:])])
def test_the_csv_file_of_the_page_is_the_films(name, shown):
    opened(shown, page(name))
    shown.of(
        "window.made = []; URL.createObjectURL = (blob) => { made.push(blob); return 'blob:x'; };"
        "HTMLAnchorElement.prototype.click = () => {}; URL.revokeObjectURL = () => {}"
    )
    do(shown, "csv")
    rows(name)
    assert shown.of("made[0].text()") == page(name).with_suffix(".csv").read_text(encoding="utf-8")
    do(shown, "config")
    text = shown.of("made[1].text()")
    assert yaml.safe_load(text)["title"] == plan(name).spec.title


def test_what_a_network_learns_is_drawn_as_in_the_film(shown):
    opened(shown, network_page())
    made = network_plan()
    stage = made.stage()
    width, height = stage.size_px
    cells = dict(zip(stage.kinds, stage.rectangles().values(), strict=True))
    shown.of(
        f"const [w, h] = [{width}, {height}];"
        "[filmPage.canvas.width, filmPage.canvas.height] = [w, h];"
        "[filmPage.still, filmPage.grown].forEach((c) => { [c.width, c.height] = [w, h]; });"
        "filmPage.scale = 1; filmPage.stale = true"
    )
    first = made.unheld.moments[0]
    for row in (0, 7, 60):
        film = stage.picture(replace(first, tick=float(row), phase=None)).astype(float)[..., :3]
        shown.of(f"filmPage.seek({{step: {row}}}); filmPage.paint()")
        for kind, (left, top, right, bottom) in cells.items():
            data = shown.of(
                f'[...filmPage.canvas.getContext("2d").getImageData({left}, {top},'
                f" {right - left}, {bottom - top}).data]"
            )
            ours = np.array(data, float).reshape(bottom - top, right - left, 4)[..., :3]
            off = np.abs(ours - film[top:bottom, left:right]).max(axis=-1)
            assert np.median(off) <= 1, (kind, row)
            assert (off > 20).mean() < 0.02, (kind, row)  # the edges of letters and marks


def test_the_csv_file_of_a_networks_page_is_the_films_and_the_page_only_replays_it(shown, tmp_path):
    opened(shown, network_page())
    assert shown.messages == []
    told = shown.of('document.querySelector(".film-notes").textContent')
    assert "only replayed, not computed here: the model is a network" in told
    assert shown.of("filmPage.document.data") == [None]
    keep = "URL.createObjectURL = (blob) => { window.made = blob; return 'blob:x'; };"
    shown.of(f"{keep} HTMLAnchorElement.prototype.click = () => {{}}")
    do(shown, "csv")
    CsvFormat().save(tmp_path / "net.csv", [run.recording for run in network_plan().runs], {})
    assert shown.of("made.text()") == (tmp_path / "net.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["slope_bias", pytest.param("optimizer_race", marks=SLOW)])
@pytest.mark.parametrize("size", [*SIZES])
def test_points_of_the_surface_are_where_python_puts_them(name, size, shown):
    opened(shown, page(name), size)
    made = plan(name)
    layout = shown.of("[filmPage.layout.width, filmPage.layout.height]")
    if size == "wide":
        stage = made.stage()
    else:
        from render.web.pictures import phone_stage

        stage = phone_stage(made)
    assert layout == [*stage.size_px]
    (panel,) = (p for p in stage.panels if p.solid() is not None)
    random = np.random.default_rng(2)
    points = random.uniform(-0.5, 0.5, (200, 3))
    expected = panel.projection(points)
    expected[:, 1] = stage.size_px[1] - expected[:, 1]
    found = shown.of(
        f"filmPage.paint(); {json.dumps(points.tolist())}.map((p) => filmPage.surfaces[0].pixel(p))"
    )
    assert np.abs(np.array(found) - expected).max() < 0.1


WORDED = ("slope_bias", "optimizer_race", "rosenbrock", "saddle", "ellipse_zigzag", "cars_valley")


@pytest.mark.parametrize("name", [WORDED[0], *(pytest.param(n, marks=SLOW) for n in WORDED[1:])])
def test_words_around_the_surface_are_where_python_puts_them(name, shown):
    opened(shown, page(name))
    made = plan(name)
    stage = made.stage()
    with drawing():
        stage.bring(made.unheld.moments[-1])
        (panel,) = (p for p in stage.panels if p.solid() is not None)
        poses = panel.pose_artists
        box = Box(poses.world, panel.projection, poses.layers, poses.labelled)
        expected = [*box.artists(poses.context.short_axis_labels)]
    found = shown.of(
        "(() => { const written = []; filmPage.paint();"
        'const to = document.createElement("canvas").getContext("2d");'
        "to.fillText = (text, x, y) => written.push([text, x, y]);"
        "filmPage.surfaces[0].paintLabels(to); return written; })()"
    )
    assert [text for text, _, _ in found] == [word.text for word in expected]
    places = np.array([[x, stage.size_px[1] - y] for _, x, y in found])
    assert np.abs(places - [[word.x, word.baseline] for word in expected]).max() < 1.5
    assert len(found) > 9


@pytest.mark.parametrize("name", ["slope_bias", pytest.param("optimizer_race", marks=SLOW)])
def test_dots_are_where_python_puts_them_at_every_step(name, shown):
    opened(shown, page(name))
    made = plan(name)
    world, clock = World(made.context.landscape), made.timing.clock
    for tick in range(0, clock.ticks + 1, max(1, clock.ticks // 12)):
        shown.of(f"filmPage.seek({{step: {tick * clock.rate(made.runs[0].recording)}}})")
        found = shown.of(
            "filmPage.surfaces[0].solid.runs.map((run, i) =>"
            " filmPage.surfaces[0].placeOn(run, filmPage.stepOf(i)))"
        )
        for run, at in zip(made.runs, found, strict=True):
            step = np.array([clock.row(run.recording, float(tick))])
            first, second = run.landscape.plane.project(run.recording.values(step)).T
            place = world.points(first, second, run.recording.losses(step))[0]
            if at[0] is None:
                assert np.isnan(place).all()
            else:
                assert np.abs(np.array(at) - place).max() < 2e-4  # of the box: a tenth of a pixel


@SLOW
def test_a_turn_moves_the_surface_and_a_double_click_brings_its_view_back(shown):
    opened(shown, page("slope_bias"))
    at = "JSON.stringify(filmPage.surfaces[0].pixel([0.5, 0.5, 0.3]))"
    own = shown.of(f"filmPage.paint(); {at}")
    box = shown.of(
        'const b = document.querySelector(".film-solid").getBoundingClientRect();'
        " [b.x + b.width / 2, b.y + b.height / 2]"
    )
    mouse = {"button": "left", "buttons": 1, "clickCount": 1}
    shown.ask("Input.dispatchMouseEvent", type="mousePressed", x=box[0], y=box[1], **mouse)
    for way in (10, 40, 90):
        x, y = box[0] + way, box[1]
        shown.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, **mouse)
    shown.ask("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=y, **mouse)
    frames(shown)
    assert shown.of(f"filmPage.paint(); {at}") != own
    assert shown.of('new URLSearchParams(location.hash.slice(1)).get("view")')
    shown.of('document.querySelector(".film-solid").dispatchEvent(new MouseEvent("dblclick"))')
    frames(shown)
    assert shown.of(f"filmPage.paint(); {at}") == own
    assert shown.of('new URLSearchParams(location.hash.slice(1)).get("view")') is None


def test_the_contour_tells_parameters_and_loss(shown):
    opened(shown, page("slope_bias"))
    run = plan("slope_bias").runs[0]
    w, b = 3.0, -4.0
    where = (
        "(() => { const {chart} = filmPage.layout.panels.find("
        '(p) => p.chart?.shows === "parameters");'
        "const box = filmPage.canvas.getBoundingClientRect();"
        "const k = box.width / filmPage.layout.width;"
        f"const [l, t, r, m] = chart.area, u = ({w} - chart.x[0]) / (chart.x[1] - chart.x[0]);"
        f"const v = ({b} - chart.y[0]) / (chart.y[1] - chart.y[0]);"
        "return [box.x + k * (l + u * (r - l)), box.y + k * (m - v * (m - t))]; })()"
    )
    for trial in range(40):  # a pointer that rests tells nothing, nor does one beside the page
        x, y = shown.of(where)
        away = 5 * (trial % 2 == 0)
        for side in (away, 0):
            shown.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x + side, y=y)
        frames(shown)
        if not shown.of('document.querySelector(".film-tip").hidden'):
            break
    told = shown.of('document.querySelector(".film-tip").textContent').replace("−", "-")
    numbers = [float(part.split()[-1]) for part in told.split(",")]
    assert numbers[:2] == pytest.approx([w, b], abs=0.06)
    loss = float(run.recording.objective(np.array(numbers[:2])))
    assert numbers[2] == pytest.approx(loss, rel=0.02)


def test_a_narrow_window_stacks_the_panels_and_a_wide_one_has_the_films_frame(shown):
    opened(shown, page("slope_bias"), "phone")
    assert shown.of("filmPage.layout.name") == "phone"
    for width in (320, 390, 1280):
        size = {"width": width, "height": 800, "deviceScaleFactor": 2, "mobile": width < 600}
        shown.ask("Emulation.setDeviceMetricsOverride", **size)
        shown.until(f'filmPage.layout.name === "{"phone" if width < 600 else "film"}"')
        frames(shown)
        wide, room, dense = shown.of(
            "[filmPage.canvas.getBoundingClientRect().width, document.body.clientWidth,"
            " filmPage.canvas.width / filmPage.canvas.getBoundingClientRect().width]"
        )
        assert 0.8 * room <= wide <= room
        assert dense == pytest.approx(2, abs=0.02)  # sharp
        assert shown.of("document.documentElement.scrollWidth") <= width
    assert shown.messages == []


@SLOW
def test_a_slider_along_a_swept_number_picks_its_run(shown):
    opened(shown, page("learning_rates"))
    slider = 'document.querySelector("[data-is=run]")'
    assert shown.of(f"[{slider}.min, {slider}.max, {slider}.value]") == ["-1", "5", "-1"]
    for place, picked, told in ((2, 2, "lr 0.1"), (5, 5, "lr 0.34"), (-1, None, "all runs")):
        shown.of(f"{slider}.value = {place}; {slider}.dispatchEvent(new Event('input'))")
        frames(shown)
        assert shown.of("filmPage.picked") == picked
        assert shown.of(f"{slider}.getAttribute('aria-valuetext')") == told
        pressed = shown.of(
            '[...document.querySelectorAll(".film-figures button")]'
            '.findIndex((one) => one.getAttribute("aria-pressed") === "true")'
        )
        assert pressed == (-1 if picked is None else picked)
    shown.of('location.hash = "#show=4"')
    shown.until(f'{slider}.value === "4"')
    assert shown.messages == []


@SLOW
@pytest.mark.parametrize("theme", ["paper", "night"])
def test_colours_are_the_themes(theme, shown):
    file = page("slope", f"film.theme={theme}", "film.size=[640, 360]", "captions=[]")
    opened(shown, file)
    background = plan("slope", f"film.theme={theme}", "film.size=[640, 360]", "captions=[]")
    colour = background.composition.theme.background
    pixel = shown.of(
        'filmPage.paint(); [...filmPage.canvas.getContext("2d").getImageData(1, 1, 1, 1).data]'
    )
    assert pixel[:3] == [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    assert shown.messages == []


def test_the_address_names_a_stop_or_a_step_and_keeps_keys_it_does_not_know(shown):
    opened(shown, page("slope_bias"), hash_="#lr=0.3&step=4&mine=x")
    shown.until("filmPage.landed(0) === 4")
    shown.until('location.hash.includes("mine=x")')
    line = 'document.querySelector(".film-bar output, output").textContent'
    loss = plan("slope_bias").runs[0].recording.loss[4]
    told = shown.of(line)
    assert told.startswith("step 4: loss ")
    assert float(told.split()[-1]) == pytest.approx(loss, rel=1e-3)
    shown.of('location.hash = "#stop=1"')
    shown.until("filmPage.stop === 1")
    stops = plan("slope_bias").stops
    frames(shown)
    assert shown.of(line) == f"2 / {len(stops)}: {stops[1].words}"
    for odd in ("#step=abc", "#stop=-1", "#nothing", "#stop=", "#%", "#step=9999"):
        shown.of(f"location.hash = {json.dumps(odd)}")
        frames(shown)
        assert shown.of("filmPage.stop") == 1
    assert shown.messages == []


@SLOW
def test_keys_go_from_stop_to_stop_and_from_step_to_step(shown):
    opened(shown, page("slope_bias"), calm=True)

    def press(key):
        event = f'new KeyboardEvent("keydown", {{key: "{key}", bubbles: true, cancelable: true}})'
        shown.of(f"document.body.dispatchEvent({event})")
        frames(shown)

    press("Home")
    assert shown.of("filmPage.stop") == 0
    press("ArrowRight")
    assert shown.of("filmPage.stop") == 1
    press("End")
    press("ArrowLeft")
    assert shown.of("filmPage.stop") == len(plan("slope_bias").stops) - 2
    shown.of("filmPage.seek({step: 5})")
    press(".")
    assert shown.of("filmPage.landed(0)") == 6
    press(",")
    press(",")
    assert shown.of("filmPage.landed(0)") == 4
    press(" ")
    assert not shown.of("filmPage.paused")
    press(" ")
    assert shown.of("filmPage.paused")


@SLOW
def test_a_page_around_it_can_ask_it(shown, tmp_path):
    around = tmp_path / "around.html"
    around.write_text(f'<iframe src="{page("slope").as_uri()}" width=900 height=700></iframe>')
    shown.open(around)

    def asked(message):
        reply = 'addEventListener("message", (event) => answer(event.data), {once: true})'
        ask = f'document.querySelector("iframe").contentWindow.postMessage({message}, "*")'
        wait = "setTimeout(() => answer(null), 500)"
        return shown.of(f"new Promise((answer) => {{ {reply}; {ask}; {wait}; }})")

    for _ in range(20):
        if (at := asked("{method: 'seek', stop: 2}")) is not None:
            break
    assert (at["film"], at["stops"]) == ("film-slope", len(plan("slope").stops))
    assert asked("{method: 'pause'}")["stop"] == 2
    assert asked("JSON.stringify({method: 'seek', step: 3})")["step"] >= 2
    assert asked("{method: 'previous'}")["paused"]
    assert asked("{method: 'seek', time_s: 0}")["time_s"] == 0
    assert not asked("{method: 'play'}")["paused"]
    for message in ("null", "'{'", "{method: 'toString'}", "{method: 3}", "7"):
        assert asked(message) is None


@SLOW
def test_who_asked_for_less_motion_is_shown_none(shown):
    file = page("slope", "outputs=[{kind: html, autoplay: true}]")
    opened(shown, file, calm=True)
    frames(shown)
    assert shown.of("filmPage.paused")
    shown.of("filmPage.go(0)")
    do(shown, "next")
    assert shown.of("[filmPage.stop, filmPage.paused]") == [1, True]


@SLOW
def test_it_is_read_aloud(shown):
    opened(shown, page("slope"))
    shown.of("filmPage.seek({step: 2})")
    frames(shown)
    live = shown.of('document.querySelector(".film-live").textContent')
    loss = plan("slope").runs[0].recording.loss[2]
    assert f"{loss:.4g}" in live or f"{loss:.6g}" in live
    tree = shown.ask("Accessibility.getFullAXTree")["nodes"]
    named = [n for n in tree if n["role"]["value"] in ("button", "slider", "checkbox", "combobox")]
    assert len(named) >= 8
    assert all(node["name"]["value"] for node in named)


@SLOW
def test_a_print_shows_the_last_stop(shown):
    opened(shown, page("slope"))
    shown.of('filmPage.go(1); window.dispatchEvent(new Event("beforeprint"))')
    assert shown.of("filmPage.stop") == len(plan("slope").stops) - 1
