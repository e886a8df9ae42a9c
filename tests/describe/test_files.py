"""Companions of real films: made without drawing, and linked to what lies beside them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from render import pipeline, registry
from render.describe.companions import links
from render.encode.formats.html import HtmlFormat
from render.results import OutputFile
from tests.encode.stories import Page, cues
from tests.learn.labs import CONFIGS, lab


def target(path: Path) -> OutputFile:
    kind = registry.member("encode/formats", path.suffix[1:])
    return OutputFile(HtmlFormat(film="video") if kind is HtmlFormat else kind(), path)


@pytest.mark.slow
def test_words_are_made_without_matplotlib(tmp_path):
    code = (
        "import sys; from render.__main__ import main; "
        f"assert main([{str(CONFIGS / 'slope.yaml')!r}, '--format', 'txt,vtt', '--out',"
        " sys.argv[1], '--quiet']) == 0; assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["slope.txt", "slope.vtt"]


def test_links_are_relative_and_percent_encoded(tmp_path):
    there = [tmp_path / "pages" / "film.html", tmp_path / "ünï dir" / "a#1 100%?.mp4"]
    urls = links(there[0].parent, [target(path) for path in there])
    assert urls["mp4"] == "../%C3%BCn%C3%AF%20dir/a%231%20100%25%3F.mp4"


def test_a_name_with_a_colon_is_no_scheme():
    assert links(Path("out"), [target(Path("out/javascript:x.mp4"))])["mp4"].startswith(
        "javascript%3A"
    )


def test_a_film_comes_with_the_companions_that_are_asked_for(tmp_path):
    names = ["a film.mp4", "a film.png", "a film.txt", "a film.vtt", "a film.html"]
    spec = lab("slope", "film.size=[320, 180]", "film.duration=1", "film.fps=12")
    report = pipeline.make(spec, [target(tmp_path / name) for name in names], lambda *_: None)
    assert [output.path.name for output in report.outputs] == names
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)
    page = Page((tmp_path / "a film.html").read_text(encoding="utf-8"))
    assert page.one("source")["src"] == "a%20film.mp4"
    assert page.one("video")["poster"] == "a%20film.png"
    sentences, _, stops = (tmp_path / "a film.txt").read_text("utf-8").partition("\n\n")
    assert page.texts["p"] == sentences
    assert stops.startswith("0:00 One number to learn")
    assert all(end <= 1 for _, end, _ in cues((tmp_path / "a film.vtt").read_text("utf-8")))
