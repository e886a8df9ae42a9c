"""Words on screen in another language, and letters that no font has."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from matplotlib.font_manager import fontManager
from matplotlib.text import Text

from render import pipeline
from render.draw.style import families, letters_of
from render.draw.text import LiveText, cells, line_coverage
from render.draw.wording import INTER, PLAIN, Translated, Wording, check_letters
from render.errors import RenderError
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS, lab

GERMAN = (
    "film.labels={w: Steigung, loss: Verlust, epoch: Epoche, of: von, per: je,"
    " learning rate: Lernrate, lr: Rate, data and prediction: Daten und Vorhersage}"
)


def wording(*sets, name="slope"):
    return Wording.of(lab(name, *sets))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("loss", "Verlust"),
        ("loss per epoch", "Verlust je Epoche"),
        ("data and prediction", "Daten und Vorhersage"),
        ("data", "data"),
        ("epoch  3 of 15", "Epoche  3 von 15"),
        ("learning rate 0.1", "Lernrate 0.1"),
        ("lr 0.1, stable below 0.33", "Rate 0.1, stable below 0.33"),
        ("lossless", "lossless"),
        ("slope w", "Steigung"),
        ("step in w", "step in w"),
        ("w = −2.99", "w = −2.99"),
        ("w ← w − lr · ∂L/∂w", "w ← w − lr · ∂L/∂w"),
        ("", ""),
    ],
)
def test_whole_texts_and_whole_words_are_replaced(text, said):
    assert wording(GERMAN).translated(text) == said


def test_the_longest_words_come_first():
    words = Wording({"learning": "Lernen", "learning rate": "Lernrate", "rate": "Rate"})
    assert words.translated("a learning rate, learning a rate") == "a Lernrate, Lernen a Rate"


def test_a_text_is_not_said_twice():
    words = Wording({"loss": "loss of all"})
    assert words.translated(words.translated("the loss")) == "the loss of all"
    assert words.translated(Translated("the loss")) == "the loss"


def test_what_the_author_wrote_stays():
    words = wording("film.labels={loss: Verlust}", "title=loss by loss")
    assert words.translated("loss by loss") == "loss by loss"
    assert words.translated("loss by loss, again") == "Verlust by Verlust, again"


def test_symbols_stay_in_formulas_and_are_replaced_alone():
    words = Wording({"x": "Alter", "x1": "Breite"}, symbols=frozenset({"w"}))
    assert words.translated("ŷ = −5.79 x + 0.31 x1") == "ŷ = −5.79 x + 0.31 x1"
    assert words.translated("x") == "Alter"


def test_without_labels_nothing_is_said_otherwise():
    assert Wording().translated("loss per epoch") == "loss per epoch"
    assert wording().translated("slope w") == "slope w"


def shown(stage):
    """Every text on the page, live ones as they are drawn."""
    still = [artist.get_text() for artist in stage.figure.findobj(Text)]
    live = [a._translated(a.text) for a in stage.canvas.moving if isinstance(a, LiveText)]
    return {text for text in (*still, *live) if text}


def test_a_film_is_in_its_own_words_and_its_panels_need_not_know():
    stage, timeline = staged("slope_bias", "film.size=[1600, 720]", "captions=[]", GERMAN)
    stage.draw(timeline.moments[-1])
    texts = shown(stage)
    assert {"Verlust je Epoche", "Daten und Vorhersage", "Epoche 15 von 15", "Steigung"} <= texts
    assert "Lernrate 0.1" in texts
    assert not {text for text in texts if "loss" in text or "epoch" in text}


def test_widths_are_those_of_the_words_on_screen():
    stage, timeline = staged("slope", "film.size=[1280, 720]", GERMAN)
    stage.draw(timeline.moments[-1])
    header = next(panel for panel in stage.panels if type(panel).__name__ == "HeaderPanel")
    ink = line_coverage("Epoche 4 von 4", header.epoch._size, True)
    rates = [t for t in stage.figure.findobj(Text) if t.get_text() == "Lernrate 0.1"]
    right = rates[0].get_window_extent(stage.canvas.get_renderer()).x1
    assert right < header.epoch.x - ink.shape[1]


def test_frames_with_other_words_are_pure_functions_of_their_moments():
    stage, timeline = staged("slope", GERMAN)
    again, _ = staged("slope", GERMAN)
    middle = timeline.moments[len(timeline) // 2]
    for moment in timeline.moments[::5]:
        stage.draw(moment)
    assert (stage.picture(middle) == again.picture(middle)).all()


def test_wide_letters_of_the_mono_font_take_two_places():
    assert cells("loss −3") == 7
    assert cells("損失 3") == 6


def test_letters_taken_for_granted_are_in_the_house_s_font():
    assert {families(letter) for letter in PLAIN} == {("Inter",)}
    assert set(INTER) < PLAIN


PLACES = [
    "title=aBAD",
    "film.labels={loss: aBAD}",
    "captions=[{at: end, text: aBAD}]",
    "runs={aBAD: {}, b: {model.weight: 1}}",
    "film.layout={rows: [surface, text], text: {words: aBAD}}",
]


@pytest.fixture
def bad():
    """A letter that no font here has."""
    files = [font.fname for font in fontManager.ttflist if "Last" not in font.name]
    fonts = [set(map(chr, letters_of(file))) for file in files]
    letters = (chr(code) for code in range(0x13000, 0x20000))
    return next(x for x in letters if x.isprintable() and not any(x in font for font in fonts))


@pytest.mark.parametrize("setting", PLACES)
def test_letters_that_no_font_has_are_refused_before_anything_is_trained(
    setting, bad, tmp_path, monkeypatch
):
    from tests.test_film import targets

    monkeypatch.setattr(pipeline, "learn", lambda spec: pytest.fail("trained"))
    spec = lab("slope", setting.replace("BAD", bad))
    with pytest.raises(RenderError, match=f"no font here has the letters {bad} of 'a{bad}'"):
        pipeline.make(spec, targets(tmp_path, "mp4", "csv"), lambda *_: None)
    assert list(tmp_path.iterdir()) == []


def test_numbers_alone_may_have_any_title(bad, tmp_path):
    from tests.test_film import make

    make(tmp_path, f"title={bad}", kinds=("csv",))
    assert [file.name for file in tmp_path.iterdir()] == ["film.csv"]


def test_lines_of_a_text_are_lines_and_no_letters():
    spec = lab("slope", 'film.layout={rows: [surface, text], text: {words: "ⵣ\\nb"}}')
    check_letters(spec)


def test_latin_texts_are_known_to_be_fine_without_matplotlib(bad):
    code = (
        "import sys; from pathlib import Path; from render.config.load import load; "
        "from render.draw.wording import check_letters; "
        f"check_letters(load(Path({str(CONFIGS / 'slope.yaml')!r}), ['title=Größe – λ ≤ 2·ŷ'])); "
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(RenderError):
        check_letters(replace(lab("slope"), title=bad))
