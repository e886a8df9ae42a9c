"""The page in a real browser, opened from disk: it plays, has its captions, and keeps still."""

from __future__ import annotations

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
    return OutputFile(HtmlFormat(autoplay=True) if kind is HtmlFormat else kind(), path)


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
        state = 'const v = document.querySelector("video"); [v.paused, v.currentTime, v.controls]'
        assert shown.of(state) == [True, 0, True]
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
