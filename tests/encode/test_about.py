"""What each file says of itself, read back by programs that are not ours."""

import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from PIL import Image

from render import __version__
from render.encode.ffmpeg import binary
from render.encode.formats.apng import ApngFormat
from render.encode.formats.gif import GifFormat
from render.encode.formats.jpg import JpgFormat
from render.encode.formats.mp4 import Mp4Format
from render.encode.formats.png import PngFormat
from render.encode.formats.webm import WebmFormat
from render.encode.formats.webp import WebpFormat
from tests.encode.films import info, make

TITLE = "Steigung – <ü> & 梯度"
SOFTWARE = f"descent-film {__version__}"
COMMENT = f"software: {SOFTWARE}; config: c0ffee"
FILM = info(frames=3, title=TITLE)


@pytest.mark.parametrize("kind", [Mp4Format(), WebmFormat()], ids=["mp4", "webm"])
def test_a_video_says_its_title_and_what_made_it(tmp_path, kind):
    made = make(kind, tmp_path / "film.part", FILM)
    command = [binary(), "-nostdin", "-v", "error", "-i", str(made), "-f", "ffmetadata", "pipe:1"]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    text = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
    text = {key.lower(): re.sub(r"\\(.)", r"\1", value) for key, value in text.items()}
    assert (text["title"], text["comment"]) == (TITLE, COMMENT)
    assert not re.search(rb"Lavf\d", made.read_bytes())


@pytest.mark.parametrize("kind", [PngFormat(), ApngFormat()], ids=["png", "apng"])
def test_a_png_says_it_in_chunks(tmp_path, kind):
    with Image.open(make(kind, tmp_path / "film.png", FILM)) as image:
        image.load()
        text = {key: image.info[key] for key in ("Title", "Software", "Comment")}
    assert text == {"Title": TITLE, "Software": SOFTWARE, "Comment": COMMENT}


@pytest.mark.parametrize("kind", [GifFormat(), JpgFormat()], ids=["gif", "jpg"])
def test_a_gif_and_a_jpg_say_it_in_a_comment(tmp_path, kind):
    with Image.open(make(kind, tmp_path / "film.part", FILM)) as image:
        assert image.info["comment"].decode().splitlines() == [TITLE, SOFTWARE, COMMENT]


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("quality", ["lossless", 70])
def test_a_webp_says_it_in_xmp(tmp_path, frames, quality):
    made = make(WebpFormat(quality=quality), tmp_path / "film.webp", replace(FILM, frames=frames))
    with Image.open(made) as image:
        image.load()
        assert image.size == (160, 90)
        root = ET.fromstring(image.info["xmp"])
    texts = [element.text for element in root.iter() if element.text]
    assert texts == [TITLE, SOFTWARE, COMMENT]


def test_a_long_title_takes_more_than_one_block_of_a_gif(tmp_path):
    film = info(frames=2, title="ü" * 200)
    with Image.open(make(GifFormat(), tmp_path / "film.gif", film)) as image:
        assert image.info["comment"].decode().splitlines()[0] == "ü" * 200
        assert image.n_frames == 2


@pytest.mark.parametrize(
    "kind",
    [Mp4Format(), WebmFormat(), GifFormat(), PngFormat(), JpgFormat(), WebpFormat(), ApngFormat()],
)
def test_a_film_of_which_nothing_is_known_is_still_a_film(tmp_path, kind):
    made = make(kind, tmp_path / "film.part", replace(FILM, title="", about={}))
    assert b"descent-film" not in made.read_bytes()
