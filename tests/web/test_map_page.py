"""The page of a map in a real browser: a pixel tells its run, a window zooms, nothing is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from render.config.load import load
from render.config.theme import load_theme
from render.describe.map_files import write_map
from render.learn.map.compute import compute
from render.learn.map.result import WORDS
from tests.encode.chromium import BINARY, browser
from tests.learn.map.test_map import LINE, spec_of

pytestmark = pytest.mark.skipif(BINARY is None, reason="no Chromium is installed")
AREA = """(() => { const box = document.getElementById("map-canvas").getBoundingClientRect();
  return JSON.stringify([box.left, box.top, box.width, box.height]); })()"""


def mouse(shown, kind: str, x: float, y: float, held: int = 0) -> None:
    buttons = {"button": "left" if kind != "mouseMoved" else "none", "buttons": held}
    shown.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, clickCount=1, **buttons)


def text(shown, name: str) -> str:
    return shown.of(f'document.getElementById("map-{name}").textContent')


def test_a_pixel_tells_its_run_and_a_window_its_command(tmp_path: Path) -> None:
    spec = spec_of(LINE, "optimizer.lr=1e-2..1", "model.weight=-30..30", (12, 9))
    assert spec.map is not None
    made = compute(spec.map.run(spec), spec.map)
    file = tmp_path / "one-map.html"
    write_map(spec, load_theme("paper", Path()), made, {"html": file})
    with browser(tmp_path / "profile") as shown:
        shown.open(file)
        shown.until('document.getElementById("map-said").textContent !== ""')
        left, top, width, height = json.loads(shown.of(AREA))
        column, row = 4, 2  # row 2 from the top is row 6 of the map
        at = left + (column + 0.5) / 12 * width, top + (row + 0.5) / 9 * height
        mouse(shown, "mouseMoved", *at)
        said, command = text(shown, "said"), text(shown, "command")
        assert WORDS[made.verdict[6, 4]] in said
        sets = spec.map.command(spec, float(made.x[4]), float(made.y[6]))
        assert command == " ".join(["python -m render one.yaml", *(f"--set {s}" for s in sets)])
        run = load(Path("one.yaml"), sets, text=LINE)
        assert run.optimizer.lr == made.x[4]

        end = left + 7.5 / 12 * width, top + 5.5 / 9 * height
        mouse(shown, "mousePressed", *at, held=1)
        mouse(shown, "mouseMoved", *end, held=1)
        mouse(shown, "mouseReleased", *end)
        x = f"optimizer.lr={float(made.x[4])!r}..{float(made.x[7])!r}:log"
        y = f"model.weight={float(made.y[3])!r}..{float(made.y[6])!r}:lin"
        assert text(shown, "command") == (
            f"python -m render map one.yaml --x {x} --y {y} --size 12x9"
        )
        again = load(Path("one.yaml"), [f'map.x="{x}"', f'map.y="{y}"'], text=LINE)
        assert again.map is not None
        assert (again.map.x.low, again.map.y.high) == (made.x[4], made.y[6])
        assert not shown.messages
        assert [url for url in shown.requested if not url.startswith(("file:", "data:"))] == []
