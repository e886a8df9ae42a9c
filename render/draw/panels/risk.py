"""The validation loss of runs with ever more features, and what theory says of their ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel, needed, of_network
from render.errors import RenderError
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.recording import Array

DECADES = 3.0  # of the axis at most: lower losses are drawn at its foot
PLACES = 400  # of the theory's line
REACH = 1.06  # times the largest ratio: the axis
LEAST_FOOT = 0.01


@dataclass
class RiskPanel(DrawnPanel):
    """The validation loss of runs with ever more features, and what theory says of their ends.

    Runs with different numbers of features need `film: {runs: grid}` and `scene: features`.
    """

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (16, 13)
    network: ClassVar[bool] = True
    example_model: ClassVar[str] = (
        "dataset: {kind: features}\n"
        "model: {kind: mlp, hidden: [], bias: false, init: zeros}\n"
        "runs: {0.1: {optimizer.lr: 0.1}, 0.2: {optimizer.lr: 0.2}}"
    )

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if (fault := of_network(spec, "risk")) is not None:
            return fault
        if runs > 1:
            return None
        return "the risk panel compares runs with different numbers of features: give runs"

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import PaintedArtist, Pen, Stamp
        from render.draw.plot.axes import plot
        from render.draw.plot.legend import Mark, add_rows
        from render.draw.plot.theory import theory_mark, theory_pen

        theme, type_ = layers.theme, layers.type
        recordings = [run.recording for run in context.runs]
        if any(one.validation_loss is None for one in recordings):
            raise RenderError("the risk panel: a run has no validation points")
        ratios = [run.dataset.features / len(run.dataset.y) for run in context.runs]
        self.order = np.argsort(ratios, kind="stable")
        self.ratios = np.array(ratios)[self.order]
        unseen = np.concatenate([_finite(one.validation_loss) for one in recordings])
        top = 2.0 * float(unseen.max())
        foot = 10.0 ** np.floor(np.log10(max(float(unseen.min()), top / 10**DECADES, LEAST_FOOT)))
        reach = REACH * float(self.ratios[-1])
        radius = 0.42 * type_.text
        seen = Stamp(0.7 * radius, theme.background, theme.muted, max(1.5, 0.5 * type_.stroke))
        ball = Stamp(radius, theme.parameter, theme.background, max(1.0, 0.3 * type_.stroke))
        theory = context.first.spec.dataset.excess_risk(np.array([0.5]))
        marks = [
            Mark(
                (
                    *([phrase("on new points, without noise")] if theory is not None else []),
                    phrase("on new points"),
                    phrase("new points"),
                ),
                ball,
            ),
            *([theory_mark(layers, phrase("theory, fully trained"), phrase("theory"))]
              if theory is not None else []),
            Mark((phrase("on the training points"), phrase("training")), seen),
        ]  # fmt: skip
        inner, _ = add_rows(layers, cell, marks)
        self.plot = plot(
            layers, inner,
            titles=(
                phrase("loss for ever more features"),
                phrase("loss by features"),
                phrase("loss"),
            ),
            xlim=(0.0, reach),
            ylim=(foot / 1.6, top),
            xlabel=phrase("features for each training point"),
            log=True,
            floor=foot,
        )  # fmt: skip
        self.foot = foot
        self._edge(layers)
        if theory is not None:
            self._theory(layers, context, reach, theory_pen(layers, theme.text, self.plot))
        self.unseen = [recordings[k].validation_loss for k in self.order]
        self.trained = [recordings[k].loss for k in self.order]
        self.at = self.below = np.zeros((len(ratios), 2))
        line = Pen(theme.trail, type_.stroke, clip=self.plot.area)
        thin = Pen(theme.muted, 0.5 * type_.stroke, alpha=0.7, clip=self.plot.area)

        def paint(renderer: Any) -> None:
            thin.draw(renderer, self.below)
            for place in self.below:
                seen.draw(renderer, place)
            line.draw(renderer, self.at)
            for place in self.at:
                ball.draw(renderer, place)

        layers.move(PaintedArtist(paint, 10))

    def _edge(self, layers: Layers) -> None:
        """A line where there are as many features as points."""
        from render.draw.artists import PaintedArtist, Pen

        area = self.plot.area
        x = round(float(self.plot.pixels(np.array(1.0), np.array(self.foot))[0])) + 0.5
        pen = Pen(layers.theme.muted, max(1.0, round(layers.type.hair)), cap="butt")
        points = np.array([[x, area.bottom], [x, area.top]])
        layers.add(PaintedArtist(lambda renderer: pen.draw(renderer, points), 1))

    def _theory(self, layers: Layers, context: Context, reach: float, pen: Any) -> None:
        from render.draw.artists import PaintedArtist

        data = context.first.spec.dataset
        branches = []
        for low, high in ((reach / PLACES, 1.0), (1.0, reach)):
            ratio = np.linspace(low, high, PLACES)
            risk = needed(data.excess_risk(ratio), "risk", "theory")
            risk = np.minimum(risk, 4 * self.plot.axes.get_ylim()[1])
            branches.append(self.plot.pixels(ratio, np.maximum(risk, self.foot / 4)))

        def paint(renderer: Any) -> None:
            for points in branches:
                pen.draw(renderer, points)

        layers.move(PaintedArtist(paint, 9))

    def update(self, state: FrameState) -> None:
        rows = np.array([state.runs[k].snapshot.row for k in self.order])
        self.at = self._points(self.unseen, rows)
        self.below = self._points(self.trained, rows)

    def _points(self, losses: list[Any], rows: Array) -> Array:
        """Pixels (R, 2) of losses (T+1,) of each run at fractional rows (R,)."""
        found = [
            np.interp(row, np.arange(len(one)), one) for row, one in zip(rows, losses, strict=True)
        ]
        return self.plot.pixels(self.ratios, np.maximum(found, self.foot))


def _finite(losses: Array | None) -> Array:
    losses = np.zeros(0) if losses is None else losses
    return np.asarray(losses[np.isfinite(losses)])
