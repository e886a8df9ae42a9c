"""The captions of a player: those in the picture, what is told between them, and no overlap."""

from __future__ import annotations

import itertools

import pytest

from render.config.scene_file import compose
from render.describe.cues import SHORTEST_S, cues
from render.timeline.plan import timing
from tests.learn.labs import CONFIGS, lab, runs

QUICK = {"slope", "slope_bias", "learning_rates", "optimizer_race", "two_points_diverge"}
ALL = [
    pytest.param(p.stem, marks=() if p.stem in QUICK else pytest.mark.slow)
    for p in sorted(CONFIGS.glob("*.yaml"))
]


def told(name: str, *sets: str):
    """The cues of a film, and the film."""
    spec = lab(name, *sets)
    made = runs(name, *sets)
    return cues(spec, made, timing(spec, made, compose(spec).beats)), spec


@pytest.mark.parametrize("sets", [(), ("film.duration=1",), ("captions=[]",), ("film.fps=7",)])
@pytest.mark.parametrize("name", ALL)
def test_cues_are_in_order_within_the_film_and_never_overlap(name, sets):
    found, spec = told(name, *sets)
    length_s = spec.film.frame_count / spec.film.fps
    assert all(0 <= cue.start_s < cue.end_s <= length_s for cue in found)
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(found))
    assert all(cue.text.strip() for cue in found)
    assert all(round(cue.start_s * 1000) == cue.start_s * 1000 for cue in found)


def test_what_is_in_the_picture_is_told_when_it_is_there():
    found, spec = told("slope")
    made = runs("slope")
    lines = timing(spec, made, compose(spec).beats).captions
    assert len(lines) == 4
    for line in lines:
        (cue,) = [cue for cue in found if cue.text == line.text]
        assert cue.start_s == pytest.approx(line.start_s, abs=1e-3)
        assert cue.end_s == pytest.approx(min(line.end_s, spec.film.duration), abs=1e-3)


def test_a_film_without_captions_tells_its_steps_and_its_end():
    found, _ = told("slope", "captions=[]", "training.epochs=3")
    params = runs("slope", "captions=[]", "training.epochs=3")[0].recording.params[:, 0]
    steps = [cue.text for cue in found if cue.text.startswith("Step")]
    assert len(steps) == 3
    assert steps[0].startswith(f"Step 1: w goes from −10 to {params[1]:.4g},".replace("-", "−"))
    assert found[-1].text.startswith("Converging: ")
    assert found[-1].end_s == 8.0


def test_a_race_without_captions_tells_who_is_ahead():
    found, _ = told("learning_rates", "captions=[]")
    assert found[0].text == "6 runs start"
    assert found[-1].text.startswith("At the end ")


def test_what_would_be_too_short_to_read_is_left_out():
    found, spec = told("slope", "captions=[]", "film.duration=1")
    assert all(cue.end_s - cue.start_s >= SHORTEST_S for cue in found)
    assert spec.film.duration == 1


def test_a_part_of_a_film_has_its_own_times():
    whole, _ = told("slope")
    part, _ = told("slope", "film.frames=[60, 119]")  # from 2 s to 4 s
    later = [cue for cue in whole if cue.end_s > 2 and cue.start_s < 4]
    assert [cue.text for cue in part] == [cue.text for cue in later]
    assert part[0].start_s == 0.0
    assert part[-1].end_s == 2.0
    assert part[0].end_s == pytest.approx(later[0].end_s - 2, abs=2e-3)
