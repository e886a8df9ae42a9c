"""Films in several threads of a session: the same films, and nothing of the session changes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import render
from tests.jobs.commands import frames

THEMES = ("night", "paper", "contrast", "colorblind")
FILES = ("film.mp4", "film.svg", "film.csv")


def config(theme: str) -> dict:
    film = {"size": [160, 90], "fps": 10, "duration": 1, "theme": theme}
    return {"title": theme, "film": film, "training": {"epochs": 3}, "seed": THEMES.index(theme)}


def save(theme: str, folder: Path, files: tuple[str, ...] = FILES) -> list[bytes]:
    """The bytes of a theme's film, saved into a folder."""
    render.load(config(theme), cache=False).save(*(folder / name for name in files))
    return [(folder / name).read_bytes() for name in files]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The films of one thread."""
    return {theme: save(theme, tmp_path_factory.mktemp(theme)) for theme in THEMES}


@pytest.fixture(autouse=True)
def the_session_stays():
    """Switches between threads as often as can be, and looks at what is left."""
    settings, main, every_s = dict(mpl.rcParams), sys.modules["__main__"], sys.getswitchinterval()
    running = threading.active_count()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(every_s)
    assert [key for key in settings if settings[key] != mpl.rcParams[key]] == []
    assert sys.modules["__main__"] is main
    assert threading.active_count() == running


def at_once(work: Callable, given: list) -> list:
    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(work, given))


@pytest.mark.slow
def test_films_of_different_names_have_the_bytes_that_they_have_alone(alone, tmp_path):
    made = at_once(lambda theme: save(theme, tmp_path / theme), [*THEMES])
    assert [theme for theme, film in zip(THEMES, made, strict=True) if film != alone[theme]] == []


def test_a_name_that_several_threads_save_is_one_of_their_films(alone, tmp_path):
    films = [*THEMES] * 2
    at_once(lambda theme: save(theme, tmp_path), films)
    there = [(tmp_path / name).read_bytes() for name in FILES]
    assert there in [alone[theme] for theme in THEMES]  # all files are of the same one
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    assert frames(tmp_path / "film.mp4") == 10


@pytest.mark.slow
def test_two_dozen_saves_of_one_name_are_played(alone, tmp_path):
    for round_ in range(3):
        folder = tmp_path / str(round_)
        at_once(lambda theme, folder=folder: save(theme, folder), [*THEMES] * 2)
        assert [(folder / name).read_bytes() for name in FILES] in [*alone.values()]


@pytest.mark.slow
def test_frames_stills_and_settings_of_the_user_at_the_same_time(tmp_path):
    films = {theme: render.load(config(theme), cache=False) for theme in THEMES}
    expected = {theme: film.frame("50%").tobytes() for theme, film in films.items()}
    still = tmp_path / "still.png"
    films["night"].still("end", still)
    bytes_ = still.read_bytes()

    def work(number: int) -> bool:
        theme = THEMES[number % 4]
        if number % 3 == 2:
            path = tmp_path / f"{number}.png"
            films["night"].still("end", path)
            return path.read_bytes() == bytes_
        return films[theme].frame("50%").tobytes() == expected[theme]

    assert all(at_once(work, [*range(12)]))


@pytest.mark.slow
def test_an_animation_and_frames_at_the_same_time(tmp_path):
    film = render.load(config("paper"), cache=False)
    expected = film.frame("50%")

    def work(number: int) -> bool:
        if number == 0:
            film.animation().save(tmp_path / "film.gif", writer="pillow")
            return (tmp_path / "film.gif").stat().st_size > 0
        return np.array_equal(film.frame("50%"), expected)

    assert all(at_once(work, [*range(4)]))


@pytest.mark.slow
def test_batches_in_threads_are_made_and_leave_the_script_as_it_is(tmp_path):
    (tmp_path / "configs").mkdir()
    for name in "ab":
        (tmp_path / "configs" / f"{name}.yaml").write_text(
            "film: {size: [160, 90], fps: 5, duration: 1}\ntraining: {epochs: 2}\n"
        )

    def batch(number: int) -> list[str]:
        out = tmp_path / str(number)
        made = render.batch(tmp_path / "configs", out=out, formats=["csv", "mp4"], workers=2)
        return [outcome.word for outcome in made]

    assert at_once(batch, [*range(3)]) == [["made", "made"]] * 3
    films = [
        [path.read_bytes() for path in sorted((tmp_path / str(n)).iterdir())] for n in range(3)
    ]
    assert films[0] == films[1] == films[2]
