"""The stops of a film in a config: words, times, options, and what is wrong with them."""

from __future__ import annotations

import pytest

from render.config.load import load
from render.config.spec import StopOptions
from render.config.when import When
from render.errors import ConfigError
from tests.config.home import write
from tests.test_errors import refusal

TWO_S, THREE, HALF = When("s", 2), When("step", 3), When("%", 50)


@pytest.fixture
def stops(tmp_path):
    def read(text: str, *sets: str) -> StopOptions:
        return load(write(tmp_path, text), sets).film.stops

    return read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", StopOptions()),
        ("film: {stops: steps}", StopOptions("steps")),
        ("film: {stops: [2s, 'step 3', 50%]}", StopOptions((TWO_S, THREE, HALF))),
        ("film: {stops: []}", StopOptions(())),
        ("film: {stops: {hold_s: 1}}", StopOptions("auto", 1.0)),
        (
            "film: {stops: {at: [2s], hold_s: 0.5, whole_seconds: true}}",
            StopOptions((TWO_S,), 0.5, True),
        ),
    ],
)
def test_a_word_a_list_or_both_with_options(stops, text, expected):
    assert stops(text) == expected


@pytest.mark.parametrize("text", ["steps", "{at: steps}"])
def test_options_of_the_command_line_reach_every_form(stops, text):
    assert stops(f"film: {{stops: {text}}}", "film.stops.hold_s=2") == StopOptions("steps", 2.0)
    assert stops(f"film: {{stops: {text}}}", "film.stops=[50%]") == StopOptions((HALF,))


def test_an_option_reaches_a_list_and_its_items(stops):
    text = "film: {stops: [2s, step 3]}"
    assert stops(text, "film.stops.hold_s=2") == StopOptions((TWO_S, THREE), 2.0)
    assert stops(text, "film.stops.0=50%") == StopOptions((HALF, THREE))


def test_google_slides_cuts_at_whole_seconds(tmp_path, stops):
    assert stops("target: google-slides") == StopOptions("auto", 0.0, True)
    text = "target: google-slides\nfilm: {stops: [2s]}"
    assert stops(text) == StopOptions((TWO_S,), 0.0, True)
    off = "target: google-slides\nfilm: {stops: {whole_seconds: false}}"
    assert stops(off) == StopOptions()
    spec = load(write(tmp_path, "film: {stops: steps}"), (), {"for": "google-slides"})
    assert spec.film.stops == StopOptions("steps", 0.0, True)


FORMS = 'auto, steps, captions, none or a list of times, like [2s, "step 3", 50%]'
TIMES = "a time like 2.5s, 50%, step 3, epoch 10, converged or end"
WRONG = {
    "an unknown word": (
        "stops: step",
        f"F:1:15: film.stops: expected {FORMS}, found 'step'",
    ),
    "a time that is no list": (
        "stops: 2s",
        f"F:1:15: film.stops: expected {FORMS}, found '2s': write [2s]",
    ),
    "a number": ("stops: 3", f"F:1:15: film.stops: expected {FORMS}, found 3"),
    "nothing": ("stops: ", f"F:1:8: film.stops: expected {FORMS}, found nothing"),
    "a time that is none": (
        "stops: [2s, soon]",
        f"F:1:20: film.stops.1: expected {TIMES}, found 'soon'",
    ),
    "a stop after the film": ("stops: [2s, 9s]", "F:1:20: film.stops.1: 9s: the film lasts 8 s"),
    "a stop after the film, with options": (
        "stops: {at: [9s]}",
        "F:1:21: film.stops.at.0: 9s: the film lasts 8 s",
    ),
    "a step after the run": (
        "stops: [step 2, step 99]",
        "F:1:24: film.stops.1: step 99: the run ends at step 10",
    ),
    "an epoch after the run": (
        "stops: {at: [epoch 10.5]}",
        "F:1:21: film.stops.at.0: epoch 10.5: the run ends at epoch 10",
    ),
    "two at one frame": (
        "stops: [2s, 2.001s, 1.999s]",
        "F:1:28: film.stops.2: 1.999s is at frame 60, as 2s is: one frame can have one stop",
    ),
    "a step twice": (
        "stops: [step 3, step 3]",
        "F:1:24: film.stops.1: step 3 is given twice: one frame can have one stop",
    ),
    "a hold that is none": (
        "stops: {hold_s: -1}",
        "F:1:24: film.stops.hold_s: expected a number from 0 to 60, found -1",
    ),
    "an unknown option": (
        "stops: {hold: 1}",
        "F:1:16: film.stops.hold: unknown key; did you mean 'hold_s'? allowed: at, hold_s,"
        " whole_seconds",
    ),
    "too many": (
        f"stops: [{', '.join(f'{i / 100:g}s' for i in range(101))}]",
        "F:1:15: film.stops: at most 100 stops, found 101",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_once_at_its_place(tmp_path, name):
    text, expected = WRONG[name]
    told = refusal(tmp_path, f"film: {{{text}}}\n").split("\n")
    assert told[0] == expected
    assert len(told) == 3  # the line of the file, and what is meant in it


def test_the_whole_film_is_checked_for_a_part_of_it(tmp_path):
    path = write(tmp_path, "film: {stops: [6s], frames: [0, 59]}\n")
    assert load(path).film.stops.at == (When("s", 6),)


CAN = "frames, handout, html, json, mp4, pptx, txt"


def test_formats_that_cannot_stop_are_told_which_can(tmp_path):
    text = "film: {stops: [2s]}\noutputs: [gif, png]\n"
    told = refusal(tmp_path, text).split("\n")
    expected = f"gif, png can't stop: give hold_s, or one of {CAN} among the outputs"
    assert told[0] == f"F:1:15: film.stops: {expected}"


@pytest.mark.parametrize(
    "text",
    [
        "film: {stops: {at: [2s], hold_s: 1}}\noutputs: [gif]",  # it waits there
        "film: {stops: auto}\noutputs: [gif]",
        "film: {stops: [2s]}\noutputs: [gif, html, png]",
        "film: {stops: [2s]}\ntarget: slack",  # the place has only a gif
    ],
)
def test_formats_that_show_less_are_made_without_complaint(tmp_path, text):
    load(write(tmp_path, text))


LARGE = f"stops: [{', '.join(f'{i}%' for i in range(1, 61))}], size: [1920, 1080]"


def test_more_large_segments_than_powerpoint_plays_are_refused(tmp_path):
    told = refusal(tmp_path, f"film: {{{LARGE}}}\noutputs: [pptx]\n")
    assert told.startswith("F:1:15: film.stops: pptx has 61 segments of 1920×1080, which Power")
    assert "at most 60" in told
    small = LARGE.replace("1920, 1080", "1280, 720")
    assert load(write(tmp_path, f"film: {{{small}}}\noutputs: [pptx]\n")).film.stops.most == 62


def test_a_resolved_config_keeps_its_stops(tmp_path, stops):
    from render.config.dump import resolved

    spec = load(write(tmp_path, "film: {stops: {at: [2s, step 3], hold_s: 1}}"))
    assert resolved(spec)["film"]["stops"] == {
        "at": ["2s", "step 3"],
        "hold_s": 1.0,
        "whole_seconds": False,
    }
    with pytest.raises(ConfigError):
        stops("film: {stops: {at: nowhere}}")
