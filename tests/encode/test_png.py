import errno
import os

import imageio.v3 as iio
import pytest

from render.encode.formats.png import PngFormat
from render.errors import EncodeError
from tests.encode.films import clip, make, picture, pictures


def test_the_poster_is_the_last_frame_without_alpha(tmp_path):
    made = make(PngFormat(), tmp_path / ".poster.png.1.part", clip(frames=4))
    assert (iio.imread(made, extension=".png") == picture(3, 4)[..., :3]).all()


def test_a_film_cut_short_has_no_poster(tmp_path):
    film = clip(frames=4)
    encoder = PngFormat().open(tmp_path / "poster.png", film)
    encoder.write(next(pictures(film)))
    with pytest.raises(EncodeError, match="before its last frame"):
        encoder.close()
    encoder.abort()
    assert not any(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(EncodeError, match=f"picture: {os.strerror(errno.ENOENT)}"):
        make(PngFormat(), tmp_path / "gone" / "poster.png", clip(frames=1))
