"""Few files, of those that a process may have open: fewer films at once, or a word why not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.jobs.commands import LINUX, TINY, configs, environment, parts

pytestmark = pytest.mark.skipif(not LINUX, reason="ulimit, /dev/fd")

LIMITED = "ulimit -n {files}; exec {python} -m render {words}"


def run(folder, files, *words):
    script = LIMITED.format(files=files, python=sys.executable, words=" ".join(words))
    return subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment(), capture_output=True, text=True
    )


@pytest.mark.slow
def test_with_few_files_there_are_fewer_workers_and_all_films(tmp_path):
    films = {f"film{number:02}": TINY for number in range(12)}
    configs(tmp_path, **films)
    done = run(tmp_path, 64, "configs", "-j", "12", "--format", "csv", "--no-cache")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "at once" in line]
    assert len(told) == 1
    assert told[0].startswith("makes only ")
    assert told[0].endswith(" films at once: this process may open no more files (`ulimit -n`)")
    assert len(list(tmp_path.glob("outputs/*.csv"))) == len(films)
    assert parts(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("files", [8, 10, 12, 14, 20])
def test_with_next_to_none_the_word_is_about_files_and_not_about_ffmpeg(tmp_path, files):
    configs(tmp_path, film=TINY)
    done = run(tmp_path, files, "configs", "--no-cache", "--quiet")
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert "IMAGEIO" not in done.stderr
    assert "internal error" not in done.stderr
    assert done.returncode == 0 or "open files" in done.stderr
    assert parts(tmp_path) == []
