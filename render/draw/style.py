"""Fonts, sizes and Matplotlib settings of all films, whatever the user's settings are."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.font_manager import fontManager, get_font

from render.errors import RenderError

PACKAGES = {"Inter": "fontpkg_inter", "JetBrains Mono": "fontpkg_jetbrains_mono"}


def typefaces() -> dict[str, Path | None]:
    """The folder of each typeface's files; None where it is missing."""
    return {name: _folder(package) for name, package in PACKAGES.items()}


def _folder(package: str) -> Path | None:
    try:
        folder = Path(importlib.import_module(package).ROOT) / "files"
    except (ImportError, AttributeError):
        return None
    return folder if any(folder.glob("*.ttf")) else None


DPI = 72  # a point is a pixel: every width and font size below is in pixels
SANS, MONO = "Inter", "JetBrains Mono"


SETTINGS: Any = {
    "font.family": [SANS],
    "text.usetex": False,
    "text.parse_math": False,
    "text.hinting": "none",
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "savefig.bbox": None,
    "lines.scale_dashes": False,
}
# Settings of Matplotlib that change no picture: they stay as the user has them.
UNTOUCHED = (
    "animation.",
    "backend",
    "date.epoch",
    "docstring.",
    "figure.max_open_warning",
    "figure.raise_window",
    "interactive",
    "keymap.",
    "savefig.directory",
    "timezone",
    "tk.",
    "toolbar",
    "webagg.",
)


def _house() -> Mapping[str, Any]:
    """Every setting that can change a picture: Matplotlib's defaults, and ours over them."""
    settings: Any = mpl.rcParamsDefault.copy()
    settings.update(SETTINGS)
    return MappingProxyType(
        {key: settings._get(key) for key in settings if not key.startswith(UNTOUCHED)}
    )


HOUSE = _house()


# Matplotlib has one set of settings for all threads of a process. Code that changes them holds
# this lock, and the same thread may take it again inside.
_LOCK = threading.RLock()


@contextmanager
def house_style(settings: Mapping[str, Any] = MappingProxyType({})) -> Iterator[None]:
    """Matplotlib's defaults, ours over them, and `settings` over both; none from the user's
    matplotlibrc.

    Only one thread at a time is inside; the same thread may enter again. Only settings that
    differ from the user's are changed; they are restored afterwards, after an exception too. A
    setting that another thread changes meanwhile keeps that thread's value.

    Entering and leaving takes 0.03 ms. Hold it while a stage is set up or a frame is drawn, not
    for a whole film: other threads that use Matplotlib see our settings as long as it is held.
    """
    rcparams: Any = mpl.rcParams
    with _LOCK:
        _register_fonts()
        users = dict(dict.items(rcparams))  # as _get of each, in a twentieth of the time
        wanted = {**HOUSE, **settings} if settings else HOUSE
        ours = {k: v for k, v in wanted.items() if users[k] != v}
        for key, value in ours.items():
            rcparams._set(key, value)
        try:
            yield
        finally:
            for key, value in ours.items():
                if rcparams._get(key) is value:
                    rcparams._set(key, users[key])


# A text takes 0.2 kB. A film asks for some hundred texts and letters; where numbers are
# written in the text font, for one more in each frame.
MAX_FAMILIES = 4096


@lru_cache(maxsize=MAX_FAMILIES)
def families(text: str) -> tuple[str, ...]:
    """Our font, and then installed fonts for letters that it doesn't have.

    Raises RenderError, which names letters that no installed font has.
    """
    with _LOCK:
        _register_fonts()
        entries = [font for font in fontManager.ttflist if font.style == "normal"]
    chain, missing = [SANS], set(text) - {" "}
    ours = [font for font in entries if font.name == SANS]
    others = sorted((font for font in entries if font.name != SANS), key=lambda font: font.name)
    for entry in (*ours, *others):
        if not missing:
            break
        if "Last Resort" in entry.name:  # a font that has a box for every letter
            continue
        codes = letters_of(entry.fname)
        present = {letter for letter in missing if ord(letter) in codes}
        if present and entry.name not in chain:
            chain.append(entry.name)
        missing -= present
    if missing:
        letters = "".join(sorted(missing))
        raise RenderError(
            f"no font here has the letters {letters} of '{text}': install one that does"
            " (Noto Sans CJK for Chinese, Japanese and Korean) or write it otherwise"
        )
    return tuple(chain)


# A letter takes 4 bytes: the largest fonts, of Chinese, 260 kB, most others 5 kB.
MAX_FONTS = 512


@lru_cache(maxsize=MAX_FONTS)
def letters_of(file: str) -> npt.NDArray[np.uint32]:
    """The code points (L,) of the letters that a font file has, ascending."""
    return np.sort(np.fromiter(get_font(file).get_charmap(), np.uint32))


@lru_cache(maxsize=1)  # run once in a process, with the lock held
def _register_fonts() -> None:
    """Register our fonts, which are not installed in the system, with Matplotlib."""
    import fontpkg_inter
    import fontpkg_jetbrains_mono

    for package in (fontpkg_inter, fontpkg_jetbrains_mono):
        for file in sorted((package.ROOT / "files").glob("*.ttf")):
            if "Italic" not in file.name:
                fontManager.addfont(str(file))
