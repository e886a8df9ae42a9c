"""A config saved well, badly and well again while it is watched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCENES = Path(__file__).parent.parent.parent / "scenes"
CONFIG = (
    "scene: mine\nfilm: {size: [320, 180], duration: 0.5}\noutputs: [csv]\n"
    "dataset: {kind: csv, path: data.csv, x: x, y: y}\n"
)
PATIENCE_S = 60


class Watch:
    """A watched folder and what is said of it."""

    def __init__(self, folder):
        self.said, self.read = folder / "said.txt", 0
        with self.said.open("wb") as stream:
            command = [sys.executable, "-m", "render", "configs/film.yaml", "--watch", "--no-cache"]
            self.process = subprocess.Popen(command, cwd=folder, stderr=stream)

    def hears(self, text):
        """Wait for a text that was not there before."""
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s and self.process.poll() is None:
            told = self.said.read_text(encoding="utf-8")
            if text in told[self.read :]:
                time.sleep(0.1)
                told = self.said.read_text(encoding="utf-8")
                new, self.read = told[self.read :], len(told)
                return new
            time.sleep(0.05)
        raise AssertionError(self.said.read_text(encoding="utf-8"))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SCENES.parent))
    for folder in ("configs", "scenes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "configs" / "film.yaml").write_text(CONFIG)
    (tmp_path / "configs" / "data.csv").write_text("x,y\n1,2\n2,3\n4,4\n")
    (tmp_path / "scenes" / "mine.py").write_text((SCENES / "slope_bias.py").read_text())
    return tmp_path


@pytest.mark.slow
def test_a_draft_follows_every_save_and_survives_a_bad_one(home):
    watch = Watch(home)
    try:
        watch.hears("Ctrl-C ends it")
        table = home / "outputs" / "film-draft.csv"
        assert len(table.read_text().splitlines()) == 12
        config = home / "configs" / "film.yaml"

        config.write_text(f"{CONFIG}training: {{epochs: 3}}\n")
        watch.hears("film: outputs")
        assert len(table.read_text().splitlines()) == 5

        config.write_text(f"{CONFIG}training: {{epoch: 2}}\n")
        assert "did you mean 'epochs'?" in watch.hears("waiting for the next save")
        assert len(table.read_text().splitlines()) == 5
        with config.open("w") as file:  # a save that takes its time
            file.write(f"{CONFIG}training: {{epochs:")
            file.flush()
            time.sleep(0.2)
            file.write(" 2}\n")
        watch.hears("film: outputs")
        assert len(table.read_text().splitlines()) == 4
    finally:
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(10) == 0
    assert watch.said.read_text(encoding="utf-8").endswith("stopped watching\n")


@pytest.mark.slow
def test_a_scene_what_it_imports_and_the_data_are_watched_too(home):
    scene, helper = home / "scenes" / "mine.py", home / "scenes" / "beside.py"
    text = scene.read_text()
    helper.write_text("x = 1\n")
    future = "from __future__ import annotations\n"
    path = f"import sys\nsys.path.insert(0, {str(scene.parent)!r})\nimport beside\n"
    scene.write_text(text.replace(future, future + path))
    (home / "configs" / "film.yaml").write_text(CONFIG.replace("[csv]", "[png]"))
    watch = Watch(home)
    try:
        watch.hears("Ctrl-C ends it")
        helper.write_text("x = 1 / 0\n")
        assert "ZeroDivisionError" in watch.hears("waiting for the next save")
        helper.write_text("x = 2\n")
        watch.hears("film: outputs")
        scene.write_text("def compose(spec):\n    return 3\n")
        assert "must return a Scene" in watch.hears("waiting for the next save")
        data = home / "configs" / "data.csv"
        scene.unlink()
        assert "unknown scene 'mine'" in watch.hears("waiting for the next save")
        scene.write_text(text)
        watch.hears("film: outputs")
        data.write_text("x,y\n1,2\n2,3\n4,x\n")
        assert "'x'" in watch.hears("waiting for the next save")
        data.write_text("x,y\n1,2\n2,3\n4,5\n")
        watch.hears("film: outputs")
    finally:
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(10) == 0


if os.name == "nt":
    pytestmark = pytest.mark.skip(reason="Ctrl-C can't be sent to one process there")
