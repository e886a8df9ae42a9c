"""The page of a map as one file: a pixel tells its run, a window zooms."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from render.cells import Cell
from render.config.language import language
from render.config.map import MapAxis
from render.config.spec import Spec
from render.config.theme import Theme
from render.learn.map.result import WORDS, RunMap
from render.phrases import form
from render.recording import Array
from render.web.document import safe
from render.web.opening import in_colours, opening

FOLDER = Path(__file__).parent / "map"
TEXTS = {
    "hint": form("Point at a run, or drag a window to enlarge it."),
    "window": form("This command computes the window anew, with as many runs."),
    "after": form("after {count} epochs"),
    "loss": form("loss {loss} at its end"),
    "beyond": form("beyond all numbers"),
    "whole": form("Whole map"),
    "copy": form("Copy"),
    "about": form("a map of runs: how each ends for its {x} and {y}"),
}
PAGE = """\
{opening}<body>
<main>
<div class="map"><img id="map-picture" alt="{title}: {about}"\
 src="data:image/png;base64,{picture}">\
<canvas id="map-canvas" tabindex="0" role="application" aria-label="{about}"></canvas></div>
<p id="map-said" aria-live="polite"></p>
<div class="command"><code id="map-command"></code><button id="map-copy">{copy}</button>\
<button id="map-whole" disabled>{whole}</button></div>
</main>
<script type="application/json" id="map-facts">{facts}</script>
<script type="text/plain" id="map-verdicts">{verdicts}</script>
<script type="text/plain" id="map-epochs">{epochs}</script>
<script type="text/plain" id="map-losses">{losses}</script>
<script>{script}</script>
</body>
</html>
"""


def map_page(
    spec: Spec,
    theme: Theme,
    run_map: RunMap,
    png: bytes,
    size_px: tuple[int, int],
    area: Cell,
    sets: Sequence[str] = (),
) -> str:
    """The text of the page; `png` is the picture, whose runs are in `area`."""
    assert spec.map is not None
    tongue = language(spec.language)
    words: dict[str, Any] = {key: tongue.forms.get(text, text) for key, text in TEXTS.items()}
    words["verdicts"] = [tongue.forms.get(word, word) for word in WORDS]
    config = " ".join([shlex.quote(str(spec.path)), *(f"--set {shlex.quote(s)}" for s in sets)])
    facts = {
        "size": [*run_map.options.size],
        "area": {
            "left": area.left,
            "top": size_px[1] - area.top,
            "width": area.width,
            "height": area.height,
        },
        "axes": {
            "x": _axis(run_map.options.x, run_map.x),
            "y": _axis(run_map.options.y, run_map.y),
        },
        "alone": [f"{spec.map.spelled}=null"] if spec.map.spelled else [],
        "program": f"python -m render {config}",
        "again": f"python -m render map {config}",
        "words": words,
    }
    script = (FOLDER / "map.js").read_text(encoding="utf-8")
    style = in_colours(theme, (FOLDER / "map.css").read_text(encoding="utf-8"))
    about = words["about"].format(x=run_map.options.x.key, y=run_map.options.y.key)
    with np.errstate(over="ignore"):
        losses = run_map.loss.astype("<f4")
    return PAGE.format(
        opening=opening(tongue.code, spec.plain_title, style, script),
        title=escape(spec.plain_title),
        about=escape(about),
        copy=escape(words["copy"]),
        whole=escape(words["whole"]),
        picture=base64.b64encode(png).decode("ascii"),
        facts=safe(json.dumps(facts, ensure_ascii=False, separators=(",", ":"))),
        verdicts=_coded(run_map.verdict),
        epochs=_coded(run_map.epochs.astype("<f4")),
        losses=_coded(losses),
        script=script,
    )


def _axis(axis: MapAxis, values: Array) -> dict[str, Any]:
    """The key, and its values as --set takes them, which JavaScript would write in another way."""
    written = [axis.written(value).partition("=")[2] for value in values.tolist()]
    return {"key": axis.key, "scale": "log" if axis.log else "lin", "values": written}


def _coded(numbers: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii")
