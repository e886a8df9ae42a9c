"""How trails look: strokes, their casing, the marks at recorded steps, what hides behind."""

from __future__ import annotations

from dataclasses import dataclass

from render.draw.guise import Guise
from render.draw.layout import Cell
from render.draw.marks import Pen, Stamp
from render.draw.page import Page
from render.run import Run

LONGEST = 0.12  # of the box: a longer stretch between two points would cut through the air
GHOST = 0.45  # opacity of the trail behind the surface
AMONG = 0.8  # of a lone trail's width, for one among others
MARKED = 60  # steps at most in a run whose every step is marked


@dataclass(frozen=True)
class Look:
    """How a trail is drawn, in the open and behind the surface."""

    core: Pen
    casing: Pen | None = None
    hidden: Pen | None = None
    mark: Stamp | None = None
    hidden_mark: Stamp | None = None
    area: Cell | None = None  # marks outside it are left out
    longest: float | None = None  # pixels between two points that are still joined


def flat_look(page: Page, area: Cell, colour: str, lone: bool = True) -> Look:
    """A trail in a flat plot; among others its marks are no larger than they must be."""
    theme, type_ = page.theme, page.type
    large = Stamp(0.4 * type_.dot, theme.mark, colour, 0.5 * type_.stroke)
    return Look(
        core=Pen(colour, type_.stroke if lone else AMONG * type_.stroke, cap="butt", clip=area),
        mark=large if lone else Stamp(type_.stroke, colour),
        area=area,
    )


def relief_look(
    page: Page, run: Run, guise: Guise, scale: float, area: Cell, lone: bool = True
) -> Look:
    """A trail on the surface: a dark rim in the open, a faint line behind.

    `scale` is the box's width in pixels. The rims of many steps to and fro would paint the
    surface over: long runs have none.
    """
    theme, type_ = page.theme, page.type
    rim = Pen(theme.mark, 1.9 * type_.stroke, cap="butt", clip=area)
    width = type_.stroke if lone else AMONG * type_.stroke
    large = Stamp(0.42 * type_.dot, theme.mark, guise.trail, 0.55 * type_.stroke)
    behind = theme.edge if lone else guise.trail
    return Look(
        core=Pen(guise.trail, width, cap="butt", clip=area),
        casing=rim if run.recording.steps <= MARKED else None,
        longest=LONGEST * scale,
        hidden=Pen(behind, 0.5 * type_.stroke, alpha=GHOST, cap="butt", clip=area),
        mark=large if lone else Stamp(type_.stroke, guise.trail),
        hidden_mark=Stamp(0.36 * type_.dot, behind, alpha=0.6),
        area=area,
    )
