"""A network in a config: its parts, its plane, and every combination that can't be."""

from __future__ import annotations

import re

import pytest
import torch
import yaml

from render.config.build import weight_fault
from render.config.dump import resolved
from render.config.load import load
from render.errors import ConfigError, RenderError
from render.learn.datasets.digits import DigitsDataset
from render.learn.models.mlp import MlpModel
from render.learn.networks.device import device_of

MOONS = "dataset: moons\nmodel: {kind: mlp, hidden: [4]}\nloss: cross_entropy\n"


def write(folder, text):
    path = folder / "film.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_network_has_its_parts_and_the_usual_plane(tmp_path):
    spec = load(write(tmp_path, MOONS))
    assert spec.model == MlpModel(hidden=(4,))
    assert spec.model.network
    assert spec.scene == "network"
    landscape = spec.landscape
    assert (landscape.plane, landscape.centre, landscape.normalize) == ("pca", "mean", "filter")
    assert (landscape.grid, landscape.seed) == (51, None)
    assert landscape.extents == {"pc1": "auto", "pc2": "auto"}
    assert spec.training.device == "cpu"


PLANES = {
    "pca": ("{plane: pca, pc1: [-1, 2], centre: end}", {"pc1": (-1, 2), "pc2": "auto"}),
    "random": (
        "{plane: random, normalize: none, seed: 7, grid: 61, d2: [0, 1]}",
        {"d1": "auto", "d2": (0, 1)},
    ),
    "hessian": ("{plane: hessian, scale: log}", {"h1": "auto", "h2": "auto"}),
    "two weights": (
        "{plane: ['0.weight[3,1]', '2.bias[0]'], '2.bias[0]': [-3, 3]}",
        {"0.weight[3,1]": "auto", "2.bias[0]": (-3, 3)},
    ),
}


@pytest.mark.parametrize(("text", "extents"), PLANES.values(), ids=PLANES)
def test_the_extents_are_those_of_the_plane_s_coordinates(tmp_path, text, extents):
    spec = load(write(tmp_path, f"{MOONS}landscape: {text}\n"))
    assert spec.landscape.extents == extents
    assert spec.landscape.plane_axes == tuple(extents)


@pytest.mark.parametrize("more", ["", *(f"landscape: {text}\n" for text, _ in PLANES.values())])
def test_what_is_resolved_loads_to_the_same_film(tmp_path, more):
    spec = load(write(tmp_path, f"{MOONS}{more}"))
    again = load(write(tmp_path, yaml.safe_dump(resolved(spec), allow_unicode=True)))
    assert again == spec


def test_a_film_without_a_network_says_nothing_of_a_plane(tmp_path):
    data = resolved(load(write(tmp_path, "model: linear\n")))
    assert data["landscape"].keys() == {"w", "b", "grid", "scale", "flip_bias"}


def test_a_class_column_is_written_as_class(tmp_path):
    (tmp_path / "data.csv").write_text("a,b,kind\n1,2,x\n2,3,y\n3,4,x\n")
    text = MOONS.replace("moons", "{kind: csv, path: data.csv, x: [a, b], class: kind}")
    spec = load(write(tmp_path, text))
    assert spec.dataset.class_ == "kind"
    assert resolved(spec)["dataset"]["class"] == "kind"


FINE = {
    "several targets": (
        "dataset: {kind: csv, path: data.csv, x: [a, b, c], y: [b, c]}\nmodel: mlp\nloss: mse\n"
    ),
    "one feature": "dataset: sine\nmodel: mlp\nloss: huber\n",
    "a step": "dataset: step\nmodel: mlp\nloss: cross_entropy\n",
    "digits": "dataset: digits\nmodel: mlp\nloss: {kind: cross_entropy, l2: 0.001}\n",
    "newton": f"{MOONS}optimizer: newton\n",
    "torch's own": f"{MOONS}optimizer: {{kind: torch, name: RAdam, betas: [0.8, 0.99]}}\n",
    "a race of starts": f"{MOONS}runs: {{a: {{}}, b: {{model.seed: 2}}, c: {{model.gain: 3}}}}\n",
    "a race of optimizers": f"{MOONS}sweep: {{optimizer.lr: [0.1, 1]}}\n",
    "a grid of models": (
        f"{MOONS}film: {{runs: grid}}\nruns: {{a: {{}}, b: {{model.activation: relu}}}}\n"
    ),
    "captions": f'{MOONS}captions: [{{at: end, text: "{{accuracy:.0%}} {{loss}} {{step}}"}}]\n',
    "its own net": "dataset: moons\nmodel: {kind: torch}\nloss: cross_entropy\n",
}
DATA = "a,b,c,kind\n1,2,3,x\n2,3,5,y\n3,4,6,x\n"
NET = "class Net:\n    def __init__(self, width=2): pass\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data.csv").write_text(DATA)
    (tmp_path / "net.py").write_text(NET)
    return tmp_path


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_fits_is_taken(folder, text):
    load(write(folder, text))


MESSAGES = {
    "digits with a line": (
        "dataset: digits\nmodel: linear\n",
        "F:2:8: model: the dataset has 64 features, the model takes one feature: "
        "a network fits, such as mlp",
    ),
    "classes by mse": (
        "dataset: digits\nmodel: mlp\nloss: mse\n",
        "F:3:7: loss: mse is for numbers, and the labels are classes: cross_entropy suits them",
    ),
    "numbers by cross-entropy": (
        "dataset: sine\nmodel: mlp\nloss: cross_entropy\n",
        "F:3:7: loss: cross_entropy is for classes, and the labels of sine are numbers: "
        "mse suits numbers",
    ),
    "three classes of a line": (
        "dataset: {kind: penguin_species, x: [body_mass]}\nmodel: linear\n",
        "F:2:8: model: the dataset has 3 classes: they need a network, such as mlp",
    ),
    "several targets of a line": (
        "dataset: {kind: csv, path: data.csv, x: a, y: [b, c]}\n",
        "F:1:47: dataset.y: several labels are for a network, such as mlp: "
        "this model has one prediction",
    ),
    "newton of a large net": (
        "dataset: moons\nmodel: mlp\nloss: cross_entropy\noptimizer: newton\n",
        "F:4:12: optimizer: newton solves for a matrix of 354 × 354 second derivatives in each "
        "step: at most 200 parameters",
    ),
    "a net that is too large": (
        "dataset: digits\nmodel: {kind: mlp, hidden: [2000, 2000]}\nloss: cross_entropy\n",
        "F:2:8: model: the network has 4,152,010 weights; at most 1,000,000",
    ),
    "a plane of a line": (
        "landscape: {plane: pca}\n",
        "F:1:13: landscape.plane: is for networks, such as mlp: "
        "this loss is drawn over its parameters",
    ),
    "a parameter of a net": (
        f"{MOONS}landscape: {{w: [0, 1]}}\n",
        "F:4:13: landscape.w: unknown key; allowed: pc1, pc2, grid, scale, plane, centre, "
        "normalize, seed",
    ),
    "another plane's coordinate": (
        f"{MOONS}landscape: {{plane: random, pc1: [0, 1]}}\n",
        "F:4:28: landscape.pc1: unknown key; allowed: d1, d2, grid, scale, plane, centre, "
        "normalize, seed",
    ),
    "no such plane": (
        f"{MOONS}landscape: {{plane: umap}}\n",
        "F:4:20: landscape.plane: expected pca, random, hessian, ends, or two weights, like "
        "['0.weight[3,2]', '2.bias[0]'], found 'umap'",
    ),
    "one weight twice": (
        f"{MOONS}landscape: {{plane: ['2.bias[0]', '2.bias[0]']}}\n",
        "F:4:20: landscape.plane: names one weight twice: a plane needs two directions",
    ),
    "no such weight": (
        f"{MOONS}landscape: {{plane: ['2.bias[0]', '0.wieght[0,0]']}}\n",
        "F:4:34: landscape.plane.1: unknown tensor of weights '0.wieght'; did you mean "
        "'0.weight'? there are: 0.weight, 0.bias, 2.weight, 2.bias",
    ),
    "a weight outside": (
        f"{MOONS}landscape: {{plane: ['2.bias[0]', '0.weight[2,4]']}}\n",
        "F:4:34: landscape.plane.1: 0.weight has weights [0,0] to [3,1], found '0.weight[2,4]'",
    ),
    "a seed without random directions": (
        f"{MOONS}landscape: {{seed: 3}}\n",
        "F:4:13: landscape.seed: is for random directions: 'plane: random'",
    ),
    "a flipped bias": (
        f"{MOONS}landscape: {{flip_bias: true}}\n",
        "F:4:24: landscape.flip_bias: only a linear model of one feature has the bias whose "
        "sign the labs flip",
    ),
    "a device of a line": (
        "training: {device: cuda}\n",
        "F:1:20: training.device: only a network can be trained elsewhere than on the CPU: "
        "leave it out",
    ),
    "another device": (
        f"{MOONS}training: {{device: gpu}}\n",
        "F:4:20: training.device: expected 'cpu' or 'cuda' or 'mps', found 'gpu'",
    ),
    "the minimum of a net": (
        f'{MOONS}captions: [{{at: end, text: "{{minimum:.2f}}"}}]\n',
        "F:4:29: captions.0.text: unknown field 'minimum'; "
        "there are: loss, lr, accuracy, distance, grad_norm, epoch, step",
    ),
    "accuracy without classes": (
        'dataset: sine\nmodel: mlp\ncaptions: [{at: end, text: "{accuracy}"}]\n',
        "F:3:29: captions.0.text: unknown field 'accuracy';"
        " there are: loss, lr, distance, grad_norm, epoch, step",
    ),
    "labels and classes": (
        "dataset: {kind: csv, path: data.csv, x: [a, b], y: c, class: kind}\nmodel: mlp\n"
        "loss: cross_entropy\n",
        "F:1:62: dataset.class: the label is the class: leave 'y' out",
    ),
    "a class column that is not there": (
        "dataset: {kind: csv, path: data.csv, x: [a, b], class: kin}\nmodel: mlp\n"
        "loss: cross_entropy\n",
        "F:1:56: dataset.class: data.csv:1: no column 'kin'; did you mean 'kind'? "
        "there are: a, b, c, kind",
    ),
    "a net's file without the name": (
        "dataset: moons\nmodel: {kind: torch, name: Nets}\nloss: cross_entropy\n",
        "F:2:28: model.name: net.py: unknown class or function 'Nets'; did you mean 'Net'? "
        "there are: Net",
    ),
    "an option of a net": (
        "dataset: moons\nmodel: {kind: torch, options: {wide: 3}}\nloss: cross_entropy\n",
        "F:2:31: model.options: unknown option of Net 'wide'; did you mean 'width'? "
        "there are: width",
    ),
    "a race of two models": (
        f"{MOONS}runs: {{a: {{}}, b: {{model.activation: relu}}}}\n",
        "F:4:37: runs.b.model: changes the loss surface (model), and a race has one: "
        "film.runs: grid shows each its own",
    ),
    "an option of another optimizer": (
        f"{MOONS}optimizer: {{kind: torch, name: NAdam, rho: 0.5}}\n",
        "F:4:44: optimizer.rho: NAdam has no such option; it has lr, betas, eps, ",
    ),
    "a broadcast net": (
        "dataset: sine\nmodel: mlp\nloss: {kind: mse, broadcast: true}\n",
        "F:3:30: loss.broadcast: is the mistake of a single prediction: "
        "a network's labels have its shape",
    ),
}


@pytest.mark.parametrize(("text", "told"), MESSAGES.values(), ids=MESSAGES)
def test_what_can_not_be_is_said_where_it_is_written(folder, text, told):
    path = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    said = str(caught.value).replace(str(path), "F").replace(f"{folder}/", "")
    first = said.partition("\n")[0]
    assert first.startswith(told), first
    assert "problems in" not in said


def test_names_of_weights_have_a_place_for_each_dimension():
    shapes = {"conv.weight": (4, 1, 3, 3), "gain": ()}
    for name in ("conv.weight[3,0,2,2]", "conv.weight[0, 0, 0, 0]", "gain"):
        assert weight_fault(name, shapes) is None
    for name in ("conv.weight", "conv.weight[4,0,0,0]", "conv.weight[0,0]", "gain[0]", "[1]", ""):
        assert weight_fault(name, shapes) is not None


def test_an_absent_device_is_said_at_its_place_when_the_film_is_made(tmp_path):
    if torch.backends.mps.is_available():
        pytest.skip("this machine has it")
    path = write(tmp_path, f"{MOONS}training:\n  epochs: 3\n  device: mps\n")
    spec = load(path)
    with pytest.raises(RenderError) as caught:
        device_of(spec)
    assert str(caught.value).startswith(f"{path}:6:11: training.device: mps is not there")
    assert device_of(load(write(tmp_path, MOONS))) == torch.device("cpu")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has it")
@pytest.mark.parametrize(
    ("runs", "place"),
    [
        ("runs:\n  a: {}\n  b: {training.device: mps}\n", "6:24: runs.b.training.device"),
        ("runs:\n  a: {}\n  b: {training: {device: mps}}\n", "6:26: runs.b.training.device"),
        ("sweep:\n  training.device: [cpu, mps]\n", "5:20: sweep.training.device"),
    ],
)
def test_an_absent_device_of_a_run_is_said_at_its_place(tmp_path, runs, place):
    path = write(tmp_path, f"{MOONS}{runs}")
    first, second = load(path).each
    assert device_of(first) == torch.device("cpu")
    with pytest.raises(RenderError) as caught:
        device_of(second)
    assert str(caught.value).startswith(f"{path}:{place}"), str(caught.value)


def test_one_step_is_too_short_for_principal_components(tmp_path):
    short = f"{MOONS}training: {{epochs: 1}}\n"
    with pytest.raises(
        ConfigError, match=r":4:20: training\.epochs: one step leaves two snapshots"
    ):
        load(write(tmp_path, short))
    load(write(tmp_path, f"{short}landscape: {{plane: random}}\n"))
    load(write(tmp_path, f"{short}runs: {{a: {{}}, b: {{model.seed: 2}}}}\n"))  # four together
    load(write(tmp_path, short.replace("epochs: 1", "epochs: 1, batch_size: 50")))


def test_digits_take_as_many_images_as_there_are(tmp_path):
    text = "dataset: {kind: digits, n: %s}\nmodel: mlp\nloss: cross_entropy\n"
    assert load(write(tmp_path, text % 1797)).dataset == DigitsDataset(n=1797)
    with pytest.raises(ConfigError, match=re.escape("from 20 to 1797")):
        load(write(tmp_path, text % 1798))
