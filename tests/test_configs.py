"""Every shipped config loads, trains, and draws three small frames; one in eight always."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.scene_file import compose
from render.config.theme import rgb
from render.draw.style import house_style
from render.timeline.pace import positions
from render.timeline.plan import timing
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS, lab, runs

NAMES = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
# A network takes seconds to train and to scan: but for the smallest one only in test-all.
NETWORKS = {name for name in NAMES if lab(name).model.network} - {"deep_linear_saddle"}


def sweep(every: int) -> list[object]:
    """All configs; one in `every` of them is quick."""
    quick = {*[name for name in NAMES if name not in NETWORKS][::every], "deep_linear_saddle"}
    return [pytest.param(n, marks=() if n in quick else pytest.mark.slow) for n in NAMES]


@pytest.mark.parametrize("name", sweep(20))
def test_a_shipped_config_has_a_comment_a_title_and_frames(name):
    schema, comment, *_ = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert "$schema=" in schema
    assert comment.startswith("#")
    assert lab(name).title != name
    with house_style():
        stage, timeline = staged(name, "film.size=[480, 270]")
        pictures = [stage.picture(moment) for moment in timeline.spread(3)]
    assert len({picture.tobytes() for picture in pictures}) == 3


READ_S = 2.5  # time to read a sentence, and look


@pytest.mark.parametrize("name", sweep(8))
def test_a_shipped_film_tells_its_story_and_ends_on_a_sentence(name):
    spec, trained = lab(name), runs(name)
    last_s, frame_s = spec.film.last_s, 1 / spec.film.fps
    told = timing(spec, trained, compose(spec).beats)
    stays_s = {
        line.text: min(line.end_s, last_s + frame_s) - line.start_s for line in told.captions
    }
    assert {text: s for text, s in stays_s.items() if s < READ_S - 1e-6} == {}
    last = told.captions[-1]
    assert last.start_s <= told.pacing.reached_s[-1] + 1e-9  # when the run is at its end, or before
    assert last.end_s > last_s
    assert len(last.text.split()) >= 4, last.text
    _, (phase,), _ = positions(np.array([last_s / 2]), told.pacing)
    spoken = any(line.start_s <= last_s / 2 < line.end_s for line in told.captions)
    assert spoken or phase is not None
    assert told.remarks == ()  # each caption of the config is seen


def dots(stage) -> list[tuple[int, int, int]]:
    """The colours of the dots of a film; in a grid each cell has a single run's."""
    context = stage.context
    if context.spec.film.runs == "grid":
        return [rgb(context.theme.parameter)]
    return [rgb(style.dot) for style in context.styles]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_dot_is_seen_in_every_frame_of_every_film_that_has_a_surface(name):
    with house_style():
        stage, timeline = staged(name, "film.size=[480, 270]", "film.fps=5", "film.theme=night")
        places = [v for k, v in stage.rectangles().items() if k.split()[0] == "surface"]
        for moment in timeline:
            picture = stage.picture(moment)[..., :3].astype(int)
            for left, top, right, bottom in places:
                inside = picture[top:bottom, left:right]
                near = [np.abs(inside - colour).sum(axis=-1) < 40 for colour in dots(stage)]
                assert max(int(mask.sum()) for mask in near) >= 8, (moment.index, name)
