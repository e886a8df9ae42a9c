"""Networks as models: the weights that they start from, their names, code that makes the same."""

from __future__ import annotations

import re
import sys
from math import prod

import pytest
import torch
from torch import nn

from render.errors import RenderError
from render.files import using
from render.learn.models.mlp import IN_TORCH, INITIALISERS, MlpModel
from render.learn.models.torch import TorchModel


def test_an_mlp_is_what_a_student_writes_after_the_same_seed():
    torch.manual_seed(7)
    theirs = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))
    ours = MlpModel(hidden=(5, 4)).module(2, 3, seed=7)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, tensor in theirs.state_dict().items():
        assert torch.equal(ours.state_dict()[name], tensor.double())
    x = torch.randn(9, 2)
    assert torch.allclose(ours(x.double()), theirs(x).double(), atol=1e-6)


def test_making_a_network_leaves_the_session_s_random_numbers_alone():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    MlpModel().module(2, 1, seed=11)
    assert torch.equal(torch.rand(2), expected)


def test_a_model_s_own_seed_is_used_instead_of_the_film_s():
    own = MlpModel(seed=5).module(2, 1, seed=1)
    assert torch.equal(own[0].weight, MlpModel().module(2, 1, seed=5)[0].weight)
    assert not torch.equal(own[0].weight, MlpModel().module(2, 1, seed=1)[0].weight)


CASES = {
    "the usual": {},
    "one layer": {"hidden": ()},
    "deep": {"hidden": (8,) * 6, "activation": "relu"},
    "linear": {"hidden": (3, 3), "activation": "identity", "bias": False},
    "small": {"gain": 0.1},
    "small without bias": {"gain": 0.5, "bias": False, "init": "orthogonal"},
    **{f"init {name}": {"init": name, "gain": 2.0} for name in INITIALISERS},
    **{name: {"activation": name} for name in IN_TORCH},
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_the_code_of_an_mlp_makes_the_same_weights(options):
    model = MlpModel(**options)
    names = {"torch": torch}
    torch.manual_seed(2)
    exec("\n".join([*model.torch_imports(), *model.torch_module(3, 2)]), names)
    made = model.module(3, 2, seed=2)
    for name, tensor in names["model"].state_dict().items():
        assert torch.equal(made.state_dict()[name], tensor.double())
    assert re.sub(r"\s", "", str(made)) == re.sub(r"\s", "", str(names["model"]))
    assert all(len(line) <= 88 for line in model.torch_module(3, 2))


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_the_shapes_of_an_mlp_are_known_without_torch(options):
    model = MlpModel(**options)
    made = {name: tuple(p.shape) for name, p in model.module(3, 2, seed=0).named_parameters()}
    assert model.shapes(3, 2) == made


def test_a_network_of_two_layers_of_16_has_354_weights():
    shapes = MlpModel().shapes(2, 2)
    assert sum(map(prod, shapes.values())) == (2 + 1) * 16 + (16 + 1) * 16 + (16 + 1) * 2 == 354


NET = """
from torch import nn
from parts import block
class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.layers = nn.Sequential(block(2, width), nn.Linear(width, 1))
    def forward(self, x):
        return self.layers(x)
def build(width): return Net(width)
def nothing(): return 3
def fails(): raise SystemExit("no")
shared = build
"""
PARTS = """
from torch import nn
def block(a, b): return nn.Sequential(nn.Linear(a, b), nn.ReLU())
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "parts.py").write_text(PARTS)
    return tmp_path


def test_a_class_and_a_function_of_a_file_make_its_module(folder):
    for name, options in (("Net", {"width": 3}), ("build", {"width": 3}), ("shared", {"width": 3})):
        model = TorchModel(name=name, options=options).resolve(folder)
        module = model.module(2, 1, seed=4)
        assert [tuple(p.shape) for p in module.parameters()] == [(3, 2), (3,), (1, 3), (1,)]
        again = model.module(2, 1, seed=4)
        assert torch.equal(module.layers[1].weight, again.layers[1].weight)
    assert TorchModel(options={"width": 8}).torch_module(2, 1) == ("model = Net(width=8)",)


@pytest.mark.parametrize("inner", ["parts.py", "kit/parts.py"])
def test_what_a_file_imports_is_read_again(folder, monkeypatch, inner):
    """Also where Python keeps compiled files, which it trusts for a second."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (folder / "parts.py").unlink()
    (folder / inner).parent.mkdir(exist_ok=True)
    (folder / inner).write_text(PARTS)
    module = inner.removesuffix(".py").replace("/", ".")
    (folder / "net.py").write_text(NET.replace("from parts", f"from {module}"))
    model = TorchModel().resolve(folder)
    assert {file.name for file in model.files()} == {"net.py", "parts.py"}
    assert model.module(2, 1, seed=0).layers[0][0].out_features == 4
    changed = PARTS.replace("nn.Linear(a, b), nn.ReLU()", "nn.Linear(a, b), nn.Tanh()")
    (folder / inner).write_text(changed)
    assert isinstance(model.module(2, 1, seed=0).layers[0][1], nn.Tanh)


def test_copies_of_its_files_are_read_where_there_are_some(folder, tmp_path):
    model = TorchModel().resolve(folder)
    copies = {}
    for number, file in enumerate(model.files()):  # as another machine has them
        copy = tmp_path / "copies" / str(number) / file.name
        copy.parent.mkdir(parents=True)
        copy.write_text(file.read_text().replace("width=4", "width=6"))
        copies[str(file)] = copy
    (folder / "net.py").unlink()
    (folder / "parts.py").unlink()
    with using(copies):
        assert model.module(2, 1, seed=0).layers[0][0].out_features == 6


@pytest.mark.parametrize(
    ("name", "said"),
    [("nothing", "must return a torch.nn.Module, not int"), ("fails", "net.py:12: SystemExit: no")],
)
def test_code_that_makes_no_module_is_refused(folder, name, said):
    with pytest.raises(RenderError, match=re.escape(said)):
        TorchModel(name=name).resolve(folder).module(2, 1, seed=0)


WRONG = {
    "another name": ({"name": "Nett"}, "name: ", "unknown class or function 'Nett'; did you mean"),
    "an unknown option": ({"options": {"widht": 3}}, "options: ", "did you mean 'width'?"),
    "a missing option": ({"name": "build"}, "options: ", "build needs 'width'"),
    "no such file": ({"file": "no.py"}, "file: ", "can't be read"),
}


@pytest.mark.parametrize(("options", "at", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_file_is_known_without_running_it(folder, options, at, said):
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        TorchModel(**options).resolve(folder)
    assert str(caught.value).startswith(at)


def test_a_file_does_not_run_when_it_is_looked_at(tmp_path):
    (tmp_path / "net.py").write_text("raise SystemExit\nclass Net: pass\n")
    TorchModel().resolve(tmp_path)
    (tmp_path / "net.py").write_text("class Net(:\n")
    with pytest.raises(ValueError, match=r"file: .*net\.py:1: "):
        TorchModel().resolve(tmp_path)
