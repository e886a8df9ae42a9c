"""Every shipped config loads, trains, and draws three small frames; one in eight always."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.theme import rgb
from render.draw.style import house_style
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS, lab

NAMES = sorted(path.stem for path in CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if i % 8 == 0 else pytest.mark.slow)
        for i, name in enumerate(NAMES)
    ],
)
def test_a_shipped_config_has_a_comment_a_title_and_frames(name):
    schema, comment, *_ = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert "$schema=" in schema
    assert comment.startswith("#")
    assert lab(name).title != name
    with house_style():
        stage, timeline = staged(name, "film.size=[480, 270]")
        pictures = [stage.picture(moment) for moment in timeline.spread(3)]
    assert len({picture.tobytes() for picture in pictures}) == 3


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
