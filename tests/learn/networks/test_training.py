"""Networks trained by our own loop: against torch.optim, plain loops and closed forms."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from render import pipeline
from render.config.load import load
from render.config.spec import Spec
from render.draw.torch_code import listing
from render.errors import RenderError
from render.learn.networks.snapshots import Kept, Thinning
from render.learn.networks.training import evaluation_of, train_network
from render.projected import SNAPSHOTS, kept_steps

MOONS = """
model: {kind: mlp, hidden: [5], activation: tanh}
dataset: {kind: moons, n: 30, noise: 0.1}
loss: cross_entropy
optimizer: {kind: sgd, lr: 0.3, momentum: 0.9}
training: {epochs: 12}
landscape: {grid: 41}
"""
BATCHES = ("training.batch_size=10", "training.shuffle=true")
# A class in a file beside the config.
NETS = {
    "dropout": """
class Net(nn.Sequential):
    def __init__(self):
        hidden = nn.Linear(2, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout()
        super().__init__(*hidden, nn.Linear(6, 2))
""",
    "shared": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)
        self.second.weight = self.first.weight
        self.second.bias.requires_grad_(False)
    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))
""",
    "half": """
class Net(nn.Linear):
    def __init__(self, dtype):
        super().__init__(2, 2, dtype=getattr(torch, dtype))
""",
    "pair": """
class Net(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)
    def forward(self, x):
        return super().forward(x), x
""",
    "flat": """
class Net(nn.Linear):
    def __init__(self):
        super().__init__(2, 1)
    def forward(self, x):
        return super().forward(x).squeeze()
""",
    "broken": """
class Net(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)

    def forward(self, x):
        return {}["nothing"]
""",
    "rows": """
class Net(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)
    def forward(self, x):
        return super().forward(x)[:3]
""",
}


@pytest.fixture
def film(tmp_path):
    """A spec of the moons with any number changed."""

    def made(*sets: str, text: str = MOONS) -> Spec:
        path = tmp_path / "film.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path, sets)

    return made


def net(folder: Path, name: str) -> str:
    """The option of a model in a file."""
    (folder / "net.py").write_text(f"import torch\nfrom torch import nn\n{NETS[name]}")
    return "model={kind: torch, file: net.py, name: Net}"


def history(spec: Spec):
    return train_network(spec, pipeline.generate(spec))


def by_torch(spec: Spec, make, batches=None) -> np.ndarray:
    """The weights (T+1, P) of a plain loop with an optimizer of torch."""
    data = pipeline.generate(spec)
    X, y = torch.from_numpy(data.x), torch.from_numpy(data.y).long()
    module = spec.model.module(2, 2, spec.seed)
    optimizer, rows = make(module.parameters()), []

    def weights():
        return torch.cat([p.detach().reshape(-1) for p in module.parameters()]).numpy().copy()

    for _ in range(spec.training.epochs):
        for chosen in [slice(None)] if batches is None else batches():
            rows.append(weights())
            nn.functional.cross_entropy(module(X[chosen]), y[chosen]).backward()
            optimizer.step()
            optimizer.zero_grad()
    return np.array([*rows, weights()])


@pytest.mark.parametrize(
    ("optimizer", "make"),
    [
        ("{kind: sgd, lr: 0.3}", lambda p: torch.optim.SGD(p, lr=0.3)),
        ("{kind: sgd, lr: 0.3, momentum: 0.9}", lambda p: torch.optim.SGD(p, 0.3, 0.9)),
        ("{kind: adam, lr: 0.05}", lambda p: torch.optim.Adam(p, lr=0.05)),
        ("{kind: adamw, lr: 0.05}", lambda p: torch.optim.AdamW(p, lr=0.05)),
        ("{kind: rmsprop, lr: 0.01}", lambda p: torch.optim.RMSprop(p, lr=0.01)),
        ("{kind: torch, name: NAdam, lr: 0.05}", lambda p: torch.optim.NAdam(p, lr=0.05)),
    ],
)
def test_the_weights_are_torch_s(film, optimizer, make):
    spec = film(f"optimizer={optimizer}")
    made = history(spec)
    expected = by_torch(spec, make)
    assert made.weights.dtype == np.float64
    np.testing.assert_allclose(made.weights, expected, rtol=1e-10, atol=1e-12)
    assert made.step.tolist() == [*range(13)]
    assert made.names == ("0.weight", "0.bias", "2.weight", "2.bias")
    assert made.shapes == ((5, 2), (5,), (2, 5), (2,))


def test_batches_are_drawn_as_in_every_run(film):
    spec = film(*BATCHES)
    generator = torch.Generator().manual_seed(spec.seed)

    def batches():
        return torch.randperm(30, generator=generator).split(10)

    expected = by_torch(spec, lambda p: torch.optim.SGD(p, 0.3, 0.9), batches)
    made = history(spec)
    np.testing.assert_allclose(made.weights, expected, rtol=1e-10, atol=1e-12)
    assert made.epoch.tolist() == pytest.approx([k / 3 for k in range(37)])


def test_losses_and_gradients_are_those_of_the_step_that_follows(film):
    spec = film()
    made, evaluation = history(spec), evaluation_of(spec, pipeline.generate(spec))
    for row in (0, 5, 11):
        assert made.batch_loss[row] == pytest.approx(evaluation.loss(made.weights[row]), rel=1e-12)
        gradient = evaluation.gradient(made.weights[row])
        np.testing.assert_allclose(made.gradients[row], gradient, rtol=1e-9, atol=1e-13)
    assert np.isnan([made.batch_loss[-1], made.lr[-1]]).all()
    assert np.isnan(made.gradients[-1]).all()


def test_schedules_change_the_rate_of_each_epoch(film):
    made = history(film(*BATCHES, "schedule={kind: step, step_size: 4, gamma: 0.5}"))
    assert made.lr[:-1].tolist() == pytest.approx(
        [0.3 * 0.5 ** (step // 3 // 4) for step in range(36)]
    )


def test_a_long_run_keeps_the_snapshots_that_are_planned(film):
    assert len(history(film("training.epochs=300")).weights) == 301
    spec = film(*BATCHES, "training.epochs=300")
    generator = torch.Generator().manual_seed(spec.seed)

    def batches():
        return torch.randperm(30, generator=generator).split(10)

    made, unthinned = history(spec), by_torch(spec, lambda p: torch.optim.SGD(p, 0.3, 0.9), batches)
    assert made.step.tolist() == kept_steps(900).tolist()
    assert len(made.step) <= 400
    rows = unthinned[made.step.astype(int)]
    np.testing.assert_allclose(made.weights[:100], rows[:100], rtol=1e-7, atol=1e-9)


def test_a_linear_network_of_one_layer_is_at_its_minimum_after_a_step_of_newton(film):
    spec = film(
        "model={kind: mlp, hidden: []}",
        "dataset={kind: line, noise: 0.1}",
        "loss=mse",
        "optimizer={kind: newton, lr: 1}",
        "training.epochs=1",
        "landscape.plane=random",
    )
    data = pipeline.generate(spec)
    made = train_network(spec, data)
    rows = np.column_stack([data.x, np.ones(len(data.y))])
    best = np.linalg.lstsq(rows, data.y, rcond=None)[0]
    np.testing.assert_allclose(made.weights[-1], best, atol=1e-8)


def test_penalties_and_noise_and_sums_of_gradients(film):
    sets = ("optimizer={kind: sgd, lr: 0.1}", "training.epochs=3")
    plain = history(film(*sets))
    summed = history(film(*sets, "training.zero_grad=false"))
    g0, g1 = plain.gradients[0], summed.gradients[1]
    np.testing.assert_allclose(summed.weights[1], plain.weights[1], rtol=1e-12)
    np.testing.assert_allclose(g1 - g0, plain.gradients[1], rtol=1e-9, atol=1e-13)
    pulled = history(film(*sets, "loss={kind: cross_entropy, l2: 0.5}"))
    np.testing.assert_allclose(
        pulled.gradients[0] - g0, 2 * 0.5 * plain.weights[0], rtol=1e-9, atol=1e-12
    )
    rough = history(film(*sets, "training.noise=0.1"))
    off = rough.gradients[0] - g0
    assert 0.05 < off.std() < 0.2


def test_it_stops_when_the_loss_no_longer_falls(film):
    made = history(film("training.epochs=500", "training.stop={patience: 3, tol: 0.5}"))
    assert made.step[-1] == 4, "one epoch that is the best, and three without progress"
    assert not made.broke_off


def test_a_run_that_leaves_all_numbers_ends_with_the_last_finite_snapshot(film):
    spec = film(
        "dataset={kind: plane}",
        "loss=mse",
        "model.activation=relu",
        "optimizer={kind: sgd, lr: 1000}",
        "training.epochs=900",
    )
    made = history(spec)
    assert made.broke_off
    assert 1 < made.step[-1] < 900
    assert np.isfinite(made.weights).all()
    assert np.isfinite(made.batch_loss[:-1]).all()
    assert math.isnan(made.lr[-1])


def test_a_start_that_is_no_number_is_refused(film):
    with pytest.raises(RenderError, match="not finite at the start"):
        history(film("model.gain=1e308", "dataset={kind: plane}", "loss=mse"))


def test_dropout_and_batch_norm_are_trained_and_the_session_s_numbers_stay(film, tmp_path):
    spec = film(net(tmp_path, "dropout"), *BATCHES)
    torch.manual_seed(99)
    expected = torch.rand(3)
    torch.manual_seed(99)
    made = history(spec)
    assert torch.rand(3).tolist() == expected.tolist()
    torch.manual_seed(5)
    again = history(spec)
    np.testing.assert_array_equal(made.weights, again.weights)
    assert made.weights.dtype == np.float32, "the module's own"
    means = made.buffers["1.running_mean"]
    assert means.shape == (37, 6)
    assert not means[0].any(), "before the first batch"
    assert made.buffers["1.num_batches_tracked"].tolist() == [*range(37)]
    data = pipeline.generate(spec)
    layer, x = made.weights[0], torch.from_numpy(data.x).float()
    order = torch.randperm(30, generator=torch.Generator().manual_seed(spec.seed))[:10]
    hidden = x[order] @ torch.from_numpy(layer[:12].reshape(6, 2)).T + torch.from_numpy(
        layer[12:18]
    )
    np.testing.assert_allclose(means[1], 0.1 * hidden.mean(0), rtol=1e-4, atol=1e-6)


def test_shared_weights_are_trained_once_and_fixed_ones_not(film, tmp_path):
    spec = film(net(tmp_path, "shared"))
    made = history(spec)
    assert made.names == ("first.weight", "first.bias")
    assert made.weights.shape == (13, 6)
    evaluation = evaluation_of(spec, pipeline.generate(spec))
    assert made.batch_loss[4] == pytest.approx(evaluation.loss(made.weights[4]), rel=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_trained_as_it_is_and_evaluated_in_float32(film, tmp_path, dtype):
    spec = film(net(tmp_path, "half").replace("Net}", f"Net, options: {{dtype: {dtype}}}}}"))
    (run,) = pipeline.learn(spec)
    made = history(spec)
    assert made.weights.dtype == (np.float32 if dtype == "bfloat16" else np.float16)
    exact = torch.from_numpy(np.asarray(made.weights[-1], np.float32)).to(getattr(torch, dtype))
    np.testing.assert_array_equal(exact.float().numpy(), made.weights[-1])
    assert run.recording.loss[-1] < run.recording.loss[0]
    assert any("float32" in remark for remark in run.recording.projected.remarks)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rows", "model: for 30 points it returns 3 × 2, expected 30 × 2 or 30 × 1"),
        ("pair", "model: it returns a tuple, and not a tensor of predictions"),
        ("broken", "net.py:9: KeyError: 'nothing'"),
    ],
)
def test_a_model_that_does_not_fit_is_one_sentence(film, tmp_path, name, message):
    with pytest.raises(RenderError, match=re.escape(message)) as raised:
        history(film(net(tmp_path, name)))
    assert "\n" not in str(raised.value)


def test_a_single_label_is_not_compared_with_those_of_other_points(film, tmp_path):
    spec = film(net(tmp_path, "flat"), "dataset={kind: plane}", "loss=mse")
    with pytest.raises(RenderError, match="for 20 points it returns 20, expected 20 × 1"):
        history(spec)


def test_the_program_when_run_gives_the_recording(film):
    spec = film("optimizer={kind: adam, lr: 0.05}")
    data = pipeline.generate(spec)
    made = train_network(spec, data)
    room = {"X": torch.from_numpy(data.x).float(), "Y": torch.from_numpy(data.y).long()}
    exec("\n".join(line.text for line in listing(spec, len(data.y), data)), room)
    ends = torch.cat([p.detach().reshape(-1) for p in room["model"].parameters()]).numpy()
    np.testing.assert_allclose(ends, made.weights[-1], rtol=1e-3, atol=1e-4)
    assert room["loss"].item() == pytest.approx(made.batch_loss[-2], rel=1e-4)


@pytest.mark.parametrize(
    "sets",
    [
        BATCHES,
        ("schedule=cosine",),
        ("training.noise=0.1", "loss={kind: cross_entropy, l1: 0.1, l2: 0.1}"),
        ("model.hidden=[64, 64, 64]", "model.init=xavier", "training.zero_grad=false"),
        ("model.hidden=[]", "optimizer={kind: torch, name: RAdam}"),
    ],
)
def test_each_program_runs(film, sets):
    spec = film(*sets, "training.epochs=1", "landscape.plane=random")
    data = pipeline.generate(spec)
    room = {"X": torch.from_numpy(data.x).float(), "Y": torch.from_numpy(data.y).long()}
    exec("\n".join(line.text for line in listing(spec, len(data.y), data)), room)
    assert math.isfinite(room["loss"].item())


@pytest.mark.parametrize("steps", [1, 397, 398, 399, 796, 797, 1600, 5000])
def test_whoever_thins_keeps_the_snapshots_that_are_planned(steps):
    thinning, newest = Thinning(SNAPSHOTS), Kept(0)
    for step in range(steps + 1):
        newest = Kept(step)
        if thinning.due(step) and thinning.full:
            thinning.thin()
        if thinning.due(step):
            thinning.take(newest)
    if newest.slot < 0:
        thinning.take(newest)
    assert [kept.step for kept in thinning.kept] == kept_steps(steps).tolist()
    slots = [kept.slot for kept in thinning.kept]
    assert len({*slots}) == len(slots) <= SNAPSHOTS
