"""The listing is the program that was run, and the highlighted line is the running one."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from render import pipeline, registry
from render.config.load import load
from render.config.theme import rgb
from render.draw.panels.code import CodePanel, CodeSheet
from render.draw.plan import compose, plan_film
from render.draw.torch_code import CodeLine, listing
from render.errors import ConfigError, RenderError
from render.learn.networks.recorded import RecordedModel, RecordedOptimizer
from render.learn.notation import as_torch
from render.timeline.pace import NAMES
from tests.draw.alone import check_pure, moved, panel_of, shown
from tests.draw.stages import stage_of, staged
from tests.learn.labs import runs
from tests.networks import film_spec, network_runs
from tests.sweeps import sweep

PLAIN = """
dataset: {kind: line, slope: 1, intercept: -1, noise: 0.1}
model: {kind: linear, weight: -15, bias: -10}
"""
FEW = "training: {epochs: 12}\n"
CASES = {
    "slope_bias": PLAIN + FEW,
    "one parameter": "model: {kind: linear, weight: -10, bias: {value: 0, frozen: true}}\n" + FEW,
    "frozen": "model: {kind: linear, weight: -10, bias: {value: 2.5, frozen: true}}\n" + FEW,
    "momentum": PLAIN + "optimizer: {kind: sgd, lr: 0.05, momentum: 0.9, nesterov: true}\n" + FEW,
    "decay": PLAIN + "optimizer: {kind: sgd, lr: 0.05, weight_decay: 0.1}\n" + FEW,
    "adam": PLAIN + "optimizer: {kind: adam, lr: 0.4, betas: [0.8, 0.99]}\n" + FEW,
    "adamw": PLAIN + "optimizer: {kind: adamw, lr: 0.4}\n" + FEW,
    "adagrad": PLAIN + "optimizer: {kind: adagrad, lr: 2}\n" + FEW,
    "rmsprop": PLAIN + "optimizer: {kind: rmsprop, lr: 0.3, momentum: 0.5}\n" + FEW,
    "batches": PLAIN + "training: {epochs: 3, batch_size: 7}\n",
    "huber": PLAIN + "loss: {kind: huber, delta: 2}\n" + FEW,
    "mae": PLAIN + "loss: mae\n" + FEW,
    "half": PLAIN + "loss: half_mse\n" + FEW,
    "l1 and l2": PLAIN + "loss: {kind: mse, l1: 0.2, l2: 0.1}\n" + FEW,
    "broadcast": PLAIN + "loss: {kind: mse, broadcast: true}\n" + FEW,
    "zero_grad": PLAIN + "training: {epochs: 12, zero_grad: false}\n",
    "schedule in batches": PLAIN
    + "schedule: {kind: step, step_size: 1, gamma: 0.5}\ntraining: {epochs: 3, batch_size: 20}\n",
    "logistic": "dataset: {kind: step}\nmodel: {kind: logistic, weight: -1, bias: 0.5}\n"
    "loss: cross_entropy\noptimizer: {lr: 2}\n" + FEW,
    "plane": "dataset: {kind: plane}\nmodel: {kind: linear, weight: [0.5, -2], bias: 1}\n" + FEW,
    "polynomial": "dataset: {kind: polynomial}\nmodel: {kind: polynomial, degree: 2}\n"
    "optimizer: {lr: 0.01}\n" + FEW,
    "vector": "dataset: {kind: sine}\nmodel: {kind: polynomial, degree: 5}\n"
    "loss: {kind: mse, l2: 0.01}\noptimizer: {lr: 0.00001}\n" + FEW,
    "sine": "dataset: {kind: sine}\nmodel: {kind: sine, frequency: 1.3}\noptimizer: {lr: 0.05}\n"
    + FEW,
    "formula": "model: {kind: function, start: {u: 2, v: -1},"
    " formula: 'u**2 + 3*v**2 + sin(3*u) * exp(-abs(v)) + cos(pi) * sqrt(e)'}\n"
    "optimizer: {lr: 0.05}\n" + FEW,
}
SCHEDULES = [
    "{kind: step, step_size: 3}",
    "{kind: multistep, milestones: [2, 5]}",
    "exponential",
    "{kind: polynomial, power: 2}",
    "{kind: cosine, end_factor: 0.1}",
    "{kind: warmup, start_factor: 0.25}",
    "inverse_time",
]


def trained(tmp_path, text: str):
    path = tmp_path / "film.yaml"
    path.write_text(text)
    return pipeline.learn(load(path, ()))[0]


def executed(run) -> dict:
    """The program's variables at its end, and the losses of its steps."""
    data = run.dataset
    columns = [torch.from_numpy(c.copy()).view(-1, 1) for c in np.atleast_2d(data.columns)]
    names = ["X"] if len(columns) == 1 else [f"X{i + 1}" for i in range(len(columns))]
    seen: list[float] = []
    room = {**dict(zip(names, columns, strict=True)), "seen": seen}
    room["Y"] = torch.from_numpy(data.y.copy()).view(-1, 1)
    text = []
    for line in listing(run.spec, len(data.y)):
        text.append(line.text)
        if "loss.backward" in line.text:
            indent = line.text[: len(line.text) - len(line.text.lstrip())]
            text.append(f"{indent}seen.append(loss.item())")
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        exec("\n".join(text), room)
    finally:
        torch.set_default_dtype(before)
    return room


def check(run, rel: float = 1e-9) -> None:
    room, recording = executed(run), run.recording
    ends = [room[name].item() for name in recording.names] if recording.names[0] in room else (
        room["c"].tolist()
    )  # fmt: skip
    np.testing.assert_allclose(ends, recording.params[-1], rtol=rel, atol=1e-12)
    np.testing.assert_allclose(room["seen"], recording.batch_loss[:-1], rtol=rel, atol=1e-12)


@pytest.mark.parametrize("case", sweep(CASES, quick=8))
def test_the_listing_when_run_gives_the_recording(case, tmp_path):
    run = trained(tmp_path, CASES[case])
    check(run, rel=1e-6 if case == "logistic" else 1e-9)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_are_torch_s(schedule, tmp_path):
    check(trained(tmp_path, PLAIN + FEW + f"schedule: {schedule}\noptimizer: {{lr: 0.2}}\n"))


@pytest.mark.parametrize("name", registry.names("learn/functions"))
def test_every_known_function_is_written_as_python(name, tmp_path):
    text = f"model: {{kind: function, name: {name}}}\noptimizer: {{lr: 0.0001}}\n" + FEW
    check(trained(tmp_path, text))


@pytest.mark.parametrize("lab", ["slope", "slope_bias", "pytorch_way", "cubic_saddle"])
def test_the_labs_listings_run(lab):
    for run in runs(lab):
        check(run)


def test_the_lecture_s_own_loop():
    text = [line.text for line in listing(runs("slope")[0].spec, 60)]
    assert text == [
        "import torch",
        "w = torch.tensor(-10.0, requires_grad=True)",
        "for epoch in range(4):",
        "    yhat = w * X",
        "    loss = torch.mean((yhat - Y) ** 2)",
        "    loss.backward()",
        "    w.data = w.data - 0.1 * w.grad",
        "    w.grad.zero_()",
    ]


def test_a_missing_zero_grad_is_a_comment(tmp_path):
    text = [line.text for line in listing(trained(tmp_path, CASES["zero_grad"]).spec, 60)]
    assert text[-1].strip() == "# w.grad.zero_() is missing"
    assert not any(line.strip() == "w.grad.zero_()" for line in text)


def test_what_torch_does_not_have_is_marked(tmp_path):
    run = trained(tmp_path, PLAIN + FEW + "optimizer: newton\n")
    assert "optimizer = Newton([w, b], lr=1.0)  # not in torch" in [
        line.text for line in listing(run.spec, 60)
    ]


def test_formulas_become_python():
    assert as_torch("2w⁴ − 9w³ + 0.5·cos(2π·w)", ["w"]) == (
        "2 * w**4 - 9 * w**3 + 0.5 * torch.cos(2 * torch.pi * w)"
    )
    assert as_torch("1e+06·x1² + sin(2)", ["x1"]) == "1000000.0 * x1**2 + math.sin(2)"
    assert math.isclose(eval(as_torch("x1²·3", ["x1"]), {"x1": 2.0}), 12)


@pytest.mark.parametrize("phase", NAMES)
def test_the_lit_line_is_that_of_the_phase(phase, tmp_path):
    stage, timeline = shown("slope_bias", "code", tmp_path)
    row = 3
    tick = row + 1 if phase == "zero_grad" else row + 0.4 * (phase == "update")
    code = moved(stage, timeline, tick, phase)
    lit = [one.line for one in code.rows if one.lit and one.lit[0].get_visible()]
    assert lit
    assert all(phase in line.phases for line in lit)
    assert not any(one.soft and one.soft[0].get_visible() for one in code.rows)
    recording = stage.context.recording
    beside = {"loss": recording.loss[row], "w.grad": recording.grads[row, 0],
              "b": recording.params[row + 1, 1], "b.grad": recording.grads[row, 1]}  # fmt: skip
    compared = 0
    for one in code.rows:
        texts = [words.text for words in one.values if words.get_visible()]
        for name, number in re.findall(r"(\S+) = +(\S+)", "".join(texts).replace("−", "-")):
            if name in beside and "zero" not in one.line.text:
                compared += 1
                assert float(number) == pytest.approx(beside[name], abs=6e-3)
    assert (compared > 0) == (phase != "forward")


def test_values_stand_beside_the_lines_that_have_happened(tmp_path):
    stage, timeline = shown("slope", "code", tmp_path)

    def written() -> list[str]:
        return [
            " ".join(words.text.split())
            for one in panel_of(stage).rows
            for words in one.values
            if words.get_visible() and words.text
        ]  # fmt: skip

    moved(stage, timeline, 0)
    assert written() == []
    moved(stage, timeline, 1, "backward")
    assert written() == ["loss = 23.55", "w.grad = −16.811"]
    moved(stage, timeline, 2, "zero_grad")
    assert written() == ["loss = 23.55", "w.grad = −16.811", "w = −4.112", "w.grad = 0"]
    moved(stage, timeline, 4)
    assert written()[2] == "w = −3.172"


def test_while_steps_run_fast_the_whole_loop_is_softly_lit(tmp_path):
    stage, timeline = shown("slope", "code", tmp_path)
    for tick, soft in ((0, 0), (1.5, 5), (4, 0)):
        code = moved(stage, timeline, tick)
        assert sum(one.soft[0].get_visible() for one in code.rows if one.soft) == soft
        assert not any(one.lit[0].get_visible() for one in code.rows if one.lit)


@pytest.mark.parametrize("theme", ["night", "paper"])
def test_the_bar_is_painted(theme, tmp_path):
    stage, timeline = shown("slope", "code", tmp_path, f"film.theme={theme}")
    grid = rgb(stage.context.theme.grid)
    moved(stage, timeline, 1, "loss")
    picture = stage.canvas.pixels()[..., :3]
    code = panel_of(stage)
    row = next(one for one in code.rows if one.lit and one.lit[0].get_visible())
    height, width = row.lit[0].flipped.shape[:2]
    left, bottom = row.lit[0].corner
    top = picture.shape[0] - bottom - height
    inside = picture[top : top + height, left : left + width]
    assert (inside == grid).all(axis=-1).mean() > 0.6


FILMS = [
    ("slope_bias",), ("slope", "training.epochs=1"), ("slope", "film.theme=paper"),
    ("slope", "film.size=[320, 180]"), ("slope", "optimizer.lr=40", "training.epochs=400"),
    ("pytorch_way",),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("lab", FILMS)
def test_frames_are_pure(lab, tmp_path):
    check_pure(lambda: shown(lab[0], "code", tmp_path, *lab[1:]))


def test_a_frame_late_in_a_long_run_costs_what_an_early_one_does(tmp_path):
    stage, timeline = shown("slope", "code", tmp_path, "training.epochs=3000")
    code = panel_of(stage)
    assert "# epoch 1234" in code.sheet.counted(code.sheet.lines[2], 1234)
    moved(stage, timeline, 2_999)
    assert code.rows[2].count.text.split() == ["#", "epoch", "2999"]


def test_a_race_is_refused(tmp_path):
    with pytest.raises(RenderError, match="the code panel draws one run only"):
        shown("optimizer_race", "code", tmp_path)


@pytest.mark.parametrize("size", [[480, 270], [640, 360], [854, 480], [720, 1280], [3840, 2160]])
def test_nothing_leaves_the_cell(size, tmp_path):
    stage, timeline = shown("slope_bias", "code", tmp_path, f"film.size={size}")
    moved(stage, timeline, 1, "update")
    cell = next(iter(stage.cells.values()))
    for one in panel_of(stage).rows:
        for sheet in (*one.lit, *one.soft):
            height, width = sheet.flipped.shape[:2]
            assert sheet.corner[0] >= cell.left - 1
            assert sheet.corner[0] + width <= cell.right + 1
            assert sheet.corner[1] >= cell.bottom - 0.5 * height


def test_a_comment_beside_a_line_is_not_of_the_line():
    loss = "    loss = smooth_abs(yhat, Y)"
    assert CodeLine(f"{loss}  # not in torch").code == CodeLine(loss).code == loss
    missing = "    # optimizer.zero_grad() is missing"
    assert CodeLine(missing).code == missing


def test_the_code_is_in_words_wherever_check_says_that_it_has_room(tmp_path):
    """At 640×360 check accepted cells that were filled with strips in place of text."""
    config, accepted = tmp_path / "a.yaml", []
    film = "film: {size: [WIDTH, 400], duration: 1, fps: 2, layout: [code loss]}\n"
    text = PLAIN + "loss: {kind: huber, delta: 2}\noptimizer: {kind: adam, lr: 0.4}\n" + FEW
    for width in range(560, 801, 40):
        config.write_text(text + film.replace("WIDTH", str(width)))
        try:
            spec = load(config)
        except ConfigError as fault:
            assert "no room for code" in str(fault)  # noqa: PT017
            continue
        accepted.append(width)
        stage, timeline = stage_of(spec, pipeline.learn(spec))
        stage.draw(timeline.moments[0])
        code = next(panel for panel in stage.panels if isinstance(panel, CodePanel))
        assert not any(row.bare for row in code.rows)
        assert any("loss.backward()" in row.line.text for row in code.rows)
    assert accepted
    assert accepted[0] > 560


def network_sheet(**changes):
    """The listing of a network's run, of which each fifth step is kept."""
    runs = network_runs("film.size=[1280, 720]", **changes)
    return runs[0], CodeSheet(plan_film(compose(film_spec(runs)), runs).context)


def test_counters_of_a_network_count_its_steps():
    _, sheet = network_sheet()
    heads = [line for line in sheet.lines if line.counts]
    assert [line.text.strip() for line in heads] == [
        "for epoch in range(20):",
        "for x, y in loader:",
    ]
    for row in (0, 1, 13, 39):
        step = 5 * row
        counted = [sheet.counted(line, row).split() for line in heads]
        assert counted == [["#", "epoch", f"{step // 10}"], ["#", "batch", f"{step % 10}"]]


def test_beside_a_network_stand_its_loss_and_rate_and_no_coordinates():
    run, sheet = network_sheet()
    written = [sheet.beside(line, 7, sheet.most) for line in sheet.lines]
    (loss,) = [text for text in written if text]
    assert loss.startswith("loss = ")
    assert float(loss.split()[-1]) == pytest.approx(run.recording.batch_loss[7], abs=6e-5)
    assert "pc1" not in " ".join(line.text for line in sheet.lines)


def test_a_loop_of_somebody_s_own_is_told_as_far_as_it_is_known():
    (run,) = network_runs()
    optimizer = RecordedOptimizer()
    spec = replace(run.spec, model=RecordedModel(name="Net"), optimizer=optimizer)
    spec = replace(spec, training=replace(spec.training, epochs=200, batch_size="full"))
    text = [line.text for line in listing(spec, 60, run.dataset, epochs=False)]
    assert "optimizer" not in " ".join(text)
    assert not any("manual_seed" in line or "DataLoader" in line for line in text)
    at = text.index("for step in range(200):")
    assert text[at - 1] == "model = Net(…)"
    assert text[at + 1 :] == [
        "    yhat = model(x)",
        "    loss = F.cross_entropy(yhat, y)",
        "    loss.backward()",
        "    # the weights are updated",
    ]
    known = replace(spec, optimizer=RecordedOptimizer(lr=0.1, name="torch.optim.LBFGS"))
    text = [line.text for line in listing(known, 60, run.dataset)]
    assert "optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1)" in text
    assert text[-2:] == ["    optimizer.step()", "    optimizer.zero_grad()"]


@pytest.mark.parametrize("size", [[800, 450], [1280, 720], [640, 360]])
def test_no_line_of_the_loop_is_missing(size):
    """At 800×450 twelve lines of 15.6 px were rounded to 16, and the last one had no room."""
    stage, _ = staged("pytorch_way", f"film.size={size}")
    panel = next(panel for panel in stage.panels if isinstance(panel, CodePanel))
    body = [line.text for line in panel.sheet.lines if line.part == "body"]
    assert [row.line.text for row in panel.rows][-len(body) :] == body
