"""The surface as numbers, for a painter that turns it: nothing in it depends on the camera.

Points are in the box, see geometry.py. What `facts` and `at` return holds numbers, texts, lists,
mappings and arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist

from render.draw.artists import Pen, Stamp
from render.draw.context import FrameState
from render.draw.plot.trail import Dot
from render.draw.simplify import samples, simplified
from render.draw.step_range import StepRange
from render.draw.surface.annotations import HEAD, HIDDEN, crosses, slice_points
from render.draw.surface.axes import Box, loss_labels, loss_ticks, tick_texts, ticks
from render.draw.surface.geometry import UNDER, Projection
from render.draw.surface.mesh import WIRE_WIDTH, WIRES, Mesh
from render.phrases import phrase
from render.recording import Array

if TYPE_CHECKING:
    from render.cells import Cell
    from render.draw.panels.surface import SurfacePanel
    from render.draw.surface.run import SurfaceRun

SAME = 1.5e-4  # of the box: a point so near to the line without it is left out
Small = npt.NDArray[np.float32]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Solid:
    """A surface panel that is set up, in numbers."""

    panel: SurfacePanel

    @property
    def words(self) -> tuple[Artist, ...]:
        """The artists of the moving layer that are flat: the lines of words under the surface."""
        return tuple(line for _, _, line in self.panel.notes)

    def facts(self) -> Facts:
        """What stays as it is for the whole film."""
        panel, poses = self.panel, self.panel.pose_artists
        world, layers, context = panel.world, poses.layers, poses.context
        grid_pen, grid = poses.floor.grid
        fit = panel.fit
        points = slice_points(context, world)
        stroke = layers.type.stroke
        return {
            "cell": _corners(panel.cell),
            "inner": _corners(poses.inner),
            "labelled": _corners(poses.labelled),
            "fit": {"scale": fit.scale, "shift": [*fit.shift]},
            "turns": len(layers.cameras) > 1,
            "under": UNDER if context.landscape.basis is not None else 0,  # see World.raised
            "box": {
                "half": world.half.tolist(),
                "floor": world.floor,
                "top": world.top,
                "low": [float(axis[0]) for axis in context.landscape.grid],
                "high": [float(axis[-1]) for axis in context.landscape.grid],
                "losses": [*world.losses],
                "log": context.landscape.log,
            },
            "off": np.concatenate([np.zeros((0, 3)), *poses.off_plane]).astype(np.float32),
            "mesh": _mesh(poses.meshed(quick=True)),
            "grid": {"pen": pen(grid_pen), "lines": _flat(grid)},
            "contours": [
                {"pen": pen(one), "lines": _flat(lines)} for one, lines in poses.floor.contours
            ],
            "labels": None if layers.type.bare else self._labels(),
            "slice": None
            if points is None
            else {
                "points": points.astype(np.float32),
                "pen": pen(Pen(layers.theme.slice, 0.5 * stroke, 0.9, layers.type.dash, "butt")),
            },
            "crosses": [
                {
                    "at": at[0].tolist(),
                    "arms": arms.tolist(),
                    "pen": pen(Pen(layers.theme.edge, thick * stroke)),
                    "hidden": HIDDEN,
                }
                for at, arms, thick in crosses(context, world)
            ],
            "runs": [self._run(surface_run) for surface_run in panel.surface_runs],
            "plumb": pen(panel.step_arrows.plumb),
            "head": HEAD,
            "sections": [[pen(one.in_sight), pen(one.behind)] for one in panel.sections],
        }

    def at(self, state: FrameState) -> Facts:
        """What is at other places at another moment; `state` is that of the panel."""
        panel = self.panel
        runs = zip(panel.surface_runs, state.runs, strict=True)
        moving: Facts = {
            "dots": [[*_few(one.at), int(one.outside)] for one in panel.surface_runs],
        }
        gaps = [
            None if one.gap is None else _few(one.gap.points(run_state, one.at[None]))
            for one, run_state in runs
        ]
        if any(gaps):
            moving["gaps"] = gaps
        arrows = panel.step_arrows
        arrows.move(state, Projection.of(panel.camera).untouched(), panel.surface_runs[0].at)
        if arrows.line is not None:
            moving["plumb"] = _few(arrows.line)
            moving["arrows"] = [[pen(one), _few(points)] for one, points in arrows.arrows]
        if panel.sections:
            moving["sections"] = [_few(one.points(state.first)) for one in panel.sections]
        return moving

    def _labels(self) -> Facts:
        poses = self.panel.pose_artists
        world, layers = poses.world, poses.layers
        box = Box(world, self.panel.fit, layers, poses.labelled)
        translated = layers.wording.translated
        axes = []
        for axis, name in enumerate(poses.context.short_axis_labels):
            values = ticks(world, axis)
            written = tick_texts(tuple(values.tolist()))
            axes.append(
                {
                    "at": world.across(axis, values).tolist(),
                    "texts": [str(translated(text)) for text in written.full],
                    "names": [str(translated(one)) for one in box.name_texts(name, written)],
                }
            )
        written, heights = loss_labels(world), loss_ticks(world)
        axes.append(
            {
                "at": [float(world.up(np.asarray(value))) for value in heights],
                "texts": [str(translated(text)) for text in written.full],
                "names": [str(translated(box.named(phrase("loss"), written)))],
            }
        )
        return {"size": layers.type.ticks, "colour": layers.theme.muted, "axes": axes}

    def _run(self, surface_run: SurfaceRun) -> Facts:
        trail, dot = surface_run.trail, surface_run.dot
        style = trail.style
        part = StepRange(surface_run.recording, np.unique(trail.steps))
        points = surface_run.points(part)
        kept = samples(part.steps, points, SAME)
        return {
            "steps": part.steps[kept],
            "points": points[kept].astype(np.float32),
            "marked": trail.marked,
            "marks": surface_run.points(trail.rows).astype(np.float32),
            "core": pen(style.core),
            "casing": None if style.casing is None else pen(style.casing),
            "hidden": None if style.hidden is None else pen(style.hidden),
            "mark": None if style.mark is None else stamp(style.mark),
            "hiddenMark": None if style.hidden_mark is None else stamp(style.hidden_mark),
            "longest": style.longest,
            "fading": [pen(one) for one in trail.fading],
            "window": trail.window,
            "dot": _dot(dot),
            "gap": None
            if surface_run.gap is None
            else {"rod": pen(surface_run.gap.rod), "foot": stamp(surface_run.gap.foot)},
        }


def _mesh(mesh: Mesh) -> Facts:
    """x (C+1,), y (R+1,), z (R+1, C+1) and the colours (R, C, 3) of the quads."""
    field = mesh.field
    colours = np.round(255 * mesh.colours[..., :3]).astype(np.uint8)
    return {
        "x": field.x.astype(np.float32),
        "y": field.y.astype(np.float32),
        "z": field.z.astype(np.float32),
        "colours": colours,
        "holes": None if mesh.holes is None else (mesh.holes > 0).astype(np.uint8),
        "wires": WIRES,
        "wire": pen(mesh.wire) | {"width": WIRE_WIDTH},
    }


def _dot(dot: Dot) -> Facts:
    return {
        "radius": dot.radius,
        "glow": [stamp(one) for one in dot.glow],
        "solid": [stamp(one) for one in dot.solid],
        "ring": [stamp(one) for one in dot.ring],
    }


def pen(one: Pen) -> Facts:
    """The colour, width, opacity, dashes and ends of a stroke."""
    return {
        "colour": one.colour,
        "width": round(one.width, 4),
        "alpha": one.alpha,
        "dashes": [round(part, 2) for part in one.dashes],
        "cap": one.cap,
    }


def stamp(one: Stamp) -> Facts:
    """The shape, size and colours of a mark; its outline is of radius 1, null for a disc."""
    from render.draw.artists import CIRCLE

    outline = None
    if one.shape is not CIRCLE:
        outline = np.round(np.asarray(one.shape.to_polygons()[0]), 4).tolist()
    return {
        "radius": round(one.radius, 3),
        "face": None if one.face == "none" else one.face,
        "edge": one.edge,
        "edgeWidth": round(one.edge_width, 3),
        "alpha": one.alpha,
        "outline": outline,
    }


def _corners(cell: Cell) -> list[float]:
    return [cell.left, cell.bottom, cell.right, cell.top]


def _flat(lines: Array) -> Small:
    """x and y (M, 2) of lines on the floor."""
    return simplified(lines[:, :2], SAME).astype(np.float32)


def _few(points: Array) -> list[float]:
    """Coordinates one after another, to a hundredth of a pixel; nan is left to JSON's null."""
    return [round(value, 5) if np.isfinite(value) else None for value in points.ravel().tolist()]  # type: ignore[misc]
