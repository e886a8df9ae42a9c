"""A folder of pictures: what is in it, and that it appears whole or not at all."""

import os
import re
from dataclasses import replace

import imageio.v3 as iio
import numpy as np
import pytest

from render.encode import swap
from render.encode.atomic import Parts, remove_abandoned_parts
from render.encode.contents import MANIFEST
from render.encode.formats.frames import SIZE, FramesFormat
from render.errors import EncodeError, RenderError
from render.files import content, size
from tests.encode.films import clear, drawn, feed, info, make, picture, pictures, stop


def save(target, film, **options):
    kind = FramesFormat(**options)
    with Parts() as parts:
        make(kind, parts.beside(target, kind.folder), film)
    return target


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_every_frame_is_a_picture(tmp_path):
    folder = save(tmp_path / "film_frames", info(5))
    assert names(folder) == [*(f"000{i}.png" for i in range(5)), "film.tex", MANIFEST]
    for i in range(5):
        assert (iio.imread(folder / f"000{i}.png") == picture(i, 5)[..., :3]).all()


def test_a_film_without_background_has_none(tmp_path):
    film = clear(info(2))
    folder = save(tmp_path / "film_frames", film)
    assert (iio.imread(folder / "0001.png") == drawn(film, 1)).all()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "[autoplay,loop,controls,SIZE]{10}{film_frames/}{0000}{0004}"),
        ({"loop": "once"}, "[autoplay,controls,SIZE]{10}{film_frames/}{0000}{0004}"),
        (
            {"controls": False, "fps": 4},
            "[autoplay,loop,SIZE]{4}{film_frames/}{0000}{0001}",
        ),
    ],
)
def test_latex_plays_it_with_the_options(tmp_path, options, expected):
    folder = save(tmp_path / "film_frames", info(5), **options)
    lines = (folder / "film.tex").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "\\animategraphics" + expected.replace("SIZE", SIZE)
    assert all(line.startswith("%") for line in lines[:-1])
    assert any("config: c0ffee" in line for line in lines)


def test_a_second_film_replaces_the_folder_whole(tmp_path):
    folder = save(tmp_path / "film_frames", info(9))
    save(folder, info(3))
    assert names(folder) == ["0000.png", "0001.png", "0002.png", "film.tex", MANIFEST]
    assert names(tmp_path) == ["film_frames"]


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "film_frames").mkdir()
    (tmp_path / "film_frames" / "thesis.doc").write_text("years of work")
    message = "film_frames: the folder has other files in it, such as thesis.doc: name a new one"
    with pytest.raises(RenderError, match=message):
        save(tmp_path / "film_frames", info(2))
    assert names(tmp_path / "film_frames") == ["thesis.doc"]
    assert names(tmp_path) == ["film_frames"]


def test_a_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "film_frames").write_text("mine")
    with pytest.raises(RenderError, match="there is a file of that name"):
        save(tmp_path / "film_frames", info(2))
    assert (tmp_path / "film_frames").read_text() == "mine"


def test_a_film_that_breaks_off_leaves_the_old_folder(tmp_path):
    folder = save(tmp_path / "film_frames", info(2))
    before = content(folder)
    film = info(6)
    kind = FramesFormat()

    def break_off():
        with Parts() as parts:
            encoder = kind.open(parts.beside(folder, kind.folder), film)
            try:
                for frame in pictures(film):
                    encoder.write(frame)
                    1 / (3 - frame.index)
            finally:
                encoder.abort()

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert content(folder) == before
    assert names(tmp_path) == ["film_frames"]


def test_too_few_frames_are_an_error(tmp_path):
    encoder = FramesFormat().open(tmp_path, info(3))
    encoder.write(next(pictures(info(3))))
    with pytest.raises(EncodeError, match="got 1 of 3 frames"):
        encoder.close()


def test_the_folder_of_a_run_that_died_is_swept(tmp_path):
    kind, parts = FramesFormat(), Parts()
    part = parts.beside(tmp_path / "film_frames", kind.folder)
    feed(kind.open(part, info(2)), info(2))
    gone = part.with_name(part.name.replace(f"-{os.getpid()}-", f"-{2**22 + 5}-"))
    part.rename(gone)
    assert remove_abandoned_parts(tmp_path) == [gone]
    assert not list(tmp_path.iterdir())


def test_the_hash_of_a_folder_is_of_names_and_bytes(tmp_path):
    one = save(tmp_path / "a_frames", info(2))
    before = content(one)
    assert size(one) == sum(p.stat().st_size for p in one.iterdir())
    (one / "0000.png").rename(one / "0009.png")
    assert content(one) != before
    (one / "0009.png").rename(one / "0000.png")
    assert content(one) == before
    data = bytearray((one / "0001.png").read_bytes())
    data[-1] ^= 1
    (one / "0001.png").write_bytes(data)
    assert content(one) != before


def test_a_smaller_slower_one(tmp_path):
    folder = save(tmp_path / "film_frames", info(20, 10), size=(80, 45), fps=5)
    assert len(names(folder)) == 12
    assert iio.imread(folder / "0003.png").shape == (45, 80, 3)
    last = np.asarray(iio.imread(folder / "0009.png")).astype(int)
    near = picture(19, 20)[::2, ::2, :3].astype(int)
    assert np.abs(last - near).mean() < 6


def test_a_title_stays_in_its_comment(tmp_path):
    film = replace(info(2), title="100 %\n\\input{evil}\x0b}\u2028next")
    folder = save(tmp_path / "film_frames", film)
    lines = (folder / "film.tex").read_bytes().decode().split("\n")
    assert lines[0] == "% 100 % \\input{evil} } next"
    assert [line[:1] for line in lines[1:]] == ["%", "%", "%", "%", "\\", ""]


def test_the_preamble_names_all_that_is_needed_in_an_article(tmp_path):
    text = (save(tmp_path / "film_frames", info(2)) / "film.tex").read_text(encoding="utf-8")
    assert "\\usepackage{graphicx}" in text
    assert "\\usepackage{animate}" in text


def test_a_film_leaves_room_for_the_title_of_a_wide_slide():
    """Beamer's text in 16:9 is 140 mm wide and, at 11 pt, 82 mm high; a title takes about 12 mm,
    the buttons 5 mm."""
    share = float(SIZE.partition("totalheight=")[2].partition("\\textheight")[0])
    assert "keepaspectratio" in SIZE
    assert share * 82 + 5 <= 82 - 12


STRANGERS = {
    "slides.tex": "\\documentclass{beamer}",
    "12345.png": "a picture of mine",
    "0002.png": "a picture under the number of one of the film's",
    "notes.tex/chapter.tex": "a folder",
    ".hidden": "",
    "manifest.json.bak": "{}",
    "film.tex": "% changed by hand",
}


@pytest.mark.parametrize("name", STRANGERS)
def test_only_the_files_of_a_film_are_replaced(tmp_path, name):
    folder = save(tmp_path / "film_frames", info(4))
    mine = folder / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text(STRANGERS[name])
    before = content(folder)
    with pytest.raises(RenderError, match=f"other files in it, such as {name.partition('/')[0]}"):
        save(folder, info(3))
    assert content(folder) == before
    assert mine.read_text() == STRANGERS[name]
    assert names(tmp_path) == ["film_frames"]


def test_a_link_to_a_picture_is_not_the_film_s(tmp_path):
    folder = save(tmp_path / "film_frames", info(2))
    (folder / "0001.png").rename(tmp_path / "mine.png")
    (folder / "0001.png").symlink_to(tmp_path / "mine.png")
    with pytest.raises(RenderError, match=r"0001\.png"):
        save(folder, info(2))
    assert (folder / "0001.png").is_symlink()


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"software": "descent-film"}', "[" * 5000])
def test_a_folder_whose_manifest_cannot_be_read_is_left_alone(tmp_path, manifest):
    folder = save(tmp_path / "film_frames", info(2))
    (folder / MANIFEST).write_text(manifest)
    with pytest.raises(RenderError, match="the folder has other files in it"):
        save(folder, info(2))
    assert names(folder) == ["0000.png", "0001.png", "film.tex", MANIFEST]


def test_a_folder_without_a_manifest_is_a_film_s_as_far_as_its_tex_says(tmp_path):
    """So were those of version 0.1."""
    folder = save(tmp_path / "film_frames", info(3))
    (folder / MANIFEST).unlink()
    (folder / "0003.png").write_text("mine")
    with pytest.raises(RenderError, match=r"such as 0003\.png"):
        save(folder, info(2))
    (folder / "0003.png").unlink()
    save(folder, info(2))
    assert names(folder) == ["0000.png", "0001.png", "film.tex", MANIFEST]
    assert names(tmp_path) == ["film_frames"]


def test_files_that_come_while_the_folder_is_replaced_are_kept(tmp_path, monkeypatch):
    folder = save(tmp_path / "film_frames", info(2))
    real = swap.stranger

    def look(old):
        found = real(old)
        if old.name != "film_frames":  # just before it is removed
            (old / "thesis.doc").write_text("mine")
        return found

    monkeypatch.setattr(swap, "stranger", look)
    save(folder, info(3))
    assert len(names(folder)) == 5
    assert [path.read_text() for path in tmp_path.rglob("thesis.doc")] == ["mine"]
    remove_abandoned_parts(tmp_path)
    assert [path.read_text() for path in tmp_path.rglob("thesis.doc")] == ["mine"]


def test_a_name_of_255_bytes_is_the_one_that_latex_is_told(tmp_path):
    name = "\u00fc" * 120 + "_frames"
    folder = save(tmp_path / name, info(2))
    text = (folder / f"{name.removesuffix('_frames')}.tex").read_text(encoding="utf-8")
    assert f"{{{name}/}}{{0000}}{{0001}}" in text
    assert f"\\input{{{name}/{name.removesuffix('_frames')}.tex}}" in text


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("|touch pwn", "-touch pwn"),
        ("a  b   c", "a- b-- c"),
        (" a", "-a"),
        ("\\input{x}", "-input-x-"),
        ("a%b#c~d^e&f$g", "a-b-c-d-e-f-g"),
        ("a\nb\u2028c\td\u00a0e", "a-b-c-d-e"),
        ("gr\u00f6\u00dfe 1.5", "gr\u00f6\u00dfe 1.5"),
    ],
)
def test_latex_is_given_no_name_that_it_reads_as_code(name, plain):
    assert FramesFormat.file_name(name) == f"{plain}_frames"
    assert FramesFormat.refuse_name(f"{plain}_frames") is None
    assert (FramesFormat.refuse_name(f"{name}_frames") is None) == (name == plain)


STOPPED = (stop(0, "Start"), stop(3, "100 % \\fi\nnew"), stop(8, "Two"), stop(9, "End"))


def segments(folder):
    """What beamer plays on each overlay, and what any other document plays."""
    text = (folder / "film.tex").read_text(encoding="utf-8")
    body = [line for line in text.splitlines() if not line.startswith("%")]
    assert body[0] == r"\ifdefined\only"
    assert body[-1] == r"\fi"
    split = body.index(r"\else")
    overlays = [re.fullmatch(r"\\only<(\d+)>\{(\\anim.*?)\}% (.*)", s) for s in body[1:split]]
    (whole,) = body[split + 1 : -1]
    return [(int(o[1]), o[2], o[3]) for o in overlays], whole


def test_in_beamer_each_segment_is_an_overlay(tmp_path):
    folder = save(tmp_path / "film_frames", replace(info(10), stops=STOPPED))
    overlays, whole = segments(folder)
    played = f"[autoplay,controls,{SIZE}]{{10}}{{film_frames/}}"
    assert overlays == [
        (1, rf"\animategraphics{played}{{0000}}{{0003}}", r"100 % \fi new"),
        (2, rf"\animategraphics{played}{{0004}}{{0008}}", "Two"),
        (3, rf"\animategraphics{played}{{0009}}{{0009}}", "End"),
    ]
    assert whole.endswith("{0000}{0009}")
    assert "[autoplay,loop,controls," in whole


def test_at_a_lower_rate_a_segment_still_ends_with_the_picture_of_its_stop(tmp_path):
    folder = save(tmp_path / "film_frames", replace(info(10), stops=STOPPED), fps=5)
    assert names(folder) == [*(f"000{i}.png" for i in range(5)), "film.tex", MANIFEST]
    overlays, _ = segments(folder)
    ends = [int(re.search(r"\{(\d{4})\}$", film)[1]) for _, film, _ in overlays]
    assert ends[-1] == 4
    assert (iio.imread(folder / f"000{ends[0]}.png") == picture(3, 10)[..., :3]).all()
    starts = [int(re.search(r"\{(\d{4})\}\{\d{4}\}$", film)[1]) for _, film, _ in overlays]
    assert starts == [0, *(end + 1 for end in ends[:-1])]


def test_it_says_which_packages_it_needs(tmp_path):
    text = (save(tmp_path / "film_frames", info(2)) / "film.tex").read_text(encoding="utf-8")
    assert r"\usepackage{graphicx}" in text
    assert r"\usepackage{animate}" in text
