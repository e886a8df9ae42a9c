"""The encoder alone gets the same frames and does the same work."""

from __future__ import annotations

import numpy as np
import pytest

from render.encode.formats import mp4
from tests.benchmark import alone
from tests.benchmark.reels import reel
from tests.encode.films import decoded, info


def without(arguments, *options):
    """An argument list without these options and their first values."""
    kept = list(arguments)
    for option in options:
        at = kept.index(option)
        del kept[at : at + 2]
    return kept


def test_its_flags_are_those_of_the_mp4_format(tmp_path, monkeypatch):
    class Started(Exception):
        pass

    def start(arguments):
        raise Started(arguments)

    monkeypatch.setattr(mp4, "Ffmpeg", start)
    path, film = tmp_path / "film.mp4", info()
    with pytest.raises(Started) as caught:
        mp4.Mp4Format().open(path, film)
    (ours,) = caught.value.args
    theirs = alone.arguments(film, path)
    assert without(theirs, "-pix_fmt", "-vf") == without(ours, "-pix_fmt", "-vf")
    assert theirs[theirs.index("-vf") + 1].endswith(ours[ours.index("-vf") + 1])


def test_its_film_is_the_same_film(tmp_path):
    film = reel()
    assert alone.x264_s(film, tmp_path / "alone.mp4") > 0
    assert alone.encoder_s(film, tmp_path / "ours.mp4") > 0
    theirs, ours = (decoded(tmp_path / f"{name}.mp4").astype(int) for name in ("alone", "ours"))
    assert theirs.shape == ours.shape == (8, 90, 160, 3)
    assert np.abs(theirs - ours).mean() < 1
