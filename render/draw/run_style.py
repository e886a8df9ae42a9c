"""Colours, strokes and marks of runs and of their trails."""

from __future__ import annotations

from dataclasses import dataclass

from render.cells import Cell
from render.config.theme import MARKERS, Theme
from render.draw.artists import Pen, Stamp
from render.draw.layers import Layers
from render.results import Run

# Dashes that can be distinguished where strokes cross: on and off, in stroke widths.
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (4.5, 2.0),
    (1.6, 1.6),
    (7.0, 1.8, 1.6, 1.8),
    (10.0, 3.2),
    (3.0, 3.6),
    (7.0, 1.8, 1.6, 1.8, 1.6, 1.8),
    (1.6, 3.6),
)
SIZES = (1.3, 0.8)  # of the lowest dot and of the topmost: at one place all dots can be seen


@dataclass(frozen=True)
class RunStyle:
    """Colours and shapes of a run, the same in every panel."""

    dot: str
    trail: str
    line: str  # its prediction
    marker: str  # by Matplotlib's name
    grown: float = 1.0  # times a disc: the size at which the marker looks equally large
    size: float = 1.0  # of a dot
    glows: bool = True  # many glows at one place would cover the dots beneath
    dashes: tuple[float, ...] = ()  # of its strokes, on and off, in their widths

    def dashed(self, width: float) -> tuple[float, ...]:
        """The dashes of a stroke of this width, in pixels."""
        return tuple(part * width for part in self.dashes)


def run_styles(theme: Theme, count: int) -> tuple[RunStyle, ...]:
    """The styles of `count` runs; a single run has the theme's colours for dot, trail and line."""
    if count == 1:
        grown = dict(MARKERS)[theme.marker]
        colours = theme.parameter, theme.trail, theme.prediction
        return (RunStyle(*colours, theme.marker, grown),)
    first, last = SIZES
    dashes = DASHES if theme.dashed else ((),) * len(DASHES)
    return tuple(
        RunStyle(
            *(colour, colour, colour),
            *MARKERS[i],
            size=first + (last - first) * i / (count - 1),
            glows=False,
            dashes=dashes[i],
        )
        for i, colour in zip(range(count), theme.runs, strict=False)
    )


MAX_CHORD = 0.12  # of the box: a longer line between two points would leave the surface
HIDDEN_ALPHA = 0.45  # opacity of the trail behind the surface
THINNER = 0.8  # times the width of a single run's trail, for each of several
MAX_MARKED_STEPS = 60  # a run of more steps has no marks at its recorded steps


MIN_NOISY = 1000  # steps with noise: from here on they fill a ball
MIN_BATCHES = 10  # in an epoch: from here on a trail through every step is a scribble


def scribbles(run: Run) -> bool:
    """Whether a run goes to and fro, as with batches of one point, or with noise for long."""
    recording = run.recording
    if recording.noisy and recording.last >= MIN_NOISY:
        return True
    return not recording.full_batch and recording.rows_per_epoch >= MIN_BATCHES


@dataclass(frozen=True)
class TrailStyle:
    """How a trail is drawn, where it is seen and behind the surface."""

    core: Pen
    casing: Pen | None = None
    hidden: Pen | None = None
    mark: Stamp | None = None
    hidden_mark: Stamp | None = None
    area: Cell | None = None  # marks outside it are left out
    longest: float | None = None  # in pixels: points further apart are not joined


def plot_trail_style(layers: Layers, area: Cell, colour: str, single: bool = True) -> TrailStyle:
    """A trail in a flat plot; one of several has small marks."""
    theme, type_ = layers.theme, layers.type
    large = Stamp(0.4 * type_.dot, theme.mark, colour, 0.5 * type_.stroke)
    return TrailStyle(
        core=Pen(colour, type_.stroke if single else THINNER * type_.stroke, cap="butt", clip=area),
        mark=large if single else Stamp(type_.stroke, colour),
        area=area,
    )


def surface_trail_style(
    layers: Layers, run: Run, style: RunStyle, scale: float, area: Cell, single: bool = True
) -> TrailStyle:
    """A trail on the surface: with a dark rim where it is visible, faint where it is hidden.

    `scale` is the box's width in pixels. Long runs have no rims, which would cover the surface.
    """
    theme, type_ = layers.theme, layers.type
    rim = Pen(theme.mark, 1.9 * type_.stroke, cap="butt", clip=area)
    width = type_.stroke if single else THINNER * type_.stroke
    large = Stamp(0.42 * type_.dot, theme.mark, style.trail, 0.55 * type_.stroke)
    behind = theme.edge if single else style.trail
    return TrailStyle(
        core=Pen(style.trail, width, cap="butt", clip=area),
        casing=rim if run.recording.last <= MAX_MARKED_STEPS else None,
        longest=MAX_CHORD * scale,
        hidden=Pen(behind, 0.5 * type_.stroke, alpha=HIDDEN_ALPHA, cap="butt", clip=area),
        mark=large if single else Stamp(type_.stroke, style.trail),
        hidden_mark=Stamp(0.36 * type_.dot, behind, alpha=0.6),
        area=area,
    )
