import csv
import math
from dataclasses import replace

import numpy as np
import pytest

from render.encode.formats.csv import CsvFormat
from render.recording import Recording


def recording(steps: int, run: str = "slope") -> Recording:
    rng = np.random.default_rng(1)
    loss, batch, lr = rng.random((3, steps + 1))
    batch[-1] = lr[-1] = np.nan
    return Recording(
        run=run,
        names=("w", "b"),
        frozen={},
        params=rng.standard_normal((steps + 1, 2)) / 3,
        grads=rng.standard_normal((steps + 1, 2)) * 1e-9,
        loss=loss,
        batch_loss=batch,
        lr=lr,
        epoch=np.arange(steps + 1) / 4,
        broke_off=False,
        objective=lambda params: params[..., 0],
    )


def saved(run: Recording, path) -> list[dict[str, str]]:
    CsvFormat().save(path, [run], {})
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_the_documented_ones(tmp_path):
    saved(recording(2), tmp_path / "t.csv")
    head = (tmp_path / "t.csv").read_bytes().split(b"\n")[0]
    assert head == b"run,step,epoch,loss,batch_loss,lr,w,b,grad_w,grad_b"


@pytest.mark.parametrize("steps", [0, 1, 4095, 4096, 10_000])
def test_every_number_comes_back_exactly(tmp_path, steps):
    run = recording(steps)
    rows = saved(run, tmp_path / "t.csv")
    assert [int(r["step"]) for r in rows] == list(range(steps + 1))
    for name, column in (("loss", run.loss), ("epoch", run.epoch), ("w", run.params[:, 0])):
        assert [float(r[name]) for r in rows] == column.tolist()
    assert [float(r["grad_b"]) for r in rows] == run.grads[:, 1].tolist()
    assert [float(r["lr"]) for r in rows[:-1]] == run.lr[:-1].tolist()


def test_nothing_leaves_the_last_row(tmp_path):
    last = saved(recording(3), tmp_path / "t.csv")[-1]
    assert (last["batch_loss"], last["lr"]) == ("", "")


def test_lines_end_in_one_newline(tmp_path):
    saved(recording(3), tmp_path / "t.csv")
    data = (tmp_path / "t.csv").read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 5


def test_a_label_with_a_comma_is_still_one_cell(tmp_path):
    assert saved(recording(1, 'lr 0,1 "fast" ü'), tmp_path / "t.csv")[0]["run"] == 'lr 0,1 "fast" ü'


def test_a_diverged_loss_is_written_as_it_is(tmp_path):
    run = recording(2)
    run.loss[1:] = np.inf, np.nan
    rows = saved(run, tmp_path / "t.csv")
    assert float(rows[1]["loss"]) == math.inf
    assert math.isnan(float(rows[2]["loss"]))


def test_several_runs_are_one_table_with_the_columns_of_all(tmp_path):
    """What a run doesn't train is empty in its rows; frozen is not 0."""
    slope = replace(recording(2, "slope alone"), names=("w",), frozen={"b": 0.0})
    slope = replace(slope, params=slope.params[:, :1], grads=slope.grads[:, :1])
    other = replace(recording(3, "other names"), names=("b", "c"))
    runs = [slope, recording(1, "both"), other]
    CsvFormat().save(tmp_path / "t.csv", runs, {})
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        rows = list(table)
    names = ["w", "b", "c"]
    head = ["run", "step", "epoch", "loss", "batch_loss", "lr"]
    assert table.fieldnames == [*head, *names, *(f"grad_{name}" for name in names)]
    assert [row["run"] for row in rows] == [run.run for run in runs for _ in range(run.steps + 1)]
    for run in runs:
        own = [row for row in rows if row["run"] == run.run]
        assert [int(row["step"]) for row in own] == list(range(run.steps + 1))
        assert [float(row["loss"]) for row in own] == run.loss.tolist()
        assert (own[-1]["batch_loss"], own[-1]["lr"]) == ("", "")
        for name in names:
            if name in run.names:
                i = run.names.index(name)
                assert [float(row[name]) for row in own] == run.params[:, i].tolist()
                assert [float(row[f"grad_{name}"]) for row in own] == run.grads[:, i].tolist()
            else:
                assert {row[name] for row in own} == {row[f"grad_{name}"] for row in own} == {""}
