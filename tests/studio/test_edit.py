"""A changed value: the config says that one thing differently, and no other byte moves."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from render.config.load import load
from render.config.yaml import parse
from render.errors import ConfigError
from render.studio.controls import controls, starts
from render.studio.edit import Uneditable, edited, without
from tests.learn.labs import CONFIGS

QUICK = ("slope_bias", "optimizer_race", "learning_rates", "twin_features")
ALL = [
    pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else pytest.mark.slow)
    for path in sorted(CONFIGS.glob("*.yaml"))
]


@pytest.mark.parametrize(
    ("before", "path", "value", "after"),
    [
        # a value, whatever stands around it
        ("a: 1 # x\r\nb: 2\r\n", "b", 3, "a: 1 # x\r\nb: 3\r\n"),
        ("film: {theme: 'night'} # −3 \U0001f600\n", "film.theme", "paper",
         "film: {theme: paper} # −3 \U0001f600\n"),
        ("# \U0001f600 −\noptimizer: {lr: 0.1}", "optimizer.lr", 1e-05,
         "# \U0001f600 −\noptimizer: {lr: 1e-05}"),
        ("film:\n  size: [640, # wide\n    360]\n", "film.size", [720, 720],
         "film:\n  size: [720, 720]\n"),
        ("film:\n  size:\n    - 640\n    - 360\n", "film.size", [720, 720],
         "film:\n  size:\n    [720, 720]\n"),
        ("film:\n  size:\n  - 640 # wide\n  - 360\n  fps: 9\n", "film.size", [720, 720],
         "film:\n  size:\n    [720, 720]\n  fps: 9\n"),
        ("title: |\n  long\nseed: 1\n", "title", "short", "title: short\nseed: 1\n"),
        ("film: {theme: night}", "film.theme", "my theme.yaml",
         'film: {theme: "my theme.yaml"}'),
        ("title: x\nfilm: {theme: night}\n", "film.theme", "no",
         "title: x\nfilm: {theme: no}\n"),
        # shorthand
        ("optimizer: sgd  # plain\n", "optimizer.lr", 0.3,
         "optimizer: {kind: sgd, lr: 0.3}  # plain\n"),
        ("loss: 'mse'\n", "loss.delta", 2, "loss: {kind: 'mse', delta: 2}\n"),
        ("loss: mse\n", "loss.kind", "mae", "loss: mae\n"),
        ("model: {weight: -4}", "model.weight.value", 2, "model: {weight: 2}"),
        ("model: {weight: {value: -4, frozen: true}}", "model.weight", 2,
         "model: {weight: {value: 2, frozen: true}}"),
        ("model: {weight: {frozen: true}}", "model.weight", 2,
         "model: {weight: {frozen: true, value: 2}}"),
        ("model: {start: [1, {value: 2}]}", "model.start.1", 5,
         "model: {start: [1, {value: 5}]}"),
        # keys that are absent
        ("title: x", "seed", 2, "title: x\nseed: 2"),
        ("title: x # of\n\n# end\n", "seed", 2, "title: x # of\nseed: 2\n\n# end\n"),
        ("title: x\n", "film.camera.azim", 30, "title: x\nfilm: {camera: {azim: 30}}\n"),
        ("film: {fps: 10}\n", "film.camera.azim", 30,
         "film: {fps: 10, camera: {azim: 30}}\n"),
        ("film: {}\n", "film.fps", 9, "film: {fps: 9}\n"),
        ("film:\n", "film.fps", 9, "film: {fps: 9}\n"),
        ("film: # nothing\n", "film.fps", 9, "film: {fps: 9} # nothing\n"),
        ("film:\n    fps: 10 # a\n    camera:\n      elev: 20\nseed: 1\n", "film.theme", "paper",
         "film:\n    fps: 10 # a\n    camera:\n      elev: 20\n    theme: paper\nseed: 1\n"),
        ("film:\n    fps: 10\r\nseed: 1\n", "film.camera.elev", 9,
         "film:\n    fps: 10\n    camera: {elev: 9}\r\nseed: 1\n"),
        ("title: >\n  long\n  text\n", "seed", 3, "title: >\n  long\n  text\nseed: 3\n"),
        ("film: {\n  fps: 10, # a\n  }\n", "film.theme", "paper",
         "film: {\n  fps: 10, theme: paper, # a\n  }\n"),
        # runs and sweeps, with dots or without
        ("runs:\n  a.b: {optimizer.lr: 0.1}\n  c: {}\n", "runs/a.b/optimizer/lr", 0.2,
         "runs:\n  a.b: {optimizer.lr: 0.2}\n  c: {}\n"),
        ("runs:\n  a: {}\n  c: {optimizer: {lr: 1}}\n", "runs/a/optimizer/lr", 0.2,
         "runs:\n  a: {optimizer: {lr: 0.2}}\n  c: {optimizer: {lr: 1}}\n"),
        ("runs: {a: {optimizer.lr: 1}, b: {}}\n", "runs/a/optimizer/momentum", 0.5,
         "runs: {a: {optimizer.lr: 1, optimizer: {momentum: 0.5}}, b: {}}\n"),
        ("sweep: {optimizer.lr: [0.1, 0.2], seed: [1, 2]}", "sweep/optimizer/lr/1", 0.3,
         "sweep: {optimizer.lr: [0.1, 0.3], seed: [1, 2]}"),
    ],
)  # fmt: skip
def test_an_edit_is_that_edit(before, path, value, after):
    assert edited(before, path.split("/" if "/" in path else "."), value) == after


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("a: 1\ntarget: x # why\nb: 2\n", "target", "a: 1\nb: 2\n"),
        ("a: 1\ntarget: x", "target", "a: 1\n"),
        ("a: {x: 1, target: 2, y: 3}", "a.target", "a: {x: 1, y: 3}"),
        ("a: {target: 2, y: 3}", "a.target", "a: {y: 3}"),
        ("a: {target: 2}", "a.target", "a: {}"),
        ("a: {b: 2}", "a.target", "a: {b: 2}"),
        ("a: {\n  x: 1, # one\n  target: 2, # two\n  y: 3}", "a.target",
         "a: {\n  x: 1, # one\n  # two\n  y: 3}"),
        ("a: {x: 1, # one\n  target: 2}", "a.target", "a: {x: 1 # one\n}"),
    ],
)  # fmt: skip
def test_a_key_is_taken_out_alone(before, path, after):
    assert without(before, path.split(".")) == after


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("a: [1, 2", "a", 1),  # no YAML
        ("a: [1, 2]", "a", 1),  # a list, where a number would go
        ("a: [1, 2]", "a.7", 1),
        ("a: true", "a.b", 1),
        ("- 1\n", "a", 1),
    ],
)
def test_what_can_not_be_edited_is_refused(text, path, value):
    with pytest.raises(Uneditable):
        edited(text, path.split("."), value)


def moved(control):
    """Another value for a control, as a drag would give."""
    if control.kind == "select":
        values = [value for _, value in control.choices if value not in (control.value, None)]
        return values[0]
    value = (control.low + control.high) / 3
    value = round(value) if control.whole else round(value, 4)
    return value if value != control.value else (control.low + control.high) / 2


def kept_bytes(before: str, after: str) -> bool:
    """Whether one stretch alone differs."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    prefix = next((b.size for b in blocks if b.a == b.b == 0), 0)
    rest = before[prefix:]
    suffix = 0
    while (
        suffix < min(len(rest), len(after) - prefix) and before[-1 - suffix] == after[-1 - suffix]
    ):
        suffix += 1
    changed = before[prefix : len(before) - suffix]
    return "\n" not in changed and "#" not in changed


def said(path: Path, text: str, keys, value):
    """The config's films as loaded from the edited text, and by --set from the file."""
    key = ".".join(keys)
    return load(path, text=text), load(path, [f"{key}={json.dumps(value)}"])


@pytest.mark.parametrize("path", ALL)
def test_every_control_of_every_config(path):
    """The edit means what --set means, and only the value's own bytes differ."""
    text = path.read_bytes().decode()
    spec = load(path)
    given = controls(text, spec)
    assert {control.label for control in given} >= {"theme", "size", "target"}
    for control in given:
        value = moved(control)
        after = edited(text, control.path, value)
        assert kept_bytes(text, after), control
        try:
            one, other = said(path, after, control.path, value)
        except ConfigError:  # a scene of another model, for example: the same either way
            continue
        assert one == other, control
        back = edited(after, control.path, value)
        assert back == after


@pytest.mark.parametrize("path", ALL)
def test_every_start_of_every_config(path):
    text = path.read_bytes().decode()
    spec = load(path)
    for name, keys in starts(text, spec).items():
        after = edited(text, keys, 0.625)
        assert kept_bytes(text, after)
        assert load(path, text=after).model.parameters()[name].value == 0.625
        assert parse(after)[0].data != parse(text)[0].data
