"""How processes are timed and observed; one that fails says why."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from render.errors import RenderError
from tests.benchmark import measures
from tests.benchmark.films import CONFIGS, GOALS
from tests.benchmark.measures import Bench
from tests.benchmark.process import Ended, growth, observe, peak_bytes, run


@pytest.fixture
def ran(monkeypatch):
    """Processes that all take 10 seconds and print the facts in this dict; what was started."""
    started, facts = [], {}

    def fake(*arguments):
        started.append([str(argument) for argument in arguments])
        return Ended(10.0, json.dumps(facts) + "\n")

    monkeypatch.setattr(measures, "run", fake)
    return started, facts


def test_the_frames_a_naive_process_leaves_out_are_estimated(ran, tmp_path):
    started, facts = ran
    facts |= {"fixed_s": 2.0, "each_s": 0.5, "timed": 12}
    sample = measures.cold_naive_gif(Bench(GOALS, tmp_path))
    assert sample.seconds == pytest.approx(10 + 228 * 0.5)
    assert (sample.frames, sample.timed) == (240, 12)
    assert started[0][2:] == [str(tmp_path / "naive.gif"), "240", "8", "1280", "720"]


def test_training_is_taken_off_a_process(ran, tmp_path):
    started, facts = ran
    facts |= {"training_s": 7.5, "frame_s": 0.01, "peak_bytes": 3e8}
    sample = measures.deep(Bench(GOALS, tmp_path))
    assert sample.facts["rest_s"] == pytest.approx(2.5)
    assert sample.seconds == 10
    assert "training.epochs=100000" in started[0]
    assert "film.duration=10.0" in started[0]


def test_the_configs_here_are_checked_or_else_our_own(ran, tmp_path, monkeypatch):
    started, _ = ran
    monkeypatch.chdir(tmp_path)
    own = len(list(CONFIGS.glob("*.yaml")))
    assert measures.check(Bench(GOALS, tmp_path)).facts["configs"] == own
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "mine.yaml").write_text("{}")
    assert measures.check(Bench(GOALS, tmp_path)).facts["configs"] == 1
    assert started[-1][3] == "configs"


def test_a_process_is_timed_and_its_last_line_read(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # the package is found from anywhere
    ended = run("-c", "import tests.benchmark.films\nprint('x')\nprint('{\"a\": 1.5}')")
    assert ended.facts() == {"a": 1.5}
    assert 0 < ended.seconds < 60


def test_a_process_that_fails_says_why():
    code = "import sys\nprint('no space on this planet', file=sys.stderr)\nsys.exit(3)"
    with pytest.raises(RenderError, match=r"ended with status 3:\n    no space on this planet"):
        run("-c", code)


def test_the_end_of_a_film_is_compared_with_its_start():
    frames_s = list(np.cumsum([50.0, *[1.0] * 19, *[3.0] * 70, *[2.0] * 9, 90.0]))  # one is late
    facts = growth(frames_s, [100.0, 7.0, *[8.0] * 7, 9.0])
    assert facts == {
        "early_frame_s": 1.0,
        "late_frame_s": 2.0,
        "early_bytes": 7.0,
        "late_bytes": 9.0,
    }
    assert growth(frames_s[:12], [1.0]) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="not known on Windows")
def test_peak_memory_is_that_of_the_process_itself():
    hoard = bytearray(b"x") * 120_000_000  # must not count for a process that we start
    own = peak_bytes()
    assert own > len(hoard)
    code = "from tests.benchmark.process import peak_bytes\nimport json\nprint(json.dumps({})\n"
    code = code.replace("{}", "{'peak': peak_bytes()}")
    assert 5e6 < run("-c", code.rstrip() + ")").facts()["peak"] < own


def test_an_observed_film_has_the_times_of_training_and_frames(tmp_path, monkeypatch):
    from render.learn import loop

    monkeypatch.setattr(loop, "train", loop.train)  # put back afterwards
    small = ["film.size=[160, 90]", "film.duration=0.5", "film.fps=10"]
    facts = observe("slope", tmp_path, small)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert facts["training_s"] > 0
    assert facts["frame_s"] > 0
