"""A network in numbers and words: its table, its manifest, its verdict, its description."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from render.config.language import language
from render.describe.cues import cues
from render.describe.description import sentences
from render.describe.manifest import manifest, report_message
from render.draw.plan import compose, plan_film
from render.encode.film import Drawn
from render.encode.formats.json import written
from render.recording import write
from render.results import Run, judge
from tests.networks import COUNT, LOSS, film_spec, names, network_runs


def table(runs, path) -> list[dict[str, str]]:
    write(path / "t.csv", [run.recording for run in runs])
    return [*csv.DictReader(io.StringIO((path / "t.csv").read_text(encoding="utf-8")))]


def away(run: Run, **changes) -> Run:
    """The run with other numbers of its way in many parameters."""
    projected = replace(run.recording.projected, **changes)
    return replace(run, recording=replace(run.recording, projected=projected))


def falling(run: Run, loss, **changes):
    """Its recording with other losses, without noise, whose gradient vanishes at the end."""
    rows = run.recording.last + 1
    calm = replace(
        run.recording.projected,
        grad_norm=np.geomspace(1, 1e-6, rows),
        validation_accuracy=None,
        **changes,
    )
    loss = np.asarray(loss, float)
    return replace(run.recording, loss=loss, full_batch=True, projected=calm)


LOOP = ["run", "step", "epoch", "loss", "batch_loss", "lr"]
AWAY = ["pc1", "pc2", "distance", "plane_loss", "grad_norm", "accuracy"]
UNSEEN = ["validation_loss", "validation_accuracy"]


def test_the_table_has_a_row_for_each_kept_snapshot(tmp_path):
    (run,) = network_runs()
    rows = table([run], tmp_path)
    gradients = [f"grad_{name}" for name in names()]
    assert [*rows[0]] == [*LOOP, *names(), *gradients, *AWAY, *UNSEEN]
    assert [int(row["step"]) for row in rows] == [*range(0, 201, 5)]
    assert [float(row["epoch"]) for row in rows] == [k / 2 for k in range(41)]
    weights = np.array([[float(row[name]) for name in names()] for row in rows])
    assert LOSS(weights).tolist() == [float(row["loss"]) for row in rows]
    slopes = np.array([[float(row[name]) for name in gradients] for row in rows])
    np.testing.assert_array_equal(slopes, LOSS.gradient(weights))
    norms = [float(row["grad_norm"]) for row in rows]
    np.testing.assert_allclose(norms, np.linalg.norm(slopes, axis=1), rtol=1e-12)
    last = rows[-1]
    assert (last["batch_loss"], last["lr"]) == ("", "")


def test_many_weights_are_not_in_the_table(tmp_path):
    (run,) = network_runs()
    large = away(run, names=(), weights=None, gradients=None, count=1218)
    assert [*table([large], tmp_path)[0]] == [*LOOP, *AWAY, *UNSEEN]


def test_what_is_not_known_is_empty(tmp_path):
    (run,) = network_runs()
    unknown = np.full(41, np.nan)
    bare = away(run, accuracy=None, validation_accuracy=None)
    bare = replace(bare, recording=replace(bare.recording, lr=unknown, validation_loss=None))
    bare = away(bare, gradients=np.full((41, COUNT), np.nan))
    rows = table([bare], tmp_path)
    assert not {"accuracy", *UNSEEN} & {*rows[0]}
    assert {row["lr"] for row in rows} == {row["grad_0.bias[1]"] for row in rows} == {""}


def test_two_named_weights_are_in_the_table_once(tmp_path):
    (run,) = network_runs()
    axes = ("0.weight[0,1]", "2.weight[0,3]")
    recording = run.recording
    own = replace(recording, names=axes, params=recording.projected.weights[:, [1, 18]])
    head = [*table([replace(run, recording=own)], tmp_path)[0]]
    assert len(head) == len({*head})
    assert head[-len(AWAY) - len(UNSEEN) + 1 :] == ["grad_2.weight[0,4]", *AWAY[2:], *UNSEEN]


def test_pandas_has_the_same_table(tmp_path):
    pytest.importorskip("pandas")
    (run,) = network_runs()
    frame, rows = run.recording.to_pandas(), table([run], tmp_path)
    assert [*frame.columns] == [*rows[0]]
    assert frame["step"].dtype.kind == "i"
    for name in frame.columns[1:]:
        read = [float(row[name] or "nan") for row in rows]
        np.testing.assert_array_equal(frame[name], read)


def plan(runs):
    return plan_film(compose(film_spec(runs)), runs)


def test_the_manifest_has_the_plane():
    (run,) = runs = network_runs()
    facts = json.loads(written(manifest(plan(runs), Drawn(), [])))
    plane, projected = facts["landscape"]["plane"], run.recording.projected
    assert (plane["kind"], plane["centre"], plane["seed"]) == ("pca", "mean", None)
    assert plane["snapshots"] == facts["run"]["snapshots"] == 41
    assert len(plane["explained"]) == len(plane["random_walk"])
    assert plane["random_walk"][0] == pytest.approx(6 / np.pi**2, rel=2e-3)
    assert plane["gap"] == np.abs(run.recording.loss - projected.plane_loss).max() > 0
    assert plane["distance"] == projected.distance.max()
    assert facts["landscape"]["lr_max"] is facts["landscape"]["condition"] is None
    assert facts["run"]["steps"] == 200
    assert [*facts["run"]["params"]] == [*names()]
    assert facts["run"]["accuracy"] == projected.accuracy[-1]


def test_remarks_are_in_the_manifest_the_report_and_the_description():
    (run,) = network_runs()
    noted = away(run, remarks=("losses are computed in eval mode",))
    facts = manifest(plan((noted,)), Drawn(), [])
    assert facts["run"]["remarks"] == ["losses are computed in eval mode"]
    assert report_message([noted], None).splitlines()[-1].strip() == noted_text(noted)
    assert sentences(noted.spec, [noted], plan((noted,)).scene)[-1] == (
        "Losses are computed in eval mode."
    )


def noted_text(run: Run) -> str:
    return run.recording.projected.remarks[0]


@pytest.mark.parametrize(
    ("loss", "word", "sentence"),
    [
        (
            np.geomspace(1.1, 0.03, 41),
            "converging",
            "the loss fell from 1.1 to 0.03, accuracy 98 %",
        ),
        (
            0.03 + 1.07 * np.exp(-np.arange(41.0)),
            "converged",
            "the loss fell from 1.1 to 0.03 and settled there, accuracy 98 %",
        ),
        (
            np.linspace(0.6931, 0.6921, 41),
            "slow",
            "slow: the loss only went from 0.6931 to 0.6921, accuracy 98 %",
        ),
        (
            0.693 + 0.001 * np.sin(np.arange(41)),
            "slow",
            "slow: the loss only went from 0.693 to 0.6937, accuracy 98 %",
        ),
        (
            0.3 + 0.1 * np.cos(np.pi * np.arange(41)) + np.exp(-np.arange(41.0)),
            "oscillating",
            "oscillating: the loss goes to and fro between 0.2 and 0.4, accuracy 98 %",
        ),
        (
            1 - np.sin(np.linspace(0, np.pi, 41)) / 2,
            "oscillating",
            "oscillating: the loss fell to 0.5 and came back to 1, accuracy 98 %",
        ),
        (np.linspace(1, 3, 41), "diverged", "diverged at step 5"),
        (np.r_[np.linspace(1, 0.5, 31), np.linspace(2, 9, 10)], "diverged", "diverged at step 155"),
    ],
)
def test_verdict_says_what_is_known(loss, word, sentence):
    (run,) = network_runs()
    right = np.full(41, 59 / 60)
    recording = falling(run, loss, accuracy=right)
    verdict = judge(recording, run.landscape)
    assert (verdict.word, verdict.sentence) == (word, sentence)


def test_a_run_that_breaks_off_names_the_step_that_is_no_number():
    (run,) = network_runs()
    loss = np.r_[np.linspace(1, 0.5, 21), np.geomspace(2, 1e30, 20)]
    broken = replace(falling(run, loss), broke_off=True)
    sentence = "diverged at step 105, beyond all numbers at step 201"
    assert judge(broken, run.landscape).sentence == sentence


def test_it_has_converged_from_the_step_at_which_the_loss_is_settled():
    (run,) = network_runs()
    loss = 0.03 + 1.07 * np.exp(-np.arange(41.0))
    verdict = judge(falling(run, loss), run.landscape)
    row = int(verdict.since) // 5
    assert verdict.since == 5 * row
    assert np.abs(loss[row:] - loss[-1]).max() <= 1e-3 * 1.07 < abs(loss[row - 1] - loss[-1])


def test_a_loss_that_rests_while_its_gradient_does_not_has_not_converged():
    (run,) = network_runs()
    recording = falling(run, 0.03 + 1.07 * np.exp(-np.arange(41.0)))
    steep = replace(recording.projected, grad_norm=np.ones(41))
    assert judge(replace(recording, projected=steep), run.landscape).word == "converging"


def test_words_say_what_the_plane_holds_beside_a_random_walk():
    (run,) = runs = network_runs()
    text = " ".join(sentences(run.spec, runs, plan(runs).scene))
    basis, projected = run.landscape.basis, run.recording.projected
    held, count, walk = map(int, re.search(r"(\d+) % .* (\d+) snapshots.* (\d+) %", text).groups())
    assert held == round(100 * basis.explained[:2].sum())
    assert walk == round(100 * basis.random_walk[:2].sum())
    assert count == 41
    assert f"a network of {COUNT} weights on 60 points" in text
    distance, gap = re.search(r"up to ([\d.]+) away .* by up to ([\d.]+)\.", text).groups()
    assert float(distance) == pytest.approx(projected.distance.max(), rel=1e-3)
    gaps = np.abs(run.recording.loss - projected.plane_loss)
    assert float(gap) == pytest.approx(gaps.max(), rel=1e-3)


@pytest.mark.parametrize("code", ["de", "es", "fr"])
@pytest.mark.parametrize("lrs", [(0.3,), (0.3, 0.1)])
def test_its_words_are_said_in_every_language(code, lrs):
    runs = network_runs(f"language={code}", lrs=lrs)
    film = plan(runs)
    english = {*sentences(film_spec(network_runs(lrs=lrs)), runs, film.scene)}
    texts = sentences(film.spec, runs, film.scene)
    said = [*texts, *(cue.text for cue in cues(film.spec, runs, film.timing))]
    assert not english & {*texts}
    for word in ("loss", "weights", "snapshots", "step", "accuracy"):
        assert not any(re.search(rf"\b{word}\b", text) for text in said), word
    assert language(code).say(runs[0].verdict.sentence) != runs[0].verdict.sentence


def test_a_race_says_what_its_plane_holds_and_a_grid_of_planes_that_they_differ():
    runs = network_runs(lrs=(0.3, 0.1))
    race = sentences(film_spec(runs), runs, plan(runs).scene)
    basis = runs[0].landscape.basis
    assert f"{round(100 * basis.explained[:2].sum())} % of the variance of 82" in race[-1]
    assert "over the first two principal components" in race[0]
    other = replace(runs[1].landscape, basis=replace(basis, kind="random", explained=np.zeros(0)))
    grid = (runs[0], replace(runs[1], landscape=other))
    told = sentences(film_spec(runs), grid, plan(runs).scene)
    assert "over planes through the space of the weights" in told[0]
    assert "variance" not in " ".join(told)
    larger = away(runs[1], count=1218)
    assert (
        "trains networks on 60 points"
        in sentences(film_spec(runs), (runs[0], larger), plan(runs).scene)[0]
    )
