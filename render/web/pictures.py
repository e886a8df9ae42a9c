"""The pictures of a film in one frame, as lists of what is drawn in each panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from render.draw.context import Context
from render.draw.display_list import DisplayList
from render.draw.panels.base import Chart, DrawnPanel
from render.draw.plan import FilmPlan
from render.draw.stage import Stage, arrangement, drawing
from render.web.keys import Keys

PHONE_PX = 480  # width in which a narrow page is laid out: less has no words
PHONE_WORDS, PHONE_STROKES = 1.4, 1.15  # larger, since it is shown smaller
PHONE_HEIGHTS = range(840, 2401, 120)  # of which the first that has room for all panels is taken


def wide(plan: FilmPlan, keys: Keys) -> tuple[dict[str, Any], DisplayList]:
    """The film's own frames."""
    stage = plan.stage()
    return listed(stage, keys, "film")


def narrow(plan: FilmPlan, keys: Keys) -> tuple[dict[str, Any], DisplayList]:
    """Frames for a phone held upright."""
    return listed(phone_stage(plan), keys, "phone")


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
    return best


def listed(stage: Stage, keys: Keys, name: str) -> tuple[dict[str, Any], DisplayList]:
    """What is drawn in each panel: what stays, what grows piece by piece, and what moves."""
    width, height = stage.size_px
    lists = DisplayList(width, height)
    panels: list[dict[str, Any]] = []
    with drawing():
        solids = [panel.solid() for panel in stage.panels]
        moving: list[list[list[int]]] = [[] for _ in stage.panels]
        solid_at: list[list[Any]] = [[] for _ in stage.panels]
        charts: list[list[Any]] = [[] for _ in stage.panels]
        for moment in keys.moments:
            state = stage.bring(moment)
            for i, (panel, share) in enumerate(zip(stage.panels, stage.shares, strict=True)):
                solid, run = solids[i], stage.runs[i]
                artists = share.moving if solid is None else solid.words
                moving[i].append(lists.listed(partial(_draw, artists)))
                if solid is not None:
                    solid_at[i].append(solid.at(state if run is None else state.of(run)))
                chart = panel.chart()
                charts[i].append(None if chart is None else [*chart.plot.axes.get_ylim()])
        for i, (panel, share) in enumerate(zip(stage.panels, stage.shares, strict=True)):
            solid = solids[i]
            still = () if solid is not None else share.still
            growing = () if solid is not None else share.growing
            pieces = len(stage.context.cuts) - 1
            panels.append(
                {
                    "name": [*stage.cells][i],
                    "kind": stage.kinds[i],
                    "run": stage.runs[i],
                    "cell": _corners(stage, i),
                    "still": lists.listed(partial(_draw, still), stays=True),
                    "growing": [
                        lists.listed(partial(_grow, growing, n), stays=True)
                        for n in range(pieces if growing else 0)
                    ],
                    "moving": moving[i],
                    "solid": None if solid is None else {**solid.facts(), "at": solid_at[i]},
                    "chart": _chart(panel, charts[i], height),
                }
            )
    layout = {
        "name": name,
        "width": width,
        "height": height,
        "styles": lists.styles,
        "ops": lists.ops,
        "panels": panels,
        "missing": stage.missing,
    }
    return layout, lists


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
