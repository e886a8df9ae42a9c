"""The contract of a panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from render import registry
from render.cells import Room
from render.errors import RenderError
from render.phrases import Phrase, phrase

if TYPE_CHECKING:
    from render.cells import Cell, Type
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.axes import Plot
    from render.draw.surface.solid import Solid
    from render.learn.measures.base import Measure
    from render.recording import Array, Landscape

Found = TypeVar("Found")


# The lines of a config whose network every panel of networks can draw.
EXAMPLE_NETWORK = "dataset: {kind: moons}\nmodel: {kind: mlp}\nloss: {kind: cross_entropy}"


@dataclass
class DrawnPanel(ABC):
    """One part of the picture. Its fields are its options in the config.

    Importing a panel imports no Matplotlib: what it draws with, it imports in `setup`.
    """

    room_em: ClassVar[tuple[float, float]] = (12, 8)  # smallest width and height, in text heights
    fixed_height: ClassVar[bool] = False
    stays: ClassVar[int] = 0  # in small frames: 1: longer than other panels, 2: as long as words
    words_only: ClassVar[bool] = False  # whether it is nothing without words
    network: ClassVar[bool] = False  # whether it shows what only the run of a network has
    of_landscape: ClassVar[bool] = True  # whether it may show the loss around the runs
    of_map: ClassVar[bool] = False  # whether it shows the map of runs, computed before the film
    example_model: ClassVar[str] = (
        ""  # lines of a config that it can draw, where those of its kind aren't
    )

    def unfit(self, spec: Spec, runs: int) -> str | None:
        """Why the panel can't draw this film, of whose runs it has so many, the first one `spec`.

        None if it can, as far as that is known before training.
        """
        return None

    def least(self, type_: Type, spec: Spec, width: float) -> Room:
        """The size that the panel needs of a cell so wide, as far as it is known untrained."""
        wide, high = (em * type_.text for em in self.room_em)
        return Room(wide, high, self.fixed_height)

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        """The size that the panel needs of a cell so wide."""
        return self.least(layers.type, context.first.spec, width)

    @abstractmethod
    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        """Make the artists and add each to its layer. Raises RenderError."""

    @abstractmethod
    def update(self, state: FrameState) -> None:
        """Bring the moving artists to this frame."""

    def chart(self) -> Chart | None:
        """The plot of a panel that is set up, for curves of other runs; None if it has none."""
        return None

    def solid(self) -> Solid | None:
        """What a painter needs that turns the picture itself; None for a flat one."""
        return None


@dataclass(frozen=True)
class Chart:
    """A plot, and what is along its axes."""

    shows: Literal["parameters", "cost", "loss", "data"]
    plot: Plot
    along: Array | None = None  # (M,) of `data`: the inputs of its curves


def two_axes(spec: Spec, panel: str) -> str | None:
    """Why a panel of a landscape can't draw this one; None if that has two parameters."""
    names = [*spec.model.parameters()]
    if len(names) != 1:
        return None
    return (
        f"the {panel} panel is for two parameters, and this loss has only {names[0]}:"
        " the cost panel shows one"
    )


def of_data(spec: Spec, panel: str) -> str | None:
    """Why a panel of data can't draw this film; None if it has data."""
    if spec.model.network:
        return f"the {panel} panel draws a model's formula, and a network has none: {SEEN}"
    needs = f"the {panel} panel needs data, and a function has none"
    return None if spec.model.needs_data else needs


SEEN = "the decision, weights and accuracy panels show what it learns"


def of_predictions(spec: Spec, panel: str) -> str | None:
    """Why a panel of data can't draw this film; None for a model whose prediction is a number."""
    if not spec.model.network:
        return of_data(spec, panel)
    if spec.loss.classifies:
        return f"the {panel} panel is for labels that are numbers, and these are classes: {SEEN}"
    if spec.dataset.targets == 1 and spec.dataset.plain:
        return None
    return f"the {panel} panel is for a model that predicts one number: the weights panel shows any"


def of_few(spec: Spec, panel: str) -> str | None:
    """Why a panel of parameters can't draw a network; None for any other model."""
    if not spec.model.network:
        return None
    return f"the {panel} panel is for a few named parameters, and a network has more: {SEEN}"


def of_network(spec: Spec, panel: str) -> str | None:
    """Why a panel of networks can't draw this film; None if its model is one."""
    if spec.model.network:
        return None
    return f"the {panel} panel is for a network, which this model is not"


def of_measure(spec: Spec, panel: str, measure: str) -> str | None:
    """Why a panel of a measure can't draw this film; None if its config asks for the measure."""
    if (fault := of_network(spec, panel)) is not None:
        return fault
    if any(registry.name_of(type(one)) == measure for one in spec.measure):
        return None
    return f"the {panel} panel draws what is measured: `measure: [{measure}]`"


def of_classes(spec: Spec, panel: str) -> str | None:
    """Why a panel of classes can't draw this film; None for a network that tells classes apart."""
    if (fault := of_network(spec, panel)) is not None:
        return fault
    if spec.loss.classifies:
        return None
    return (
        f"the {panel} panel is for classes, and these labels are numbers: the loss panel has those"
    )


def asked_measure(spec: Spec, panel: str, name: str | None) -> str | None:
    """Why a panel can't draw what the config measures; None if it can. None: the first measure."""
    asked = [measure.kind for measure in spec.measure]
    if not asked:
        return f"the {panel} panel draws what the config measures: `measure: components` is one"
    if name is None or name in asked:
        return None
    return f"the {panel} panel is of '{name}', and the config measures {', '.join(asked)}"


def measure_of(spec: Spec, name: str | None) -> Measure:
    """The measure of that name, or the first one."""
    return next(one for one in spec.measure if name in (None, one.kind))


def needed(found: Found | None, panel: str, name: str) -> Found:
    """What a panel draws, which a run of a network has. Raises RenderError where it is None."""
    if found is None:
        raise RenderError(f"the {panel} panel: this run has no {name}")
    return found


def of_one(runs: int, panel: str) -> str | None:
    """Why a panel of one run can't draw several; None if there is only one."""
    hint = "`film: {runs: grid}` gives each run its own panel"
    return None if runs == 1 else f"the {panel} panel draws one run only: {hint}"


LEAST_SQUARES = "least squares"  # a landscape's method, and its name on screen


def least_name(landscape: Landscape) -> Phrase:
    """What the place of the least loss is called."""
    squares = landscape.method == LEAST_SQUARES
    return phrase("least squares") if squares else phrase("minimum")


def least_names(landscape: Landscape) -> tuple[Phrase, Phrase]:
    """The same, and a shorter name."""
    return least_name(landscape), phrase("best")
