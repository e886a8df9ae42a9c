"""The pictures of a film in one frame, as lists of what is drawn in each panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from render.draw.context import Context
from render.draw.display_list import DisplayList, Images, Op
from render.draw.panels.base import Chart, DrawnPanel
from render.draw.plan import FilmPlan
from render.draw.stage import Stage, arrangement, drawing
from render.timeline.plan import Moment
from render.web.between import off, solid_off
from render.web.keys import Keys, keys

SEEN_PX, SEEN_BOX = 1.0, 0.003  # so far off what moves may be between two moments
PHONE_PX = 480  # width in which a narrow page is laid out: less has no words
PHONE_WORDS, PHONE_STROKES = 1.4, 1.15  # larger, since it is shown smaller
PHONE_HEIGHTS = range(840, 2401, 120)  # of which the first that has room for all panels is taken


def layouts(plan: FilmPlan) -> tuple[Keys, list[Shots]]:
    """The stretches of the film's time, and its pictures: in its own frame and for a phone.

    A stretch is divided where what moves in the film's own frame does not go straight.
    """
    film = Shots(plan.stage(), "film", Images())
    divided = keys(plan).divided(plan, film.off)
    return divided, [film, Shots(phone_stage(plan), "phone", film.lists.images)]


def phone_stage(plan: FilmPlan) -> Stage:
    """The panels in a frame that is as high as they need one under the other."""
    theme = plan.composition.theme
    larger = replace(
        theme,
        text_scale=PHONE_WORDS * theme.text_scale,
        stroke_scale=PHONE_STROKES * theme.stroke_scale,
    )
    context = replace(plan.context, theme=larger)
    size = _phone_size(plan, context)
    return Stage(context, plan.scene, size, plan.whole_film.cameras)


def _phone_size(plan: FilmPlan, context: Context) -> tuple[int, int]:
    best, most = (PHONE_PX, PHONE_HEIGHTS[0]), 0
    for height in PHONE_HEIGHTS:
        chosen = arrangement(context, plan.scene, (PHONE_PX, height))
        seen = len(chosen.cells) - len(chosen.bare)
        if seen > most:
            best, most = (PHONE_PX, height), seen
        if most == len(plan.scene.panels):
            break
    return best


@dataclass(frozen=True)
class Shot:
    """What moves at one moment, in each panel."""

    moving: tuple[list[int], ...]  # operations
    solid: tuple[Any, ...]  # on surfaces
    limits: tuple[Any, ...]  # of the y axes


class Shots:
    """The pictures of a stage, each taken once."""

    def __init__(self, stage: Stage, name: str, images: Images) -> None:
        self.stage, self.name = stage, name
        self.lists = DisplayList(*stage.size_px, images)
        with drawing():
            self._solids = [panel.solid() for panel in stage.panels]
        self._taken: dict[float, Shot] = {}  # by time

    def at(self, moment: Moment) -> Shot:
        """What moves at a moment."""
        if moment.time_s not in self._taken:
            with drawing():
                self._taken[moment.time_s] = self._shot(moment)
        return self._taken[moment.time_s]

    def _shot(self, moment: Moment) -> Shot:
        stage = self.stage
        state = stage.bring(moment)
        moving, solids, limits = [], [], []
        for panel, share, solid, run in zip(
            stage.panels, stage.shares, self._solids, stage.runs, strict=True
        ):
            artists = share.moving if solid is None else solid.words
            moving.append(self.lists.listed(partial(_draw, artists)))
            own = state if run is None else state.of(run)
            solids.append(None if solid is None else solid.at(own))
            chart = panel.chart()
            limits.append(None if chart is None else [*chart.plot.axes.get_ylim()])
        return Shot(tuple(moving), tuple(solids), tuple(limits))

    def off(self, first: Moment, last: Moment, moment: Moment, share: float) -> bool:
        """Whether what lies between two moments differs visibly from what is there."""
        shots = [self.at(one) for one in (first, last, moment)]
        ops = self.lists.ops
        for lists in zip(*(shot.moving for shot in shots), strict=True):
            a, b, true = ([ops[n] for n in numbers] for numbers in lists)
            if off(a, b, true, share) > SEEN_PX:
                return True
        solids = zip(*(shot.solid for shot in shots), strict=True)
        return any(a and solid_off(a, b, true, share) > SEEN_BOX for a, b, true in solids)

    def layout(self, keys: Keys) -> dict[str, Any]:
        """What is drawn in each panel: what stays, what grows piece by piece, and what moves."""
        stage, lists = self.stage, self.lists
        taken = [self.at(moment) for moment in keys.moments]
        panels: list[dict[str, Any]] = []
        with drawing():
            for i, (panel, share) in enumerate(zip(stage.panels, stage.shares, strict=True)):
                solid = self._solids[i]
                still = () if solid is not None else share.still
                growing = () if solid is not None else share.growing
                pieces = len(stage.context.cuts) - 1 if growing else 0
                at = [shot.solid[i] for shot in taken]
                panels.append(
                    {
                        "name": [*stage.cells][i],
                        "kind": stage.kinds[i],
                        "run": stage.runs[i],
                        "cell": _corners(stage, i),
                        "still": lists.listed(partial(_draw, still), stays=True),
                        "growing": [
                            lists.listed(partial(_grow, growing, n), stays=True)
                            for n in range(pieces)
                        ],
                        "moving": [shot.moving[i] for shot in taken],
                        "solid": None if solid is None else {**solid.facts(), "at": at},
                        "chart": _chart(
                            panel, [shot.limits[i] for shot in taken], stage.size_px[1]
                        ),
                    }
                )
        width, height = stage.size_px
        return {
            "name": self.name,
            "width": width,
            "height": height,
            "styles": lists.styles,
            "ops": [_sorted(op) for op in lists.ops],
            "panels": panels,
            "missing": stage.missing,
        }


def _sorted(op: Op) -> Op:
    """An operation with its x before its y: they are often those of another one, and so take
    little room in a compressed file."""
    return [*op[:3], op[3][::2], op[3][1::2]] if op[0] in "qO" else op


def _draw(artists: Sequence[Any], renderer: DisplayList) -> None:
    for artist in artists:
        artist.draw(renderer)


def _grow(artists: Sequence[Any], piece: int, renderer: DisplayList) -> None:
    for artist in artists:
        artist.draw_pieces(renderer, piece, piece + 1)


def _corners(stage: Stage, index: int) -> list[int]:
    return [*stage.rectangles().values()][index]


def _chart(panel: DrawnPanel, limits: Sequence[Any], height: float) -> dict[str, Any] | None:
    """Where a panel's plot is, and the limits of its axes: of y at each moment if they change."""
    chart: Chart | None = panel.chart()
    if chart is None:
        return None
    area = chart.plot.area
    changes = any(one != limits[0] for one in limits)
    return {
        "shows": chart.shows,
        "area": [area.left, height - area.top, area.right, height - area.bottom],
        "x": [*chart.plot.axes.get_xlim()],
        "y": limits if changes else limits[0],
        "changes": changes,
        "log": chart.plot.log,
        "along": None if chart.along is None else np.asarray(chart.along, float),
    }
