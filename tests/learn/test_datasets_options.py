"""The messages about a dataset's options, and the places in the config that they name."""

from __future__ import annotations

import pytest

from render.config.load import load
from render.errors import ConfigError
from render.learn.datasets.base import Outlier, Validation
from tests.config.home import write


def refused(folder, text):
    """The first line of the message about a dataset, without the file's name."""
    with pytest.raises(ConfigError) as fault:
        load(write(folder, f"dataset: {text}\n"))
    return str(fault.value).splitlines()[0].partition("film.yaml:")[2]


def test_options_are_read_from_yaml(tmp_path):
    text = (
        "{kind: line, outliers: [{at: 0, y: 0}, {at: [50, 55], y: 20}], validation: {fresh: true}}"
    )
    kind = load(write(tmp_path, f"dataset: {text}")).dataset
    assert kind.outliers == (Outlier(0, 0.0), Outlier((50, 55), 20.0))
    assert kind.validation == Validation(fresh=True)
    text = "{kind: points, x: [[1, 2], [3, 4.5]], y: [1, 2]}"
    text += "\nmodel: {weight: [1, 1]}"
    assert load(write(tmp_path, f"dataset: {text}")).dataset.x == ((1.0, 2.0), (3.0, 4.5))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{x: {start: 3, stop: -3}}",
            "1:14: dataset.x: start, stop and step must give between 2 and 1,000,000 points",
        ),
        (
            "{outliers: [{at: 60, y: 0}]}",
            "1:21: dataset.outliers: no point 60; there are 60 points, counted from 0",
        ),
        (
            "{outliers: [{at: [50, 99], y: 0}]}",
            "1:21: dataset.outliers: no point 98; there are 60 points, counted from 0",
        ),
        (
            "{outliers: [{at: [5, 5], y: 0}]}",
            "1:27: dataset.outliers.0.at: expected [first, end] with first < end, found [5, 5]",
        ),
        (
            "{outliers: [{at: 5}]}",
            "1:22: dataset.outliers.0: missing key 'y': a number",
        ),
        (
            "{outliers: [{at: -1, y: 0}]}",
            "1:27: dataset.outliers.0.at: expected a whole number of at least 0"
            " or a list of 2 whole numbers of at least 0, found -1",
        ),
        (
            "{validation: {fraction: 0.001}}",
            "1:23: dataset.validation: 0.001 of 60 points holds out 0:"
            " at least 1 must go and 2 must stay",
        ),
        (
            "{validation: {fraction: 0.99}}",
            "1:23: dataset.validation: 0.99 of 60 points holds out 59:"
            " at least 1 must go and 2 must stay",
        ),
        (
            "{validation: {fraction: 1}}",
            "1:34: dataset.validation.fraction: expected a number above 0 and below 1, found 1",
        ),
        (
            "{validation: {}}",
            "1:23: dataset.validation: expected either 'fraction' or 'fresh: true'",
        ),
        (
            "{validation: {fraction: 0.2, fresh: true}}",
            "1:23: dataset.validation: expected either 'fraction' or 'fresh: true'",
        ),
        (
            "{kind: penguins, validation: {fresh: true}}",
            "1:39: dataset.validation: a fresh set equals the training data"
            " without noise or outliers",
        ),
        ("{scale: 0}", "1:18: dataset.scale: 0 would make every x the same"),
        (
            "{scale: 2, standardize: true}",
            "1:10: dataset: standardize undoes scale and shift: leave one or the other out",
        ),
        ("{noise: -1}", "1:18: dataset.noise: expected a number of at least 0, found -1"),
        (
            "{kind: step, noise: 0.1}",
            "1:30: dataset.noise: labels are 0 or 1 and take none; outliers can flip some",
        ),
        (
            "{kind: step, outliers: [{at: 0, y: 2}]}",
            "1:33: dataset.outliers: labels are 0 or 1",
        ),
        (
            "{kind: polynomial, coefficients: []}",
            "1:43: dataset.coefficients: expected from 1 to 16 numbers, found 0",
        ),
        ("{kind: points, x: [1, 2, 3], y: [1, 2]}", "1:10: dataset: x has 3 points and y has 2"),
        (
            "{kind: points, x: [], y: []}",
            "1:10: dataset: expected between 2 and 1,000,000 points, found 0",
        ),
        (
            "{kind: points, x: [1, [2, 3]], y: [1, 2]}",
            "1:28: dataset.x: expected numbers or pairs of numbers, found some of each",
        ),
        (
            "{kind: points, x: [1, two], y: [1, 2]}",
            "1:32: dataset.x.1: expected a number or a list of 2 numbers, found 'two'",
        ),
        (
            "{kind: anscombe, set: V}",
            "1:32: dataset.set: expected 'I' or 'II' or 'III' or 'IV', found 'V'",
        ),
        (
            "{kind: csv, missing: zero}",
            "1:31: dataset.missing: expected 'error' or 'drop', found 'zero'",
        ),
        ('{kind: csv, path: "a\\nb"}', "1:28: dataset.path: expected one line of text"),
    ],
)
def test_a_bad_option_is_refused_where_it_stands(tmp_path, text, message):
    assert refused(tmp_path, text) == message
