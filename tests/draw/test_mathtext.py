"""Formulas in titles, captions and labels, where a film asks for them."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.text import Text

from render.commands.check import examine
from render.config.load import load
from render.draw.mathtext import line_box, math_box
from render.draw.plan import compose, plan_film
from render.draw.style import house_style
from render.draw.text import LiveText
from render.draw.wording import Rich
from render.encode.film import undrawable
from render.errors import ConfigError
from render.pipeline import learn
from tests.config.home import write
from tests.draw.stages import staged
from tests.learn.labs import lab, runs

SMALL = ("film.size=[640, 360]", "film.fps=5", "film.duration=2")


def first_frame(*sets):
    with house_style():
        stage, timeline = staged("slope_bias", *sets)
        return stage.picture(timeline.moments[0])


@pytest.mark.parametrize("theme", ["night", pytest.param("contrast", marks=pytest.mark.slow)])
def test_a_price_stays_a_price(theme):
    """Without `tex` dollars are letters, and with it the same title is a formula."""
    title, look = "title=from $5 to $9", f"film.theme={theme}"
    plain = first_frame(title, look)
    assert np.array_equal(plain, first_frame(title, look, "film.tex=false"))
    assert not np.array_equal(plain, first_frame(title, look, "film.tex=true"))


def test_without_a_formula_tex_changes_no_pixel():
    assert np.array_equal(first_frame(), first_frame("film.tex=true"))
    both = "captions=[{at: 0s, text: 'Two numbers', tex: %s}]"
    assert np.array_equal(first_frame(both % "true"), first_frame(both % "false"))


def test_a_dollar_can_be_written_beside_a_formula():
    with house_style():
        stage, timeline = staged("slope", r"captions=[{at: 0s, text: '\$5 $x$', tex: true}]")
        stage.draw(timeline.moments[0])
        (row,) = [
            row
            for panel in stage.panels
            if type(panel).__name__ == "CaptionPanel"
            for row in panel.rows
            if row.text
        ]
    assert isinstance(row, LiveText)
    assert isinstance(row.text, Rich)
    assert row.text.math


def test_labels_of_axes_are_formulas_too():
    """No text on screen shows the source of a formula: the axes' names have labels, too."""
    labels = r"film.labels={w: '$\theta_1$', b: '$\theta_0$', loss: '$J$', epoch: '$n$'}"
    with house_style():
        stage, timeline = staged("slope_bias", "film.tex=true", labels, "film.size=[1280, 720]")
        stage.draw(timeline.moments[-1])
        still = [t for t in stage.figure.findobj(Text) if "$" in t.get_text()]
        live = [t for t in stage.figure.findobj(LiveText) if "$" in t.text]
    assert all(text.get_parse_math() for text in still)
    assert all(isinstance(text.text, Rich) and text.text.math for text in live)
    assert {r"$\theta_1$", r"$\theta_0$", "$n$"} <= {text.get_text() for text in still}
    assert {r"$\theta_1$", r"$\theta_0$", "$J$"} <= {text.text for text in live}


def test_a_high_formula_has_room():
    """The sum with limits is higher than a line of words; the caption's panel grows by that."""
    heights = []
    for text in (r"$\sum_{i=1}^{n} x_i$", "$x_i$"):
        with house_style():
            stage, _ = staged("slope_bias", f"captions=[{{at: 0s, text: '{text}', tex: true}}]")
        heights.append(stage.cells["caption"].height)
    size = 12.0
    above, below = line_box(r"$\sum_{i=1}^{n} x_i$", size)
    assert heights[0] >= above + below
    assert heights[0] > heights[1]


def test_the_frame_is_the_same_in_any_order():
    captions = (
        r"captions=[{at: 0s, text: '$w = {w:.2f}$ or {loss:.1f}', tex: true, live: true, for: 9}]"
    )
    spec = lab("slope", captions, *SMALL)
    plan = plan_film(compose(spec), runs("slope", captions, *SMALL))
    with house_style():
        stage, again = plan.stage(), plan.stage()
        moments = plan.timeline.moments
        forth = [stage.picture(moment) for moment in moments]
        back = [again.picture(moment) for moment in reversed(moments)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(forth, back, strict=True))


BAD = {
    r"captions: [{at: end, text: 'now $\foo x$', tex: true}]": (34, 4, r"\foo"),
    r"captions: [{at: end, text: '$x^{2$', tex: true}]": (30, None, ""),
    r"captions: [{at: end, text: 'only $5', tex: true}]": (34, 1, "without its partner"),
    r"captions: [{at: end, text: 'an $$ empty one', tex: true}]": (32, 2, ""),
    r'captions: [{at: end, text: "now $\\foo$", tex: true}]': (34, 5, r"\foo"),
    r"{title: '$\frac{a}$', film: {tex: true}}": (10, None, ""),
    r"film: {tex: true, labels: {w: '$\bar$'}}": (32, None, ""),
}


@pytest.mark.parametrize(("text", "place"), BAD.items())
def test_bad_mathtext_is_one_error_at_its_place(tmp_path, text, place):
    column, width, said = place
    with pytest.raises(ConfigError) as caught:
        examine([load(write(tmp_path, text))])
    (problem,) = caught.value.problems
    assert problem["line"] == 1
    assert said in problem["message"]
    found, last = problem["column"], str(caught.value).splitlines()[-1]
    if width is None:  # where in the formula its reader stops is its own affair
        assert column <= found < len(text)
    else:
        assert (found, last.count("^")) == (column, width)


def test_where_it_is_not_asked_for_nothing_is_read(tmp_path):
    examine([load(write(tmp_path, r"captions: [{at: end, text: 'now $\foo x$'}]"))])
    examine([load(write(tmp_path, "title: $5 off"))])


def test_letters_that_formulas_do_not_have_are_found(tmp_path):
    text = "captions: [{at: end, text: '$漢$', tex: true}]"
    spec = load(write(tmp_path, text))
    faults = [str(fault) for fault in undrawable(compose(spec), spec.outputs)]
    assert any("mathtext can't be read at '漢'" in fault for fault in faults)


def test_texts_have_letters_for_formulas(tmp_path):
    from render.describe.cues import cues
    from render.describe.description import sentences

    text = (
        "title: $\\hat y$ for \\$5\nfilm: {tex: true}\ntraining: {epochs: 3}\n"
        "captions: [{at: 0s, text: '$\\theta_1 = {w:.1f}$', tex: true, live: true, for: 99}]\n"
    )
    spec = load(write(tmp_path, text))
    made = learn(spec)
    plan = plan_film(compose(spec), made)
    told = [cue.text for cue in cues(spec, made, plan.timing)]
    values = [f"θ₁ = {w:.1f}".replace("-", "−") for w in made[0].recording.params[:, 0]]
    assert told == values
    assert sentences(spec, made, plan.composition.scene)[0].startswith("Animation “ŷ for $5”")


def test_a_size_is_that_of_the_formula():
    assert math_box("$x$", 40.0)[0] == pytest.approx(2 * math_box("$x$", 20.0)[0], rel=0.1)


def test_all_captions_of_a_film_have_their_first_line_at_one_height():
    """Plain, with numbers that change, with a formula; only a high one needs more room."""
    each = (
        "{at: 0s, text: 'plain words'}",
        "{at: 0.5s, text: 'the loss is {loss:.1f}', live: true}",
        "{at: 1s, text: 'now $x_i$', tex: true}",
        r"{at: 1.5s, text: 'and $\sum_{i=1}^{n} x_i$', tex: true}",
    )
    levels, heights = [], []
    for count in (1, 3, 4):
        with house_style():
            stage, _ = staged("slope", f"captions=[{', '.join(each[:count])}]")
        panel = stage.panels[stage.kinds.index("caption")]
        first = {baselines[0] for _, baselines in panel.places}
        assert len(panel.places) == count
        levels.append(len(first))
        heights.append(stage.cells["caption"].height)
    assert levels == [1, 1, 1]
    assert heights[0] == heights[1] < heights[2]
