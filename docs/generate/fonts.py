"""The two typefaces of the films, with the letters that the pages have."""

from __future__ import annotations

from pathlib import Path

from render.draw.style import MONO, SANS, typefaces

FACES = {"Inter": SANS, "JetBrains Mono": MONO}


def write(folder: Path, letters: str) -> str:
    """Write a WOFF file for each typeface; the CSS that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = []
    for family, typeface in FACES.items():
        source = typefaces()[typeface]
        files = sorted(source.glob("*.ttf")) if source else []
        for file in files:
            if "Italic" in file.name:
                continue
            name = f"{file.stem.replace('[', '-').replace(']', '').replace(',', '-')}.woff"
            weight = _subset(file, folder / name, letters)
            rules.append(
                f'@font-face {{ font-family: "{family}"; font-weight: {weight};'
                f' font-display: swap; src: url("fonts/{name}") format("woff"); }}'
            )
    return "\n".join(rules)


def _subset(file: Path, target: Path, letters: str) -> str:
    """Write the font with these letters alone; the weights that it has, as CSS says them."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(hinting=False, notdef_outline=True)
    with TTFont(file, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(target)
        if "fvar" in font:
            axis = next(axis for axis in font["fvar"].axes if axis.axisTag == "wght")
            return f"{axis.minValue:g} {axis.maxValue:g}"
        return str(font["OS/2"].usWeightClass)
