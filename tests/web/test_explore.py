"""What can be tried in the page, in a real browser: rates, momentum, starts; and the warning."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from render.learn.loop import train
from render.learn.repeat import allowed
from render.web.arrays import packed
from tests.encode.chromium import BINARY, browser
from tests.learn.labs import runs
from tests.web import pages

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARY is None, reason="no Chromium is installed"),
]
CONTROLS = "document.querySelector('.film-explore')"
SLIDERS = f"[...{CONTROLS}.querySelectorAll('input[type=range]')]"
STATUS = f"{CONTROLS}.querySelector('.explore-status').textContent"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def slope_bias():
    return pages.page("slope_bias")


def opened(shown, file, address=""):
    """The page, once it has computed what it can."""
    shown.messages.clear()
    shown.open(file)
    if address:
        shown.of(f"location.hash = {address!r}; location.reload()")
        shown.until('document.readyState === "complete"')
    shown.until("document.body?.dataset.computed")
    shown.of("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    assert shown.messages == []
    return shown


def moved(shown, slider, value):
    """Move a slider as a hand does, and wait for the picture."""
    shown.of(
        f"{{ const s = {SLIDERS}[{slider}]; s.value = {value};"
        " s.dispatchEvent(new Event('input', {bubbles: true}));"
        " s.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    shown.of("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def computed(shown):
    """The loss and the parameters of the run that was computed; None if there is none."""
    return shown.of(
        "filmPage.computed.map(run => ({steps: run.steps, loss: [...run.loss],"
        " params: [...run.params], base: run.base, label: run.label}))[0] ?? null"
    )


def check(found, recording):
    assert found["steps"] == recording.steps
    params = np.reshape(found["params"], recording.params.shape)
    assert (np.abs(params - recording.params) <= allowed(recording.params, 1e-9)).all()
    assert (np.abs(found["loss"] - recording.loss) <= allowed(recording.loss, 1e-9)).all()


def test_it_opens_as_recorded(shown, slope_bias):
    page = opened(shown, slope_bias)
    assert page.of("document.body.dataset.computed") == "yes"
    assert computed(page) is None
    assert page.of("document.querySelector('.film-alert').hidden")
    labels = page.of(f"{SLIDERS}.map(s => s.labels[0].textContent)")
    assert labels == ["learning rate", "momentum"]
    values = page.of(f"[...{CONTROLS}.querySelectorAll('output')].map(o => o.value)")
    assert values == ["0.1", "0"]
    assert page.of("document.querySelector('.explore-mark').textContent") == "2/λmax = 0.333"
    assert page.of(f"{CONTROLS}.querySelector('button').disabled")


def test_a_slider_of_the_rate_computes_the_run_of_that_rate(shown, slope_bias):
    page = opened(shown, slope_bias)
    moved(page, 0, 43)  # 0.1 · 10^0.43
    check(computed(page), runs("slope_bias", "optimizer.lr=0.269")[0].recording)
    assert computed(page)["label"] == "computed here"
    assert page.of("filmPage.getState('lr')") == "0.269"
    recorded = page.of("[...filmPage.runs[0].loss]")
    np.testing.assert_array_equal(recorded, runs("slope_bias")[0].recording.loss)
    end = computed(page)["loss"][-1]
    assert re.search(r"loss ([\d.e−]+) at the end", page.of(STATUS))[1] == f"{end:.6g}"
    page.of(f"{CONTROLS}.querySelector('button').click()")
    page.until("!filmPage.computed.length")
    assert page.of("filmPage.getState('lr')") is None
    assert page.of(f"{SLIDERS}[0].value") == "0"


def test_a_slider_may_move_for_long(shown, slope_bias):
    page = opened(shown, slope_bias)
    page.of(
        f"(async () => {{ const s = {SLIDERS}[0]; for (let i = 1; i <= 300; i++) {{"
        " s.value = -i % 100; s.dispatchEvent(new Event('input'));"
        " if (i % 50 == 0) await new Promise(requestAnimationFrame); } s.value = -20;"
        " s.dispatchEvent(new Event('input')); })()"
    )
    page.until("location.hash.includes('lr=0.0631')")
    page.of(
        "(async () => { const s = document.querySelector('.film-bar input');"
        " for (let i = 1; i <= 300; i++) { s.value = i % 15; s.dispatchEvent(new Event('input')); }"
        " })()"
    )
    page.until("/step=0|stop=[01]/.test(location.hash)")
    assert shown.messages == []  # a browser refuses more than 200 addresses in ten seconds


def test_a_slider_of_the_momentum_computes_the_run_of_that_momentum(shown, slope_bias):
    page = opened(shown, slope_bias)
    moved(page, 1, 0.6)
    expected = runs("slope_bias", "optimizer={kind: sgd, lr: 0.1, momentum: 0.6}")[0]
    check(computed(page), expected.recording)


def test_a_click_on_the_contour_places_the_start(shown, slope_bias):
    page = opened(shown, slope_bias)
    page.of(
        "{ const box = document.querySelector('.film-chart').getBoundingClientRect();"
        " const at = {clientX: Math.round(box.left + 0.6 * box.width),"
        " clientY: Math.round(box.top + 0.4 * box.height),"
        " bubbles: true};"
        " window.asked = filmPage.parametersAt(...filmPage.pixelAt(at)).coordinates;"
        " document.querySelector('.film-chart').dispatchEvent(new MouseEvent('click', at)); }"
    )
    page.until("filmPage.computed.length")
    w, b = page.of("filmPage.getState('start')").split(",")
    np.testing.assert_allclose([float(w), float(b)], page.of("asked"), atol=0.06)
    check(computed(page), runs("slope_bias", f"model.weight={w}", f"model.bias={b}")[0].recording)
    fields = page.of(f"[...{CONTROLS}.querySelectorAll('input[type=number]')].map(f => f.value)")
    assert [float(field) for field in fields] == [float(w), float(b)]


def test_a_start_can_be_typed(shown, slope_bias):
    page = opened(shown, slope_bias)
    page.of(
        f"{{ const f = {CONTROLS}.querySelectorAll('input[type=number]')[1]; f.value = '4';"
        " f.dispatchEvent(new Event('change')); }"
    )
    page.until("filmPage.computed.length")
    assert page.of("filmPage.getState('start')") == "-15,4"
    check(computed(page), runs("slope_bias", "model.bias=4")[0].recording)


def test_a_link_carries_what_is_tried(shown, slope_bias):
    page = opened(shown, slope_bias, "#lr=0.3&step=4&colour=blue")
    check(computed(page), runs("slope_bias", "optimizer.lr=0.3")[0].recording)
    assert page.of("filmPage.landed(0)") == 4
    assert page.of("filmPage.getState('colour')") == "blue"
    page.of("location.hash = '#momentum=0.5&start=1,2'")
    page.until("filmPage.computed[0]?.params[0] === 1")
    sets = ("optimizer={kind: sgd, lr: 0.1, momentum: 0.5}", "model.weight=1", "model.bias=2")
    check(computed(page), runs("slope_bias", *sets)[0].recording)


@pytest.mark.parametrize(
    "address",
    ["lr=-1", "lr=0", "lr=fast", "lr=1e999", "lr=", "momentum=2", "start=1", "start=1,x", "run=no"],
)
def test_a_link_that_means_nothing_shows_what_was_recorded(address, shown, slope_bias):
    page = opened(shown, slope_bias, f"#{address}")
    assert computed(page) is None


def test_the_mark_is_at_2_over_lambda_max(shown, slope_bias):
    page = opened(shown, slope_bias)
    share = page.of(
        f"{{ const s = {SLIDERS}[0]; window.share ="
        " parseFloat(document.querySelector('.explore-mark').style.getPropertyValue('--share'));"
        " window.notch = Number(s.min) + share * (s.max - s.min); } notch"
    )
    limit = runs("slope_bias")[0].landscape.lr_max
    assert 0.1 * 10 ** (share / 100) == pytest.approx(limit, rel=1e-12)
    x = runs("slope_bias")[0].dataset.x  # the Hessian of the mean square is 2/N · XᵀX
    design = np.column_stack([x, np.ones_like(x)])
    assert limit == pytest.approx(2 / np.linalg.eigvalsh(2 * design.T @ design / len(x))[-1])
    for lr, rises in ((0.98 * limit, False), (1.02 * limit, True)):
        page.of(f"location.hash = '#lr={lr}'")
        page.until(f"filmPage.computed[0]?.lr[0] === {lr}")
        loss = computed(page)["loss"]
        assert (loss[-1] > loss[-2]) == rises


def test_a_loss_that_is_no_bowl_has_no_mark(shown):
    page = opened(shown, pages.page("cubic_saddle"))
    assert page.of("document.querySelectorAll('.explore-mark').length") == 0
    assert page.of(f"{SLIDERS}.length") >= 1


@pytest.mark.parametrize("part", ["params", "loss"])
def test_an_altered_number_brings_a_warning_and_no_controls(part, shown, slope_bias, tmp_path):
    text = slope_bias.read_text(encoding="utf-8")
    pattern = re.compile(r'(?<=id="film-document">).*?(?=</script>)', re.DOTALL)
    facts = json.loads(pattern.search(text)[0])
    packed_array = facts["runs"][0][part]
    numbers = np.frombuffer(base64.b64decode(packed_array["f8"]), "<f8").copy()
    numbers[14 if part == "params" else 7] *= 1 + 1e-6
    facts["runs"][0][part] = packed(numbers.reshape(packed_array["shape"]))
    path = tmp_path / "altered.html"
    path.write_text(pattern.sub(lambda _: json.dumps(facts), text), encoding="utf-8")

    page = opened(shown, path)
    assert not page.of("document.querySelector('.film-alert').hidden")
    warning = page.of("document.querySelector('.film-alert').textContent")
    column = "w" if part == "params" else "loss"
    assert f"at step 7 it computes {column} = " in warning
    assert page.of("document.body.dataset.computed") == "no"
    assert page.of(f"{CONTROLS}.childElementCount") == 0


def test_a_noisy_run_is_replayed_and_says_so(shown):
    page = opened(shown, pages.page("noise_ball"))
    assert page.of("document.body.dataset.computed") == "no"
    notes = page.of("document.querySelector('.film-notes').textContent")
    assert "only replayed, not computed here: its gradients are noisy" in notes


def test_a_race_offers_its_runs(shown):
    page = opened(shown, pages.page("optimizer_race"))
    labels = page.of(f"[...{CONTROLS}.querySelectorAll('option')].map(o => o.textContent)")
    race = runs("optimizer_race")
    assert labels == [run.plain_label for run in race]
    page.of(
        f"{{ const c = {CONTROLS}.querySelector('select'); c.value = '2';"
        " c.dispatchEvent(new Event('change')); }"
    )
    moved(page, 0, -30)
    assert page.of("document.querySelectorAll('.explore-mark').length") == 0  # AdaGrad
    assert computed(page)["base"] == 2
    assert page.of("filmPage.getState('run')") == labels[2]
    lr = page.of("filmPage.getState('lr')")
    spec = race[2].spec
    changed = replace(spec, optimizer=replace(spec.optimizer, lr=float(lr)))
    check(computed(page), train(changed, race[2].dataset))
