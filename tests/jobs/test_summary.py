"""What is told of films that are there, and of those that aren't."""

from dataclasses import replace
from pathlib import Path

from render.jobs.outcome import Outcome
from render.jobs.run import film_line, table, total
from render.results import Output, Report

FILM = Output(Path("outputs/slope.mp4"), "mp4", 412_345, (1280, 720), 8.0)
POSTER = replace(FILM, path=Path("outputs/slope.png"), kind="png", duration_s=None, bytes=41_234)
TABLE = replace(POSTER, path=Path("outputs/slope.csv"), kind="csv", size_px=None, bytes=812)
MADE = Report("slope", (FILM, POSTER, TABLE), 4.06, "")


def test_the_closing_line_names_the_files_with_duration_size_and_bytes():
    assert film_line(MADE) == (
        "slope: outputs/slope.mp4 (8.0 s, 1280×720, 0.4 MB), "
        "outputs/slope.png (1280×720, 41 kB), outputs/slope.csv (812 B) in 4.1 s"
    )


def test_a_film_that_was_there_took_no_time():
    told = film_line(replace(MADE, outputs=(TABLE,), kept=True, seconds=0.0))
    assert told == "slope: outputs/slope.csv (812 B) unchanged"


def test_what_the_film_has_to_say_comes_below():
    assert film_line(Report("slope", (), 4.06, "diverged")).endswith("in 4.1 s\n  diverged")


def test_a_table_has_a_line_for_each_film_in_the_order_of_the_configs():
    outcomes = [
        Outcome("slope", MADE, seconds=4.06),
        Outcome("a_long_name", replace(MADE, kept=True)),
        Outcome("bad", error="ffmpeg failed:\n    no space left", seconds=12.3),
        Outcome("last", error="not made: the batch was stopped", begun=False),
        Outcome("stills", Report("stills", (POSTER,) * 9, 1.0, ""), seconds=1.0),
    ]
    assert table(outcomes).splitlines() == [
        "film         result     seconds  files",
        "slope        made           4.1  mp4 0.4 MB, png 41 kB, csv 812 B",
        "a_long_name  unchanged           mp4 0.4 MB, png 41 kB, csv 812 B",
        "bad          failed        12.3  ffmpeg failed:",
        "last         stopped             not made: the batch was stopped",
        "stills       made           1.0  9 files 0.4 MB",
    ]
    assert total(outcomes, 17.44) == "5 films: 2 made, 1 unchanged, 1 failed, 1 stopped in 17.4 s"
