"""The page's file: what is in it, what it may do; no text of a config gets out of its place."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import zlib
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from render.recording import Array
from render.web.arrays import packed
from render.web.document import facts, swept
from render.web.keys import keys
from render.web.page import FOLDER, script, sources
from tests.web.pages import page, plan

HOSTILE = "</script><img onerror=alert(1) src=x> <!-- & \"q\" 'a' {x} ]]>"
NAMES = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var) +(\w+)", re.MULTILINE
)


class Parsed(HTMLParser):
    """The tags of a page with their attributes, and the text in each script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.open = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside.append("")
        self.open = True

    def handle_endtag(self, tag):
        self.open = False

    def handle_data(self, data):
        if self.open:
            self.inside[-1] += data

    def all(self, tag):
        pairs = zip(self.tags, self.inside, strict=True)
        return [(attributes, text) for (name, attributes), text in pairs if name == tag]


def parsed(file: Path) -> Parsed:
    return Parsed(file.read_text(encoding="utf-8"))


def document(file: Path) -> dict:
    (text,) = (text for a, text in parsed(file).all("script") if a.get("id") == "film-document")
    return json.loads(text)


def pictures(file: Path) -> dict:
    (text,) = (text for a, text in parsed(file).all("script") if a.get("id") == "film-pictures")
    return json.loads(zlib.decompress(base64.b64decode(text)))


def unpacked(value: dict) -> Array:
    return np.frombuffer(base64.b64decode(value["f8"]), "<f8").reshape(value["shape"])


def test_recorded_arrays_travel_to_the_last_bit():
    recording = plan("slope_bias").runs[0].recording
    (run,) = document(page("slope_bias"))["runs"]
    for name in ("params", "grads", "loss", "batch_loss", "lr", "epoch"):
        sent, own = unpacked(run[name]), getattr(recording, name)
        assert sent.tobytes() == np.ascontiguousarray(own).tobytes(), name


def test_arrays_of_any_order_and_kind_are_packed_row_by_row():
    array = np.arange(6.0).reshape(2, 3).T / 3
    assert (unpacked(packed(array)) == array).all()
    odd = np.array([np.nan, np.inf, -0.0])
    assert unpacked(packed(odd)).tobytes() == odd.tobytes()
    assert [*packed(np.zeros(3, np.float32))] == ["f4", "shape"]


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else():
    shown = parsed(page("slope_bias"))
    (policy,) = (a["content"] for a, _ in shown.all("meta") if "http-equiv" in a)
    (style,) = (text for _, text in shown.all("style"))
    (code,) = (text for a, text in shown.all("script") if not a)
    hashes = [base64.b64encode(sha256(t.encode()).digest()).decode() for t in (code, style)]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}';"
        " img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    assert not [a for _, a in shown.tags if "style" in a or any(k.startswith("on") for k in a)]
    assert not [a for _, a in shown.tags if {"src", "href"} & a.keys()]


def test_texts_of_a_config_stay_texts():
    file = page("slope", f"title={json.dumps(HOSTILE)}", "captions=[]", "film.size=[640, 360]")
    shown = parsed(file)
    kinds = {tag for tag, _ in shown.tags}
    assert "img" not in kinds
    assert len(shown.all("script")) == 3
    assert document(file)["title"] == HOSTILE
    (canvas,) = (a for tag, a in shown.tags if tag == "canvas")
    assert canvas["aria-label"] == HOSTILE
    (title,) = (text for _, text in shown.all("title"))
    assert title == HOSTILE


def test_no_two_scripts_have_a_name_in_common():
    """They are joined into one."""
    names = [name for _, text in sources() for name in NAMES.findall(text)]
    assert len(names) > 50
    assert not {name for name in names if names.count(name) > 1}


def test_each_script_comes_after_those_that_it_needs():
    seen: list[str] = []
    for name, text in sources():
        needed = re.findall(r'^import .* from "\./([\w.]+)";', text, re.MULTILINE)
        assert {*needed} <= {*seen}, name
        seen.append(name)
    written = {path.name for path in FOLDER.glob("*.js")} - {"types.js"}  # which has types alone
    assert {*seen} == written


def test_the_joined_script_has_no_module_left_in_it_and_runs_no_text():
    for text in (script(), *(text for _, text in sources())):
        assert not re.search(r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML", text)
        assert not re.search(r"document\.write|setAttribute\(\"style\"|\bfetch\(|XMLHttp", text)
    assert not re.search(r"^\s*(import|export)\b", script(), re.MULTILINE)
    for _, text in sources():  # comments are taken out of it by their marks
        assert not re.search(r"""["'`][^"'`\n]*(/\*\*|//)[^"'`\n]*["'`]""", text)


def test_a_page_is_small():
    file = page("slope_bias")
    shown = parsed(file)
    own = sum(len(text) for tag in ("script", "style") for a, text in shown.all(tag) if not a)
    assert own < 150_000
    assert file.stat().st_size < 300_000


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to read scripts")
def test_node_reads_the_joined_script(tmp_path):
    (tmp_path / "page.js").write_text(script(), encoding="utf-8")
    subprocess.run(["node", "--check", tmp_path / "page.js"], check=True, capture_output=True)


TYPES = "--allowJs --checkJs --noEmit --strict --target es2022 --module es2022"
TYPES += " --moduleResolution bundler --lib es2023,dom,dom.iterable"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no TypeScript to check types")
def test_the_types_of_the_scripts_are_right():
    files = sorted(FOLDER.glob("*.js"))
    told = subprocess.run(["tsc", *TYPES.split(), *files], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout


def test_runs_that_differ_in_one_number_are_a_sweep():
    assert swept(["lr 0.3", "lr -1", "lr 0.1"]) == {
        "name": "lr",
        "values": ["0.3", "-1", "0.1"],
        "order": [1, 2, 0],
    }
    others = (["lr 1"], ["SGD", "Adam"], ["lr 1", "momentum 1"], ["a b", "a c"], ["0.1", "0.2"])
    for labels in (*others, ["lr 0.1", "lr nan"], ["lr 0.1", "lr 0.10"]):
        assert swept(labels) is None, labels


def test_a_run_of_more_steps_than_2000_is_thinned_and_the_others_are_not():
    long = plan("slope_bias", "training.epochs=2500", "captions=[]")
    (run,) = facts(long, keys(long))["runs"]
    recording, rows = long.runs[0].recording, run["rows"]
    assert 500 < len(rows) <= 2001
    assert (rows[:100] == np.arange(100)).all()
    assert rows[-1] == run["steps"] == 2500
    assert (run["loss"] == recording.loss[rows]).all()
    assert document(page("slope_bias"))["runs"][0]["rows"] is None


def test_a_film_may_have_more_runs_than_there_are_colours():
    """Of those that the film shows together, in one plot, not one by one."""
    small = ("sweep.dataset.p=[2, 3, 4, 5, 6, 7, 8, 9, 10]", "dataset.n=6", "dataset.draws=2")
    sets = (*small, "training.epochs=40", "landscape.grid=41", "captions=[]")
    film = plan("double_descent", *sets)
    made = facts(film, keys(film))["runs"]
    assert len(made) == 9 > len(film.context.styles)
    assert [run["label"] for run in made] == [run.plain_label for run in film.runs]
    for run, learnt in zip(made, film.runs, strict=True):
        assert run["loss"] is not None
        assert run["steps"] == learnt.recording.steps
