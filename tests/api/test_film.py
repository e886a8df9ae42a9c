"""Films in Python: what they learnt, how they look, which files they leave."""

from __future__ import annotations

import base64
import csv
import doctest
import importlib
import io
import pydoc
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import imageio.v3 as iio
import imageio_ffmpeg
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.animation import FFMpegWriter, PillowWriter
from PIL import Image

import render
from render.draw.style import house_style
from render.learn.optimizers.adam import Adam
from tests.draw.stages import stage_of

ROOT = Path(__file__).parent.parent.parent
CONFIGS = ROOT / "configs"
SMALL = {"size": (160, 90), "fps": 4}


def load(name, *sets, **options):
    return render.load(CONFIGS / f"{name}.yaml", ["film.duration=1", *sets], **SMALL | options)


@pytest.fixture(scope="module")
def slope():
    return load("slope")


@pytest.fixture(scope="module")
def race():
    return load("optimizer_race")


def test_importing_it_imports_nothing_heavy():
    heavy = ["numpy", "torch", "matplotlib", "pydantic", "yaml", "dataclasses"]
    code = (
        "import sys, render; dir(render); render.load, render.ConfigError, render.__version__;"
        f" print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert {"Film", "load", "batch", "RenderError"} <= set(dir(render))


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'render' has no attribute 'nothing'"):
        _ = render.nothing


@pytest.mark.parametrize(
    "name", ["render", pytest.param("render.api.film", marks=pytest.mark.slow)]
)
def test_the_examples_of_the_docstrings_are_so(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    shutil.copy(CONFIGS / "slope.yaml", tmp_path / "configs")
    module = importlib.import_module(name)
    examples = doctest.DocTestFinder().find(module, globs={"render": render})
    ran = [doctest.DocTestRunner().run(example) for example in examples]
    assert sum(result.attempted for result in ran) > 1
    assert sum(result.failed for result in ran) == 0


def test_nothing_is_learnt_before_it_is_asked_for_and_then_once(monkeypatch):
    from render.learn import loop

    trained, train = [], loop.train
    monkeypatch.setattr(loop, "train", lambda *given: trained.append(1) or train(*given))
    film = load("slope", "seed=77")
    assert repr(film) == "<Film slope: Learning the slope, 4 frames, 1 s, 160×90>"
    assert trained == []
    assert film.recording is film.recording
    film.frame("end")
    film.but(theme="paper").frame("end")
    assert len(trained) == 1
    assert film.but("optimizer.lr=0.2").recording.lr[0] == 0.2
    assert len(trained) == 2


def test_a_recording_is_arrays_a_csv_and_a_frame_of_pandas(slope, tmp_path):
    recording = slope.recording
    assert recording.params.shape == (5, 1)
    recording.to_csv(tmp_path / "own.csv")
    slope.save(tmp_path / "film.csv")
    assert (tmp_path / "own.csv").read_bytes() == (tmp_path / "film.csv").read_bytes()

    with (tmp_path / "own.csv").open() as file:
        rows = list(csv.DictReader(file))
    frame = recording.to_pandas()
    assert list(frame.columns) == list(rows[0])
    assert frame["w"].tolist() == recording.params[:, 0].tolist()
    assert frame["step"].tolist() == [0, 1, 2, 3, 4]
    assert set(frame["run"]) == {"slope"}
    last = frame.iloc[-1]
    assert np.isnan([last["batch_loss"], last["lr"]]).all()
    assert not frame.drop(columns=["batch_loss", "lr"]).isna().any(axis=None)


def test_without_pandas_it_is_said_how_to_get_it(slope, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="needs pandas: pip install pandas"):
        slope.recording.to_pandas()


def test_of_several_runs_each_is_asked_by_itself(race):
    labels = [recording.run for recording in race.recordings]
    assert labels == ["SGD", "momentum", "AdaGrad", "RMSProp", "Adam"]
    assert race.landscape is race.runs[0].landscape
    told = "optimizer_race has 5 runs (SGD, momentum, AdaGrad, RMSProp, Adam): film.recordings"
    for name in ("recording", "verdict"):
        with pytest.raises(render.RenderError, match=re.escape(told)):
            getattr(race, name)


def test_a_frame_is_the_film_s_own(slope):
    with house_style():
        stage, timeline = stage_of(slope.spec, slope.runs)
        wanted = [stage.picture(timeline.moments[i]) for i in (0, 2, 3)]
    found = [slope.frame(0), slope.frame("0.5s"), slope.frame("100%")]
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda film: film.frame("soon"), "'soon': expected a time like 2.5s, 50%, step 3"),
        (lambda film: film.frame("steps"), "'steps': expected a time like"),
        (lambda film: film.frame(-1), "-1: expected a time like"),
        (lambda film: film.frame(9), "9: the film lasts 1 s"),
        (lambda film: film.frame("step 99"), "step 99: the run never comes to that; it ends"),
        (lambda film: film.save("a.xyz"), "a.xyz: expected a file name that ends in "),
        (lambda film: film.save("a.gif", fps=0), "fps=0: film.fps: expected a whole number"),
        (lambda film: film.but("film.fps=0"), "film.fps=0: film.fps: expected a whole number"),
        (lambda film: film.but("optimizer.lrr=1"), "did you mean 'lr'"),
        (lambda film: film.but(size="big"), "size='big': expected two whole numbers, like (1280,"),
        (lambda film: film.but(size=(3, 4)), "size=(3, 4): film.size.0: expected an even whole"),
        (lambda film: film.still("99s", "a.png"), "'99s': the film lasts 1 s"),
        (lambda film: film.still("step 99", "a.png"), "step 99: the run never comes to that"),
        (lambda film: film.still("end", "a.gif"), "a.gif: a still is a file of .jpg, "),
        (lambda film: film.but(theme="transparent").save("a.mp4"), "ask for apng, frames"),
        (lambda film: film.save("films/"), "films/: is a folder; expected a file name"),
        (lambda film: load("slope", target="gihub"), "target='gihub': unknown target 'gihub'; did"),
        (
            lambda film: render.load(CONFIGS / "slope.yaml", "film.camera.orbit=x", draft=True),
            "film.camera.orbit=x: film.camera.orbit: expected",
        ),
        (lambda film: film.but(frames=(0, 4)), "the film has 4 frames, 0 to 3, found 0-4"),
        (lambda film: render.load("nowhere.yaml"), "nowhere.yaml: no such file"),
    ],
)
def test_a_wrong_wish_is_answered_without_options_of_the_command_line(
    slope, tmp_path, monkeypatch, ask, told
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(render.RenderError) as caught:
        ask(slope)
    assert told in str(caught.value)
    assert not re.search(r"(?<!\S)--?[a-z]", str(caught.value).replace("-handout.pdf", ""))
    assert list(tmp_path.iterdir()) == []


def nested(depth):
    config = {}
    for _ in range(depth):
        config = {"a": config}
    return config


CHANGES = "size, fps, theme, seed, frames, draft"


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (
            lambda film: render.load(CONFIGS / "slope.yaml", sizes=(160, 90)),
            "render.load: unknown option 'sizes'; did you mean 'size'?"
            f" there are: sets, target, cache, {CHANGES}",
        ),
        (
            lambda film: film.but(sizes=(160, 90)),
            f"film.but: unknown option 'sizes'; did you mean 'size'? there are: {CHANGES}",
        ),
        (
            lambda film: film.save("a.csv", format="mp4"),
            f"film.save: unknown option 'format'; there are: {CHANGES}, progress",
        ),
        (
            lambda film: film.still("end", "a.png", them="paper"),
            f"film.still: unknown option 'them'; did you mean 'theme'? there are: {CHANGES}",
        ),
        (
            lambda film: render.batch(["configs"], worker=2),
            "render.batch: unknown option 'worker'; did you mean 'workers'?"
            " there are: executor, out, formats, sets, workers, fail_fast",
        ),
        (lambda film: film.but(size=3), "size=3: expected two whole numbers, like (1280, 720)"),
        (lambda film: film.but(size={1: 2}), "size={1: 2}: expected two whole numbers"),
        (lambda film: film.but(frames=object), "frames=<class 'object'>: expected two whole"),
        (lambda film: film.but(fps="fast"), "fps='fast': film.fps: expected a whole number"),
        (lambda film: film.but(fps=object), "fps=<class 'object'>: expected numbers"),
        (lambda film: film.but(fps=np.float32(9.5)), "film.fps: expected a whole number"),
        (lambda film: film.but(fps=float("nan")), "fps=nan: film.fps: expected a whole number"),
        (lambda film: film.but(seed=[1]), "seed=[1]: seed: expected a whole number"),
        (lambda film: film.but(theme=3), "theme=3: expected a theme's name or file"),
        (lambda film: film.but(draft="yes"), "draft='yes': expected True or False"),
        (lambda film: film.but(3), 'sets=(3,): expected texts or mappings, like ["optimizer.lr=0'),
        (lambda film: film.but({1: 2}), "sets=({1: 2},): expected texts or mappings, like"),
        (lambda film: film.but({"a=b": 2}), "a=b=2: a key has no '='"),
        (lambda film: film.but({"optimizer.lr": {2}}), "optimizer.lr={2}: expected texts, numbers"),
        (lambda film: film.but(lr=0.3), "film.but: unknown option 'lr'; there are: size, "),
        (lambda film: film.but(lr=0.3), "keys of a config: title, scene, dataset, model, "),
        (lambda film: film.but(optimizer="adm"), "optimizer='adm': optimizer: unknown optimizer"),
        (lambda film: film.but(optimizer=print), "optimizer=<built-in function print>: expected"),
        (lambda film: render.load(CONFIGS / "slope.yaml", 3), "sets=3: expected texts or mappings"),
        (lambda film: render.load(CONFIGS / "slope.yaml", {"a": 1}), "a=1: a: unknown key"),
        (lambda film: render.load(CONFIGS / "slope.yaml", sets=None), "sets=None: expected texts"),
        (lambda film: render.load(3), "config=3: expected the name of a config's file, or a map"),
        (lambda film: render.load(b"a.yaml"), "config=b'a.yaml': expected the name of a config"),
        (
            lambda film: render.load({"optimiser": "adam"}),
            "config: optimiser: unknown key; did you",
        ),
        (
            lambda film: render.load({"optimizer": {"lr": -1}}),
            "config: optimizer.lr: expected a nu",
        ),
        (lambda film: render.load({"title": {1, 2}}), "config={'title': {1, 2}}: expected texts, "),
        (lambda film: render.load(nested(40)), "config: nested more than 32 levels deep"),
        (lambda film: render.load(nested(10**5)), "config={…}: expected texts, numbers"),
        (lambda film: render.load({"title": "a" * 10**6}), "config: larger than 1,000,000 bytes"),
        (lambda film: load("slope", target=3), "target=3: expected one of github, "),
        (lambda film: load("slope", cache="no"), "cache='no': expected True or False"),
        (lambda film: film.save(3), "file=3: expected the name of a file or folder"),
        (lambda film: film.save(["a.gif", "b.gif"]), "file=['a.gif', 'b.gif']: expected the name"),
        (lambda film: film.save("a.csv", progress=3), "progress=3: expected a function of"),
        (lambda film: film.still(None, "a.png"), 'time=None: expected seconds, or a text like "'),
        (lambda film: film.still("end", 3), "file=3: expected the name of a file"),
        (lambda film: film.still("steps"), "time='steps': give a file, whose name each step's"),
        (lambda film: film.frame([1]), "time=[1]: expected seconds"),
        (lambda film: render.batch(3), "configs=3: expected files and folders of configs"),
        (lambda film: render.batch([3]), "configs=3: expected files and folders of configs"),
        (lambda film: render.load("a\0b"), "config='a\\x00b': no file has a null byte"),
        (lambda film: film.save("a\0.csv"), "file='a\\x00.csv': no file has a null byte"),
        (lambda film: film.but(""), "sets='': expected KEY=VALUE, like optimizer.lr=0.3"),
        (lambda film: render.batch(["a"], formats=3), 'formats=3: expected texts, like ["mp4"]'),
        (lambda film: render.batch([film.spec], workers="two"), "workers='two': expected a whole"),
        (lambda film: render.batch([film.spec], workers=0), "workers=0: expected 1 or more"),
        (lambda film: render.batch([film.spec], 4), "executor=4: expected a concurrent.futures.Ex"),
        (lambda film: render.batch([film.spec], out=4), "out=4: expected the name of a file or"),
        (lambda film: render.batch([film.spec], fail_fast=1), "fail_fast=1: expected True or Fal"),
    ],
)
def test_a_wrong_option_is_answered_in_a_sentence(slope, tmp_path, monkeypatch, ask, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(render.ConfigError) as caught:
        ask(slope)
    assert str(caught.value).startswith(told) or told in str(caught.value).partition("\n")[0]
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_all_problems_of_options_are_named_as_they_were_written_in_python(slope):
    with pytest.raises(render.ConfigError) as caught:
        slope.but("optimizer.lr=-1", "optimizer.lrr=1", fps=0)
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()[:3]] == [
        "fps=0",
        "optimizer.lr=-1",
        "optimizer.lrr=1",
    ]
    found = [problem["option"] for problem in caught.value.problems]
    assert found == ["fps=0", "optimizer.lr=-1", "optimizer.lrr=1"]


def test_later_changes_override_earlier_ones_also_when_they_are_repeated(slope):
    film = slope.but("seed=1").but("seed=2").but("seed=1")
    assert film.spec.seed == 1
    assert film.but(seed=np.int64(5)).spec.seed == 5
    assert slope.but(fps=8, draft=True).spec.film.fps == 8
    assert slope.but(size=np.array([320, 180])).spec.film.size == (320, 180)


def test_a_film_is_changed_by_mappings_and_by_keys_of_a_config(slope):
    assert slope.but({"optimizer.lr": 0.3, "training.epochs": 2}).recording.lr[0] == 0.3
    assert slope.but(optimizer="adam").spec.optimizer == Adam()
    assert slope.but(optimizer={"kind": "adam", "lr": np.float64(0.5)}).spec.optimizer == Adam(0.5)
    assert slope.but({"optimizer.lr": 0.3}).but(optimizer=None).spec.optimizer.lr == 0.3
    both = slope.but("optimizer.lr=0.1", {"optimizer.lr": 0.2}, optimizer={"kind": "sgd", "lr": 3})
    assert both.spec.optimizer.lr == 0.2
    larger = slope.but(film={"duration": 2, "size": [320, 180]}, size=(640, 360))
    assert (larger.spec.film.size, larger.spec.film.duration) == ((640, 360), 2)
    assert load("slope", {"optimizer.lr": 0.3}, optimizer="adam").spec.optimizer == Adam(0.3)
    assert slope.but({"target": "github"}).spec.target == "github"
    words = slope.but(title="«½» 😀: {a} #1").spec
    assert words.title == "«½» 😀: {a} #1"


def test_a_film_of_a_mapping_is_that_of_the_file_with_the_same_keys(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cars.csv").write_text("speed,dist\n1,2\n2,4\n3,7\n")
    config = {
        "title": "Cars",
        "dataset": {"kind": "csv", "path": Path("cars.csv"), "x": "speed", "y": "dist"},
        "optimizer": MappingProxyType({"kind": "sgd", "lr": np.float64(0.05)}),
        "training": {"epochs": np.int64(3)},
        "film": {"size": (160, 90), "duration": 1, "fps": 4},
    }
    (tmp_path / "film.yaml").write_text(
        "title: Cars\ndataset: {kind: csv, path: cars.csv, x: speed, y: dist}\n"
        "optimizer: {kind: sgd, lr: 0.05}\ntraining: {epochs: 3}\n"
        "film: {size: [160, 90], duration: 1, fps: 4}\n"
    )
    film, file = render.load(config), render.load("film.yaml")
    assert film.recording.params.tolist() == file.recording.params.tolist()
    assert np.array_equal(film.frame("end"), file.frame("end"))
    config["training"]["epochs"] = 9  # what happens to the mapping later changes no film
    assert film.but(seed=3).recording.steps == 3
    assert [output.path.name for output in film.save("a.csv").outputs] == ["a.csv"]
    (outcome,) = render.batch(config, formats="csv", sets={"training.epochs": 2}, workers=1)
    assert outcome.result().outputs[0].path == Path("outputs/film.csv")


def test_every_key_of_a_config_is_an_option_or_has_one():
    from render.api.options import NAMES, SECTIONS
    from render.config.build import KEYS

    assert {*SECTIONS, *NAMES, "target"} >= {*KEYS}  # `render.load(…, target=…)`


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (render.batch, ["executor", "workers", "fail_fast", "formats", "sets", "out"]),
        (render.load, ["config", "sets", "size", "fps", "theme", "seed", "frames", "target"]),
    ],
)
def test_help_shows_every_option(function, names):
    text = pydoc.render_doc(function, renderer=pydoc.plaintext)
    signature, _, described = text.partition("->")
    assert [name for name in names if not re.search(rf"\b{name}: ", signature)] == []
    assert "executor" in described or function is render.load


@pytest.mark.slow
def test_one_text_is_not_read_letter_by_letter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = str(CONFIGS / "slope.yaml")
    (film,) = render.batch(config, formats="csv", sets="training.epochs=1", workers=1)
    assert [output.path.name for output in film.result().outputs] == ["slope.csv"]


def test_files_are_made_in_one_pass_or_not_at_all(slope, tmp_path, monkeypatch):
    from render.draw import animation

    drawn = []
    files = (tmp_path / "a.mp4", str(tmp_path / "b.gif"))
    report = slope.save(*files, size=(320, 180), progress=lambda *told: drawn.append(told))
    assert [output.path.name for output in report.outputs] == ["a.mp4", "b.gif"]
    assert len([stage for stage, _, _ in drawn if stage == "frames"]) == 4
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "a.mp4"))[0] == 4
    assert iio.imread(tmp_path / "b.gif").shape[:3] == (4, 180, 320)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(animation.FrameWriter, "grab_frame", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        slope.save(tmp_path / "a.mp4", tmp_path / "c.gif")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_still_without_a_file_is_the_picture(slope, tmp_path):
    picture = slope.still("step 3")
    assert (picture.shape, picture.dtype) == ((90, 160, 4), np.uint8)
    slope.still("step 3", tmp_path / "x.png")
    assert np.array_equal(picture[..., :3], iio.imread(tmp_path / "x.png"))
    assert slope.still("end", size=(320, 180)).shape == (180, 320, 4)


def test_a_still_is_a_file_of_its_own(slope, tmp_path):
    slope.still("step 3", tmp_path / "x.png")
    assert np.array_equal(iio.imread(tmp_path / "x.png"), slope.frame("step 3")[..., :3])


@pytest.mark.slow
def test_each_step_has_a_still_and_a_still_may_be_a_drawing(slope, tmp_path):
    report = slope.still("steps", tmp_path / "x.png")
    assert [output.path.name for output in report.outputs] == [f"x-00{i}.png" for i in range(5)]
    slope.still("end", tmp_path / "x.svg")
    assert "<svg" in (tmp_path / "x.svg").read_text()


def test_what_is_there_is_not_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    film = load("slope")
    assert not film.save(tmp_path / "a.csv").kept
    assert load("slope").save(tmp_path / "a.csv").kept
    assert not load("slope", cache=False).save(tmp_path / "a.csv").kept


def test_any_writer_gets_the_film_s_frames_whatever_the_settings_are(slope, tmp_path):
    class Frames(PillowWriter):
        def grab_frame(self, **options):
            with io.BytesIO() as buffer:
                self.fig.savefig(buffer, **{**options, "format": "png", "dpi": self.dpi})
                pictures.append(iio.imread(buffer.getvalue())[..., :3])

        def finish(self):
            pass

    pictures = []
    hostile = {
        "font.family": "serif",
        "text.hinting": "force_autohint",
        "savefig.bbox": "tight",
        "savefig.facecolor": "red",
        "lines.scale_dashes": True,
        "animation.bitrate": 7,
    }
    with mpl.rc_context(hostile):
        slope.animation().save(tmp_path / "x.gif", writer=Frames(fps=4))
        assert mpl.rcParams["savefig.facecolor"] == "red"
        assert slope.animation().to_jshtml().count("data:image/png;base64") == 4
    assert len(pictures) == 4
    for index in (0, 3):
        wanted = slope.frame(index / 4)[..., :3].astype(int)
        assert np.abs(pictures[index].astype(int) - wanted).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dpi", "size"),
    [
        (None, (160, 90)),
        ("figure", (160, 90)),
        (72, (160, 90)),
        (144, (320, 180)),
        (150, (334, 188)),  # 160 · 150/72 is 333.3, 90 · 150/72 is 187.5
    ],
)
def test_an_animation_has_the_size_of_its_resolution(slope, tmp_path, dpi, size):
    animation, before = slope.animation(), slope.frame("end")
    animation.save(tmp_path / "x.gif", writer="pillow", dpi=dpi)
    with Image.open(tmp_path / "x.gif") as image:
        assert (image.size, image.n_frames) == (size, 4)
        image.seek(3)
        seen = np.asarray(image.convert("RGB")).astype(int)
    wanted = slope.but(size=size).frame("end")[..., :3].astype(int)
    assert np.abs(seen - wanted).mean() < 4  # 256 colours
    assert np.array_equal(slope.frame("end"), before)
    animation.save(tmp_path / "again.gif", writer="pillow")
    with Image.open(tmp_path / "again.gif") as image:
        assert image.size == (160, 90)


@pytest.mark.parametrize(
    ("dpi", "told"),
    [
        ("big", "dpi='big': expected dots per inch, like 72"),
        (-3, "dpi=-3: expected dots per inch"),
        (True, "dpi=True: expected dots per inch"),
        (9000, "size=(20000, 11250): film.size.0: expected an even whole number from 160 to 4096"),
    ],
)
def test_a_resolution_that_cannot_be_is_answered_in_our_words(slope, tmp_path, dpi, told):
    with pytest.raises(render.ConfigError) as caught:
        slope.animation().save(tmp_path / "x.gif", writer="pillow", dpi=dpi)
    assert str(caught.value).startswith(told)
    assert list(tmp_path.iterdir()) == []


def test_a_figure_that_was_saved_larger_still_draws_the_film(slope, tmp_path):
    stage, timeline = stage_of(slope.spec, slope.runs)
    stage.draw(timeline.moments[0])
    stage.figure.savefig(tmp_path / "x.png", dpi=150)
    assert np.array_equal(stage.picture(timeline.moments[3]), slope.frame("end"))


@pytest.mark.slow
@pytest.mark.parametrize("writer", [None, "ffmpeg", FFMpegWriter(fps=4)])
def test_an_animation_is_saved_with_the_ffmpeg_that_the_film_has(
    slope, tmp_path, monkeypatch, writer
):
    monkeypatch.setenv("PATH", str(tmp_path))  # no other one is found
    slope.animation().save(tmp_path / "x.mp4", writer=writer)
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "x.mp4")) == (4, 1.0)
    assert iio.imread(tmp_path / "x.mp4").shape == (4, 90, 160, 3)
    assert mpl.rcParams["animation.ffmpeg_path"] == "ffmpeg"
    assert "data:video/mp4;base64" in slope.animation().to_html5_video()


def test_an_animation_without_any_ffmpeg_says_how_to_get_one(slope, tmp_path, monkeypatch):
    def nothing():
        raise RuntimeError

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", nothing)
    with pytest.raises(render.RenderError, match="no ffmpeg found"):
        slope.animation().save(tmp_path / "x.mp4")
    slope.animation().save(tmp_path / "x.gif", writer="pillow")


def test_a_notebook_gets_a_player_a_poster_and_words(race):
    bundle = race._repr_mimebundle_()
    assert bundle["text/plain"] == repr(race)
    page = bundle["text/html"]
    assert page == race._repr_html_()
    assert page.startswith("<video controls ")
    assert "momentum" in re.search('aria-label="([^"]+)"', page)[1]
    (video,) = re.findall(r"data:video/mp4;base64,([^\"]+)", page)
    (poster,) = re.findall(r"poster=\"data:image/png;base64,([^\"]+)", page)
    assert iio.imread(base64.b64decode(poster)).shape == (480, 854, 3)
    assert base64.b64decode(bundle["image/png"]) == base64.b64decode(poster)
    assert base64.b64decode(video)[4:8] == b"ftyp"


@pytest.mark.slow
def test_a_film_without_a_background_is_shown_as_its_poster():
    page = load("slope", theme="transparent")._repr_mimebundle_()["text/html"]
    assert page.startswith("<img ")


def test_a_film_that_cannot_be_made_says_so_in_a_notebook():
    film = load("slope", "dataset.slope=1e300")
    assert "too large" in film._repr_mimebundle_()["text/plain"]


def test_a_part_of_a_film_is_shown_as_a_part_of_a_draft():
    from render.api.notebook import _small

    film = load("slope", "film.duration=8", fps=60, frames=(60, 119))
    assert _small(film.spec.film).frames == (15, 30)
    film = load("slope", "film.duration=8", fps=60, frames=(478, 479))
    assert _small(film.spec.film).frames == (118, 119)


def test_a_variant_without_a_name_never_replaces_the_whole_film(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.yaml").write_text("outputs: [csv]\ntraining: {epochs: 2}\n")
    film = render.load("film.yaml")

    def saved(film, **options):
        return [output.path.as_posix() for output in film.save(**options).outputs]

    assert saved(film) == ["outputs/film.csv"]
    assert saved(film, draft=True) == ["outputs/film-draft.csv"]
    assert saved(film.but(draft=True)) == ["outputs/film-draft.csv"]
    assert saved(render.load("film.yaml", draft=True)) == ["outputs/film-draft.csv"]
    assert saved(film, frames=(0, 59)) == ["outputs/film-frames0-59.csv"]
    shorts = render.load("film.yaml", "outputs=[csv]", target="shorts")
    assert saved(shorts) == ["outputs/film-shorts.csv"]
