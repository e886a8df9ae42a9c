"""What films need of the software here: nothing in, what was found of each thing out."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.metadata
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from render import __version__
from render.commands.common.output import columns, say, say_json


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    found: str
    remedy: str = ""  # what to do about it; empty: all is well
    fatal: bool = False  # whether no film can be made


PACKAGES = {  # as they are installed, and as they are imported
    "torch": "torch",
    "numpy": "numpy",
    "scipy": "scipy",
    "matplotlib": "matplotlib",
    "pillow": "PIL",
    "imageio": "imageio",
    "imageio-ffmpeg": "imageio_ffmpeg",
    "PyYAML": "yaml",
    "pydantic": "pydantic",
    "rich": "rich",
    "xxhash": "xxhash",
}
USED = {  # encoder → the files it is for
    "libx264": "mp4",
    "gif": "gif",
    "png": "png",
    "libvpx-vp9": "webm",
    "libwebp_anim": "webp",
}
NEEDED = ("libx264", "gif")


def software() -> Iterator[Finding]:
    """This program and all that it is made with."""
    yield Finding("descent-film", __version__)
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield Finding("Python", f"{platform.python_version()} ({sys.executable}), {system}")
    for package, module in PACKAGES.items():
        yield _package(package, module)
    yield from _ffmpeg()
    yield from _fonts()


def _package(package: str, module: str) -> Finding:
    """Imported, not only looked for: a broken one is there and can't be used."""
    wanted = _wanted(package)
    remedy = f"{sys.executable} -m pip install --force-reinstall '{wanted}'"
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:  # something that it needs is missing itself
            return Finding(package, f"can't be imported: {error}", remedy, fatal=True)
        install = f"{sys.executable} -m pip install '{wanted}'"
        return Finding(package, "not installed", install, fatal=True)
    except Exception as error:
        told = " ".join(str(error).split())[:200]
        return Finding(package, f"can't be imported: {told}", remedy, fatal=True)
    try:
        return Finding(package, importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return Finding(package, "of unknown version")


def _wanted(package: str) -> str:
    """The package with the versions that we can use, as we declare them."""
    try:
        declared = importlib.metadata.requires("descent-film") or []
    except importlib.metadata.PackageNotFoundError:  # run from a checkout
        return package
    own = re.compile(rf"{re.escape(package)}\b(?!-)", re.IGNORECASE)
    return next((line for line in declared if own.match(line) and ";" not in line), package)


def _ffmpeg() -> Iterator[Finding]:
    from render.encode.ffmpeg import binary, encoders, version

    remedy = (
        f"{sys.executable} -m pip install --force-reinstall imageio-ffmpeg,"
        " or set IMAGEIO_FFMPEG_EXE to the path of an ffmpeg"
    )
    try:
        path, there = binary(), encoders()
    except Exception as error:  # whatever is wrong with it, the other findings count too
        yield Finding("ffmpeg", str(error), remedy, fatal=True)
        return
    yield Finding("ffmpeg", f"{version()} ({path})")
    for encoder, use in USED.items():
        if encoder in there:
            yield Finding(f"  {encoder}", f"makes {use}")
        else:
            told = f"this ffmpeg makes no {use}: {remedy}"
            yield Finding(f"  {encoder}", "missing", told, fatal=encoder in NEEDED)


def _fonts() -> Iterator[Finding]:
    from render.draw.style import PACKAGES as FONTS
    from render.draw.style import typefaces

    for name, folder in typefaces().items():
        remedy = f"{sys.executable} -m pip install {FONTS[name].replace('_', '-')}"
        missing = Finding(name, "not installed", remedy, fatal=True)
        yield missing if folder is None else Finding(name, str(folder))


LITTLE_BYTES = 500_000_000  # of disk: a long film in 4K and its part file
NONE_BYTES = 20_000_000  # not even a short one
ROOMY_BYTES = 1_000_000_000  # of memory: what one film takes with torch and Matplotlib, and spare
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current")


def machine(out: Path) -> Iterator[Finding]:
    """Cores, memory, disks and the terminal."""
    from render.jobs.cores import cores

    usable, all_ = cores(), os.cpu_count() or 1
    yield Finding("cores", f"{usable} usable" + (f" of {all_}" if usable != all_ else ""))
    yield _memory()
    folder = _existing(out)
    yield _writable(out, folder)
    yield _disk("free for films", folder, NONE_BYTES)
    yield _disk("free for temporary files", Path(tempfile.gettempdir()), 0)
    yield _terminal()


def _memory() -> Finding:
    free = _free_memory()
    if free is None:
        return Finding("memory", "unknown")
    scarce = "close other programs, or make one film at a time: -j 1"
    return Finding("memory", f"{_gigabytes(free)} free", scarce if free < ROOMY_BYTES else "")


def _free_memory() -> int | None:
    """Bytes that can be had: the system's, or what is left of a container's share."""
    found = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        text = Path("/proc/meminfo").read_text()
        line = next(line for line in text.splitlines() if line.startswith("MemAvailable:"))
        found.append(int(line.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):  # "max" is no number: no limit
        most, used = (int(Path(path).read_text()) for path in LIMITS)
        found.append(max(0, most - used))
    return min(found, default=None)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((f for f in (folder, *folder.absolute().parents) if f.exists()), Path())


def _writable(out: Path, folder: Path) -> Finding:
    remedy = "choose another folder with --out"
    if not folder.is_dir():
        return Finding("films go to", f"{folder} is no folder", remedy, fatal=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        told = f"{out}: can't write into {folder}: {error.strerror}"
        return Finding("films go to", told, remedy, fatal=True)
    return Finding("films go to", str(out) if out.exists() else f"{out} (made when needed)")


def _disk(name: str, folder: Path, least: int) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(name, f"unknown: {error.strerror}")
    remedy = f"make room on the disk of {folder.absolute()}" if free < LITTLE_BYTES else ""
    return Finding(name, f"{_gigabytes(free)} ({folder.absolute()})", remedy, fatal=free < least)


def _terminal() -> Finding:
    stream = sys.stderr
    kind = f"{shutil.get_terminal_size().columns} columns" if stream.isatty() else "none"
    encoding = (getattr(stream, "encoding", None) or "unknown").lower()
    utf = encoding.replace("-", "") == "utf8"
    remedy = "" if utf else "set PYTHONUTF8=1: messages hold letters that this encoding lacks"
    return Finding("terminal", f"{kind}, {encoding}", remedy)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where films would go."""
    add = parser.add_argument
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add("--json", action="store_true", help="for programs")
    parser.epilog = "Exit code 1 where something keeps films from being made."


def run(arguments: argparse.Namespace) -> int:
    """Print it; 1 where no film can be made."""

    findings = [*software(), *machine(Path(arguments.out))]
    status = int(any(finding.fatal for finding in findings))
    if arguments.json:
        say_json({"ok": not status, "findings": [asdict(finding) for finding in findings]})
    elif not arguments.quiet:
        say("\n".join(_report(findings)))
    return status


def _report(findings: list[Finding]) -> list[str]:
    """A line for each thing, then what to do about the problems."""
    lines = columns([(_mark(f), f.name, f.found) for f in findings])
    problems = [finding for finding in findings if finding.remedy]
    if not problems:
        return [*lines, "", "All is well: films can be made here."]
    fatal = any(finding.fatal for finding in problems)
    head = "Films can't be made here yet:" if fatal else "Films can be made here, but:"
    told = [
        f"  {problem.name.strip()}: {problem.found}\n    {problem.remedy}" for problem in problems
    ]
    return [*lines, "", head, *told]


def _mark(finding: Finding) -> str:
    return "NO" if finding.fatal else "!" if finding.remedy else "ok"
