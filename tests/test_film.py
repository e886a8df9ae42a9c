"""One real film of each kind, decoded back; and what is left when one fails."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from render import pipeline, registry
from render.errors import EncodeError, RenderError
from render.results import OutputFile
from tests.learn.labs import CONFIGS, lab, learnt, runs
from tests.sweeps import sweep

SMALL = ("film.size=[320, 180]", "film.duration=1", "film.fps=12")
KINDS = ("mp4", "gif", "png", "csv", "json")


def targets(folder: Path, *kinds: str) -> list[OutputFile]:
    return [
        OutputFile(registry.member("encode/formats", kind)(), folder / f"film.{kind}")
        for kind in kinds
    ]


def make(folder: Path, *sets: str, kinds=KINDS, name: str = "slope") -> pipeline.Report:
    return pipeline.make(lab(name, *SMALL, *sets), targets(folder, *kinds), lambda *_: None)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, pipeline.Report]:
    folder = tmp_path_factory.mktemp("film")
    return folder, make(folder)


def manifest(folder: Path) -> dict:
    return json.loads((folder / "film.json").read_text())


def test_every_output_is_there_and_nothing_else(made):
    folder, report = made
    assert sorted(p.name for p in folder.iterdir()) == sorted(f"film.{kind}" for kind in KINDS)
    assert [o.path.name for o in report.outputs] == [f"film.{kind}" for kind in KINDS]
    assert all(o.bytes == o.path.stat().st_size > 0 for o in report.outputs)


def test_the_mp4_has_its_frames_size_and_length(made):
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(made[0] / "film.mp4"))
    assert frames == 12
    assert seconds == pytest.approx(1.0, abs=0.01)
    first = next(imageio_ffmpeg.read_frames(str(made[0] / "film.mp4")))
    assert first["size"] == (320, 180)


def test_the_gif_has_its_length(made):
    with Image.open(made[0] / "film.gif") as gif:
        delays = []
        for i in range(gif.n_frames):
            gif.seek(i)
            delays.append(gif.info["duration"])
        assert gif.size == (320, 180)
    assert sum(delays) == pytest.approx(1000, abs=10)


def test_the_poster_is_the_last_frame_of_the_film(made):
    poster = iio.imread(made[0] / "film.png").astype(int)
    last = iio.imread(made[0] / "film.gif")[-1][..., :3].astype(int)
    assert poster.shape == (180, 320, 3)
    assert np.abs(poster - last).mean() < 2


def test_the_table_is_the_recording(made):
    _, run, _ = learnt("slope")
    with (made[0] / "film.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["run", "step", "epoch", "loss", "batch_loss", "lr", "w", "grad_w"]
    assert [float(row["w"]) for row in rows] == run.params[:, 0].tolist()
    assert [float(row["grad_w"]) for row in rows] == run.grads[:, 0].tolist()
    assert {row["run"] for row in rows} == {"slope"}
    assert (rows[-1]["batch_loss"], rows[-1]["lr"]) == ("", "")


def test_the_manifest_says_what_was_made(made):
    facts = manifest(made[0])
    assert facts["landscape"]["optimum"]["w"] == pytest.approx(-2.993264, abs=1e-6)
    assert facts["landscape"]["eigenvalues"] == pytest.approx([6.003333], abs=1e-6)
    assert facts["run"]["verdict"] == "converging"
    assert facts["film"]["frames"] == 12
    assert facts["film"]["size"] == [320, 180]
    assert set(facts["panels"]) == {"surface", "data"}
    assert {o["kind"]: o["bytes"] for o in facts["outputs"]}["mp4"] > 0
    assert facts["config"]["optimizer"]["lr"] == 0.1
    assert facts["versions"]["torch"].startswith("2.")


def test_a_second_film_has_the_same_frames_and_files(made, tmp_path):
    make(tmp_path)
    assert manifest(tmp_path)["film"]["frames_hash"] == manifest(made[0])["film"]["frames_hash"]
    for kind in ("mp4", "gif", "png", "csv"):
        assert (tmp_path / f"film.{kind}").read_bytes() == (made[0] / f"film.{kind}").read_bytes()


def test_another_seed_is_another_film(made, tmp_path):
    make(tmp_path, "seed=2", kinds=("json",))
    assert manifest(tmp_path)["data_hash"] != manifest(made[0])["data_hash"]


def test_numbers_alone_are_made_without_matplotlib(tmp_path):
    code = (
        "import sys; from render.__main__ import main; "
        f"assert main([{str(CONFIGS / 'slope.yaml')!r}, '--format', 'csv', '--out', sys.argv[1],"
        " '--quiet']) == 0; assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert [p.name for p in tmp_path.iterdir()] == ["slope.csv"]


@pytest.mark.parametrize(
    "sets", sweep([("optimizer.lr=0.4",), ("optimizer.lr=0.4", "training.epochs=3000")], whole=True)
)
@pytest.mark.parametrize("name", ["slope", "slope_bias"])
def test_a_run_that_diverges_still_gives_a_film_that_says_so(name, sets, tmp_path):
    sets = (*sets, "film.size=[640, 360]")
    report = make(tmp_path, *sets, kinds=("mp4", "json"), name=name)
    assert report.message.startswith(
        "diverged at step 1: lr 0.4 is above the limit of this bowl, 0.33"
    )
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "film.mp4"))[0] == 12


@pytest.mark.parametrize("epochs", [1, 250])
def test_films_of_short_and_long_runs(epochs, tmp_path):
    make(tmp_path, f"training.epochs={epochs}", kinds=("mp4",), name="slope_bias")
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "film.mp4"))[0] == 12


def test_a_panel_that_fails_midway_leaves_the_old_files_whole(tmp_path, monkeypatch):
    from render.draw.panels.data import DataPanel

    make(tmp_path, kinds=("mp4", "png"))
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    calls = iter(range(100))
    update = DataPanel.update

    def failing(self, now):
        if next(calls) == 7:
            raise RenderError("the data panel fell over")
        update(self, now)

    monkeypatch.setattr(DataPanel, "update", failing)
    with pytest.raises(RenderError, match="fell over"):
        make(tmp_path, "optimizer.lr=0.2", kinds=("mp4", "png", "gif"))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_an_interrupt_midway_leaves_nothing(tmp_path):
    def interrupted(stage, done, total):
        if (stage, done) == ("frames", 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.make(lab("slope", *SMALL), targets(tmp_path, "mp4", "gif"), interrupted)
    assert list(tmp_path.iterdir()) == []


def test_an_ffmpeg_that_fails_is_an_error_with_its_own_words(tmp_path, monkeypatch):
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\necho 'no space on this planet' >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(broken))
    with pytest.raises(EncodeError, match="no space on this planet"):
        make(tmp_path / "out", kinds=("mp4",))
    assert list((tmp_path / "out").iterdir()) == []


def test_data_too_large_for_float32_are_an_error(tmp_path):
    with pytest.raises(RenderError, match="too large"):
        make(tmp_path, "dataset.slope=1e300", kinds=("csv",))
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_every_frame(tmp_path):
    told = []
    pipeline.make(lab("slope", *SMALL), targets(tmp_path, "png"), lambda *told_: told.append(told_))
    assert told[:2] == [("training", 0, 4), ("training", 1, 4)]
    assert told[5] == ("training", 4, 4)
    assert told[6:] == [("frames", i, 12) for i in range(1, 13)]


def test_a_scan_that_takes_its_time_reports_its_rows(monkeypatch):
    monkeypatch.setattr(pipeline, "SLOW_S", 0.0)
    reports = []
    pipeline.learn(lab("slope_bias", *SMALL), progress=lambda *report: reports.append(report))
    rows = [(done, total) for stage, done, total in reports if stage == "landscape"]
    assert rows[-1][0] == rows[-1][1]
    assert [done for done, _ in rows] == sorted({done for done, _ in rows})
    assert len(rows) > 10


@pytest.mark.parametrize(
    ("name", "panels"),
    sweep(
        [
            ("batch_sizes", ["surface", "data"]),
            ("flipped_bias", ["surface right", "surface the sign of b turned"]),
        ]
    ),
)
def test_a_film_of_several_runs_comes_back_whole(name, panels, tmp_path):
    report = make(tmp_path, name=name)
    trained = runs(name)
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "film.mp4"))
    assert frames == 12
    assert seconds == pytest.approx(1.0, abs=0.01)
    first = next(imageio_ffmpeg.read_frames(str(tmp_path / "film.mp4")))
    assert first["size"] == (320, 180)
    poster = iio.imread(tmp_path / "film.png").astype(int)
    film_ = iio.imread(tmp_path / "film.gif")[..., :3].astype(int)
    assert poster.shape == (180, 320, 3)
    assert np.abs(poster - film_[-1]).mean() < 2
    assert np.abs(film_[0] - film_[-1]).mean() > 0.2

    with (tmp_path / "film.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(dict.fromkeys(row["run"] for row in rows)) == [run.label for run in trained]
    for run in trained:
        own = [row for row in rows if row["run"] == run.label]
        assert [float(row["loss"]) for row in own] == run.recording.loss.tolist()
        assert [float(row["w"]) for row in own] == run.recording.params[:, 0].tolist()
        assert float(own[-1]["epoch"]) == run.recording.epoch[-1]

    facts = manifest(tmp_path)
    assert "run" not in facts
    assert "landscape" not in facts
    assert list(facts["panels"]) == panels
    assert [run["label"] for run in facts["runs"]] == [run.label for run in trained]
    for told, run in zip(facts["runs"], trained, strict=True):
        names = run.recording.names
        assert told["steps"] == run.recording.steps
        assert told["loss"] == run.recording.loss[-1]
        assert told["params"] == dict(zip(names, run.recording.params[-1], strict=True))
        assert told["verdict"] == run.verdict.word
        assert told["landscape"]["minimum"] == run.landscape.minimum
        assert set(told["landscape"]["optimum"]) == set(names)
    said = report.message.split("\n  ")
    assert said == [f"{run.label}: {run.verdict.sentence}" for run in trained]


def test_every_cell_of_a_grid_has_its_own_place_in_the_manifest(tmp_path):
    make(tmp_path, "film.size=[1280, 720]", "film.fps=4", kinds=("png", "json"), name="knife_edge")
    found = manifest(tmp_path)["panels"]
    labels = [run.label for run in runs("knife_edge")]
    assert sorted(found) == sorted(
        [
            "header",
            "caption",
            *(f"{kind} {label}" for kind in ("label", "cost", "loss") for label in labels),
        ]
    )
    assert len({tuple(place) for place in found.values()}) == len(found)
