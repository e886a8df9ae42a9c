"""What films need of the software here: nothing in, what was found of each thing out."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from render import __version__


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
    from render.encode.encoders import encoders
    from render.encode.ffmpeg import binary
    from render.encode.version import version

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
    from render.draw.typefaces import PACKAGES as FONTS
    from render.draw.typefaces import typefaces

    for name, folder in typefaces().items():
        remedy = f"{sys.executable} -m pip install {FONTS[name].replace('_', '-')}"
        missing = Finding(name, "not installed", remedy, fatal=True)
        yield missing if folder is None else Finding(name, str(folder))
