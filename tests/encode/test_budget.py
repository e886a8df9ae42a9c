"""A GIF of at most so many bytes: what is reduced for that, and in which order."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render import pipeline
from render.config.load import load
from render.encode.atomic import Parts
from render.encode.budget import FrameStore, Quality, next_step, steps
from render.encode.formats.gif import GifFormat
from render.errors import EncodeError
from render.results import OutputFile
from tests.encode.films import decoded, feed, info, make, pictures

FILM = info(24, 30, (320, 180))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """How large the film's GIF is without a budget."""
    return make(GifFormat(), tmp_path_factory.mktemp("gif") / "film.gif", FILM).stat().st_size


def within(tmp_path, max_bytes, **options):
    """The film as a GIF of at max_bytes so many bytes, and what was reduced for that."""
    encoder = GifFormat(max_mb=max_bytes / 1e6, **options).open(tmp_path / "film.gif", FILM)
    feed(encoder, FILM)
    return tmp_path / "film.gif", encoder.reduced


def test_a_film_that_fits_is_made_as_without_a_budget(tmp_path, whole):
    made, reduced = within(tmp_path, whole)
    assert reduced is None
    assert made.read_bytes() == make(GifFormat(), tmp_path / "plain.gif", FILM).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.95, 0.6, 0.35])
def test_a_film_that_does_not_fit_is_reduced_until_it_does(tmp_path, whole, part):
    made, reduced = within(tmp_path, part * whole)
    assert made.stat().st_size <= part * whole
    frames = decoded(made)
    assert [frames.shape[2], frames.shape[1]] == reduced.facts["size"]
    assert len(frames) == reduced.facts["frames"]
    assert reduced.facts["duration"] == FILM.duration_s
    match = re.search(r", to fit into (0\.\d+) MB$", reduced.message)
    assert float(match[1]) * 1e6 == pytest.approx(part * whole, abs=5e3)


@pytest.mark.slow
def test_no_more_is_reduced_than_necessary(tmp_path, whole):
    """Every step before the one taken, made by hand, is too large."""
    max_bytes = 0.6 * whole
    made, reduced = within(tmp_path, max_bytes)
    for step in steps(Quality((320, 180), 30, 255)):
        by_hand = GifFormat(size=step.size_px, fps=step.fps, colours=step.colours)
        size = make(by_hand, tmp_path / "hand.gif", FILM).stat().st_size
        if size <= max_bytes:
            break
    assert (tmp_path / "hand.gif").read_bytes() == made.read_bytes()
    assert reduced.facts["fps"] == step.fps


def test_what_was_requested_is_never_exceeded(tmp_path, whole):
    _, reduced = within(tmp_path, 0.3 * whole, size=(240, 135), fps=12, colours=100)
    assert re.match(r"64 colours instead of 100(, 10 fps instead of 12)?", reduced.message)


def test_a_budget_that_cannot_be_met_says_the_smallest_and_leaves_nothing(tmp_path):
    message = (
        r"can't fit into max_mb, 0\.0010 MB: the smallest, 160×90 at 10 fps in 64 colours, has 0"
    )
    with pytest.raises(EncodeError, match=message), Parts() as parts:
        feed(GifFormat(max_mb=0.001).open(parts.beside(tmp_path / "film.gif"), FILM), FILM)
    assert not list(tmp_path.iterdir())


def test_colours_are_reduced_before_the_rate_and_the_rate_before_the_size():
    ladder = steps(Quality((1280, 720), 30, 255))
    assert [s.colours for s in ladder[:4]] == [255, 128, 64, 64]
    assert [s.fps for s in ladder[2:8]] == [30, 20, 15, 12, 10, 10]
    assert [s.size_px for s in ladder[6:8]] == [(1280, 720), (1088, 612)]
    assert ladder[-1].size_px == (320, 180)


@pytest.mark.parametrize("seed", range(20))
def test_the_search_finds_the_first_step_that_fits_in_few_tries(seed):
    rng = np.random.default_rng(seed)
    ladder = steps(Quality((1280, 720), 30, 255))
    sizes = np.sort(rng.integers(1e5, 1e7, len(ladder)))[::-1].tolist()
    max_bytes, made = int(rng.integers(sizes[-1], sizes[0])), {0: sizes[0]}
    while (i := next_step(ladder, made, max_bytes)) is not None:
        assert i not in made
        made[i] = sizes[i]
    fits = [i for i, size in made.items() if size <= max_bytes]
    assert min(fits) == next(i for i, size in enumerate(sizes) if size <= max_bytes)


def test_stored_frames_come_back_exactly_and_as_often_as_needed(tmp_path):
    film = info(12, size_px=(161, 91))
    store = FrameStore(tmp_path)
    for frame in pictures(film):
        store.add(frame.rgba)
        store.add(frame.rgba)  # equal to the last
    for _ in range(2):
        back = [pixels.copy() for pixels in store]
        drawn = [frame.rgba.copy() for frame in pictures(film) for _ in range(2)]
        assert (np.array(back) == np.array(drawn)).all()
    assert not list(tmp_path.iterdir())  # it has no name
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("max_mb", [1, 3, 5])
@pytest.mark.parametrize(
    ("name", "sets"),
    [("slope_bias", ["film.camera.orbit=180"]), ("optimizer_race", []), ("beale", [])],
)
def test_films_fit_into_budgets(tmp_path, name, sets, max_mb):
    """Orbiting, the film has 9 MB; the others fit into 3 as they are."""
    spec = load(Path(f"configs/{name}.yaml"), sets)
    target = OutputFile(GifFormat(max_mb=max_mb), tmp_path / "film.gif")
    (output,) = pipeline.make(spec, [target], lambda *_: None).outputs
    assert output.bytes == target.path.stat().st_size <= max_mb * 1_000_000
    assert bool(output.lowered) is ((max_mb == 1 and name != "beale") or name == "slope_bias")
    with Image.open(target.path) as image:
        assert image.size == output.size_px
