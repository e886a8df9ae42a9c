"""Captions: when they are shown, the numbers in them, and what a film tells by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from render.config.scene_file import compose
from render.config.spec import CaptionOptions
from render.config.when import parse_when
from render.draw.style import house_style
from render.errors import RenderError
from render.scene import Beats, captioned
from render.timeline.captions import PAD, caption_lines, fields, filled
from render.timeline.clock import Clock
from render.timeline.pace import pacing
from tests.draw.stages import staged
from tests.learn.labs import lab, runs


def lines_of(name, *sets, captions=()):
    spec, lines = replace(lab(name, *sets), captions=tuple(captions)), runs(name, *sets)
    clock = Clock.of([run.recording for run in lines])
    steps = np.ones(clock.ticks)
    paced = pacing(Beats(), spec.film, steps, narrate=len(lines) == 1, read=spec.read_at_end)
    return caption_lines(spec, lines, paced, clock)


def test_a_caption_has_the_numbers_of_its_moment():
    captions = [
        CaptionOptions(
            parse_when("step 2"), "w = {w:.2f}, {loss:.3g} at {epoch}, best {optimum_w:.1f}"
        )
    ]
    (line,) = lines_of("slope", captions=captions)
    assert line.text == "w = −4.11, 3.77 at 2, best −3.0"


def test_a_caption_gives_way_to_the_next():
    captions = [
        CaptionOptions(parse_when("1s"), "a", 5),
        CaptionOptions(parse_when("2s"), "b", 1),
        CaptionOptions(parse_when("end"), "c"),
    ]
    first, second, last = lines_of("slope", captions=captions)
    assert (first.end_s, second.start_s, second.end_s) == (2, 2, 3)
    assert last.end_s > 8


def test_too_large_a_rate_and_a_bad_end_get_automatic_captions():
    start, end = lines_of("slope", "optimizer.lr=0.34")
    limit = "0.3331, the limit of this bowl (2 over its steepest curvature)"
    assert start.text == f"lr 0.34 is above {limit}: every step overshoots"
    assert end.text.startswith("Diverged at step 1")
    assert lines_of("slope") == ()
    assert lines_of("slope", "optimizer.lr=0.34", "film.auto_captions=false") == ()


def test_a_race_says_which_runs_diverged():
    def end(rates, *sets):
        return [line.text for line in lines_of("slope", f"sweep={{optimizer.lr: {rates}}}", *sets)]

    assert end("[0.1, 0.34]") == ["Diverged: lr 0.34"]
    assert end("[0.34, 0.1, 0.35]") == ["Diverged: lr 0.34, lr 0.35"]
    assert end("[0.1, 0.2]") == end("[0.1, 0.34]", "film.runs=grid") == []
    many = [round(0.34 + 0.01 * i, 2) for i in range(7)]
    assert end([0.1, *many]) == ["Diverged: 7 of 8 runs"]


@pytest.mark.parametrize(("duration", "least"), [(8, 2.5), (60, 2.5), (2, 0.65)])
@pytest.mark.parametrize("automatic", [False, True])
def test_a_caption_at_the_end_stays_long_enough_to_be_read(duration, least, automatic):
    sets = "slope", f"film.duration={duration}", "optimizer.lr=0.34"
    own = [] if automatic else [CaptionOptions(parse_when("end"), "the last word")]
    last = lines_of(*sets, captions=own)[-1]
    assert last.text.startswith("Diverged" if automatic else "the last word")
    last_s = lab(*sets).film.last_s
    assert last_s - last.start_s >= least - 0.01
    assert last.end_s > last_s


def test_a_caption_at_the_end_comes_when_the_run_is_at_its_end():
    stage, timeline = staged("slope", "captions=[{at: end, text: There}]", "film.duration=8")
    (line,) = stage.context.captions
    at_rest = [moment for moment in timeline if moment.time_s >= line.start_s - 1e-9]
    assert {moment.tick for moment in at_rest} == {4}
    assert len(at_rest) >= 2.5 * timeline.fps
    assert stage.context.clock.ticks == 4
    assert {moment.phase for moment in timeline if 3 < moment.tick < 4} == {"update"}  # narrated


def test_what_never_comes_has_no_caption():
    captions = [
        CaptionOptions(parse_when(text), text) for text in ("step 99", "converged", "epoch 2")
    ]
    lines = lines_of("slope", "optimizer.lr=0.34", "film.auto_captions=false", captions=captions)
    assert [line.text for line in lines] == ["epoch 2"]


def test_a_loss_that_is_no_bowl_is_not_judged_by_the_curvature_of_its_minimum():
    lines = lines_of("quartic_local_minimum", "sweep={optimizer.lr: [0.02, 0.021]}")
    assert [line.text for line in lines] == ["Diverged: lr 0.02, lr 0.021"]
    assert not runs("himmelblau")[0].landscape.bowl
    assert runs("ellipse_zigzag")[0].landscape.bowl


def test_own_captions_come_before_those_of_the_film():
    own = [CaptionOptions(parse_when("0s"), "mine", 20)]
    assert [line.text for line in lines_of("slope", "optimizer.lr=0.34", captions=own)] == ["mine"]


def test_several_runs_tell_nothing_by_themselves():
    assert lines_of("knife_edge") == ()


@pytest.mark.parametrize("tick", [0, 1.5, 2.999, 4])
def test_fields_are_those_of_the_last_step(tick):
    (run,) = runs("slope")
    lines = fields(run, Clock.of([run.recording]), tick)
    row = int(tick)
    assert lines["loss"] == run.recording.loss[row]
    assert lines["w"] == run.recording.params[row, 0]
    assert lines["grad_w"] == run.recording.grads[row, 0]
    assert lines["step"] == row
    assert lines["lr"] == 0.1
    assert filled("{w:+.1f} {{as is}}", lines) == f"{lines['w']:+.1f} {{as is}}".replace("-", "−")


def test_the_smallest_mosaics_are_tried_with_captions_and_then_without():
    scene = compose(lab("slope"))
    with_row = captioned(scene)
    assert with_row.wide[-2:] == scene.wide[-2:]
    assert len(with_row.wide) == len(scene.wide) + 2
    assert [p.kind for p in with_row.panels.values()].count("caption") == 1


LONG = "a caption of very many words that has no room in one line of a small film, but in two"


def shown(stage) -> list[str]:
    return [row.text for row in panel_of(stage).rows]


def panel_of(stage):
    return next(p for p in stage.panels if type(p).__name__ == "CaptionPanel")


def test_a_caption_is_on_screen_in_its_time_alone():
    with house_style():
        captions = "captions=[{at: 0s, text: first, for: 0.5}, {at: 1s, text: 'w = {w:.0f}'}]"
        stage, timeline = staged("slope", captions)
        for moment in timeline:
            stage.draw(moment)
            text = " ".join(shown(stage)).strip()
            if moment.time_s >= 1:
                assert text.startswith("w = ")
            else:
                assert text == ("first" if moment.time_s < 0.5 else "")


def test_a_long_caption_takes_two_lines_and_no_more():
    captions = f'captions=[{{at: 0s, text: "{LONG}"}}]'
    with house_style():
        stage, timeline = staged("slope", captions, "film.size=[640, 360]")
        stage.draw(timeline.moments[0])
        assert " ".join(shown(stage)) == LONG
        wide = captions.replace(LONG, "MMMMMMMMM " * 11 + "MMM")
        with pytest.raises(RenderError, match="is too long for a film 640 px wide"):
            staged("slope", wide, "film.size=[640, 360]", "film.theme=contrast")


LIVE = "captions=[{at: 0s, text: 'w is {w:.2f} now, $5', live: true, for: 600}]"


def test_live_numbers_are_those_of_the_last_step_in_every_frame():
    with house_style():
        stage, timeline = staged("slope", LIVE, "film.duration=8")
        (run,) = runs("slope", LIVE)
        said = {}
        for moment in (timeline.moments[-1], *timeline):  # in whatever order
            stage.draw(moment)
            said[moment.index] = " ".join(shown(stage)).replace(PAD, "")
            row = int(moment.tick + 1e-9)
            if moment.phase == "zero_grad":  # the dot has arrived, and the step isn't over
                row -= 1
            number = run.recording.params[row, 0]
            assert said[moment.index] == f"w is {number:.2f} now, $5".replace("-", "−")
    assert len(set(said.values())) == 5


def test_what_is_written_after_a_live_number_does_not_move():
    long = "captions=[{at: 0s, text: '{loss:.1f} after {step} steps', live: true, for: 99}]"
    with house_style():
        stage, timeline = staged("slope", long, "training.epochs=12")
        panel = panel_of(stage)
        widths, lefts = set(), set()
        for moment in timeline:
            stage.draw(moment)
            (row,) = [row for row in panel.rows if row.text]
            widths.add(row._picture(row.text)[0].shape[1])
            lefts.add(row.x)
    assert len(widths) == len(lefts) == 1
