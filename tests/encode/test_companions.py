"""Words beside a film, from a story: text to read aloud, captions, a page that shows it."""

from __future__ import annotations

import base64
import re

import pytest

from render.encode.base import Cue
from render.encode.formats.html import HtmlFormat
from render.encode.formats.txt import TxtFormat
from render.encode.formats.vtt import VttFormat
from render.errors import EncodeError
from tests.encode.films import stop
from tests.encode.stories import CUES, Page, cues, story

HOSTILE = "</title><script>alert(1)</script> & \"q\" 'a' --> {x} {0} %s"


PAGE = HtmlFormat(film="video")


def page(kind: HtmlFormat = PAGE, **changes) -> Page:
    return Page(kind.written(story(**changes)))


def test_the_text_is_the_sentences_in_a_line():
    assert TxtFormat().written(story()) == "A dot descends. It arrives.\n"


def test_captions_are_cues_with_their_times():
    assert cues(VttFormat().written(story())) == [(c.start_s, c.end_s, c.text) for c in CUES]


def test_a_film_without_captions_still_has_a_track():
    assert VttFormat().written(story(cues=())) == "WEBVTT\n"


def test_no_text_ends_a_cue_or_opens_a_tag():
    hostile = (Cue(0, 1, HOSTILE), Cue(3599.9996, 7325.25, "a < b && c > d"))
    assert cues(VttFormat().written(story(cues=hostile))) == [
        (0, 1, HOSTILE),
        (3600.0, 7325.25, "a < b && c > d"),
    ]


def test_a_full_disk_is_reported(tmp_path):
    with pytest.raises(EncodeError, match="can't write the vtt: "):
        VttFormat().save(tmp_path / "missing" / "film.vtt", story())


def test_a_page_shows_the_film_with_controls_poster_captions_and_words():
    document = page()
    video = document.one("video")
    for name in ("controls", "muted", "playsinline"):
        assert name in video
    assert video["preload"] == "metadata"
    assert video["poster"] == "film.png"
    assert (video["width"], video["height"]) == ("640", "360")
    assert video["aria-label"] == "A film"
    assert document.one("source") == {"src": "film.mp4", "type": "video/mp4"}
    described = video["aria-describedby"]
    assert [a for tag, a in document.tags if a.get("id") == described and tag == "p"]
    assert document.texts["p"] == "A dot descends. It arrives."
    assert document.one("html") == {"lang": "en"}


def test_the_captions_are_inside_the_page_since_browsers_read_none_from_a_disk():
    track = page().one("track")
    head, _, data = (track["src"] or "").partition(",")
    assert head == "data:text/vtt;base64"
    assert base64.b64decode(data).decode() == VttFormat().written(story())
    assert track["kind"] == "captions"
    assert track["srclang"] == "en"
    assert "default" not in track  # the film's own are drawn into its frames already


def test_a_page_moves_by_itself_only_where_that_was_asked_for_and_is_welcome():
    assert "autoplay" not in page().one("video")
    assert ".play(" not in page().texts["script"]
    script = page(HtmlFormat(film="video", autoplay=True)).texts["script"]
    assert "prefers-reduced-motion: reduce" in script
    assert "autoplay" not in page(HtmlFormat(film="video", autoplay=True)).one(
        "video"
    )  # not without the script


def test_a_page_plays_again_only_where_that_was_asked_for():
    assert "loop" not in page().one("video")
    assert "loop" in page(HtmlFormat(film="video", loop=True)).one("video")


def test_the_smaller_film_comes_first_and_any_still_is_a_poster():
    files = {"mp4": "a.mp4", "webm": "a.webm", "jpg": "a.jpg", "gif": "a.gif"}
    document = page(files=files)
    assert [source["src"] for source in document.all("source")] == ["a.webm", "a.mp4"]
    assert document.one("video")["poster"] == "a.jpg"


def test_a_film_without_a_still_has_no_poster():
    assert "poster" not in page(files={"mp4": "film.mp4"}).one("video")


def test_a_gif_stands_still_for_who_wants_less_motion():
    document = page(files={"gif": "a.gif", "png": "a.png"})
    source, image = document.one("source"), document.one("img")
    assert source == {"media": "(prefers-reduced-motion: reduce)", "srcset": "a.png"}
    assert (image["src"], image["alt"]) == ("a.gif", "A film")
    assert "script" not in document.texts


@pytest.mark.parametrize(
    "files", [{"mp4": "film.mp4", "png": "film.png"}, {"gif": "film.gif", "png": "film.png"}]
)
def test_words_are_no_markup(files):
    document = page(title=HOSTILE, sentences=(HOSTILE,), name='ü "x" <y>', files=files)
    assert document.texts["title"] == HOSTILE
    assert HOSTILE in document.texts["p"]
    assert "alert" not in document.texts.get("script", "")
    for _, attributes in document.tags:
        assert not [name for name in attributes if name.startswith("on")]
    (figure,) = document.all("figure")
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", figure["id"] or "")


def test_a_page_requests_nothing_from_elsewhere():
    kinds = ("mp4", "webm", "png", "gif", "vtt")
    text = HtmlFormat(film="video", autoplay=True).written(
        story(files={k: f"film.{k}" for k in kinds})
    )
    document = Page(text)
    assert all(re.match(r"film\.\w+$|data:text/vtt", link) for link in document.links), (
        document.links
    )
    assert not re.search(r"https?:|url\(|@import|fetch\(|//", text)


NAMES = (
    "a b",
    "a-b",
    "a_b",
    "a.b",
    "a--b",
    "a",
    "a-description",
    "A-b",
    "\u00e4-b",
    "a\udcffb",
    "film-a",
)


def ids(name: str, **files: str) -> set[str]:
    kind = {"mp4": "film.mp4"} | files
    tags = page(name=name, files=kind).tags
    return {a["id"] or "" for _, a in tags if "id" in a}


def test_no_two_films_have_an_id_in_common():
    found = [one for name in NAMES for one in ids(name)]
    assert len(found) == len(set(found)) == 2 * len(NAMES)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", one) for one in found)


def test_two_pages_of_one_film_have_no_id_in_common():
    """A film and its draft are called alike, and their pages are not."""
    whole, draft = ids("film", html="film.html"), ids("film", html="film-draft.html")
    assert not whole & draft
    assert ids("film", html="a%20b.html") != ids("film", html="a-b.html")


STOPS = (stop(0, "Begin", fps=30), stop(45, "Step 1 </script>", fps=30), stop(360, "End", fps=30))


def test_the_text_lists_the_stops_as_time_codes():
    lines = TxtFormat().written(story(stops=STOPS)).splitlines()
    assert lines[:5] == [
        "A dot descends. It arrives.",
        "",
        "0:00 Begin",
        "0:01.50 Step 1 </script>",
        "0:12 End",
    ]
    assert "YouTube" in lines[5]
    assert "10 s" in lines[5]
    assert lines[5].endswith("here the nearest are 1.5 s apart.")


def test_stops_ten_seconds_apart_are_chapters_as_they_stand():
    far = tuple(stop(frame, "x", fps=30) for frame in (0, 310, 1000, 30 * 3725))
    lines = TxtFormat().written(story(stops=far)).splitlines()
    assert lines[2:] == ["0:00 x", "0:10 x", "0:33 x", "1:02:05 x"]  # whole, rounded down


def test_a_film_that_never_stops_has_no_list():
    assert TxtFormat().written(story(stops=(STOPS[0], STOPS[2]))).count("\n") == 1


def test_a_page_of_a_film_with_stops_has_its_own_player():
    document = page(stops=STOPS)
    bar = next(i for i in document.all("input") if i["type"] == "range")
    assert (bar["min"], bar["max"]) == ("0", "360")
    assert len(document.all("i")) == len(STOPS)
    marks = [float(re.search(r"\* ([\d.]+)", i["style"] or "")[1]) for i in document.all("i")]
    assert marks == pytest.approx([0, 45 / 360, 1])
    (player,) = [d for d in document.all("div") if d.get("class") == "film-player"]
    assert "hidden" in player  # until the script shows it: without one there are the controls
    assert "controls" in document.one("video")


def test_words_of_a_stop_end_no_script():
    script = page(stops=STOPS).texts["script"]
    assert "Step 1 \\u003c/script>" in script


def test_a_film_that_plays_again_and_again_plays_through():
    def through(kind):
        boxes = page(kind, stops=STOPS).all("input")
        return ["checked" in i for i in boxes if i.get("data-is") == "through"]

    assert through(HtmlFormat(film="video")) == [False]
    assert through(HtmlFormat(film="video", loop=True)) == [True]


def test_a_page_of_a_film_that_never_stops_has_the_browsers_controls():
    document = page(stops=(STOPS[0], STOPS[2]))
    assert not document.all("button")
