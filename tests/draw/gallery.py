"""Every config in every shape of frame: `python -m tests.draw.gallery` names words that touch
something, and leaves a contact sheet of each theme in outputs/."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from tests.draw.ink import faults
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS

ASPECTS = ([1280, 720], [1024, 768], [1080, 1080], [720, 1280])
THEMES = ("night", "paper")
TILE = (640, 360)
COLUMNS = 4


def main() -> int:
    """How many configs have a fault."""
    names = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
    wrong = 0
    for name in names:
        found = {
            f"{size[0]}×{size[1]}: {fault}" for size in ASPECTS for fault in touched(name, size)
        }
        print(f"{name}: {'; '.join(sorted(found)) or 'ok'}", flush=True)
        wrong += bool(found)
    for theme in THEMES:
        sheet(names, theme, Path("outputs") / f"contact-sheet-{theme}.png")
    return wrong


def touched(name: str, size: list[int]) -> list[str]:
    """The faults of a config at start, middle and end."""
    stage, timeline = staged(name, f"film.size={size}")
    return [fault for moment in timeline.spread(3) for fault in faults(stage, moment)]


def sheet(names: list[str], theme: str, path: Path) -> None:
    """The middle of every film, tile by tile."""
    rows = -(-len(names) // COLUMNS)
    page = Image.new("RGB", (TILE[0] * COLUMNS, TILE[1] * rows))
    for i, name in enumerate(names):
        stage, timeline = staged(name, "film.size=[1280, 720]", f"film.theme={theme}")
        picture = stage.picture(timeline.moments[int(0.55 * len(timeline))])
        tile = Image.fromarray(np.ascontiguousarray(picture[..., :3])).resize(TILE)
        page.paste(tile, (TILE[0] * (i % COLUMNS), TILE[1] * (i // COLUMNS)))
    path.parent.mkdir(exist_ok=True)
    page.save(path)
    print(path)


if __name__ == "__main__":
    sys.exit(main())
