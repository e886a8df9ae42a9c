"""A film that stops, from its config to its files: one plan for all of them."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import imageio.v3 as iio
import pytest

import render
from tests.encode.films import decoded, described
from tests.encode.stories import cues
from tests.encode.test_mp4 import chapters
from tests.encode.test_pptx import clip, opened, poster
from tests.learn.labs import CONFIGS

SETS = ("captions=[{at: 1.3s, text: Middle}]", "film.stops=[2s, step 3]")
SMALL = {"size": (320, 180), "fps": 10}
PAGE = "outputs=[mp4, {kind: html, film: video}]"  # whose html is with a video
NAMES = [f"film.{kind}" for kind in ("pptx", "mp4", "txt", "vtt", "html", "json")]


def film(*sets):
    return render.load(CONFIGS / "slope.yaml", [*SETS, *sets], **SMALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    film(PAGE).save(*(folder / name for name in NAMES))
    return folder


def manifest(folder):
    return json.loads((folder / "film.json").read_text(encoding="utf-8"))


def test_the_manifest_and_python_say_the_same(made):
    stops = film().stops
    assert [stop.facts for stop in stops] == manifest(made)["stops"]
    assert manifest(made)["stops"] == [
        {"time": 0.0, "frame": 0, "step": 0, "words": "Start: w = −10, loss 147.4"},
        {"time": 2.0, "frame": 20, "step": 1, "words": "Middle"},
        {"time": 5.1, "frame": 51, "step": 3, "words": "Step 3: w = −3.441, loss 0.6088"},
        {
            "time": 7.9,
            "frame": 79,
            "step": 4,
            "words": "Converging: 0.065 % of the excess loss is left",
        },
    ]
    loss = film().recording.loss
    assert all(stop.numbers.endswith(f"loss {loss[stop.step]:.4g}") for stop in stops)


def test_every_file_has_them_at_the_same_times(made):
    stops = film().stops
    begins = [(start, title) for start, _, title in chapters(made / "film.mp4")]
    assert begins == [(stop.time_s, stop.words) for stop in stops]
    listed = (made / "film.txt").read_text(encoding="utf-8").splitlines()[2:6]
    clocks = ["0:00", "0:02", "0:05.10", "0:07.90"]
    assert listed == [f"{at} {stop.words}" for at, stop in zip(clocks, stops, strict=True)]
    page = (made / "film.html").read_text(encoding="utf-8")
    (plan,) = re.findall(r"= (\{\"fps\".*\});", page)
    plan = json.loads(plan)
    assert [stop["frame"] for stop in plan["stops"]] == [stop.frame for stop in stops]
    assert plan["fps"] == 10
    reached = film()._plan().timing.pacing.reached_s
    assert plan["steps"] == pytest.approx([0, *reached[1:]], abs=1e-4)


def test_slides_show_the_film_pixel_for_pixel_where_it_waits(made, tmp_path):
    whole = film()
    slides = [*opened(made / "film.pptx").slides]
    assert len(slides) == len(whole.stops)
    whole.still("stops", tmp_path / "a.png")
    for number, slide in enumerate(slides):
        still = iio.imread(tmp_path / f"a-{number:03}.png")
        assert (poster(slide) == still[..., :3]).all()
    counts = [len(decoded(clip(slide, tmp_path))) for slide in slides[:-1]]
    assert counts == [21, 31, 28]
    assert len([*tmp_path.glob("a-*.png")]) == len(slides)


def test_a_still_of_each_stop_needs_a_file():
    with pytest.raises(render.ConfigError, match=r"^time='stops': give a file, whose name each st"):
        film().still("stops")


def test_a_hold_lengthens_what_cannot_wait_and_moves_its_captions(tmp_path):
    held = film("film.stops.hold_s=1")
    held.save(*(tmp_path / name for name in NAMES))
    facts = {output["kind"]: output for output in manifest(tmp_path)["outputs"]}
    assert facts["mp4"]["seconds"] == 8 + len(held.stops)
    assert facts["pptx"]["seconds"] == 8  # a slide waits by itself
    assert f"Duration: 00:00:{8 + len(held.stops)}.00" in described(tmp_path / "film.mp4")
    assert [stop.time_s for stop in held.stops] == [0, 3, 7.1, 10.9]
    read = cues((tmp_path / "film.vtt").read_text(encoding="utf-8"))
    (middle,) = [cue for cue in read if cue[2] == "Middle"]
    assert middle[:2] == (pytest.approx(2.3), pytest.approx(6.3))  # 1.3 s to 4.3 s, held twice
    assert read[-1][1] == pytest.approx(8 + len(held.stops))
    slides = [*opened(tmp_path / "film.pptx").slides]
    counts = [len(decoded(clip(slide, tmp_path))) for slide in slides[:-1]]
    assert sum(counts) == 80


def test_no_two_stops_that_the_program_finds_are_within_half_a_second():
    """A caption 0.4 s after a narrated step: a presenter would press twice for one thing."""
    film = render.load(CONFIGS / "ellipse_zigzag.yaml", **SMALL)
    times = [stop.time_s for stop in film.stops]
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.5
