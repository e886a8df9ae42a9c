"""Frames come back from memory as they were drawn."""

from __future__ import annotations

import numpy as np

from render.draw.style import house_style
from tests.benchmark.frames import Frames, draw_film
from tests.draw.stages import staged
from tests.encode.films import picture
from tests.learn.labs import lab


def test_every_frame_comes_back_as_it_was():
    drawn = [picture(i, 9) for i in (0, 1, 2, 2, 8, 0)]
    kept = [pixels.copy() for pixels in Frames(drawn)]
    assert len(kept) == 6
    assert all(map(np.array_equal, kept, drawn))


def test_frames_that_differ_from_the_one_before_are_counted():
    frames = Frames([picture(i, 9) for i in (0, 1, 1, 1, 2)])
    assert (len(frames), frames.differing) == (5, 3)


def test_pictures_are_taken_from_the_whole_film():
    taken = Frames(picture(i, 9) for i in range(9)).spread(3)
    assert all(map(np.array_equal, taken, [picture(i, 9) for i in (0, 4, 8)]))


def test_a_film_is_kept_as_the_stage_draws_it():
    small = ("film.size=[320, 180]", "film.duration=0.5", "film.fps=10")
    film = draw_film(lab("slope", *small))
    with house_style():
        stage, timeline = staged("slope", *small)
        alone = [stage.picture(moment) for moment in reversed(timeline.moments)]
    assert all(np.array_equal(f.rgba, a) for f, a in zip(film, reversed(alone), strict=True))
    assert film.info.frames == len(film.frames) == 5
    assert min(film.training_s, film.setup_s, film.drawing_s) > 0
