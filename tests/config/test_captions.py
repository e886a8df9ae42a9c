"""Captions: times and texts with fields; what can't be told is refused."""

import pytest

from render.config.load import load
from render.config.spec import CaptionOptions
from render.config.when import When
from tests.config.home import write
from tests.test_errors import refusal

CAPTIONS = {
    "captions that are no list": (
        "captions: hello\n",
        "F:1:11: captions: expected a list of captions, like [{at: 50%, text: Halfway}], "
        "found 'hello'\n"
        "  1 | captions: hello\n"
        "    |           ^^^^^",
    ),
    "a caption that is a text": (
        "captions: [hello]\n",
        "F:1:12: captions.0: expected a mapping of at, text, for, tex, live, found 'hello'\n"
        "  1 | captions: [hello]\n"
        "    |            ^^^^^",
    ),
    "too many captions": (
        "captions: [{at: end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: "
        "end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: "
        "end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: "
        "end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: "
        "end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: end, text: x}, {at: "
        "end, text: x}, {at: end, text: x}]\n",
        "F:1:11: captions: at most 20 captions, found 21\n"
        "  1 | captions: [{at: end, text: x}, {at: end, text: x}, {at: end, text: x}, "
        "{at: end, text: x}, {at: end,\n"
        "    |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
        "^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "a caption without a time": (
        "captions:\n  - text: hello\n",
        "F:2:5: captions.0: missing key 'at': when it is shown\n  2 |   - text: hello\n    |     ^",
    ),
    "a caption without a text": (
        "captions:\n  - at: end\n",
        "F:2:5: captions.0: missing key 'text': what is shown\n  2 |   - at: end\n    |     ^",
    ),
    "an unknown key": (
        "captions:\n  - {at: end, text: hello, fro: 3}\n",
        "F:2:28: captions.0.fro: unknown key; did you mean 'for'? allowed: at, text, for, tex, "
        "live\n"
        "  2 |   - {at: end, text: hello, fro: 3}\n"
        "    |                            ^^^",
    ),
    "a time without a unit": (
        "captions:\n  - {at: 50, text: hello}\n",
        "F:2:10: captions.0.at: expected a time like 2.5s, 50%, step 3, epoch 10, "
        "converged or end, found 50\n"
        "  2 |   - {at: 50, text: hello}\n"
        "    |          ^^",
    ),
    "a time in words": (
        "captions:\n  - {at: halfway, text: hello}\n",
        "F:2:10: captions.0.at: expected a time like 2.5s, 50%, step 3, epoch 10, "
        "converged or end, found 'halfway'\n"
        "  2 |   - {at: halfway, text: hello}\n"
        "    |          ^^^^^^^",
    ),
    "a part of a step": (
        "captions:\n  - {at: step 3.5, text: hello}\n",
        "F:2:10: captions.0.at: steps are whole, found 'step 3.5'\n"
        "  2 |   - {at: step 3.5, text: hello}\n"
        "    |          ^^^^^^^^",
    ),
    "a time after the end": (
        "captions:\n  - {at: 120%, text: hello}\n",
        "F:2:10: captions.0.at: a film ends at 100%, found '120%'\n"
        "  2 |   - {at: 120%, text: hello}\n"
        "    |          ^^^^",
    ),
    "shown for no time": (
        "captions:\n  - {at: end, text: hello, for: 0}\n",
        "F:2:33: captions.0.for: expected a number above 0 and at most 600, found 0\n"
        "  2 |   - {at: end, text: hello, for: 0}\n"
        "    |                                 ^",
    ),
    "a text that is a number": (
        "captions:\n  - {at: end, text: 3}\n",
        "F:2:21: captions.0.text: expected a text, found 3: put it in quotes\n"
        "  2 |   - {at: end, text: 3}\n"
        "    |                     ^",
    ),
    "an empty text": (
        "captions:\n  - {at: end, text: ''}\n",
        "F:2:21: captions.0.text: expected at least 1 characters, found 0\n"
        "  2 |   - {at: end, text: ''}\n"
        "    |                     ^^",
    ),
    "blanks": (
        "captions:\n  - {at: end, text: '  '}\n",
        "F:2:21: captions.0.text: expected one line of text, found '  '\n"
        "  2 |   - {at: end, text: '  '}\n"
        "    |                     ^^^^",
    ),
    "two lines": (
        'captions:\n  - {at: end, text: "a\\nb"}\n',
        "F:2:21: captions.0.text: expected one line of text, found 'a\\nb'\n"
        '  2 |   - {at: end, text: "a\\nb"}\n'
        "    |                     ^^^^^^",
    ),
    "a text too long": (
        "captions:\n"
        "  - {at: end, text: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}\n",
        "F:2:21: captions.0.text: at most 120 characters, found 121\n"
        "  2 |   - {at: end, text: "
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "\n"
        "    |                     "
        "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "an unknown field": (
        "captions:\n  - {at: end, text: 'now {los:.2f}'}\n",
        "F:2:26: captions.0.text: unknown field 'los'; did you mean 'loss'? there are: w, b, "
        "loss, lr, grad_w, grad_b, epoch, step, lr_max, condition, minimum, optimum_w, optimum_b\n"
        "  2 |   - {at: end, text: 'now {los:.2f}'}\n"
        "    |                          ^^^^^^^^^",
    ),
    "an attribute": (
        "captions:\n  - {at: end, text: '{w.__class__}'}\n",
        "F:2:22: captions.0.text: a field is a name and a format, like {loss:.3g}, found "
        "'{w.__class__}'\n"
        "  2 |   - {at: end, text: '{w.__class__}'}\n"
        "    |                      ^^^^^^^^^^^^^",
    ),
    "an index": (
        "captions:\n  - {at: end, text: '{w[0]}'}\n",
        "F:2:22: captions.0.text: a field is a name and a format, like {loss:.3g}, found "
        "'{w[0]}'\n"
        "  2 |   - {at: end, text: '{w[0]}'}\n"
        "    |                      ^^^^^^",
    ),
    "a conversion": (
        "captions:\n  - {at: end, text: '{w!r}'}\n",
        "F:2:22: captions.0.text: a field is a name and a format, like {loss:.3g}, found "
        "'{w!r}'\n"
        "  2 |   - {at: end, text: '{w!r}'}\n"
        "    |                      ^^^^^",
    ),
    "a number for a name": (
        "captions:\n  - {at: end, text: '{0}'}\n",
        "F:2:22: captions.0.text: a field is a name and a format, like {loss:.3g}, found '{0}'\n"
        "  2 |   - {at: end, text: '{0}'}\n"
        "    |                      ^^^",
    ),
    "no name": (
        "captions:\n  - {at: end, text: '{}'}\n",
        "F:2:22: captions.0.text: a field is a name and a format, like {loss:.3g}, found '{}'\n"
        "  2 |   - {at: end, text: '{}'}\n"
        "    |                      ^^",
    ),
    "a field in a field": (
        "captions:\n  - {at: end, text: '{w:{b}}'}\n",
        "F:2:22: captions.0.text: a field is a name and a format, like {loss:.3g}, found "
        "'{w:{b}}'\n"
        "  2 |   - {at: end, text: '{w:{b}}'}\n"
        "    |                      ^^^^^^^",
    ),
    "a brace left open": (
        "captions:\n  - {at: end, text: '{w'}\n",
        "F:2:21: captions.0.text: a brace is not closed, or not opened: write {{ and }} "
        "for braces themselves\n"
        "  2 |   - {at: end, text: '{w'}\n"
        "    |                     ^^^^",
    ),
    "a brace that closes nothing": (
        "captions:\n  - {at: end, text: 'w}'}\n",
        "F:2:21: captions.0.text: a brace is not closed, or not opened: write {{ and }} "
        "for braces themselves\n"
        "  2 |   - {at: end, text: 'w}'}\n"
        "    |                     ^^^^",
    ),
    "a format of texts": (
        "captions:\n  - {at: end, text: '{w:s}'}\n",
        "F:2:22: captions.0.text: '{w:s}' has no format of a number: one is .2f, .3g or +.1e\n"
        "  2 |   - {at: end, text: '{w:s}'}\n"
        "    |                      ^^^^^",
    ),
    "a format as wide as the world": (
        "captions:\n  - {at: end, text: '{w:999999999f}'}\n",
        "F:2:22: captions.0.text: '{w:999999999f}' has no format of a number: one is .2f, .3g "
        "or +.1e\n"
        "  2 |   - {at: end, text: '{w:999999999f}'}\n"
        "    |                      ^^^^^^^^^^^^^^",
    ),
    "a format of whole numbers": (
        "captions:\n  - {at: end, text: '{epoch:d}'}\n",
        "F:2:22: captions.0.text: '{epoch:d}' has no format of a number: one is .2f, .3g or "
        "+.1e\n"
        "  2 |   - {at: end, text: '{epoch:d}'}\n"
        "    |                      ^^^^^^^^^",
    ),
    "a parameter of one of several runs": (
        "captions:\n  - {at: end, text: '{w:.2f}'}\nsweep: {optimizer.lr: [0.1, 0.2]}\n",
        "F:2:22: captions.0.text: each run has its own w: a caption of several can show epoch, "
        "step, lr_max, condition, minimum, optimum_w, optimum_b\n"
        "  2 |   - {at: end, text: '{w:.2f}'}\n"
        "    |                      ^^^^^^^",
    ),
    "the loss of one of several runs": (
        "captions:\n"
        "  - {at: end, text: '{loss:.2f}'}\n"
        "film: {runs: grid}\n"
        "sweep: {optimizer.lr: [0.1, 0.2]}\n"
        "",
        "F:2:22: captions.0.text: each run has its own loss: a caption of several can show "
        "epoch, step\n"
        "  2 |   - {at: end, text: '{loss:.2f}'}\n"
        "    |                      ^^^^^^^^^^",
    ),
    "the minimum of one of several cells": (
        "captions:\n"
        "  - {at: end, text: '{minimum:.2f}'}\n"
        "film: {runs: grid}\n"
        "sweep: {optimizer.lr: [0.1, 0.2]}\n"
        "",
        "F:2:22: captions.0.text: each run has its own minimum: a caption of several can show "
        "epoch, step\n"
        "  2 |   - {at: end, text: '{minimum:.2f}'}\n"
        "    |                      ^^^^^^^^^^^^^",
    ),
    "steps of runs that are not in step": (
        "captions:\n  - {at: end, text: '{step}'}\nsweep: {training.batch_size: [1, 10]}\n",
        "F:2:22: captions.0.text: each run has its own step: a caption of several can show "
        "epoch, lr_max, condition, minimum, optimum_w, optimum_b\n"
        "  2 |   - {at: end, text: '{step}'}\n"
        "    |                      ^^^^^^",
    ),
    "the gradient of what is frozen": (
        "model: {bias: {frozen: true}}\ncaptions:\n  - {at: end, text: '{grad_b}'}\n",
        "F:3:22: captions.0.text: 'b' is frozen, so it has no gradient\n"
        "  3 |   - {at: end, text: '{grad_b}'}\n"
        "    |                      ^^^^^^^^",
    ),
    "the gradient of one of several runs": (
        "captions:\n  - {at: end, text: '{grad_w}'}\nsweep: {optimizer.lr: [0.1, 0.2]}\n",
        "F:2:22: captions.0.text: each run has its own grad_w: a caption of several can show "
        "epoch, step, lr_max, condition, minimum, optimum_w, optimum_b\n"
        "  2 |   - {at: end, text: '{grad_w}'}\n"
        "    |                      ^^^^^^^^",
    ),
    "an unknown field in mathtext": (
        "captions:\n  - {at: end, text: '$x^{2} = {los:.2f}$', tex: true}\n",
        "F:2:31: captions.0.text: unknown field 'los'; did you mean 'loss'? there are: w, b, "
        "loss, lr, grad_w, grad_b, epoch, step, lr_max, condition, minimum, optimum_w, optimum_b\n"
        "  2 |   - {at: end, text: '$x^{2} = {los:.2f}$', tex: true}\n"
        "    |                               ^^^^^^^^^",
    ),
    "captions of one run": (
        "runs: {a: {captions: []}, b: {model.weight: 1}}\n",
        "F:1:12: runs.a.captions: belongs to the whole film, which the runs share\n"
        "  1 | runs: {a: {captions: []}, b: {model.weight: 1}}\n"
        "    |            ^^^^^^^^",
    ),
}


@pytest.fixture
def captions(tmp_path):
    return lambda text: load(write(tmp_path, text)).captions


@pytest.mark.parametrize(("text", "told"), CAPTIONS.values(), ids=CAPTIONS)
def test_what_is_wrong_with_a_caption_is_told_word_for_word(tmp_path, text, told):
    assert refusal(tmp_path, text) == told


def test_a_caption_has_a_time_a_text_and_a_length(captions):
    assert captions(
        "captions: [{at: step 3, text: 'w = {w:.2f}', for: 2}, {at: end, text: x}]"
    ) == (
        CaptionOptions(When("step", 3), "w = {w:.2f}", 2.0),
        CaptionOptions(When("end"), "x", 3.0),
    )


def test_a_caption_may_have_mathtext_and_live_numbers(captions):
    text = r"$\hat{y} = {w:.2f}\,x$, gradient {grad_w:+.2f}"
    (one,) = captions(f"captions: [{{at: end, text: '{text}', tex: true, live: true}}]")
    assert (one.text, one.tex, one.live) == (text, True, True)


def test_a_film_without_captions_has_none(captions):
    assert captions("{}") == ()
    assert captions("captions: []") == ()


@pytest.mark.parametrize(
    "text",
    [
        "{w:.2f} {b} {loss:.3g} {epoch} {step} {lr:g} {lr_max:.3f} {condition:.1f}",
        "{minimum:.3g} {optimum_w:+.2f} {optimum_b:8.1e} {loss:.1%} {step:,}",
        "{{w}} is {w:>8.2f}",
        "no field at all",
    ],
)
def test_a_text_may_have_fields_with_formats_of_numbers(captions, text):
    assert captions(f'captions: [{{at: end, text: "{text}"}}]')[0].text == text


def test_every_parameter_is_a_field(captions):
    text = "{a} {c:.2f} {optimum_a}"
    model = "model: {kind: function, formula: a**2 + c**2, start: {a: 1, c: 2}}\n"
    assert captions(f"{model}captions: [{{at: end, text: '{text}'}}]")


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("sweep: {optimizer.lr: [0.1, 0.2]}", "{epoch} {step} {minimum:.2f} {optimum_w:.2f}"),
        ("film: {runs: grid}\nsweep: {optimizer.lr: [0.1, 0.2]}", "{epoch} {step}"),
        ("film: {clock: steps}\nsweep: {training.batch_size: [1, 10]}", "{step}"),
        ("training: {batch_size: 7}\nsweep: {optimizer.lr: [0.1, 0.2]}", "{step}"),
    ],
)
def test_several_runs_share_some_fields(captions, more, text):
    assert captions(f"captions: [{{at: end, text: '{text}'}}]\n{more}\n")[0].text == text


def test_a_fault_of_the_model_brings_no_others(tmp_path):
    told = refusal(tmp_path, "model: liner\ncaptions: [{at: end, text: '{q}'}]\n")
    assert "captions" not in told
