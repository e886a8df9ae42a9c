"""What is made of processes; and that one which fails says why."""

from __future__ import annotations

import json
import sys

import pytest

from render.errors import RenderError
from tests.benchmark import child
from tests.benchmark.measures import cold, long
from tests.benchmark.process import Ended, run
from tests.benchmark.sample import Bench
from tests.benchmark.scale import GOALS


@pytest.fixture
def ran(monkeypatch):
    """Processes that all take 10 seconds and print the facts in this dict; what was started."""
    started, facts = [], {}

    def fake(*arguments):
        started.append([str(argument) for argument in arguments])
        return Ended(10.0, json.dumps(facts) + "\n")

    monkeypatch.setattr(cold, "run", fake)
    monkeypatch.setattr(long, "run", fake)
    return started, facts


def test_the_frames_a_naive_process_leaves_out_are_reckoned(ran, tmp_path):
    started, facts = ran
    facts |= {"fixed_s": 2.0, "each_s": 0.5, "timed": 12}
    sample = cold.naive_gif(Bench(GOALS, tmp_path))
    assert sample.seconds == pytest.approx(10 + 228 * 0.5)
    assert (sample.frames, sample.timed) == (240, 12)
    assert started[0][2:] == [str(tmp_path / "naive.gif"), "240", "8", "1280", "720"]


def test_training_is_taken_off_a_process(ran, tmp_path):
    started, facts = ran
    facts |= {"training_s": 7.5, "frame_s": 0.01, "peak_bytes": 3e8}
    sample = long.deep(Bench(GOALS, tmp_path))
    assert sample.facts["rest_s"] == pytest.approx(2.5)
    assert sample.seconds == 10
    assert "training.epochs=100000" in started[0]
    assert "film.duration=10.0" in started[0]


def test_the_configs_here_are_checked_or_else_our_own(ran, tmp_path, monkeypatch):
    started, _ = ran
    monkeypatch.chdir(tmp_path)
    own = len(list(cold.CONFIGS.glob("*.yaml")))
    assert cold.check(Bench(GOALS, tmp_path)).facts["configs"] == own
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "mine.yaml").write_text("{}")
    assert cold.check(Bench(GOALS, tmp_path)).facts["configs"] == 1
    assert started[-1][3] == "configs"


def test_a_process_is_timed_and_tells_its_last_line(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # the package is found from anywhere
    ended = run("-c", "import tests.benchmark.scale\nprint('x')\nprint('{\"a\": 1.5}')")
    assert ended.told() == {"a": 1.5}
    assert 0 < ended.seconds < 60


def test_a_process_that_fails_says_why():
    code = "import sys\nprint('no space on this planet', file=sys.stderr)\nsys.exit(3)"
    with pytest.raises(RenderError, match=r"ended with status 3:\n    no space on this planet"):
        run("-c", code)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows doesn't tell")
def test_peak_memory_is_that_of_the_process_itself():
    hoard = bytearray(b"x") * 120_000_000  # a child of ours must not be told of it
    own = child.peak_bytes()
    assert own > len(hoard)
    code = "from tests.benchmark.child import peak_bytes\nimport json\nprint(json.dumps({})\n"
    code = code.replace("{}", "{'peak': peak_bytes()}")
    assert 5e6 < run("-c", code.rstrip() + ")").told()["peak"] < own


def test_a_watched_film_tells_its_training_and_its_frames(tmp_path, monkeypatch):
    from render.learn import loop

    monkeypatch.setattr(loop, "train", loop.train)  # put back afterwards
    small = ["film.size=[160, 90]", "film.duration=0.5", "film.fps=10"]
    facts = child.watched("slope", tmp_path, small)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert facts["training_s"] > 0
    assert facts["frame_s"] > 0
