"""Labels that replace nothing are told, and no others."""

from __future__ import annotations

import pytest

from render.draw.style import house_style
from render.draw.vocabulary import WORD, _film_texts, label_remarks, own_texts, unmatched
from render.draw.wording import Wording
from tests.draw.stages import staged
from tests.learn.labs import lab


@pytest.mark.parametrize(
    ("label", "near"),
    [
        ("los", "loss"),
        ("epok", "epoch"),
        ("Loss", "loss"),
        ("lerning rate", "learning rate"),
        ("gradiant", "gradient"),
        ("qqqqqq", None),
    ],
)
def test_a_label_of_no_text_is_told_with_the_nearest(label, near):
    spec = lab("slope", f"film.labels={{{label}: x, loss: Verlust}}")
    ((found, hint),) = unmatched(spec)
    assert found == label
    assert hint == (f"; did you mean '{near}'?" if near else "")
    ((line),) = label_remarks(spec)
    assert f"film.labels.{label}: replaces nothing" in line


@pytest.mark.parametrize(
    "name",
    [
        "slope",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("slope_bias", "learning_rates", "himmelblau", "auto_mpg", "pytorch_way")
        ),
    ],
)
def test_every_word_that_is_drawn_may_have_a_label(name, monkeypatch):
    drawn: set[str] = set()
    translated = Wording.translated

    def noted(self: Wording, text: str) -> str:
        drawn.add(str(text))
        return translated(self, text)

    monkeypatch.setattr(Wording, "translated", noted)
    with house_style():
        stage, timeline = staged(name, "film.size=[1280, 720]", "film.fps=2", "captions=[]")
        for moment in timeline:
            stage.draw(moment)
    spec = lab(name)
    known = {word for text in (*own_texts(), *_film_texts(spec)) for word in WORD.findall(text)}
    words = {word for text in drawn for word in WORD.findall(text)}
    assert len(words) > 10
    assert words <= known
