"""A GIF of at most so many bytes: what is given up for it, in which order, and when it can't be."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render import pipeline
from render.config.load import load
from render.encode.atomic import Parts
from render.encode.budget import FrameStore, Reduction, next_try, steps
from render.encode.formats.gif import GifFormat
from render.errors import EncodeError
from render.results import OutputFile
from tests.encode.films import clip, decoded, feed, make, pictures

FILM = clip(24, 30, (320, 180))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """How large the film's GIF is without a budget."""
    return make(GifFormat(), tmp_path_factory.mktemp("gif") / "film.gif", FILM).stat().st_size


def lowered(tmp_path, most_bytes, **options):
    """The file, what is told of it, and how often the film's frames were asked for."""
    encoder = GifFormat(max_mb=most_bytes / 1e6, **options).open(tmp_path / "film.gif", FILM)
    feed(encoder, FILM)
    return tmp_path / "film.gif", encoder.lowered


def test_a_film_that_fits_is_made_as_without_a_budget(tmp_path, whole):
    made, told = lowered(tmp_path, whole)
    assert told is None
    assert made.read_bytes() == make(GifFormat(), tmp_path / "plain.gif", FILM).read_bytes()


@pytest.mark.parametrize("part", [0.95, 0.6, 0.35])
def test_a_film_that_does_not_fit_is_lowered_until_it_does(tmp_path, whole, part):
    made, told = lowered(tmp_path, part * whole)
    assert made.stat().st_size <= part * whole
    frames = decoded(made)
    assert [frames.shape[2], frames.shape[1]] == told.facts["size"]
    assert len(frames) == told.facts["frames"]
    assert told.facts["duration"] == FILM.duration_s
    said = re.search(r", to fit into (0\.\d+) MB$", told.told)
    assert float(said[1]) * 1e6 == pytest.approx(part * whole, abs=5e3)


def test_no_more_is_given_up_than_it_takes(tmp_path, whole):
    """Every step before the one taken, made by hand, is too large."""
    most = 0.6 * whole
    made, told = lowered(tmp_path, most)
    for step in steps(Reduction((320, 180), 30, 255)):
        by_hand = GifFormat(size=step.size_px, fps=step.fps, colours=step.colours)
        size = make(by_hand, tmp_path / "hand.gif", FILM).stat().st_size
        if size <= most:
            break
    assert (tmp_path / "hand.gif").read_bytes() == made.read_bytes()
    assert told.facts["fps"] == step.fps


def test_what_was_asked_for_is_the_most_there_is(tmp_path, whole):
    _, told = lowered(tmp_path, 0.3 * whole, size=(240, 135), fps=12, colours=100)
    assert re.match(r"64 colours instead of 100(, 10 fps instead of 12)?", told.told)


def test_a_budget_that_cannot_be_met_says_the_smallest_and_leaves_nothing(tmp_path):
    said = r"can't fit into max_mb, 0\.0010 MB: the smallest, 160×90 at 10 fps in 64 colours, has 0"
    with pytest.raises(EncodeError, match=said), Parts() as parts:
        feed(GifFormat(max_mb=0.001).open(parts.beside(tmp_path / "film.gif"), FILM), FILM)
    assert not list(tmp_path.iterdir())


def test_colours_are_lowered_before_the_rate_and_the_rate_before_the_size():
    ladder = steps(Reduction((1280, 720), 30, 255))
    assert [s.colours for s in ladder[:4]] == [255, 128, 64, 64]
    assert [s.fps for s in ladder[2:8]] == [30, 20, 15, 12, 10, 10]
    assert [s.size_px for s in ladder[6:8]] == [(1280, 720), (1088, 612)]
    assert ladder[-1].size_px == (320, 180)


@pytest.mark.parametrize("seed", range(20))
def test_the_search_finds_the_first_step_that_fits_in_few_tries(seed):
    rng = np.random.default_rng(seed)
    ladder = steps(Reduction((1280, 720), 30, 255))
    sizes = np.sort(rng.integers(1e5, 1e7, len(ladder)))[::-1].tolist()
    most, made = int(rng.integers(sizes[-1], sizes[0])), {0: sizes[0]}
    while (i := next_try(ladder, made, most)) is not None:
        assert i not in made
        made[i] = sizes[i]
    fits = [i for i, size in made.items() if size <= most]
    assert min(fits) == next(i for i, size in enumerate(sizes) if size <= most)


def test_frames_that_are_kept_come_back_exactly_and_as_often_as_wanted(tmp_path):
    film = clip(12, size_px=(161, 91))
    kept = FrameStore(tmp_path)
    for frame in pictures(film):
        kept.add(frame.rgba)
        kept.add(frame.rgba)  # one like the last
    for _ in range(2):
        back = [pixels.copy() for pixels in kept]
        drawn = [frame.rgba.copy() for frame in pictures(film) for _ in range(2)]
        assert (np.array(back) == np.array(drawn)).all()
    assert not list(tmp_path.iterdir())  # it has no name
    kept.close()


@pytest.mark.slow
@pytest.mark.parametrize("most_mb", [1, 3, 5])
@pytest.mark.parametrize(
    ("name", "sets"),
    [("slope_bias", ["film.camera.orbit=180"]), ("optimizer_race", []), ("beale", [])],
)
def test_films_fit_into_budgets(tmp_path, name, sets, most_mb):
    """Orbiting, the film has 9 MB; the others fit into 3 as they are."""
    spec = load(Path(f"configs/{name}.yaml"), sets)
    target = OutputFile(GifFormat(max_mb=most_mb), tmp_path / "film.gif")
    (output,) = pipeline.make(spec, [target], lambda *_: None).outputs
    assert output.bytes == target.path.stat().st_size <= most_mb * 1_000_000
    assert bool(output.lowered) is ((most_mb == 1 and name != "beale") or name == "slope_bias")
    with Image.open(target.path) as image:
        assert image.size == output.size_px
