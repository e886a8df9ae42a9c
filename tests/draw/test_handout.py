"""The handout: a vector page for each stop, judged by reading the PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import partial

import pytest

from render.draw.handout import print_handout
from render.draw.plan import compose, plan_film
from render.errors import EncodeError
from tests.draw.test_printing import pdf_streams
from tests.learn.labs import lab, runs

SMALL = ("film.size=[640, 360]", "film.duration=8", "film.fps=10", "film.stops=[step 2]")
ABOUT = {"Title": "A film", "Software": "descent-film 1.0"}


def handout(name, *sets):
    """Prints it, with the plan of the film and its stage."""
    plan = plan_film(compose(lab(name, *SMALL, *sets)), runs(name, *SMALL, *sets))
    stage = plan.stage()
    moments = [plan.unheld.moments[stop.moment] for stop in plan.stops]
    pages = [*zip(plan.stops, moments, strict=True)]
    return partial(print_handout, stage, pages), plan, stage


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    path = tmp_path_factory.mktemp("handout") / "film-handout.pdf"
    save, plan, stage = handout("slope")
    before = stage.picture(plan.timeline.moments[40])
    save(path, "pdf", ABOUT)
    assert (stage.picture(plan.timeline.moments[40]) == before).all()  # nothing stays on the stage
    return path, plan


def boxes(data):
    return re.findall(rb"/MediaBox \[\s*([\d. ]+?)\s*\]", data)


def test_a_page_for_each_stop_all_of_one_size(printed):
    path, plan = printed
    data = path.read_bytes()
    assert len(re.findall(rb"/Type /Page\b", data)) == len(plan.stops) == 3
    (size,) = {*boxes(data)}
    left, low, width, height = map(float, size.split())
    assert (left, low, width) == (0, 0, 640)
    assert 360 < height < 420  # the words are above the picture, not over it


def test_a_page_is_a_drawing_with_words(printed):
    path, plan = printed
    pages = [s for s in pdf_streams(path.read_bytes()) if s.count(b" Tf") > 20]
    assert len(pages) == len(plan.stops)
    assert b"/FontFile2" in path.read_bytes()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_each_page_says_what_is_said_there(printed):
    path, plan = printed
    for number, stop in enumerate(plan.stops, 1):
        command = ["pdftotext", "-f", str(number), "-l", str(number), "-layout", path, "-"]
        text = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        words = " ".join(text.split()).replace(" / ", "/")
        assert stop.words in words
        assert f"{number}/{len(plan.stops)}" in words
        if stop.numbers != stop.words:  # the caption is in the picture: above are the numbers
            assert words.count(stop.words) == 1
            assert stop.numbers in words


def test_a_small_frame_has_its_words_above_the_picture(tmp_path):
    """A frame without room for captions: they are on the page nevertheless."""
    save, plan, stage = handout("slope", "film.size=[320, 180]")
    assert "caption" not in stage.cells
    save(tmp_path / "a.pdf", "pdf", ABOUT)
    if shutil.which("pdftotext"):
        done = subprocess.run(
            ["pdftotext", tmp_path / "a.pdf", "-"], check=True, capture_output=True
        )
        words = " ".join(done.stdout.decode().split())
        assert all(stop.words in words for stop in plan.stops)


TINY = ("film.size=[320, 180]", "film.stops=none")


@pytest.mark.slow
def test_the_same_film_gives_the_same_bytes(tmp_path):
    for name in ("a.pdf", "b.pdf"):
        handout("slope", *TINY)[0](tmp_path / name, "pdf", ABOUT)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_folder_that_is_gone_is_told(tmp_path):
    with pytest.raises(EncodeError, match=r"^can't write the handout: "):
        handout("slope", *TINY)[0](tmp_path / "gone" / "a.pdf", "pdf", ABOUT)
