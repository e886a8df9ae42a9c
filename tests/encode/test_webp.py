import numpy as np
import pytest
from PIL import Image

from render.config.load import load
from render.encode.base import Frame
from render.encode.formats.apng import ApngFormat
from render.encode.formats.webp import WebpFormat
from render.errors import ConfigError
from tests.encode.films import clear, drawn, info, make

KINDS = [WebpFormat(), ApngFormat()]


def shown(path):
    """Its pictures (frames, height, width, 4), for how many ms each, and how often all play."""
    with Image.open(path) as image:
        frames, delays, loop = [], [], image.info.get("loop")
        for index in range(image.n_frames):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGBA")))
            delays.append(image.info["duration"])
    return np.array(frames), delays, loop


@pytest.mark.parametrize("transparent", [False, True], ids=["opaque", "clear"])
@pytest.mark.parametrize("kind", KINDS, ids=["webp", "apng"])
def test_every_pixel_of_every_frame_is_as_drawn(tmp_path, kind, transparent):
    film = clear(info(20, 30)) if transparent else info(20, 30)
    frames, delays, _ = shown(make(kind, tmp_path / "film.part", film))
    wanted = np.array([drawn(film, index) for index in range(20)])
    assert (frames[..., 3] == wanted[..., 3]).all()
    seen = wanted[..., 3] > 0
    assert (frames[seen] == wanted[seen]).all()
    assert sum(delays) == pytest.approx(20_000 / 30, abs=1)


@pytest.mark.parametrize("fps", [1, 7, 24, 60, 90])
@pytest.mark.parametrize("kind", KINDS, ids=["webp", "apng"])
def test_it_lasts_as_long_as_the_film(tmp_path, kind, fps):
    frames, delays, _ = shown(make(kind, tmp_path / "film.part", info(13, fps)))
    assert len(frames) == 13
    assert sum(delays) == pytest.approx(13_000 / fps, abs=2)  # in whole ms


# Browsers show a picture of 10 ms or less for 100 ms.
@pytest.mark.parametrize("fps", [75, 90, 91, 99, 100, 101, 120])
@pytest.mark.parametrize("kind", KINDS, ids=["webp", "apng"])
def test_no_picture_is_so_short_that_browsers_slow_it_down(tmp_path, kind, fps):
    film = info(2 * fps, fps)
    frames, delays, _ = shown(make(kind, tmp_path / "film.part", film))
    assert len(frames) <= 180  # a WebP shows frames that are equal as one
    assert min(int(delay) for delay in delays) > 10  # some browsers cut off what isn't whole
    assert sum(delays) == pytest.approx(2000, abs=2)
    assert (frames[-1] == drawn(film, 2 * fps - 1)).all()


@pytest.mark.parametrize("kind", ["webp", "apng"])
def test_a_rate_that_browsers_slow_down_is_refused_at_its_place(tmp_path, kind):
    config = tmp_path / "film.yaml"
    config.write_text(f"film: {{fps: 120}}\noutputs: [{{kind: {kind}, fps: 91}}]\n")
    with pytest.raises(ConfigError, match=r"film.yaml:2:\d+: outputs.0.fps: expected .*90"):
        load(config)


@pytest.mark.parametrize(("loop", "plays"), [("forever", 0), ("once", 1), (3, 3)])
@pytest.mark.parametrize("kind", [WebpFormat, ApngFormat])
def test_it_plays_as_often_as_asked(tmp_path, kind, loop, plays):
    assert shown(make(kind(loop=loop), tmp_path / "film.part", info(frames=3)))[2] == plays


@pytest.mark.parametrize("kind", [WebpFormat, ApngFormat])
def test_a_smaller_slower_one_shows_the_newest_frames_and_the_last(tmp_path, kind):
    film = info(20, 30)
    frames, delays, _ = shown(make(kind(size=(80, 45), fps=12), tmp_path / "film.part", film))
    assert frames.shape == (8, 45, 80, 4)
    assert sum(delays) == pytest.approx(20_000 / 30, abs=1)
    small = np.array(
        [np.asarray(Image.fromarray(drawn(film, i)).resize((80, 45))) for i in range(20)]
    )
    near = [int(np.abs(small.astype(int) - frame).sum((1, 2, 3)).argmin()) for frame in frames]
    assert near == [0, 2, 5, 7, 10, 12, 15, 19]


@pytest.mark.parametrize("kind", [WebpFormat, ApngFormat])
def test_a_clear_film_made_smaller_takes_up_no_colour_of_what_is_not_there(tmp_path, kind):
    film = clear(info(2))
    frames, *_ = shown(make(kind(size=(80, 45)), tmp_path / "film.part", film))
    right = frames[0, 8:, 44:70]  # nothing but the line, half covering
    partly = right[(right[..., 3] > 60) & (right[..., 3] < 140)]
    assert len(partly)
    assert np.abs(partly[:, :3].astype(int) - (77, 163, 255)).max() <= 6


@pytest.mark.parametrize("kind", KINDS, ids=["webp", "apng"])
def test_one_frame_is_a_film(tmp_path, kind):
    made = make(kind, tmp_path / "film.part", info(frames=1, fps=1))
    with Image.open(made) as image:
        assert (np.asarray(image.convert("RGBA")) == drawn(info(1), 0)).all()
        assert image.size == (160, 90)


@pytest.mark.parametrize("kind", KINDS, ids=["webp", "apng"])
def test_the_same_film_gives_the_same_bytes(tmp_path, kind):
    one, two = (make(kind, tmp_path / name, info()).read_bytes() for name in "ab")
    assert one == two


@pytest.mark.parametrize("kind", KINDS, ids=["webp", "apng"])
def test_what_stands_still_costs_next_to_nothing(tmp_path, kind):
    def size(frames):
        film = info(frames)
        encoder, pixels = kind.open(tmp_path / "film.part", film), drawn(film, 0)
        for index in range(frames):
            encoder.write(Frame(index, index / film.fps, pixels))
        encoder.close()
        return (tmp_path / "film.part").stat().st_size

    assert size(40) - size(1) < 39 * 100 + 200


def test_a_lossy_webp_is_near_what_was_drawn(tmp_path):
    film = info(10)
    lossy = make(WebpFormat(quality=60), tmp_path / "b.webp", film)
    wanted = np.array([drawn(film, i) for i in range(10)])[..., :3].astype(float)
    error = ((shown(lossy)[0][..., :3] - wanted) ** 2).mean()
    assert 30 < 10 * np.log10(255**2 / error) < 60


@pytest.mark.parametrize("kind", [WebpFormat, ApngFormat], ids=["webp", "apng"])
def test_a_pause_keeps_its_time_and_the_last_picture_lasts_to_the_end(tmp_path, kind):
    film, order = info(29, 30), [0, 1, 1, 1, 1, 5, 5, 0, 0, 3, 4]  # 29 frames at 12 a second: 11
    pictures = np.array([drawn(film, index) for index in order])
    format_ = kind(fps=12)
    shows = {index: at for at, index in enumerate(format_.picks(film))}
    encoder = format_.open(tmp_path / "film.part", film)
    for index in range(29):
        encoder.write(Frame(index, index / 30, pictures[shows.get(index, 0)]))
    encoder.close()
    frames, delays, _ = shown(tmp_path / "film.part")
    ends_ms = np.cumsum(delays)
    assert ends_ms[-1] == pytest.approx(29_000 / 30, abs=1)
    for at, wanted in enumerate(pictures):
        seen = int(np.searchsorted(ends_ms, (at + 0.5) * 1000 / 12))
        assert (frames[seen] == wanted).all()
