"""Check that films can be made here: packages, ffmpeg, fonts, memory, disks."""

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
from shlex import quote

from render import __version__
from render.commands.common.output import columns, print_json, print_text


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    name: str
    found: str
    remedy: str = ""  # what to do about it; empty: it is in order
    fatal: bool = False  # whether no film can be made


PACKAGES = {  # the name for pip → the name for import
    "torch": "torch",
    "numpy": "numpy",
    "scipy": "scipy",
    "matplotlib": "matplotlib",
    "pillow": "PIL",
    "imageio": "imageio",
    "imageio-ffmpeg": "imageio_ffmpeg",
    "python-pptx": "pptx",
    "PyYAML": "yaml",
    "pydantic": "pydantic",
    "rich": "rich",
    "xxhash": "xxhash",
}
PYTHON = quote(sys.executable)  # as a shell reads it
USED = {  # encoder → the files it is for
    "libx264": "mp4",
    "gif": "gif",
    "png": "png",
    "libvpx-vp9": "webm",
}
NEEDED = ("libx264", "gif")


def software() -> Iterator[Finding]:
    """This program, Python, and the packages, encoders and fonts that films need."""
    yield Finding("descent-film", __version__)
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield Finding("Python", f"{platform.python_version()} ({sys.executable}), {system}")
    for package, module in PACKAGES.items():
        yield _package(package, module)
    for part in (_ffmpeg, _fonts):
        with contextlib.suppress(ModuleNotFoundError):  # told above, of the packages
            yield from part()


def _package(package: str, module: str) -> Finding:
    """A package, which is imported: a broken one exists and still can't be used."""
    requirement = _requirement(package)
    remedy = f"{PYTHON} -m pip install --force-reinstall '{requirement}'"
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:  # something that it needs is missing itself
            return Finding(package, f"can't be imported: {error}", remedy, fatal=True)
        install = f"{PYTHON} -m pip install '{requirement}'"
        return Finding(package, "not installed", install, fatal=True)
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        return Finding(package, f"can't be imported: {text}", remedy, fatal=True)
    try:
        return Finding(package, importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return Finding(package, "unknown version")


def _requirement(package: str) -> str:
    """The package with the versions that this program declares."""
    try:
        declared = importlib.metadata.requires("descent-film") or []
    except importlib.metadata.PackageNotFoundError:  # run from a checkout
        return package
    line_of = re.compile(rf"{re.escape(package)}\b(?!-)", re.IGNORECASE)
    return next((line for line in declared if line_of.match(line) and ";" not in line), package)


def _ffmpeg() -> Iterator[Finding]:
    from render.encode.ffmpeg import binary, encoders, version

    remedy = (
        f"{PYTHON} -m pip install --force-reinstall imageio-ffmpeg,"
        " or set IMAGEIO_FFMPEG_EXE to the path of an ffmpeg"
    )
    try:
        path, available = binary(), encoders()
    except Exception as error:  # the other findings are printed all the same
        yield Finding("ffmpeg", str(error), remedy, fatal=True)
        return
    yield Finding("ffmpeg", f"{version()} ({path})")
    for encoder, use in USED.items():
        if encoder in available:
            yield Finding(f"  {encoder}", f"makes {use}")
        else:
            without = f"this ffmpeg makes no {use}: {remedy}"
            yield Finding(f"  {encoder}", "missing", without, fatal=encoder in NEEDED)


def _fonts() -> Iterator[Finding]:
    from render.draw.style import PACKAGES as FONTS
    from render.draw.style import typefaces

    for name, folder in typefaces().items():
        remedy = f"{PYTHON} -m pip install {FONTS[name].replace('_', '-')}"
        missing = Finding(name, "not installed", remedy, fatal=True)
        yield missing if folder is None else Finding(name, str(folder))


LONG_FILM_BYTES = 500_000_000  # of disk: a long film in 4K and its part file
SHORT_FILM_BYTES = 20_000_000  # of disk
MEMORY_BYTES = 1_000_000_000  # what one film takes with torch and Matplotlib, and a reserve
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current")


def machine(out: Path) -> Iterator[Finding]:
    """Cores, memory, disks and the terminal."""
    from render.jobs.cores import cores

    usable, all_ = cores(), os.cpu_count() or 1
    yield Finding("cores", f"{usable} usable" + (f" of {all_}" if usable != all_ else ""))
    yield _memory()
    folder = _existing(out)
    yield _writable(out, folder)
    yield _disk("free for films", folder, SHORT_FILM_BYTES)
    yield _temporary()
    yield _terminal()


def _temporary() -> Finding:
    """Where libraries, notebooks and the workers of a cluster put temporary files."""
    name = "free for temporary files"
    try:
        return _disk(name, Path(tempfile.gettempdir()), 0)
    except OSError:
        remedy = "set TMPDIR to a folder that can be written to"
        return Finding(name, "there is no folder for them", remedy)


def _memory() -> Finding:
    free = _free_memory()
    if free is None:
        return Finding("memory", "unknown")
    scarce = "close other programs, or make one film at a time: -j 1"
    return Finding("memory", f"{_gigabytes(free)} free", scarce if free < MEMORY_BYTES else "")


def _free_memory() -> int | None:
    """Bytes that can be allocated, by the system and by the container's limit; None: unknown."""
    free = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        text = Path("/proc/meminfo").read_text()
        line = next(line for line in text.splitlines() if line.startswith("MemAvailable:"))
        free.append(int(line.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):  # "max" is no number: no limit
        limit, used = (int(Path(path).read_text()) for path in LIMITS)
        free.append(max(0, limit - used))
    return min(free, default=None)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    above = (folder, *folder.absolute().parents)
    return next((one for one in above if os.path.exists(one)), Path())


def _writable(out: Path, folder: Path) -> Finding:
    remedy = "choose another folder with --out"
    if not folder.is_dir():
        return Finding("films go to", f"{folder} is no folder", remedy, fatal=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        refused = f"{out}: can't write into {folder}: {error.strerror}"
        return Finding("films go to", refused, remedy, fatal=True)
    if os.path.exists(out):
        return Finding("films go to", str(out))
    try:
        with contextlib.suppress(FileNotFoundError):
            out.lstat()  # fails for a name that no folder can have
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return Finding("films go to", f"{out}: can't be created: {reason}", remedy, fatal=True)
    return Finding("films go to", f"{out} (is created when needed)")


def _disk(name: str, folder: Path, min_bytes: int) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(name, f"unknown: {error.strerror}")
    remedy = f"make room on the disk of {folder.absolute()}" if free < LONG_FILM_BYTES else ""
    return Finding(
        name, f"{_gigabytes(free)} ({folder.absolute()})", remedy, fatal=free < min_bytes
    )


def _terminal() -> Finding:
    stream = sys.stderr
    kind = f"{shutil.get_terminal_size().columns} columns" if stream.isatty() else "none"
    encoding = (getattr(stream, "encoding", None) or "unknown").lower()
    utf = encoding.replace("-", "") == "utf8"
    remedy = "" if utf else "set PYTHONUTF8=1: messages have letters that this encoding has not"
    return Finding("terminal", f"{kind}, {encoding}", remedy)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The folder of the films, and the form of the output."""
    add = parser.add_argument
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add("--json", action="store_true", help="print JSON, for programs")
    parser.epilog = "Exit code 1 where something keeps films from being made."


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 where no film can be made."""
    findings = [*software(), *machine(Path(arguments.out))]
    status = int(any(finding.fatal for finding in findings))
    if arguments.json:
        print_json({"ok": not status, "findings": [asdict(finding) for finding in findings]})
    elif not arguments.quiet:
        print_text("\n".join(_report(findings)))
    return status


def _report(findings: list[Finding]) -> list[str]:
    """A line for each thing, then what to do about the problems."""
    lines = columns([(_mark(f), f.name, f.found) for f in findings])
    problems = [finding for finding in findings if finding.remedy]
    if not problems:
        return [*lines, "", "Films can be made here."]
    fatal = any(finding.fatal for finding in problems)
    head = "Films can't be made here yet:" if fatal else "Films can be made here, but:"
    remedies = [
        f"  {problem.name.strip()}: {problem.found}\n    {problem.remedy}" for problem in problems
    ]
    return [*lines, "", head, *remedies]


def _mark(finding: Finding) -> str:
    return "NO" if finding.fatal else "!" if finding.remedy else "ok"
