"""The captions for players: those in the picture, others between them, and no overlap."""

from __future__ import annotations

import itertools

import pytest

from render.config.scene_file import compose
from render.describe.cues import MIN_CUE_S, cues
from render.timeline.plan import timing
from tests.learn.labs import CONFIGS, lab, runs

QUICK = {"slope", "slope_bias", "learning_rates", "optimizer_race", "two_points_diverge"}
ALL = [
    pytest.param(p.stem, marks=() if p.stem in QUICK else pytest.mark.slow)
    for p in sorted(CONFIGS.glob("*.yaml"))
]


def film_cues(name: str, *sets: str):
    """The cues of a film, and the film."""
    spec = lab(name, *sets)
    made = runs(name, *sets)
    return cues(spec, made, timing(spec, made, compose(spec).beats)), spec


@pytest.mark.parametrize("sets", [(), ("film.duration=1",), ("captions=[]",), ("film.fps=7",)])
@pytest.mark.parametrize("name", ALL)
def test_cues_are_in_order_within_the_film_and_never_overlap(name, sets):
    made_cues, spec = film_cues(name, *sets)
    length_s = spec.film.frame_count / spec.film.fps
    assert all(0 <= cue.start_s < cue.end_s <= length_s for cue in made_cues)
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(made_cues))
    assert all(cue.text.strip() for cue in made_cues)
    assert all(round(cue.start_s * 1000) == cue.start_s * 1000 for cue in made_cues)


def test_a_caption_of_the_film_has_a_cue_at_the_same_time():
    made_cues, spec = film_cues("slope")
    made = runs("slope")
    lines = timing(spec, made, compose(spec).beats).captions
    assert len(lines) == 3
    for line in lines:
        (cue,) = [cue for cue in made_cues if cue.text == line.text]
        assert cue.start_s == pytest.approx(line.start_s, abs=1e-3)
        assert cue.end_s == pytest.approx(min(line.end_s, spec.film.duration), abs=1e-3)


def test_a_film_without_captions_has_cues_for_its_steps_and_its_end():
    made_cues, _ = film_cues("slope", "captions=[]", "training.epochs=3")
    params = runs("slope", "captions=[]", "training.epochs=3")[0].recording.params[:, 0]
    steps = [cue.text for cue in made_cues if cue.text.startswith("Step")]
    assert len(steps) == 3
    assert steps[0].startswith(f"Step 1: w goes from −10 to {params[1]:.4g},".replace("-", "−"))
    assert made_cues[-1].text.startswith("Converging: ")
    assert made_cues[-1].end_s == 8.0


def test_a_race_without_captions_says_who_is_ahead():
    made_cues, _ = film_cues("learning_rates", "captions=[]")
    assert made_cues[0].text == "6 runs start"
    assert made_cues[-1].text.startswith("At the end ")


def test_what_would_be_too_short_to_read_is_left_out():
    made_cues, spec = film_cues("slope", "captions=[]", "film.duration=1")
    assert all(cue.end_s - cue.start_s >= MIN_CUE_S for cue in made_cues)
    assert spec.film.duration == 1


def test_a_part_of_a_film_has_its_own_times():
    whole, _ = film_cues("slope")
    part, _ = film_cues("slope", "film.frames=[60, 119]")  # from 2 s to 4 s
    later = [cue for cue in whole if cue.end_s > 2 and cue.start_s < 4]
    assert [cue.text for cue in part] == [cue.text for cue in later]
    assert part[0].start_s == 0.0
    assert part[-1].end_s == 2.0
    assert part[0].end_s == pytest.approx(later[0].end_s - 2, abs=2e-3)
