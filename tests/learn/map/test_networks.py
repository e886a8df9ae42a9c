"""Maps of networks: their verdicts are those of films, and any chunks and parts give the same."""

from pathlib import Path

import numpy as np
import pytest
import torch

from render.config.load import load
from render.draw.torch_code import listing
from render.errors import ConfigError, RenderError
from render.learn.loop import train
from render.learn.map import networks
from render.learn.map.compute import Part, compute, compute_part
from render.learn.map.ragged import dimension
from render.learn.networks.training import evaluation_of, train_network
from render.pipeline import generate, learn_map
from tests.learn.map.test_map import disagreements, map_of, spec_of
from tests.sweeps import sweep

SMALL = """\
dataset: {kind: features, n: 8, p: 2, noise: 0.5}
model: {kind: mlp, hidden: [4], bias: false}
optimizer: {kind: sgd, lr: 1, lr_scale: [1, 1]}
training: {epochs: 40}
landscape: {grid: 41}
"""
LAYERS = "optimizer.lr_scale.0=0.1..1000", "optimizer.lr_scale.1=0.1..10"
CLASSES = """\
dataset: {kind: moons, n: 20, noise: 0.1}
model: {kind: mlp, hidden: [3]}
loss: cross_entropy
optimizer: {kind: adam, lr: 0.1}
training: {epochs: 25}
landscape: {grid: 41}
"""
RATE = "optimizer.lr=1e-2..10"
CASES = {
    "rates of two layers": (SMALL, *LAYERS),
    "rate and gain": (SMALL.replace(", lr_scale: [1, 1]", ""), RATE, "model.gain=0.1..3"),
    "rate and seed": (CLASSES, RATE, "model.seed=1..4"),
    "batches": (CLASSES.replace("25}", "25, shuffle: true}"), RATE, "training.batch_size=4..20"),
    "noise and patience": (
        CLASSES.replace("epochs: 25", "epochs: 60, stop: {patience: 4, tol: 1e-3}"),
        RATE,
        "training.noise=0..2",
    ),
    "schedule": (CLASSES + "schedule: {kind: exponential}\n", RATE, "schedule.gamma=0.5..1"),
}


@pytest.mark.parametrize("case", sweep(CASES))
def test_pixels_have_the_verdicts_of_their_films(case: str) -> None:
    text, x, y = CASES[case]
    spec = spec_of(text, x, y, (16, 12))
    differ, lonely = disagreements(text, spec, map_of(spec), 4)
    assert differ <= 1
    assert lonely == 0


@pytest.mark.parametrize("case", sweep(["schedule", "rate and gain", "batches"]))
def test_chunks_and_parts_change_no_bit(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "LARGEST_UNIT", 16)
    text, x, y = CASES[case]
    spec = spec_of(text, x, y, (9, 7), "training.epochs=6")
    assert spec.map is not None
    shared = spec.map.run(spec)
    whole = map_of(spec)
    parts = [compute_part(shared, spec.map, Part(i, 3)) for i in range(3)]
    assert all(len(part.pixels) for part in parts)
    for other in (map_of(spec, 1), compute(shared, spec.map, spread=lambda *_: parts)):
        for name in ("verdict", "epochs", "loss"):
            assert getattr(whole, name).tobytes() == getattr(other, name).tobytes(), name


def test_a_module_that_vmap_refuses_is_trained_alone(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import torch\n\nclass Net(torch.nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.a = torch.nn.Linear(2, 1)\n\n"
        "    def forward(self, x):\n"
        "        return self.a(x) if float(self.a.weight.sum()) < 9 else 0 * self.a(x)\n"
    )
    text = SMALL.replace("{kind: mlp, hidden: [4], bias: false}", "{kind: torch, file: net.py}")
    text = text.replace(", lr_scale: [1, 1]", "").replace("epochs: 40", "epochs: 12")
    axes = ['map.x="optimizer.lr=0.01..2"', 'map.y="optimizer.momentum=0..0.9"', "map.size=[3,2]"]
    spec = load(tmp_path / "one.yaml", axes, text=text)
    made = map_of(spec)
    assert spec.map is not None
    sets = spec.map.command(spec, float(made.x[1]), float(made.y[1]))
    own = load(tmp_path / "one.yaml", sets, text=text)
    dataset = generate(own)
    last = train_network(own, dataset).weights[-1]
    assert evaluation_of(own, dataset).loss(last) == made.loss[1, 1]


def test_a_large_network_is_refused_with_its_cost() -> None:
    text = SMALL.replace("hidden: [4]", "hidden: [400]")
    spec = spec_of(text, *LAYERS, (20, 10))
    with pytest.raises(RenderError, match=r"1,200 weights.*200 runs × 40 epochs.*measured"):
        map_of(spec)


def test_the_program_with_a_rate_for_each_layer_trains_the_same_network() -> None:
    """The code panel's program, executed by PyTorch, comes to the weights of the recording."""
    spec = load(Path("one.yaml"), ["optimizer.lr_scale=[0.5, 0.1]"], text=SMALL)
    data = generate(spec)
    code = "\n".join(line.text for line in listing(spec, len(data.y)))
    x = torch.from_numpy(data.x).float()
    names = {"X": x, "Y": torch.from_numpy(data.y).float().view(-1, 1)}
    exec(code, names)
    theirs = torch.cat([p.detach().reshape(-1) for p in names["model"].parameters()])
    mine = train_network(spec, data).weights[-1]
    np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-3, atol=1e-4)


def test_each_parameter_can_have_its_own_rate() -> None:
    """The first step is −lr · scale · gradient, for each parameter its own scale."""
    text = "dataset: {kind: line}\nmodel: {kind: linear, weight: -5, bias: 2}\n"
    text += "optimizer: {kind: sgd, lr: 0.1, lr_scale: [2, 0.5]}\ntraining: {epochs: 1}\n"
    spec = load(Path("one.yaml"), [], text=text)
    made = train(spec, generate(spec))
    moved = made.params[1] - made.params[0]
    np.testing.assert_allclose(moved, -np.array([0.2, 0.05]) * made.grads[0], rtol=1e-12)
    with pytest.raises(ConfigError, match="expected 2 numbers, one for each of the trained"):
        load(Path("one.yaml"), ["optimizer.lr_scale=[1]"], text=text)


@pytest.mark.slow
def test_the_boundary_of_trainability_is_no_smoother_from_near() -> None:
    """What the film says at its end: Sohl-Dickstein 2024 has 1.17 to 1.98 in six conditions."""
    spec = load(Path("configs/trainability.yaml"))
    windows = learn_map(spec).windows
    found = [dimension(window.verdict) for window in windows]
    assert [size for _, size in filter(None, found)] == [16] * 4
    of_each = [number for number, _ in filter(None, found)]
    assert min(of_each[1:]) > 1.5
    assert of_each[-1] > of_each[0]
    assert spec.map is not None
    first, last = windows[0].options.x, windows[-1].options.x
    ratio = np.log(first.high / first.low) / np.log(last.high / last.low)
    assert ratio == pytest.approx(512, rel=1e-3)
    assert np.diff(windows[-1].x).min() > 1e-9 * last.low  # float64 tells them apart
