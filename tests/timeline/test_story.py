"""Captions come in the order of the story, and what never comes is said."""

from __future__ import annotations

import itertools

import pytest

from render.commands.check import examine
from render.config.load import load
from render.errors import ConfigError, RenderError
from render.pipeline import learn
from render.scene import Beats
from render.timeline.plan import timing
from render.timeline.story import planned, planned_points
from tests.config.home import write
from tests.learn.labs import CONFIGS, lab

FOUR_STEPS = "training: {epochs: 4}\nmodel: {weight: -10, bias: {value: 0, frozen: true}}\n"


def film(tmp_path, captions, more=""):
    lines = "".join(f"  - {{at: {at}, text: '{at}'}}\n" for at in captions)
    return load(write(tmp_path, f"{FOUR_STEPS}{more}captions:\n{lines}"))


def refused(spec):
    with pytest.raises(ConfigError) as caught:
        examine([spec])
    return [(one["line"], one["column"], one["key"]) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("captions", "wrong"),
    [
        (["0s", "step 1", "4s", "step 3", "end"], []),  # steps are at 2.1, 3.6, 5.1, 6.6 s
        (["0s", "4s", "step 2", "end"], [1]),
        (["0s", "50%", "step 2", "end"], [1]),
        (["step 2", "1s", "end"], [1]),
        (["7s", "step 2", "7.5s", "end"], [0, 2]),
        (["end", "2s"], [1]),
        (["1s", "epoch 1", "100%", "end"], [2]),
        (["end", "step 2", "2s", "1s"], [2, 3]),
        (["3s", "2s", "step 4", "step 1"], [0]),
    ],
)
def test_seconds_that_reverse_the_story_are_refused_at_their_place(tmp_path, captions, wrong):
    spec = film(tmp_path, captions)
    if not wrong:
        examine([spec])
        return
    assert refused(spec) == [(4 + i, 10, f"captions.{i}.at") for i in wrong]


def test_the_order_depends_on_the_length_of_the_film(tmp_path):
    captions = ["0s", "1.2s", "step 2", "end"]
    examine([film(tmp_path, captions)])
    assert refused(film(tmp_path, captions, "film: {duration: 2}\n")) == [(6, 10, "captions.1.at")]


def test_what_the_runs_reverse_is_refused_too(tmp_path):
    """The pace depends on the run here, so nothing is known before."""
    spec = film(tmp_path, ["7.9s", "step 2"], "film: {pace: arc_length}\n")
    examine([spec])
    with pytest.raises(RenderError, match=r"captions\.0\.at: 7\.9s comes after step 2"):
        timing(spec, learn(spec), Beats())


def test_what_is_planned_is_what_the_runs_do():
    for name in ("slope", "slope_bias", "batch_vs_sgd", "rosenbrock", "penguins"):
        spec = lab(name)
        runs = learn(spec)
        points = [planned_points(one) for one in spec.each]
        assert all(points)
        story, truth = planned(spec, Beats(), points), timing(spec, runs, Beats())
        assert story.clock.ticks == truth.clock.ticks
        assert story.pacing.reached_s == pytest.approx(truth.pacing.reached_s)
        assert story.run.per_epoch == runs[0].recording.per_epoch


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("step 5", "step 5 never comes: the run ends at step 4"),
        ("epoch 4.5", "epoch 4.5 never comes: the run ends at epoch 4"),
        ("8.5s", "8.5s never comes: the film lasts 8 s"),
        ("step 4", None),
        ("8s", None),
        ("100%", None),
        ("converged", None),  # nobody knows before training
    ],
)
def test_check_says_what_never_comes(tmp_path, at, told):
    ((*remarks,),) = examine([film(tmp_path, ["0s", at])])
    assert [line.split(".at: ")[1] for line in remarks] == [told] * bool(told)
    assert all(f":5:10: captions.1.at: {at} " in line for line in remarks)


def test_a_caption_that_another_covers_at_once_is_told(tmp_path):
    ((line,),) = examine([film(tmp_path, ["0s", "step 4", "end"])])
    assert "captions.1.at: step 4 is never seen: the caption at end" in line


def test_a_keyframe_that_never_comes_is_told_too(tmp_path):
    text = "film: {camera: {keyframes: [{at: 0s, elev: 30}, {at: step 9, elev: 60}]}}\n"
    ((line,),) = examine([load(write(tmp_path, FOUR_STEPS + text))])
    assert ":3:54: film.camera.keyframes.1.at: step 9 never comes: the run ends at step 4" in line


def test_after_training_the_truth_is_told(tmp_path):
    spec = film(tmp_path, ["0s", "step 3", "converged"], "optimizer: {lr: 50}\n")
    runs = learn(spec)
    steps = runs[0].recording.steps
    told = [line.split(": ", 1)[1] for line in timing(spec, runs, Beats()).remarks]
    assert steps == 4
    assert told[-1:] == ["captions.2.at: converged never comes: the run doesn't converge"]


def test_no_config_that_ships_depends_on_its_length():
    """Whatever the length, nothing is refused; so none mixes seconds with steps."""
    specs = [
        load(path, [f"film.duration={length}"])
        for path in sorted(CONFIGS.glob("*.yaml"))
        for length in (1, 30)
    ]
    stories = [planned(spec, Beats(), [planned_points(one) for one in spec.each]) for spec in specs]
    assert not [*itertools.chain.from_iterable(story.disorder() for story in stories)]
    assert not [*itertools.chain.from_iterable(story.unseen() for story in stories[1::2])]


@pytest.mark.parametrize("outputs", ["[mp4]", "[gif, png]", "[png, mp4, gif]"])
def test_check_finds_a_theme_without_background_in_a_format_that_needs_one(tmp_path, outputs):
    text = f"outputs: {outputs}\nfilm: {{theme: transparent}}\n"
    assert refused(load(write(tmp_path, text))) == [(2, 15, "film.theme")]
    examine([load(write(tmp_path, text), ["outputs=[png, webm]"])])


def test_all_that_can_be_known_is_told_at_once(tmp_path):
    spec = film(tmp_path, ["7s", "step 2"], "film: {theme: transparent}\n")
    assert [key for _, _, key in refused(spec)] == ["film.theme", "captions.0.at"]
