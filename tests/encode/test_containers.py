"""A finished film is read again: whole files are counted right, all others are refused."""

from __future__ import annotations

import random
import sys
from functools import cache, partial

import pytest

from render.encode import containers
from render.encode.base import Frame
from render.encode.ffmpeg import binary
from render.encode.formats.apng import ApngFormat
from render.encode.formats.gif import GifFormat
from render.encode.formats.mp4 import Mp4Format
from render.encode.formats.webm import WebmFormat
from render.encode.formats.webp import WebpFormat
from render.errors import EncodeError
from tests.encode.films import clear, decoded, info, make, picture

FPS, FRAMES, SIZE = 10, 12, (160, 90)
FILM = info(frames=FRAMES, fps=FPS, size_px=SIZE)
KINDS = {
    "mp4": (Mp4Format(), FILM, containers.mp4),
    "webm": (WebmFormat(), FILM, containers.webm),
    "clear webm": (WebmFormat(), clear(FILM), containers.webm),
    "gif": (GifFormat(), FILM, containers.gif),
    "webp": (WebpFormat(), FILM, partial(containers.webp, fps=FPS)),
    "clear webp": (WebpFormat(), clear(FILM), partial(containers.webp, fps=FPS)),
    "apng": (ApngFormat(), FILM, containers.png),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The bytes of a film of each kind."""
    folder = tmp_path_factory.mktemp("containers")

    @cache
    def of(kind):
        format_, film, _ = KINDS[kind]
        return make(format_, folder / f"film.{kind}", film).read_bytes()

    return of


def check(kind, data, path, size_px=SIZE, pictures=FRAMES):
    path.write_bytes(data)
    containers.check(path, KINDS[kind][2], size_px, pictures)


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_film_is_counted_as_a_decoder_counts_it(made, tmp_path, kind):
    check(kind, made(kind), tmp_path / "film")
    if "webp" not in kind:  # ffmpeg reads no animated one
        assert decoded(tmp_path / "film").shape[:3] == (FRAMES, SIZE[1], SIZE[0])
    with pytest.raises(EncodeError, match=f"it has {FRAMES} of {FRAMES + 1} pictures"):
        check(kind, made(kind), tmp_path / "film", pictures=FRAMES + 1)
    with pytest.raises(EncodeError, match="its pictures are 160×90, not 160×92"):
        check(kind, made(kind), tmp_path / "film", size_px=(160, 92))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frames", [1, 2])
def test_a_film_of_one_or_two_pictures_is_whole_too(tmp_path, kind, frames):
    format_, film, _ = KINDS[kind]
    short = info(frames=frames, fps=FPS, size_px=SIZE)
    make(format_, tmp_path / "film", clear(short) if film.clear else short)


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_that_was_cut_off_is_refused_wherever_that_was(made, tmp_path, kind):
    data, dice = made(kind), random.Random(3)
    for length in [0, 1, len(data) // 2, len(data) - 1, *dice.sample(range(len(data)), 40)]:
        with pytest.raises(EncodeError, match=r"^film is not whole: "):
            check(kind, data[:length], tmp_path / "film")
    with pytest.raises(EncodeError, match=r"^film is not whole: "):
        check(kind, data + b"more", tmp_path / "film")


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_that_ends_in_zeros_is_refused(made, tmp_path, kind):
    """What a crash of the system leaves: the length is right, the last pages were not written."""
    data = made(kind)
    for lost in (len(data) // 3, len(data) // 2, len(data)):
        with pytest.raises(EncodeError, match=r"^film is not whole: "):
            check(kind, data[: len(data) - lost] + b"\0" * lost, tmp_path / "film")


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_byte_is_refused_or_does_not_matter(made, tmp_path, kind):
    data, dice = made(kind), random.Random(7)
    refused = 0
    for at in [*range(60), *dice.sample(range(len(data)), 100)]:
        changed = bytearray(data)
        changed[at] ^= dice.randrange(1, 256)
        try:
            check(kind, bytes(changed), tmp_path / "film")
        except EncodeError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("kind", KINDS)
def test_the_film_of_another_kind_and_junk_are_refused(made, tmp_path, kind):
    others = [made(other) for other in KINDS if other.split()[-1] != kind.split()[-1]]
    junk = [random.Random(seed).randbytes(1000) for seed in range(20)]
    heads = [made(kind)[:20] + one for one in junk]
    for data in (*others, *junk, *heads, b"\0" * 5000, b"x" * 5000):
        with pytest.raises(EncodeError, match=r"^film is not whole: "):
            check(kind, data, tmp_path / "film")


def test_a_webp_of_equal_pictures_is_whole(tmp_path):
    """Its encoder writes one picture for all of them."""
    path, still = tmp_path / "film", picture(0, 1, SIZE)
    encoder = WebpFormat().open(path, info(frames=12, fps=FPS, size_px=SIZE))
    for index in range(12):
        encoder.write(Frame(index, index / FPS, still))
    encoder.close()
    with path.open("rb") as file:
        assert containers.webp(file, FPS).pictures in (None, 12)
    containers.check(path, partial(containers.webp, fps=FPS), SIZE, 12)


# An ffmpeg that ends well, and has written this.
LIES = {
    "half of it": 'head -c $(($(wc -c < "$made") / 2)) "$made" > "$file"',
    "all but its end": 'head -c $(($(wc -c < "$made") - 8)) "$made" > "$file"',
    "one byte": 'printf x > "$file"',
    "junk": 'head -c 5000 /dev/urandom > "$file"',
    "its own words": 'echo "ffmpeg version 7" > "$file"',
}


@pytest.mark.skipif(sys.platform == "win32", reason="the fakes are shell scripts")
@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("kind", ["mp4", "webm", "gif"])
def test_an_ffmpeg_that_says_all_is_well_is_not_believed(tmp_path, monkeypatch, kind, lie):
    real, fake = binary(), tmp_path / "fake"
    fake.write_text(
        f'#!/bin/sh\nfor last; do :; done\nfile="${{last#file:}}" made="{tmp_path}/made"\n'
        f'"{real}" "$@"; mv "$file" "$made"\n{LIES[lie]}\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake))
    format_, film, _ = KINDS[kind]
    with pytest.raises(EncodeError, match=r"^film is not whole: "):
        make(format_, tmp_path / "film", film)
