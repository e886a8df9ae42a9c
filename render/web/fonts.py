"""The film's two typefaces with only the letters that a page writes."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from render.draw.style import MONO, SANS, typefaces

FACES = {"sans": SANS, "mono": MONO}
VARIATIONS = ["fvar", "gvar", "avar", "HVAR", "MVAR", "STAT", "cvar"]
# Numbers change while the page is used, and a run that it computes has others. A film with no other
# letters has the same fonts as the film before, which are made once.
ALWAYS = "".join(map(chr, range(32, 127))) + "−∂λμσŷ×·≤≥…’²³¹⁰⁴⁵⁶⁷⁸⁹⁻←√–—“”"


def embedded(letters: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Each family's font as base64 of a WOFF file; empty where the fonts are missing."""
    files = {family: _file(name) for family, name in FACES.items()}
    return {
        family: _subset(file, "".join(sorted({*letters.get(family, ()), *ALWAYS})))
        for family, file in files.items()
        if file is not None
    }


def _file(typeface: str) -> Path | None:
    """The file of its upright styles."""
    folder = typefaces()[typeface]
    files = sorted(folder.glob("*.ttf")) if folder else []
    return next((file for file in files if "Italic" not in file.name), None)


@lru_cache(maxsize=8)
def _subset(file: Path, letters: str) -> str:
    """The font's default style, with kerning alone: Matplotlib uses no other, so that words here
    are as wide as there."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(layout_features=["kern"], hinting=False, name_IDs=[1, 2], notdef_outline=True)
    options.drop_tables += VARIATIONS
    with TTFont(file, lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        font.flavor = "woff"
        data = BytesIO()
        font.save(data)
    return base64.b64encode(data.getvalue()).decode("ascii")
