import imageio.v3 as iio
import numpy as np

from render.encode.formats.jpg import JpgFormat
from tests.encode.films import BLUE, info, make, picture


def test_the_poster_is_the_last_frame_in_its_colours(tmp_path):
    seen = iio.imread(make(JpgFormat(), tmp_path / "film.part", info(4)), extension=".jpg").astype(
        int
    )
    expected = picture(3, 4)[..., :3].astype(int)
    row, column = np.argwhere((expected == BLUE).all(-1)).min(0)
    assert np.abs(seen[row + 1, column + 3 : column + 40] - BLUE).max() <= 6
    assert np.abs(seen - expected).mean() < 2


def test_a_higher_quality_is_nearer_and_larger(tmp_path):
    low, high = (make(JpgFormat(quality=q), tmp_path / f"{q}.jpg", info(4)) for q in (40, 98))
    assert low.stat().st_size < high.stat().st_size
    errors = [
        np.abs(iio.imread(p).astype(int) - picture(3, 4)[..., :3]).mean() for p in (low, high)
    ]
    assert errors[1] < errors[0]


def test_the_same_film_gives_the_same_bytes(tmp_path):
    one, two = (make(JpgFormat(), tmp_path / name, info(2)).read_bytes() for name in "ab")
    assert one == two
