"""A frame as a vector drawing: what is in it, judged without Matplotlib."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib
from functools import partial

import pytest

from render.draw.stage import printed
from tests.draw.stages import stage_of
from tests.learn.labs import lab, runs

SETS = ("film.size=[640, 360]", "film.duration=2", "film.fps=10")
ABOUT = {"Title": "A <film> & ü", "Software": "descent-film 1.0", "Comment": "config: c0ffee"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def printer():
    stage, timeline = stage_of(lab("slope", *SETS), runs("slope", *SETS))
    return partial(printed, stage, timeline.moments[-1]), stage, timeline


def pdf_streams(data):
    """The contents of all compressed streams of a PDF."""
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            yield zlib.decompress(match[1])
        except zlib.error:
            continue


def test_an_svg_has_the_films_size_in_pixels(printer, tmp_path):
    printer[0](tmp_path / "a.svg", "svg", ABOUT)
    root = ET.parse(tmp_path / "a.svg").getroot()
    assert (root.get("width"), root.get("height")) == ("640", "360")
    assert root.get("viewBox") == "0 0 640 360"


def test_letters_are_shapes_and_only_the_surface_is_a_picture(printer, tmp_path):
    """A film's letters are pictures; here each would be one in a drawing of shapes."""
    printer[0](tmp_path / "a.svg", "svg", ABOUT)
    root = ET.parse(tmp_path / "a.svg").getroot()
    assert 1 <= len(root.findall(f".//{SVG}image")) <= 6  # the surface and the glow of the dots
    assert len(root.findall(f".//{SVG}use")) > 50  # letters
    assert not root.findall(f".//{SVG}text")  # no reader needs our fonts


def test_a_svg_says_what_it_is(printer, tmp_path):
    printer[0](tmp_path / "a.svg", "svg", ABOUT)
    text = "".join(ET.parse(tmp_path / "a.svg").getroot().itertext())
    assert all(value in text for value in ABOUT.values())


def test_a_pdf_is_a_page_of_that_size_with_embedded_fonts(printer, tmp_path):
    printer[0](tmp_path / "a.pdf", "pdf", ABOUT)
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox \[\s*0 0 640 360\s*\]", data)
    assert b"/FontFile2" in data
    assert b"Inter" in data
    assert b"JetBrains" in data
    assert b"CreationDate" not in data
    assert b"descent-film 1.0" in data


def test_words_of_a_pdf_are_words(printer, tmp_path):
    """Drawn by text operators, those that change from frame to frame too."""
    printer[0](tmp_path / "a.pdf", "pdf", ABOUT)
    page = max(pdf_streams((tmp_path / "a.pdf").read_bytes()), key=lambda s: s.count(b" Tf"))
    assert page.count(b"Tj") + page.count(b"TJ") > 30


@pytest.mark.parametrize("kind", ["svg", pytest.param("pdf", marks=pytest.mark.slow)])
def test_the_same_moment_is_the_same_bytes(printer, tmp_path, kind):
    print_, stage, timeline = printer
    print_(tmp_path / "a", kind, ABOUT)
    stage.picture(timeline.moments[3])
    print_(tmp_path / "b", kind, ABOUT)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_drawing_leaves_the_films_frames_as_they_are(printer, tmp_path):
    print_, stage, timeline = printer
    before = stage.picture(timeline.moments[4])
    print_(tmp_path / "a.svg", "svg", ABOUT)
    assert (stage.picture(timeline.moments[4]) == before).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_another_process_draws_the_same_bytes(tmp_path, kind):
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "render", "configs/slope.yaml", "--still", "end"]
        command += ["-o", str(tmp_path / f"{seed}.{kind}"), "--no-cache"]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
    one, two = ((tmp_path / f"{seed}.{kind}").read_bytes() for seed in "12")
    assert one == two
