"""`render.batch(…)`: films made wherever an executor runs its tasks, their files written here."""

import asyncio
import concurrent.futures
import errno
import os
import subprocess
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import render
from render.config.load import load
from render.errors import ConfigError, RenderError
from render.jobs import remote
from render.jobs.plan import OutputRequest, plan
from tests.jobs.commands import configs

TABLE = "outputs: [csv, json]\ntraining: {epochs: 2}\n"
OWN_SCENE = "from scenes.slope import compose  # nothing of ours but its name\n"


class Post(Executor):
    """Runs each task in a process in an empty folder, which is sent bytes and sends bytes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def submit(self, task, /, *given, **named):
        import pickle

        code = (
            "import pickle, sys\n"
            "task, given = pickle.load(sys.stdin.buffer)\n"
            "sys.stdout.buffer.write(pickle.dumps(task(*given)))\n"
        )
        from tests.jobs.commands import environment

        done = subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps((task, given)),
            stdout=subprocess.PIPE,
            cwd=self.folder,
            env=environment(),
            check=True,
        )
        future = Future()
        future.set_result(pickle.loads(done.stdout))
        return future


class Broken(Executor):
    """Loses everything."""

    def submit(self, task, /, *given, **named):
        future = Future()
        future.set_exception(OSError("the worker\nis gone"))
        return future


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A config that reads data, a scene and a theme of the user's own."""
    monkeypatch.chdir(tmp_path)
    text = (
        "scene: mine\ndataset: {kind: csv, path: ../data.csv, x: a, y: b}\n"
        "film: {size: [160, 90], fps: 10, duration: 0.5, theme: look.yaml}\n"
        "model: {bias: {value: 0, frozen: true}}\n"  # the scene is for one trained parameter
        "training: {epochs: 2}\noutputs: [png, csv, json]\n"
    )
    configs(tmp_path, mine=text)
    (tmp_path / "data.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    (tmp_path / "configs" / "look.yml").write_text("")
    (tmp_path / "configs" / "look.yaml").write_text("like: paper\ndata: '#112233'\n")
    (tmp_path / "configs" / "look.yml").unlink()
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "mine.py").write_text(OWN_SCENE)
    return tmp_path


def files(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_package_is_a_function_and_a_folder():
    assert callable(render.batch)
    assert plan is sys.modules["render.jobs.plan"].plan


@pytest.mark.slow
def test_a_film_made_elsewhere_is_the_same_to_the_byte(home):
    """Elsewhere is a process that finds none of the files it needs where it runs."""
    (home / "empty").mkdir()
    spec = load(Path("configs/mine.yaml"))
    (near,) = render.batch([spec], ThreadPoolExecutor(1), out="near")
    (far,) = render.batch([spec], Post(home / "empty"), out="far")
    assert near.error is far.error is None
    assert [str(output.path) for output in far.result().outputs] == [
        "far/mine.png",
        "far/mine.csv",
        "far/mine.json",
    ]
    assert files(home / "near") == files(home / "far")
    assert not any((home / "empty").iterdir())


def test_outcomes_come_in_the_order_of_the_configs_and_failures_are_not_raised(home):
    configs(home, a=TABLE, b=TABLE)
    (home / "configs" / "b.yaml").write_text(
        "outputs: [csv]\ndataset: {kind: csv, path: ../b.csv, x: a, y: b}\n"
    )
    (home / "b.csv").write_text("a,b\n1,one\n2,3\n")
    found = render.batch(["configs/a.yaml", "configs/b.yaml"], ThreadPoolExecutor(2), out="here")
    assert [film.word for film in found] == ["made", "failed"]
    assert found[1].error.startswith("configs/../b.csv:2")
    with pytest.raises(RenderError, match=r"^b: configs/\.\./b\.csv:2"):
        found[1].result()
    assert sorted(files(home / "here")) == ["a.csv", "a.json"]


def test_what_an_executor_loses_is_told_of_its_film(home):
    (film,) = render.batch(["configs/mine.yaml"], Broken())
    assert film.error == "its task failed: OSError: the worker is gone"


@pytest.mark.parametrize("error", [concurrent.futures.CancelledError, asyncio.CancelledError])
def test_a_task_that_is_cancelled_is_told_with_a_reason(home, error):
    """What dask raises when its scheduler dies; its text is empty."""

    class Cancelling(Executor):
        def submit(self, task, /, *given, **named):
            future = Future()
            future.set_exception(error())
            return future

    (film,) = render.batch(["configs/mine.yaml"], Cancelling())
    assert film.error == "its task was cancelled: perhaps the scheduler has ended"


def test_an_executor_that_takes_no_tasks_is_told_of_each_film(home):
    with ThreadPoolExecutor(1) as pool:
        pass
    (film,) = render.batch(["configs/mine.yaml"], pool)
    assert film.word == "failed"
    assert film.error
    assert not (home / "outputs").exists()


def test_a_config_that_is_wrong_is_raised_before_anything_is_made(home):
    configs(home, a="nonsense: 1\n")
    with pytest.raises(ConfigError, match="nonsense"):
        render.batch(["configs"], Broken())
    assert not (home / "outputs").exists()


def test_the_problems_of_all_configs_are_raised_together(home):
    """As the command line tells them: a folder is mended in one go."""
    configs(home, a="nonsense: 1\n", b="training: {epochs: 0}\n", c="film: [\n")
    with pytest.raises(ConfigError) as raised:
        render.batch(["configs", {"seed": "one"}], Broken())
    told = str(raised.value)
    for place in ("a.yaml:1:1: nonsense: ", "b.yaml:1:20: training.epochs: ", "c.yaml:2:1: "):
        assert f"configs/{place}" in told
    assert "config: seed: expected a whole number" in told
    assert told.endswith("\n  in configs[1]")
    keys = [problem["key"] for problem in raised.value.problems]
    assert keys == ["nonsense", "training.epochs", None, "seed"]
    assert not (home / "outputs").exists()


def test_a_change_that_fits_no_config_is_told_once(home):
    configs(home, a=TABLE, b=TABLE)
    with pytest.raises(ConfigError) as raised:
        render.batch(["configs/a.yaml", "configs/b.yaml"], Broken(), sets=["film.fsp=3"])
    assert str(raised.value).count("unknown key") == 1
    with pytest.raises(ConfigError, match=r"\n  in configs/b.yaml$"):
        render.batch(["configs/mine.yaml", "configs/b.yaml"], Broken(), sets=["dataset.path=3"])


def test_a_worker_of_another_version_is_refused(home, monkeypatch):
    (job,) = plan([load(Path("configs/mine.yaml"))], OutputRequest())
    packed = remote.pack(job)
    monkeypatch.setattr(remote, "__version__", "9.9")
    assert remote.run_package(packed).outcome.error == (
        f"the worker has descent-film 9.9, not {render.__version__}"
    )


def test_data_that_is_gone_is_told_before_the_film_travels(home):
    spec = load(Path("configs/mine.yaml"))
    (home / "data.csv").unlink()
    (film,) = render.batch([spec], Broken())
    assert film.error == f"configs/../data.csv: can't be read: {os.strerror(errno.ENOENT)}"


@pytest.mark.slow
def test_a_pool_of_processes_and_workers_of_our_own_make_the_same(home):
    with ProcessPoolExecutor(1) as pool:
        (theirs,) = render.batch(["configs/mine.yaml"], pool, out="theirs")
    (ours,) = render.batch(["configs/mine.yaml"], out="ours")
    assert theirs.error is ours.error is None
    assert files(home / "theirs") == files(home / "ours")


def test_a_folder_made_elsewhere_replaces_a_longer_one(home):
    for duration in (1, 0.5):
        sets = [f"film.duration={duration}"]
        with ThreadPoolExecutor(1) as pool:
            (made,) = render.batch(
                ["configs/mine.yaml"], pool, "out", formats=["frames"], sets=sets
            )
        made.result()
    assert len([*Path("out/mine_frames").glob("*.png")]) == 5
