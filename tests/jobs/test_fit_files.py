"""A film for each place, made and looked into: its size, rate, loop and bytes are the table's."""

from __future__ import annotations

from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from render.__main__ import main
from render.config.targets import targets

PLACES = [pytest.param(p, marks=() if p == "slack" else pytest.mark.slow) for p in targets()]


@pytest.mark.parametrize("name", PLACES)
def test_a_film_for_a_place_is_what_its_row_says(name, tmp_path, capfd):
    place = targets()[name]
    command = ["configs/slope.yaml", "--for", name, "--set", "film.duration=1", "--no-cache"]
    assert main([*command, "--out", str(tmp_path)]) == 0
    told = capfd.readouterr().err
    assert f"  fits {name}" in told
    kinds = [output["kind"] for output in place.outputs]
    assert len(list(tmp_path.iterdir())) == len(kinds)
    for kind in set(kinds) & {"mp4", "gif", "png"}:
        file = tmp_path / f"slope-{name}.{kind}"
        limits = place.takes.get(kind)
        if limits is not None and limits.max_mb is not None:
            assert file.stat().st_size <= limits.max_mb * 1e6
        {"mp4": mp4, "gif": gif, "png": png}[kind](file, place)
    if "frames" in kinds:
        pictures = sorted((tmp_path / f"slope-{name}_frames").glob("*.png"))
        assert len(pictures) == place.fps
        png(pictures[0], place)


def mp4(file: Path, place) -> None:
    facts = next(imageio_ffmpeg.read_frames(str(file)))
    assert facts["size"] == place.size
    assert facts["fps"] == place.fps
    assert facts["codec"] == "h264"
    data = file.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def gif(file: Path, place) -> None:
    with Image.open(file) as film:
        assert film.size == place.size
        assert film.info["loop"] == 0  # for ever
        assert film.info["duration"] == 1000 / 20
        assert film.n_frames == 20


def png(file: Path, place) -> None:
    with Image.open(file) as picture:
        assert picture.size == place.size
