"""Type and Matplotlib settings of the house, whatever the user's own settings are."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.font_manager import fontManager, get_font

from render.errors import RenderError

PACKAGES = {"Inter": "fontpkg_inter", "JetBrains Mono": "fontpkg_jetbrains_mono"}


def typefaces() -> dict[str, Path | None]:
    """Of each typeface where its files are; None where it is missing."""
    return {name: _folder(package) for name, package in PACKAGES.items()}


def _folder(package: str) -> Path | None:
    try:
        folder = Path(importlib.import_module(package).ROOT) / "files"
    except (ImportError, AttributeError):
        return None
    return folder if any(folder.glob("*.ttf")) else None


DPI = 72  # a point is a pixel: every width and font size below is in pixels
BARE = 480  # narrower frames are thumbnails without words
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


@dataclass(frozen=True)
class Type:
    """Font sizes and stroke widths in pixels, in proportion to the frame.

    Text is 24 px at 1080p and never under 12; coloured strokes never under 3 px, because
    4:2:0 video washes out thinner ones.
    """

    text: float
    ticks: float
    title: float
    epoch: float
    stroke: float
    hair: float
    dot: float  # radius
    thin: float  # dashed and other secondary strokes
    dash: tuple[float, float]  # on, off
    bare: bool  # a frame too small for words: shapes alone

    @classmethod
    def of(cls, size_px: tuple[int, int], words: float = 1.0, strokes: float = 1.0) -> Type:
        """The sizes for a frame of this many pixels, and a theme's own factors."""
        scale = min(min(size_px) / 1080, max(size_px) / 1920)
        stroke, text = scale * strokes, scale * words
        return cls(
            text=max(12, 24 * text),
            ticks=max(12, 20 * text),
            title=max(14, 42 * text),
            epoch=max(12, 34 * text),
            stroke=max(3, 5 * stroke),
            hair=max(1, 1.5 * stroke),
            dot=max(5 if max(size_px) >= BARE else 3.5, 12 * stroke),
            thin=max(1.5, 2.25 * stroke),
            dash=(max(4, 8.5 * stroke), max(3.5, 7 * stroke)),
            bare=size_px[0] < BARE,
        )


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's own defaults and ours while drawing; the user's matplotlibrc is left out."""
    _register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


@cache
def families(text: str) -> tuple[str, ...]:
    """The house's font, and after it installed ones for letters that it does not have.

    Raises RenderError naming letters that no font here has.
    """
    chain, missing = [SANS], set(text) - {" "}
    entries = [font for font in fontManager.ttflist if font.style == "normal"]
    ours = [font for font in entries if font.name == SANS]
    others = sorted((font for font in entries if font.name != SANS), key=lambda font: font.name)
    for entry in (*ours, *others):
        if not missing:
            break
        if "Last Resort" in entry.name:  # it has a box for every letter
            continue
        found = missing & _letters(entry.fname)
        if found and entry.name not in chain:
            chain.append(entry.name)
        missing -= found
    if missing:
        letters = "".join(sorted(missing))
        raise RenderError(
            f"no font here has the letters {letters} of '{text}': install one that does"
            " (Noto Sans CJK for Chinese, Japanese and Korean) or write it otherwise"
        )
    return tuple(chain)


@cache
def _letters(file: str) -> frozenset[str]:
    """What a font file can write."""
    return frozenset(map(chr, get_font(file).get_charmap()))


@cache
def _register_fonts() -> None:
    import fontpkg_inter
    import fontpkg_jetbrains_mono

    for package in (fontpkg_inter, fontpkg_jetbrains_mono):
        for file in sorted((package.ROOT / "files").glob("*.ttf")):
            if "Italic" not in file.name:
                fontManager.addfont(str(file))
