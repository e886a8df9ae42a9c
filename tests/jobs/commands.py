"""The command as a process of its own, as a terminal would start, interrupt and kill it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
TINY = "film: {size: [160, 90], fps: 20, duration: 1}\noutputs: [mp4, csv]\n"
LONG = "film: {size: [160, 90], fps: 60, duration: 120}\noutputs: [mp4, csv]\n"  # is interrupted
PATIENCE_S = 60.0
LINUX = sys.platform == "linux"


def configs(folder: Path, **texts: str) -> Path:
    """A folder of configs by their names."""
    (folder / "configs").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "configs" / f"{name}.yaml").write_text(text)
    return folder / "configs"


def environment() -> dict[str, str]:
    """Ours, in which the package is found from any folder."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def start(
    folder: Path,
    *options: str,
    cache: bool = False,
    before: Callable[[], object] | None = None,
    words: Sequence[str] = ("configs",),
) -> subprocess.Popen[str]:
    """`python -m render configs` in that folder, in a process group of its own.

    `before` is called in the new process, before it becomes the command.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "render", *words, *([] if cache else ["--no-cache"]), *options],
        cwd=folder,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=before,
    )


def until(happened: Callable[[], object], why: str = "it never happened") -> None:
    """Wait for something that will happen."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline_s, why
        time.sleep(0.01)


def press_ctrl_c(process: subprocess.Popen[str]) -> None:
    """What the terminal does: everyone in the group gets it."""
    os.killpg(process.pid, signal.SIGINT)


def parts(folder: Path) -> list[Path]:
    """What is being written there."""
    return sorted(folder.glob("outputs/.*.part"))


def writers(folder: Path) -> set[int]:
    """The processes that are writing parts there, by the parts' names."""
    return {int(part.name.rsplit("-", 2)[1]) for part in parts(folder)}


def drawing(folder: Path, films: int) -> Callable[[], bool]:
    """Whether so many films are being encoded: their videos have been begun."""
    return lambda: sum(p.stat().st_size > 0 for p in parts(folder) if ".mp4." in p.name) >= films


def alive(session: int) -> list[str]:
    """The processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        state, _, _, own = text.rpartition(")")[2].split()[:4]
        if state != "Z" and int(own) == session:
            found.append(command.replace(b"\0", b" ").decode())
    return found


def encoding(folder: Path) -> list[str]:
    """The ffmpegs that write into that folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command and b"ffmpeg" in command:
            found.append(command.decode())
    return found


def nothing_runs(folder: Path, session: int) -> None:
    """No process of a session that has ended, and no ffmpeg that writes there, lives on."""
    until(lambda: not alive(session), "a process lives on")
    until(lambda: not encoding(folder), "an ffmpeg lives on")


def frames(video: Path) -> int:
    """How many frames a video really has: decoded, one by one."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(video)]
    command += ["-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    return sum(not line.startswith("#") for line in done.stdout.splitlines())
