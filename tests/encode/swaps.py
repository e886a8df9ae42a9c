"""A film of several files that replaces some of an older one, and processes killed while it does.

`python -m tests.encode.swaps FOLDER` kills one in FOLDER/0 before it first changes the disk,
one in FOLDER/1 before the second time, and so on, until one ends by itself.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from render.encode.atomic import Parts
from render.encode.contents import MANIFEST, write_manifest

CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir"}  # and lists that are opened to write
TARGETS = ("a.mp4", "b_frames", "c.gif", "d_frames", "e.png", "sub/f.csv", "sub/g.csv")
PRESENT = ("a.mp4", "b_frames", "c.gif", "sub/f.csv")  # the others are new


def write(path: Path, text: str) -> None:
    """A file with a text; if the path is a folder, three in it."""
    paths = [path / f"000{i}.png" for i in range(3)] if path.is_dir() else [path]
    for each in paths:
        each.write_text(f"{text} {each.name if path.is_dir() else ''}")
    if path.is_dir():
        (path / MANIFEST).unlink(missing_ok=True)
        write_manifest(path)


def older(folder: Path) -> dict[str, str]:
    """Make an older film; what is in the folder then."""
    (folder / "sub").mkdir(parents=True)
    for name in PRESENT:
        if name.endswith("_frames"):
            (folder / name).mkdir()
        write(folder / name, "old")
    return content(folder)


def replace(folder: Path) -> None:
    """Make a newer film in its place."""
    with Parts() as parts:
        for name in TARGETS:
            write(parts.beside(folder / name, name.endswith("_frames")), "new")


def content(folder: Path) -> dict[str, str]:
    """Every file beneath a folder, hidden ones too, with its text; without the manifests."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(paths)}


def main(parent: Path, without_links: bool) -> None:
    """Kill a process at each change."""
    for number in range(1000):
        older(parent / str(number))
        pid = os.fork()
        if pid == 0:
            if without_links:
                os.link = no_links
            _kill_before(number)
            replace(parent / str(number))
            os._exit(0)
        if os.waitpid(pid, 0)[1] == 0:
            return


def no_links(*args: object, **kwargs: object) -> None:
    """The error of file systems without hard links."""
    raise PermissionError(1, "Operation not permitted")


def _kill_before(number: int) -> None:
    left = number

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        new_list = event == "open" and str(args[0]).endswith(".swap")
        if event in CHANGES or new_list:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(hook)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--without-links" in sys.argv)
