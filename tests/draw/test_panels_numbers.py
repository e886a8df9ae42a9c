"""What the panels of numbers and words write: the recorded values, in their places, whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from render.draw.panels.gradient import moves, norms
from render.draw.stage import Stage
from render.draw.text import LiveText
from render.errors import RenderError
from tests.draw.boxes import check_apart, written
from tests.draw.reading import last_number as number
from tests.draw.reading import numbers
from tests.draw.test_panels_curves import ALL, BATCHES, BOWL, FADING, LINE, RACE, panelled

SAID = "Steps shrink\\nbecause the gradient does: x**2 and $y_1$, größer, ∂L/∂w."
FIVE = (
    '"P": Panel("parameters"), "G": Panel("gradient"), "S": Panel("schedule"),'
    f' "E": Panel("equation"), "T": Panel("text", {{"words": "{SAID}"}})'
)
SIZES = [(480, 854), (854, 480), (1280, 720), (720, 1280), (3840, 2160)]


def inked(stage: Stage, monkeypatch) -> list[tuple[float, float, float, float, str]]:
    """What a full redraw writes, each with its own box: left, bottom, right, top, words."""
    return written(lambda: stage.figure.draw(stage.canvas.get_renderer()), monkeypatch)


def at(stage: Stage, timeline, tick: float) -> None:
    stage.draw(replace(timeline.moments[0], tick=tick))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size"),
    [
        *((n, s) for n in ALL for s in SIZES[:2]),
        ("race", (1280, 720)),
        *(("single", s) for s in SIZES[2:]),
    ],
)
def test_no_word_covers_another_or_leaves_its_cell(name, size, monkeypatch):
    mosaic = "E P G S T" if size[0] < size[1] else "EE PG ST"
    stage, timeline = panelled(ALL[name], FIVE, mosaic, f"film.size={[*size]}")
    cells = [*stage.cells.values()]
    for moment in timeline.spread(3):
        stage.draw(moment)
        boxes = inked(stage, monkeypatch)
        assert len(boxes) > 10
        for left, bottom, right, top, text in boxes:
            assert any(
                cell.left - 1 <= left
                and right <= cell.right + 1
                and cell.bottom - 1 <= bottom
                and top <= cell.top + 1
                for cell in cells
            ), text
        check_apart(boxes)


@pytest.mark.parametrize("name", ["single", "race", "batches"])
def test_a_thumbnail_has_shapes_alone(name, monkeypatch):
    stage, timeline = panelled(ALL[name], FIVE, "EE PG ST", "film.size=[320, 180]")
    stage.draw(timeline.moments[5])
    assert not inked(stage, monkeypatch)


def test_live_numbers_are_the_recorded_ones():
    stage, timeline = panelled(FADING, FIVE, "EE PG ST")
    parameters, gradient, schedule = stage.panels[1:4]
    run = stage.context.first
    for row in range(8):
        at(stage, timeline, row)
        shown = [number(words.text) for words in parameters.end_labels.words]
        assert shown == pytest.approx(run.recording.params[row], abs=6e-4)
        assert [words.text[0] for words in parameters.end_labels.words] == ["w", "b"]
        at(stage, timeline, row + 0.4)  # between two records, the last one
        shown = [number(words.text) for words in gradient.values]
        assert shown == pytest.approx([norms(run)[row], moves(run)[row]], rel=1e-3, abs=6e-3)
        assert number(schedule.end_labels.words[0].text) == pytest.approx(0.1 * 0.7**row, abs=6e-4)
    at(stage, timeline, 8)
    assert gradient.values[1].text.endswith("–")  # no step leaves the last record
    assert number(gradient.values[0].text) == pytest.approx(norms(run)[8], abs=6e-3)


@pytest.mark.parametrize("name", ["single", "race", "batches", "five"])
def test_numbers_keep_their_places_and_width(name):
    stage, timeline = panelled(ALL[name], FIVE, "EE PG ST", "film.size=[1280, 720]")
    live = [artist for artist in stage.canvas.moving if isinstance(artist, LiveText)]
    seen = [set() for _ in live]
    for moment in timeline:
        stage.draw(moment)
        for found, words in zip(seen, live, strict=True):
            found.add((words.x, words.baseline, len(words.text)))
    assert live
    assert all(len(found) == 1 for found in seen)


def test_the_equation_is_the_model_s_and_its_loss_the_snapshot_s():
    stage, timeline = panelled(FADING, FIVE, "EE PG ST")
    equation, context = stage.panels[0], stage.context
    for tick in (0, 0.6, 3, 8):
        at(stage, timeline, tick)
        now = context.recording.at(int(tick))
        given = numbers(equation.equations[0].text)
        assert given == pytest.approx([now.values["w"], now.values["b"]], abs=6e-3)
        assert equation.values[0].text.startswith("loss = ")
        assert number(equation.values[0].text) == pytest.approx(now.loss, rel=1e-3, abs=6e-3)
    cell = stage.cells["equation"]
    left = equation.equations[0].x - cell.left
    mono = len(equation.equations[0].text) * round(0.6 * equation.equations[0]._size)
    assert left == pytest.approx(cell.width - mono - left, abs=2)


def test_a_function_is_written_as_its_formula_with_its_value(monkeypatch):
    stage, timeline = panelled(f"{BOWL}training: {{epochs: 4}}\n", FIVE, "EE PG ST")
    at(stage, timeline, 2)
    texts = [box[4] for box in inked(stage, monkeypatch)]
    assert "f(x1, x2) = 0.1·x1² + 2·x2²" in texts
    value = next(text for text in texts if text.startswith("f = "))
    assert number(value) == pytest.approx(stage.context.recording.loss[2], rel=1e-3)


def test_in_a_race_each_run_has_a_line_of_the_equation():
    yaml = f"{LINE}sweep: {{optimizer.lr: [0.1, 0.2, 0.05]}}\n"
    stage, timeline = panelled(yaml, FIVE, "EE PG ST", "film.size=[1280, 720]")
    at(stage, timeline, 3.5)
    panel = stage.panels[0]
    for run, words, value in zip(stage.context.runs, panel.equations, panel.values, strict=True):
        now = run.recording.at(3)
        assert numbers(words.text) == pytest.approx([now.values["w"], now.values["b"]], abs=6e-3)
        assert number(value.text) == pytest.approx(now.loss, rel=1e-3)
    assert len({words.baseline for words in panel.equations}) == 3


def test_more_than_four_parameters_are_counted(monkeypatch):
    yaml = "dataset: {kind: sine}\nmodel: {kind: polynomial, degree: 5}\n"
    yaml += "optimizer: {kind: sgd, lr: 1.0e-5}\n"
    stage, timeline = panelled(yaml, FIVE, "EE PG ST", "film.size=[1280, 720]")
    stage.draw(timeline.moments[0])
    texts = [box[4] for box in inked(stage, monkeypatch)]
    assert "the first 4 of 6 parameters per epoch" in texts
    assert len(stage.panels[1].dots) == 4


def test_a_run_without_a_step_says_so(monkeypatch):
    stage, timeline = panelled(ALL["breaks"], FIVE, "EE PG ST")
    assert stage.context.recording.steps == 0
    stage.draw(timeline.moments[-1])
    assert "no step was taken" in [box[4] for box in inked(stage, monkeypatch)]


def test_words_are_wrapped_and_new_lines_kept(monkeypatch):
    stage, timeline = panelled(BATCHES, FIVE, "EE PG ST", "film.size=[1280, 720]")
    stage.draw(timeline.moments[0])
    texts = [box[4] for box in inked(stage, monkeypatch)]
    said = [text for text in texts if text in ("Steps shrink",) or "x**2" in text]
    assert said[0] == "Steps shrink"
    assert said[1].startswith("because the gradient does: x**2 and $y_1$")


def panel_of(words: str) -> str:
    return f'"P": Panel("parameters"), "T": Panel("text", {{"words": {words!r}}})'


def test_words_too_long_for_their_cell_are_an_error_that_says_by_how_much():
    with pytest.raises(
        RenderError, match=r"the text panel 'word word .*…': its \d+ lines are \d+ px"
    ):
        panelled(RACE, panel_of("word " * 900), "PT")
    with pytest.raises(RenderError, match=r"the text panel 'x+…': a word is \d+ px too long"):
        panelled(RACE, panel_of("x" * 200), "PT")


def test_letters_that_no_font_has_are_an_error():
    with pytest.raises(RenderError, match="no font here has the letters"):
        panelled(RACE, panel_of("a\U0010fffd"), "PT")
