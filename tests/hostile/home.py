"""A folder with a tiny film, the command line, and files that a fault must not change."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from render import registry
from render.__main__ import main
from tests.jobs.commands import LINUX, encoding

TINY = "film: {size: [160, 90], fps: 20, duration: 0.5}\ntraining: {epochs: 3}\n"
FORMATS = registry.names("encode/formats")


@dataclass
class Home:
    """A user's folder, which is the current one: configs/, scenes/, outputs/."""

    folder: Path
    capsys: Any
    before: dict[str, bytes] = field(default_factory=dict)

    def config(self, more: str = "", name: str = "film", film: str = TINY) -> Path:
        """A config of a tiny film."""
        return self.put(f"configs/{name}.yaml", film + more)

    def put(self, name: str, text: str | bytes) -> Path:
        """A file."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path.relative_to(self.folder)

    def run(self, *words: str) -> tuple[int, str]:
        """The exit code of a command, and its standard error."""
        self.capsys.readouterr()
        try:
            code: Any = main(list(words))
        except SystemExit as ended:
            code = ended.code
        return code, self.capsys.readouterr().err

    def fails(self, *words: str, formats: Sequence[str] = ("mp4", "csv")) -> str:
        """The message for a film that can't be made; no other file changes."""
        named = () if {"-o", "--format", "--still"} & {*words} else ("--format", ",".join(formats))
        code, message = self.run("configs/film.yaml", "--quiet", *named, *words)
        assert code == 1, message
        assert message.startswith("film: ")
        assert message.endswith("\n")
        assert "Traceback" not in message
        self.unharmed()
        return message.removeprefix("film: ").removesuffix("\n")

    def old(self, folder: str = "outputs", suffixes: Sequence[str] = FORMATS) -> None:
        """Older films, which a fault must not change."""
        for suffix in suffixes:
            self.put(f"{folder}/film.{suffix}", f"an old {suffix}")
        self.before = self.files()

    def files(self) -> dict[str, bytes]:
        """All files here, hidden ones and outputs' above all."""
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}

    def outputs(self) -> list[str]:
        """What is in outputs/."""
        return sorted(path.name for path in (self.folder / "outputs").iterdir())

    def unharmed(self) -> None:
        """The older films are complete, there are no new files, and no ffmpeg runs."""
        now = {name: data for name, data in self.files().items() if "outputs" in name}
        assert now == {name: data for name, data in self.before.items() if "outputs" in name}
        assert not [name for name in self.files() if name.endswith(".part")]
        assert not LINUX or not encoding(self.folder)
        assert not [thread for thread in threading.enumerate() if thread.name == "encode"]


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[bool]:
    """A small file system of its own at a folder, where that is allowed; and whether it is."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    try:
        done = subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        done = False
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def no_file_over(size_bytes: int) -> Iterator[None]:
    """What a quota does: files of this process, and of those it starts, can't grow further."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(folder: Path) -> None:
    """Fill a file system completely."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert os.statvfs(folder).f_bavail == 0
