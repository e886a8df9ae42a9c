"""Slides: a segment of the film on each, judged by reading the file back."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from render.encode.formats.pptx import PptxFormat
from render.errors import EncodeError
from tests.encode.films import decoded, drawn, feed, info, make, pictures, stop

WORDS = ("Start: w = −10", 'Step 1 <b> & "q"', "A caption: 梯度", "End")
PLACES = (0, 7, 12, 19)
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
P14 = "{http://schemas.microsoft.com/office/powerpoint/2010/main}"


def film(**changes):
    stops = tuple(stop(frame, words) for frame, words in zip(PLACES, WORDS, strict=True))
    return replace(info(20), stops=stops, **changes)


def opened(path):
    from pptx import Presentation

    return Presentation(path)


@pytest.fixture(scope="module")
def slides(tmp_path_factory) -> Path:
    return make(PptxFormat(), tmp_path_factory.mktemp("pptx") / "film.pptx", film())


def picture_of(slide):
    (shape,) = slide.shapes
    return shape


def poster(slide):
    blip = picture_of(slide)._element.find(f".//{A}blip")
    return iio.imread(slide.part.related_part(blip.get(f"{R}embed")).blob)


def clip(slide, folder) -> Path:
    """The slide's segment as a file."""
    media = picture_of(slide)._element.find(f".//{P14}media")
    path = folder / "clip.mp4"
    path.write_bytes(slide.part.related_part(media.get(f"{R}embed")).blob)
    return path


def test_a_slide_for_each_segment_and_one_for_the_end(slides):
    deck = opened(slides)
    assert len(deck.slides) == 4
    assert (deck.slide_width, deck.slide_height) == (12_192_000, 6_858_000)
    for slide in deck.slides:
        shape = picture_of(slide)
        assert (shape.left, shape.top) == (0, 0)
        assert (shape.width, shape.height) == (deck.slide_width, deck.slide_height)
    kinds = [picture_of(slide)._element.find(f".//{A}videoFile") for slide in deck.slides]
    assert [kind is not None for kind in kinds] == [True, True, True, False]
    names = [picture_of(slide).name for slide in deck.slides]
    assert names == [*WORDS[1:], "End"]  # of the stop to which each plays


def test_segments_have_all_frames_of_the_film_in_order(slides, tmp_path):
    whole = np.concatenate([decoded(clip(s, tmp_path)) for s in [*opened(slides).slides][:-1]])
    assert len(whole) == 20
    counts = [len(decoded(clip(s, tmp_path))) for s in [*opened(slides).slides][:-1]]
    assert counts == [8, 5, 7]
    for index, frame in enumerate(whole):
        expected = drawn(film(), index)[..., :3].astype(int)
        assert np.abs(frame - expected).mean() < 3  # what x264 changes


def test_each_poster_is_the_last_frame_of_the_segment_before(slides):
    for slide, frame in zip(opened(slides).slides, PLACES, strict=True):
        assert (poster(slide) == drawn(film(), frame)[..., :3]).all()


def test_a_segment_starts_with_its_slide(slides):
    for slide in [*opened(slides).slides][:-1]:
        timing = slide._element.find(f"{P}timing")
        (condition,) = timing.iter(f"{P}cond")
        assert condition.get("delay") == "0"
        (target,) = timing.iter(f"{P}spTgt")
        assert target.get("spid") == str(picture_of(slide).shape_id)


def test_parts_of_a_slide_are_in_the_order_that_the_schema_asks_for(slides):
    """ECMA-376, part 1, 19.3.1.38 sld, 19.3.1.37 pic, 19.3.1.33 nvPr."""
    orders = {
        "sld": ("cSld", "clrMapOvr", "transition", "timing", "extLst"),
        "pic": ("nvPicPr", "blipFill", "spPr", "style", "extLst"),
        "nvPicPr": ("cNvPr", "cNvPicPr", "nvPr"),
        "nvPr": ("ph", "videoFile", "custDataLst", "extLst"),
        "cMediaNode": ("cTn", "tgtEl"),
    }
    with zipfile.ZipFile(slides) as file:
        names = [n for n in file.namelist() if n.startswith("ppt/slides/slide")]
        roots = [ET.fromstring(file.read(name)) for name in names]
    assert len(roots) == 4
    seen = set()
    for root in roots:
        for element in root.iter():
            name = element.tag.rpartition("}")[2]
            if name in orders:
                seen.add(name)
                inner = [child.tag.rpartition("}")[2] for child in element]
                places = [orders[name].index(child) for child in inner]
                assert places == sorted(places), (name, inner)
    assert seen == set(orders)


def test_captions_are_in_the_notes_and_pictures_have_alternative_text(slides):
    notes = [slide.notes_slide.notes_text_frame.text for slide in opened(slides).slides]
    assert notes == [f"{WORDS[0]}\n{WORDS[1]}", WORDS[2], WORDS[3], WORDS[3]]
    texts = [picture_of(s)._element._nvXxPr.cNvPr.get("descr") for s in opened(slides).slides]
    assert texts == [f"A film. {words}" for words in WORDS]
    assert opened(slides).core_properties.title == "A film"


def test_the_same_film_gives_the_same_bytes(slides, tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    again = make(PptxFormat(), tmp_path / "other.part", film())
    assert again.read_bytes() == slides.read_bytes()
    with zipfile.ZipFile(slides) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_is_left_beside_the_file(slides, tmp_path):
    assert [p.name for p in slides.parent.iterdir() if p.suffix != ".mp4"] == ["film.pptx"]
    encoder = PptxFormat().open(tmp_path / "film.pptx", film())
    for frame, _ in zip(pictures(film()), range(10), strict=False):
        encoder.write(frame)
    encoder.abort()
    assert not list(tmp_path.iterdir())


def test_held_frames_are_left_out_since_a_slide_waits(tmp_path):
    held = (stop(2, "a", held=(0, 2)), stop(9, "b", held=(8, 11)), stop(17, "c", held=(16, 19)))
    path = make(PptxFormat(), tmp_path / "film.pptx", replace(info(20), stops=held))
    counts = [len(decoded(clip(s, tmp_path))) for s in [*opened(path).slides][:-1]]
    assert counts == [1 + 6, 5]  # 0, 3 … 8; 12 … 16


def test_a_film_without_stops_is_one_segment(tmp_path):
    deck = opened(make(PptxFormat(), tmp_path / "film.pptx", info(5)))
    assert len(deck.slides) == 2
    assert len(decoded(clip(deck.slides[0], tmp_path))) == 5


@pytest.mark.parametrize("size_px", [(90, 160), (120, 120)])
def test_a_slide_has_the_films_shape(tmp_path, size_px):
    deck = opened(make(PptxFormat(), tmp_path / "f.pptx", replace(info(2, size_px=size_px))))
    assert deck.slide_width / deck.slide_height == pytest.approx(size_px[0] / size_px[1], abs=1e-6)


def test_too_few_frames_are_an_error(tmp_path):
    encoder = PptxFormat().open(tmp_path / "film.pptx", film())
    encoder.write(next(pictures(film())))
    with pytest.raises(EncodeError, match="got 1 of 20 frames"):
        encoder.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("count", "size_px", "warned", "refused"),
    [
        (26, (1920, 1080), False, False),
        (27, (1920, 1080), True, False),
        (61, (1080, 1920), True, False),
        (62, (1080, 1920), True, True),
        (500, (1280, 720), False, False),
    ],
)
def test_many_large_segments_are_warned_about_and_more_are_refused(
    tmp_path, count, size_px, warned, refused
):
    kind = PptxFormat()
    assert (kind.warns(count, size_px) is not None) is warned
    assert (kind.refuse_stops(count, size_px) is not None) is refused
    if refused:
        many = tuple(stop(i, "x") for i in range(count))
        message = f"^the pptx has {count - 1} segments of 1080×1920, .*; at most 60, or a film of"
        with pytest.raises(EncodeError, match=message):
            kind.open(tmp_path / "f.pptx", replace(info(count, size_px=size_px), stops=many))


@pytest.mark.parametrize("inner", [(), (1, 2), (18,), (1, 9, 18)])
def test_stops_part_any_film(tmp_path, inner):
    """Also into segments of one frame."""
    stops = tuple(stop(frame, "x") for frame in (0, *inner, 19))
    path = make(PptxFormat(), tmp_path / "film.pptx", replace(info(20), stops=stops))
    found = [len(decoded(clip(s, tmp_path))) for s in [*opened(path).slides][:-1]]
    assert found == [b.frame - a.frame + (a.frame == 0) for a, b in pairwise(stops)]


OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
TO_PICTURES = shutil.which("pdftoppm")


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (libreoffice-impress) is not installed")
@pytest.mark.skipif(TO_PICTURES is None, reason="pdftoppm (poppler-utils) is not installed")
def test_libreoffice_shows_the_right_poster_on_each_page(slides, tmp_path):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, slides]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    to_pictures = [TO_PICTURES, "-r", "72", "-png", tmp_path / "film.pdf", tmp_path / "page"]
    subprocess.run(to_pictures, check=True, timeout=60)
    pages = [iio.imread(path)[..., :3] for path in sorted(tmp_path.glob("page-*.png"))]
    assert len(pages) == 4
    from PIL import Image

    posters = [drawn(film(), frame)[..., :3] for frame in PLACES]
    for number, page in enumerate(pages):
        small = np.asarray(Image.fromarray(page).resize((160, 90), Image.Resampling.BOX), int)
        apart = [np.abs(small - one).mean() for one in posters]
        assert int(np.argmin(apart)) == number
        assert apart[number] < 6


def test_a_write_that_fails_is_told(tmp_path):
    encoder = PptxFormat().open(tmp_path / "gone" / "film.pptx", film())
    with pytest.raises(EncodeError):
        feed(encoder, film())
