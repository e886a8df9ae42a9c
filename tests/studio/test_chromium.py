"""The whole loop in a real browser: open, edit, mend, drag, click, undo, save, render, close."""

from __future__ import annotations

import json
import time

import pytest

from render.config.load import load
from tests.encode.chromium import BINARY, browser
from tests.studio.client import folder, studio

pytest.importorskip("starlette", reason="the studio's extra is not installed")
pytest.importorskip("uvicorn", reason="the studio's extra is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARY is None, reason="no Chromium is installed"),
]

NAME = "configs/slope_bias.yaml"
SIZE = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
AREA = "studio.editor.area"
SLIDER = "document.querySelector('.control input[type=range]')"
SHOWN = "studio.player.shown?.includes(studio.state.key) && !studio.player.loading"


@pytest.fixture
def home(tmp_path):
    path = folder(tmp_path, "slope_bias") / NAME
    path.write_text(path.read_text("utf-8").replace("[320, 180]", "[854, 480]"), "utf-8")
    return tmp_path


@pytest.fixture
def opened(home, tmp_path_factory):
    with studio(home) as client:
        client.server.studio.first = NAME
        with browser(tmp_path_factory.mktemp("profile")) as page:
            page.open(client.server.guard.address)
            page.ask("Emulation.setDeviceMetricsOverride", **SIZE)
            page.until('document.body?.dataset.ready === "yes"', 60)
            page.until(f"studio.state.key && {SHOWN} && studio.player.facts", 90)
            yield page


def text(page) -> str:
    return page.of("studio.editor.text")


def written(page, before: str, after: str) -> None:
    """Select a piece of the text and type another over it, as a user does."""
    at = text(page).index(before)
    page.of(f"{AREA}.focus(); {AREA}.setSelectionRange({at}, {at + len(before)})")
    page.ask("Input.insertText", text=after)


def pointer(page, kind: str, x: float, y: float) -> None:
    buttons = {"mousePressed": 1, "mouseMoved": 1}.get(kind, 0)
    page.ask(
        "Input.dispatchMouseEvent",
        type=kind,
        x=x,
        y=y,
        button="left",
        buttons=buttons,
        clickCount=1,
    )


def panel(page, kind: str, share: tuple[float, float]) -> tuple[float, float]:
    """A place in a panel of the picture, in pixels of the window."""
    script = f"""(() => {{
      const canvas = document.getElementById("picture"), box = canvas.getBoundingClientRect();
      const [l, t, r, b] = studio.player.facts.panels.find((one) => one.kind === "{kind}").box;
      const scale = box.width / studio.player.size[0];
      const x = l + {share[0]} * (r - l), y = t + {share[1]} * (b - t);
      return [box.left + scale * x, box.top + scale * y];
    }})()"""
    x, y = page.of(script)
    return x, y


def drawn(page) -> None:
    """Wait until the picture is that of the text, and its facts too."""
    page.until(SHOWN + " && !document.getElementById('screen').classList.contains('old')", 60)
    page.until("studio.player.key === studio.state.key", 60)


def texts_of(selector: str, part: str = "") -> str:
    every = f"[...document.querySelectorAll({json.dumps(selector)})]"
    return f"{every}.map((one) => one{part}.textContent)"


def click(page, name: str) -> None:
    page.of(f"document.getElementById({json.dumps(name)}).click()")


def test_the_whole_loop(opened, home):
    page, before = opened, (home / NAME).read_text("utf-8")
    assert text(page) == before
    labels = page.of(texts_of(".control span"))
    assert labels == [
        *("lr", "momentum", "epochs", "noise", "seed"),
        *("theme", "scene", "size", "target"),
    ]

    # A mistake: its message stands at its place, and the last good frame is grey.
    written(page, "lr: 0.1", "lr: fast")
    page.until("document.querySelectorAll('#problems button').length === 1")
    line = before[: before.index("lr: 0.1")].count("\n") + 1
    assert page.of("document.querySelector('#problems b').textContent").startswith(f"{line}:")
    assert "found 'fast'" in page.of("document.querySelector('#problems').textContent")
    assert page.of("document.querySelector('.marks u').textContent") == "fast"
    page.until("document.getElementById('screen').classList.contains('old')")
    written(page, "lr: fast", "lr: 0.12")
    page.until("document.querySelectorAll('#problems button').length === 0")
    drawn(page)

    # The camera by a drag, the start by a click: each is one undo.
    undone = page.of("studio.editor.before.length")
    ((elev, azim),) = page.of("studio.player.facts.cameras")
    x, y = panel(page, "surface", (0.5, 0.5))
    pointer(page, "mousePressed", x, y)
    for step in range(1, 6):
        pointer(page, "mouseMoved", x + 12 * step, y + 4 * step)
        time.sleep(0.05)
    # Where the pointer rests, the film's own frame is shown, and the drag is not over.
    page.until("studio.player.shown.startsWith('/frame/') && studio.editor.text.includes('elev:')")
    pointer(page, "mouseReleased", x + 60, y + 20)
    page.until("studio.editor.text.includes('camera: {elev:')")
    page.until("studio.state.gesture === null && studio.state.asked === null")
    assert page.of("studio.editor.before.length") == undone + 1
    turned = text(page)
    spec = load(home / NAME, text=turned)
    assert (spec.film.camera.elev, spec.film.camera.azim) == (elev + 6, azim - 24)
    drawn(page)
    page.until("studio.player.facts.key === studio.state.key")
    assert page.of("studio.player.facts.cameras") == [[elev + 6, azim - 24]]
    x, y = panel(page, "start", (0.25, 0.25))
    pointer(page, "mousePressed", x, y)
    pointer(page, "mouseReleased", x, y)
    page.until(f"studio.editor.text !== {json.dumps(turned)}")
    placed = load(home / NAME, text=text(page)).model
    assert placed.weight.value != -15
    assert placed.bias.value > 0
    drawn(page)
    click(page, "undo")
    assert text(page) == turned
    click(page, "undo")
    assert text(page) == before.replace("lr: 0.1", "lr: 0.12")
    click(page, "redo")
    assert text(page) == turned
    drawn(page)

    # A slider that is dragged is one undo as well, and each of its values is a film.
    undone = page.of("studio.editor.before.length")
    for share in (400, 500, 600, 700):
        page.of(f"{SLIDER}.value = {share}; {SLIDER}.dispatchEvent(new Event('input'))")
        time.sleep(0.1)
    page.of(
        "document.querySelector('.control input[type=range]').dispatchEvent(new Event('change'))"
    )
    page.until("studio.editor.text.includes('lr: 0.631')")
    drawn(page)
    assert page.of("studio.editor.before.length") == undone + 1
    click(page, "undo")
    assert text(page) == turned
    drawn(page)

    # The file, changed by somebody else meanwhile.
    (home / NAME).write_text("# mine\n" + before, "utf-8")
    click(page, "save")
    page.until("document.getElementById('ask').open")
    assert "changed on disk" in page.of("document.querySelector('#ask p').textContent")
    page.of("document.getElementById('ask').close('yes')")
    page.until("document.getElementById('dirty').hidden")
    assert (home / NAME).read_text("utf-8") == turned

    # A film of it.
    click(page, "render-open")
    page.until("document.getElementById('rendering').open")
    boxes = "document.querySelectorAll('#formats input')"
    page.of(f"for (const box of {boxes}) box.checked = box.value === 'mp4'")
    click(page, "render")
    page.until("document.querySelector('.job a') !== null", 120)
    assert page.of("document.querySelector('.job a').textContent") == "slope_bias.mp4"
    kind = "fetch(document.querySelector('.job a').href).then((r) => r.headers.get('content-type'))"
    assert page.of(kind) == "video/mp4"
    assert (home / "outputs/slope_bias.mp4").stat().st_size > 10_000
    assert [one for one in page.messages if "Failed to load resource" not in one] == []


def test_completion_writes_what_it_offers(opened):
    page = opened
    written(page, "loss: mse", "loss: h")
    page.until("!document.querySelector('.words').hidden")
    offered = page.of(
        "[...document.querySelectorAll('.words li')].map((one) => one.firstChild.textContent)"
    )
    assert {"half_mse", "huber"} <= {*offered}
    page.of(
        "studio.editor.area.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Tab', bubbles: true, cancelable: true}))"
    )
    assert f"loss: {offered[0]}\n" in text(page)


def test_two_tabs_see_their_own_texts(opened):
    """A second tab of the same browser needs no token, and neither takes the other's films."""
    page = opened
    one = page._session
    page.open(page.of("location.origin"))
    page.until(f"document.body?.dataset.ready === 'yes' && studio.state.key && {SHOWN}", 90)
    other, page._session = page._session, one
    written(page, "lr: 0.1", "lr: 0.2")
    page._session = other
    written(page, "seed: 1", "seed: 2")
    drawn(page)
    page.until("studio.editor.text.includes('seed: 2')")
    assert "lr: 0.2" not in text(page)
    page._session = one
    drawn(page)
    assert "lr: 0.2" in text(page)
    assert "seed: 2" not in text(page)


def slide(page, label: str, value: int, *events: str) -> None:
    """Move a slider, and let go of it if that is among the events."""
    rows = "[...document.querySelectorAll('.control')]"
    row = f"{rows}.find((one) => one.firstChild.textContent === {json.dumps(label)})"
    told = "; ".join(f"one.dispatchEvent(new Event({json.dumps(name)}))" for name in events)
    page.of(
        f"(() => {{ const one = {row}.querySelector('input'); one.value = {value}; {told} }})()"
    )


def test_gestures_in_a_row_are_all_there(opened):
    """One that begins before the text has the last one, or is typed over, takes nothing away."""
    page, before = opened, text(opened)
    undone = page.of("studio.editor.before.length")
    slide(page, "lr", 700, "input", "change")
    slide(page, "momentum", 500, "input", "change")
    page.until("studio.editor.text.includes('lr: 0.631, momentum: 0.495')")
    assert page.of("studio.editor.before.length") == undone + 2
    for expected in ("{kind: sgd, lr: 0.631}", "{kind: sgd, lr: 0.1}"):
        page.of(
            "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'z', ctrlKey: true,"
            " bubbles: true}))"
        )
        page.until(f"studio.editor.text.includes({json.dumps(expected)})")
    assert text(page) == before
    slide(page, "lr", 700, "input", "change")
    written(page, "seed: 1", "seed: 2")
    drawn(page)
    assert text(page) == before.replace("seed: 1", "seed: 2")


def test_the_slider_of_a_sweep_is_dragged_to_its_end(opened):
    """Its label is its value, which changes meanwhile: it stays the same slider."""
    page = opened
    captions = text(page)[text(page).index("captions:") :]  # of one run
    written(page, captions, "sweep: {optimizer.lr: [0.1, 0.2]}\n")
    page.until("document.querySelector('.control span').textContent === 'lr 0.1'", 60)
    page.of(f"window.held = {SLIDER}")
    page.of("held.value = 600; held.dispatchEvent(new Event('input'))")
    page.until("document.querySelector('.control span').textContent === 'lr 0.251'", 60)
    page.of("held.value = 700; held.dispatchEvent(new Event('input'))")
    page.of("held.dispatchEvent(new Event('change'))")
    page.until("studio.editor.text.includes('[0.631, 0.2]')", 60)
    assert page.of(f"held === {SLIDER} && held.isConnected")
