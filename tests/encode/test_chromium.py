"""The page in a real browser, opened from disk: it plays, has its captions, and keeps still."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from render import pipeline, registry
from render.encode.formats.html import HtmlFormat
from render.results import OutputFile
from tests.encode.chromium import BINARY, browser
from tests.learn.labs import lab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARY is None, reason="no Chromium is installed"),
]
SMALL = ("film.size=[320, 180]", "film.duration=3", "film.fps=12", "captions=[]")


def target(path: Path) -> OutputFile:
    kind = registry.member("encode/formats", path.suffix[1:])
    return OutputFile(
        HtmlFormat(film="video", autoplay=True) if kind is HtmlFormat else kind(), path
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ünï dir")
    spec = lab("slope", *SMALL, "title='A <b>film</b> & \"more\"'")
    names = [f"my fïlm #1?.{kind}" for kind in ("mp4", "png", "html")]
    pipeline.make(spec, [target(folder / name) for name in names], lambda *_: None)
    return folder / names[-1]


def test_it_plays_with_its_captions_and_requests_nothing(page, tmp_path):
    with browser(tmp_path) as shown:
        shown.open(page)
        shown.until('document.querySelector("video").currentTime > 0.5')
        shown.until('document.querySelector("track").readyState === 2')
        text = shown.of('[...document.querySelector("video").textTracks[0].cues].map(c => c.text)')
        assert text[0].startswith("Start: w = −10, loss ")
        assert shown.of('document.querySelector("video").error') is None
        size = (
            'const v = document.querySelector("video"); [v.videoWidth, v.videoHeight, v.duration]'
        )
        assert shown.of(size) == [320, 180, 3]
        assert shown.of("document.title") == 'A <b>film</b> & "more"'
        schemes = {url.partition(":")[0] for url in shown.requested}
        assert schemes == {"file", "data"}
        loaded = [Path(url).suffix for url in shown.requested if url.startswith("file:")]
        assert {".html", ".mp4", ".png"} == set(loaded)


def test_it_stands_still_for_who_asked_for_less_motion(page, tmp_path):
    with browser(tmp_path) as shown:
        shown.open(page, reduced_motion=True)
        shown.until('document.querySelector("video").readyState >= 1')
        time.sleep(1.0)
        state = 'const v = document.querySelector("video"); [v.paused, v.currentTime]'
        assert shown.of(state) == [True, 0]
        assert not shown.of('document.querySelector(".film-player").hidden')
        assert shown.of('document.querySelector("video").poster').endswith(".png")
        shown.of('document.querySelector("video").play()')  # as the reader may still ask for
        shown.until('document.querySelector("video").currentTime > 0.3')


def test_a_gif_gives_way_to_its_still(tmp_path):
    folder = tmp_path / "out"
    spec = lab("slope", *SMALL)
    names = [folder / f"film.{kind}" for kind in ("gif", "png", "html")]
    folder.mkdir()
    pipeline.make(spec, [target(path) for path in names], lambda *_: None)
    for reduced, suffix in ((False, ".gif"), (True, ".png")):
        with browser(tmp_path / suffix) as shown:
            shown.open(names[-1], reduced_motion=reduced)
            shown.until('document.querySelector("img").naturalWidth === 320')
            assert shown.of('document.querySelector("img").currentSrc').endswith(suffix)


STEPS = ("film.stops=steps", "film.duration=6", "film.fps=12", "film.size=[320, 180]")
AT = 'Math.floor(document.querySelector("video").currentTime * 12 + 1e-3)'
RESTS = 'document.querySelector("video").paused'


@pytest.fixture(scope="module")
def stopping(tmp_path_factory):
    """A page of a film with stops, and their frames."""
    folder = tmp_path_factory.mktemp("stops")
    spec = lab("slope", *STEPS, "captions=[]")
    files = [
        OutputFile(
            HtmlFormat(film="video")
            if kind == "html"
            else registry.member("encode/formats", kind)(),
            folder / f"film.{kind}",
        )
        for kind in ("mp4", "png", "html", "json")
    ]
    pipeline.make(spec, files, lambda *_: None)
    manifest = json.loads((folder / "film.json").read_text(encoding="utf-8"))
    return folder / "film.html", [stop["frame"] for stop in manifest["stops"]]


def click(shown, what):
    shown.of(f'document.querySelector("[data-do={what}]").click()')


def press(shown, key):
    event = f'new KeyboardEvent("keydown", {{key: "{key}", bubbles: true, cancelable: true}})'
    shown.of(f"document.body.dispatchEvent({event})")


def rests_at(shown, frame):
    shown.until(f"{RESTS} && {AT} === {frame}")


def test_next_plays_to_the_next_stop_and_previous_goes_back(stopping, tmp_path):
    file, frames = stopping
    with browser(tmp_path) as shown:
        shown.open(file)
        shown.until('document.querySelector("video").readyState >= 1')
        for number, frame in enumerate(frames[1:4], 1):
            click(shown, "next")
            shown.until(f"!{RESTS}")  # it plays there
            rests_at(shown, frame)
            shown.until(f'location.hash === "#stop={number}"')
        for frame in reversed(frames[:3]):
            click(shown, "previous")
            rests_at(shown, frame)
        words = shown.of('document.querySelector("output").textContent')
        assert words == f"1 / {len(frames)}: Start: w = −10, loss 147.4"


def test_keys_go_from_stop_to_stop(stopping, tmp_path):
    file, frames = stopping
    with browser(tmp_path) as shown:
        shown.open(file)
        shown.until('document.querySelector("video").readyState >= 1')
        for key, frame in (
            ("End", frames[-1]),
            ("ArrowLeft", frames[-2]),
            ("Home", 0),
            (" ", frames[1]),
            ("ArrowRight", frames[2]),
        ):
            press(shown, key)
            rests_at(shown, frame)


def test_it_plays_through_where_that_is_switched_on(stopping, tmp_path):
    with browser(tmp_path) as shown:
        shown.open(stopping[0])
        shown.until('document.querySelector("video").readyState >= 1')
        shown.of('document.querySelector("[data-is=through]").click()')
        click(shown, "toggle")
        shown.until('document.querySelector("video").ended')


def test_who_asked_for_less_motion_goes_without_playing(stopping, tmp_path):
    file, frames = stopping
    with browser(tmp_path) as shown:
        shown.open(file, reduced_motion=True)
        shown.until('document.querySelector("video").readyState >= 1')
        shown.of('document.querySelector("video").addEventListener("play", () => window.moved = 1)')
        click(shown, "next")
        rests_at(shown, frames[1])
        assert not shown.of("window.moved")


@pytest.mark.parametrize("asked", ["#step=3", "#other=1&stop=3&", "#&&step=3&step=1&x"])
def test_the_address_names_a_stop_or_a_step(stopping, tmp_path, asked):
    file, frames = stopping
    with browser(tmp_path) as shown:
        shown.open(file)
        shown.of(f'location.hash = "{asked}"')
        rests_at(shown, frames[3])
        shown.of("location.reload()")  # as with a link that somebody was given
        shown.until('document.readyState === "complete"')
        rests_at(shown, frames[3])


@pytest.mark.parametrize("asked", ["#step=abc", "#stop=-1", "#nothing", "#stop=", "#%"])
def test_an_address_that_names_none_is_ignored(stopping, tmp_path, asked):
    with browser(tmp_path) as shown:
        shown.open(stopping[0])
        shown.of(f'location.hash = "{asked}"')
        shown.until('document.querySelector("video").readyState >= 1')
        assert shown.of(AT) == 0


def test_a_page_around_it_can_ask_it(stopping, tmp_path):
    """As reveal.js and Quarto show pages: in a frame."""
    file, frames = stopping
    around = tmp_path / "around.html"
    around.write_text(f'<iframe src="{file.as_uri()}"></iframe>')

    def asked(message):
        reply = 'addEventListener("message", (event) => answer(event.data), {once: true})'
        ask = f'document.querySelector("iframe").contentWindow.postMessage({message}, "*")'
        return shown.of(f"new Promise((answer) => {{ {reply}; {ask}; }})")

    with browser(tmp_path / "profile") as shown:
        shown.open(around)
        at = asked("{method: 'seek', stop: 2}")
        assert (at["film"], at["stops"]) == ("film-film", len(frames))
        assert asked("{method: 'pause'}")["stop"] == 2
        assert asked("JSON.stringify({method: 'seek', step: 3})")["stop"] == 3
        assert asked("{method: 'previous'}")["paused"]
        assert asked("{method: 'pause'}")["stop"] == 2
        assert asked("{method: 'seek', time_s: 0}")["paused"]
        asked("{method: 'play'}")
        ends = time.monotonic() + 20
        while not (at := asked("{method: 'pause'}")) or at["stop"] < 1:
            asked("{method: 'play'}")
            assert time.monotonic() < ends
        for message in ("null", "'{'", "{method: 'toString'}", "{method: 3}", "7"):
            send = f'document.querySelector("iframe").contentWindow.postMessage({message}, "*")'
            shown.of(send)  # is no question: no answer, and nothing breaks
        assert asked("{method: 'next'}")["film"] == "film-film"
