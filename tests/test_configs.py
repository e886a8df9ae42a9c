"""Every shipped config loads, trains, and draws three small frames; a quarter of them always."""

from __future__ import annotations

import pytest

from render.draw.style import house_style
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS, lab

NAMES = sorted(path.stem for path in CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if i % 4 == 0 else pytest.mark.slow)
        for i, name in enumerate(NAMES)
    ],
)
def test_a_shipped_config_has_a_comment_a_title_and_frames(name):
    assert (CONFIGS / f"{name}.yaml").read_text().startswith("#")
    assert lab(name).title != name
    with house_style():
        stage, timeline = staged(name, "film.size=[480, 270]")
        pictures = [stage.picture(moment) for moment in timeline.spread(3)]
    assert len({picture.tobytes() for picture in pictures}) == 3
