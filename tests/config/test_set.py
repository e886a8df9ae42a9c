"""Everything a config can say can be said with --set, one key after another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from render.config.dump import resolved
from render.config.load import load
from render.config.yaml import read

CONFIGS = sorted((Path(__file__).parent.parent.parent / "configs").glob("*.yaml"))


def leaves(value, path=()):
    """Every value by its key, as `--set` spells it; what has no such key with what holds it."""
    plain = isinstance(value, dict) and value and all(_keyed(key) for key in value)
    if path and (not plain or not isinstance(value, dict)):
        return [f"{'.'.join(path)}={json.dumps(value, ensure_ascii=False)}"]
    return [text for key, inner in value.items() for text in leaves(inner, (*path, key))]


def _keyed(key):
    return not set(key) & {".", "="} and key == key.strip() and key and not key.isdecimal()


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_whole_config_can_be_said_from_nothing(path):
    said = leaves(read(path)[0].data)
    assert load(path, said, text="{}") == load(path)


SINGLE = [path for path in CONFIGS if not {"runs", "sweep"} & read(path)[0].data.keys()]


@pytest.mark.parametrize("path", SINGLE, ids=lambda path: path.stem)
def test_every_key_of_the_resolved_config_can_be_said_at_once(path):
    spec = load(path)
    assert load(path, leaves(resolved(spec))) == spec


@pytest.mark.slow
@pytest.mark.parametrize("path", SINGLE, ids=lambda path: path.stem)
def test_every_key_of_the_resolved_config_can_be_said_alone(path):
    spec, data = load(path), read(path)[0].data
    whole = "x" not in data.get("dataset", {})  # a range begun anew has a range's own defaults
    for said in leaves(resolved(spec)):
        if not (whole and said.startswith("dataset.x.")):
            assert load(path, [said]) == spec, said


def test_items_of_lists_texts_of_several_lines_and_runs_can_be_said(tmp_path):
    path = tmp_path / "film.yaml"
    sets = [
        "outputs=[mp4, gif]",
        "outputs.1={kind: gif, loop: 3}",
        "outputs.1.fps=10",
        'film.layout="surface loss\\nsurface data"',
        'captions=[{at: 0s, text: "a: {w:.1f}, b"}, {at: end, text: ü}]',
        "captions.1.text='{loss:.2f} = c'",
        "dataset.outliers=[{at: [1, 2], y: 20}]",
    ]
    spec = load(path, sets, text="{}")
    assert (spec.outputs[1].loop, spec.outputs[1].fps) == (3, 10)
    assert [caption.text for caption in spec.captions] == ["a: {w:.1f}, b", "{loss:.2f} = c"]
    assert spec.film.layout.wide.rows == (("surface", "loss"), ("surface", "data"))

    runs = ['runs={"lr 0.1": {}, "b=c": {optimizer.lr: 0.2}}', "runs.lr 0.1.optimizer.momentum=0.5"]
    first, second = load(path, runs, text="{}").runs
    assert (first.label, first.optimizer.momentum) == ("lr 0.1", 0.5)
    assert (second.label, second.optimizer.lr) == ("b=c", 0.2)
