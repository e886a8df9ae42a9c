"""The whole config as frozen dataclasses: what `load` returns and everything else reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from render.config.fields import Allowed, as_written
from render.config.layout import Layout
from render.config.node import KeyPath
from render.config.options import Count, Flag, Integer, Number, Options, Positive
from render.config.problems import Source, placed
from render.config.tex import readable
from render.config.when import ALLOWED, PATTERN, When, parse_when
from render.errors import RenderError

if TYPE_CHECKING:
    from render.config.map import MapOptions
    from render.config.when import When
    from render.encode.base import Format
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.measures.base import Measure
    from render.learn.models.base import Model
    from render.learn.optimizers.base import Optimizer
    from render.learn.schedules.base import Schedule


MAX_KEYFRAMES = 50
MAX_FRAMES = 20_000
MAX_STOPS = 100  # that a config names
USUAL_STOPS = 24  # that the program finds by itself, with the start and the end


def _as_time(value: Any) -> Any:
    """The time that a text means; a When is returned as it is."""
    if isinstance(value, When):
        return value
    try:
        return parse_when(value)
    except ValueError as fault:
        text = str(fault)
        hint = "" if ", found" in text else f", found {as_written(value)}"
        raise ValueError(f"{text}{hint}") from None


At = Annotated[
    When,
    BeforeValidator(_as_time),
    Allowed(ALLOWED),
    Field(
        description="2s, 50%, step 3, epoch 10, converged, end",
        json_schema_extra={"type": "string", "pattern": PATTERN},
    ),
]
Elev = Annotated[Number, Field(ge=5, le=75, description="degrees above the floor")]
Zoom = Annotated[Number, Field(ge=0.5, le=4, description="2: everything twice as large")]


@dataclass(frozen=True)
class Keyframe(Options):
    """A camera pose and its time; a value that is left out is that of the keyframe before."""

    at: At
    elev: Elev | None = None
    azim: Annotated[Number, Field(ge=-720, le=720, description="degrees")] | None = None
    zoom: Zoom | None = None


def _check_count(keyframes: tuple[Keyframe, ...]) -> tuple[Keyframe, ...]:
    if len(keyframes) > MAX_KEYFRAMES:
        raise ValueError(f"at most {MAX_KEYFRAMES} keyframes, found {len(keyframes)}")
    return keyframes


@dataclass(frozen=True)
class CameraOptions(Options):
    """Where the surface is seen from, in degrees; auto: where most can be seen."""

    elev: Elev | Literal["auto"] = "auto"
    azim: (
        Annotated[Number, Field(ge=-360, le=360, description="turn about the loss axis")]
        | Literal["auto"]
    ) = "auto"
    zoom: Zoom = 1.0
    orbit: Annotated[
        Number, Field(ge=-3600, le=3600, description="degrees turned over the whole film")
    ] = 0.0
    keyframes: Annotated[
        tuple[Keyframe, ...],
        AfterValidator(_check_count),
        Field(description="poses to move through", json_schema_extra={"maxItems": MAX_KEYFRAMES}),
    ] = ()
    ease: Annotated[
        Literal["auto", "linear", "sine_in_out"],
        Field(description="auto: an orbit is linear, between keyframes it is sine_in_out"),
    ] = "auto"


STOPS_AT = 'auto, steps, captions, none or a list of times, like [2s, "step 3", 50%]'


@dataclass(frozen=True)
class StopOptions(Options):
    """Where a presenter pauses; the start and the end of the film always are such places."""

    at: Annotated[
        Literal["auto", "steps", "captions", "none"] | tuple[At, ...],
        Allowed(STOPS_AT),
        Field(description="auto: narrated steps, then powers of ten, and captions; or times"),
    ] = "auto"
    hold_s: Annotated[
        Number,
        Field(ge=0, le=60, description="seconds that the picture stays there; the film is longer"),
    ] = 0.0
    whole_seconds: Annotated[
        Flag, Field(description="wait before each stop until a whole second is over")
    ] = False

    @property
    def most(self) -> int:
        """How many there are at most, the start and the end included."""
        return USUAL_STOPS if isinstance(self.at, str) else len(self.at) + 2


Extent = Literal["auto"] | tuple[Number, Number]
Width = Annotated[Integer, Field(ge=160, le=4096, multiple_of=2)]
Height = Annotated[Integer, Field(ge=90, le=4096, multiple_of=2)]
MAX_EPOCHS = 5_000_000
MAX_GRID = 1000
SizePx = tuple[Width, Height]
FrameNumber = Annotated[Integer, Field(ge=0)]
Word = Annotated[str, Field(strict=True)]


def _check_digits(number: int) -> None:
    """Raises ValueError for a number that takes more than a line to write."""
    if number > 10**15:
        raise ValueError(f"a number of {len(str(number))} digits is too large")


def _check_epochs(epochs: int) -> int:
    if epochs > MAX_EPOCHS:
        _check_digits(epochs)
        gigabytes = epochs * 100 / 1e9  # bytes of a snapshot and of all arrays derived from it
        raise ValueError(
            f"{epochs:,} epochs would record {gigabytes:,.0f} GB of snapshots;"
            f" at most {MAX_EPOCHS:,}"
        )
    return epochs


def _check_grid(grid: int) -> int:
    if grid > MAX_GRID:
        _check_digits(grid)
        gigabytes = grid**2 * 40 / 1e9
        raise ValueError(
            f"{grid:,} × {grid:,} points would take {gigabytes:,.0f} GB; at most {MAX_GRID:,}"
        )
    return grid


@dataclass(frozen=True)
class EarlyStopping(Options):
    """Stop early: for `patience` epochs the mean loss of an epoch has not fallen by `tol`."""

    tol: Annotated[Number, Field(ge=0, description="less than this is no progress")] = 0.0
    patience: Annotated[Integer, Field(ge=0, description="epochs without any; 0: never stop")] = 0


@dataclass(frozen=True)
class Training(Options):
    """How long the loop runs, and on what."""

    epochs: Annotated[
        Count,
        AfterValidator(_check_epochs),
        Field(description="passes over the data", json_schema_extra={"maximum": MAX_EPOCHS}),
    ] = 10
    batch_size: Annotated[
        Literal["full"] | Count, Field(description="points a step sees: full or a number")
    ] = "full"
    shuffle: Annotated[Flag, Field(description="draw other batches in every epoch")] = False
    noise: Annotated[
        Number, Field(ge=0, description="standard deviation of noise added to every gradient")
    ] = 0.0
    zero_grad: Annotated[
        Flag, Field(description="whether gradients are cleared after each step, as they must be")
    ] = True
    stop: EarlyStopping = field(default_factory=EarlyStopping)
    device: Annotated[
        Literal["cpu", "cuda", "mps"], Field(description="where a network is trained")
    ] = "cpu"

    def steps_per_epoch(self, points: int) -> int:
        """How many batches that many points make."""
        return 1 if self.batch_size == "full" else -(-points // self.batch_size)

    def steps(self, points: int) -> int:
        """How many updates the whole run takes, if nothing ends it early."""
        return self.epochs * self.steps_per_epoch(points)


def _check_cell(panels: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(panels) <= 3:
        raise ValueError(f"a cell holds from 1 to 3 panels, found {len(panels)}")
    return panels


@dataclass(frozen=True)
class FilmOptions(Options):
    """Size, rate, length and style of the film."""

    size: Annotated[SizePx, Field(description="width, height in pixels")] = (
        1280,
        720,
    )
    fps: Annotated[Integer, Field(ge=1, le=120, description="frames per second")] = 30
    duration: Annotated[Positive, Field(ge=0.5, le=600, description="seconds")] = 8.0
    frames: (
        Annotated[
            tuple[FrameNumber, FrameNumber],
            Field(
                description="the first and the last of a part of the film, counted from 0",
                examples=[[0, 59]],
            ),
        ]
        | None
    ) = None
    theme: Annotated[
        str,
        Allowed("the name of a theme, or of a YAML file that has one"),
        Field(description="a theme by its name, or a YAML file of your own beside the config"),
    ] = "night"
    camera: CameraOptions = field(default_factory=CameraOptions)
    pace: Annotated[
        Literal["auto", "constant", "log", "arc_length"], Field(description="where the time goes")
    ] = "auto"
    runs: Annotated[
        Literal["race", "grid"],
        Field(description="several runs on one surface, or each in its own cell"),
    ] = "race"
    clock: Annotated[
        Literal["auto", "steps", "epochs"], Field(description="what passes equally for all runs")
    ] = "auto"
    panels: (
        Annotated[
            tuple[str, ...],
            AfterValidator(_check_cell),
            Field(description="the kinds of panels in each cell of a grid, top to bottom"),
        ]
        | None
    ) = None
    share: Annotated[Flag, Field(description="whether the cells of a grid share their scales")] = (
        True
    )
    layout: Annotated[
        Layout | None, Field(description="a mosaic of panels instead of the scene's own")
    ] = None
    essential: Annotated[
        tuple[str, ...],
        Field(description="panels that stay in small frames, the last to go first"),
    ] = ()
    stops: Annotated[
        StopOptions,
        Allowed(f"{STOPS_AT}, or a mapping of at, hold_s, whole_seconds"),
        Field(description="where a presenter pauses, besides the start and the end"),
    ] = field(default_factory=StopOptions)
    labels: Annotated[
        dict[str, Word], Field(description="words on screen, and what is written for them")
    ] = field(default_factory=dict)
    tex: Annotated[
        Flag, Field(description="whether $…$ in the title and in labels is mathtext")
    ] = False
    auto_captions: Annotated[
        Flag, Field(description="captions that the program writes about what happens")
    ] = True

    @property
    def frame_count(self) -> int:
        """How many frames are made."""
        if self.frames is None:
            return round(self.duration * self.fps)
        return self.frames[1] - self.frames[0] + 1

    @property
    def last_s(self) -> float:
        """When the last frame is shown, in seconds."""
        return (round(self.duration * self.fps) - 1) / self.fps


# The columns of the coordinates of each plane through the weights of a network.
PLANE_AXES = {
    "pca": ("pc1", "pc2"),
    "random": ("d1", "d2"),
    "hessian": ("h1", "h2"),
    "ends": ("e1", "e2"),
}
NETWORK_GRID = 51  # points along each axis where a network is evaluated at each of them
Weight = Annotated[str, Field(strict=True, min_length=1, max_length=200)]


UNSEEN_GRID = 9  # points along each axis of a landscape that a film doesn't show


@dataclass(frozen=True)
class LandscapeOptions(Options):
    """Where the loss landscape is drawn; `extents` maps a parameter's name to its range.

    A network's is drawn on a plane through the space of its weights.
    """

    grid: Annotated[
        Integer,
        Field(
            ge=41,
            description="points along each axis; of a network 51 when left out",
            json_schema_extra={"maximum": MAX_GRID},
        ),
        AfterValidator(_check_grid),
    ] = 121
    scale: Annotated[
        Literal["linear", "log"], Field(description="of the loss axis: log shows a flat valley")
    ] = "linear"
    flip_bias: Annotated[
        Flag, Field(description="draw the labs' wrong surface, whose bias has its sign flipped")
    ] = False
    plane: Annotated[
        Literal["pca", "random", "hessian", "ends"] | tuple[Weight, Weight] | None,
        Allowed("pca, random, hessian, ends, or two weights, like ['0.weight[3,2]', '2.bias[0]']"),
        Field(
            description="of a network's weights: pca (when left out): where the runs move most; "
            "random; hessian: where the loss bends most; ends: through the ends of two runs; "
            "or two of the weights"
        ),
    ] = None
    centre: Annotated[
        Literal["mean", "end"] | None,
        Field(description="of a network's plane: the mean of the snapshots (when left out); end"),
    ] = None
    normalize: Annotated[
        Literal["filter", "none"] | None,
        Field(
            description="of random directions: filter (when left out): each unit's weights have "
            "the norm of the model's; none"
        ),
    ] = None
    seed: Annotated[
        Annotated[Integer, Field(ge=0, le=2**63 - 1)] | None,
        Field(description="of random directions; the film's own when left out"),
    ] = None
    extents: Annotated[
        dict[str, Extent], Field(description="what is drawn of each parameter: auto or [low, high]")
    ] = field(default_factory=dict)

    @property
    def plane_axes(self) -> tuple[str, ...]:
        """What the coordinates of a network's plane are called; empty for any other model."""
        return PLANE_AXES[self.plane] if isinstance(self.plane, str) else self.plane or ()


@dataclass(frozen=True)
class CaptionOptions:
    """A line of text and when it is shown, until the next one at most."""

    at: When
    text: str  # with fields: `w = {w:.2f} after {epoch} epochs`
    lasts_s: float = 3.0
    tex: bool = False  # whether $…$ in it is mathtext
    live: bool = False  # whether its numbers go on changing while it is shown


@dataclass(frozen=True)
class Spec:
    """One film, resolved: every default is filled in, every name is looked up.

    The parts that make a run are those of the film's only run, or of its first one.
    """

    path: Path  # the config file; relative paths in it start from its folder
    label: str  # the run's, in legends and tables; a film's own is its name
    title: str
    scene: str
    seed: int
    dataset: DatasetKind  # NoDataset when the model is a function
    model: Model
    loss: Loss  # FunctionLoss when the model is a function
    optimizer: Optimizer
    schedule: Schedule
    training: Training
    film: FilmOptions
    landscape: LandscapeOptions
    outputs: tuple[Format, ...]
    measure: tuple[Measure, ...] = ()  # of a run, at each recorded row
    captions: tuple[CaptionOptions, ...] = ()
    map: MapOptions | None = None  # of runs that share what all runs of the film share
    language: str = "en"  # of the film's own texts
    target: str | None = None  # the name of its target in config/targets.yaml
    runs: tuple[Spec, ...] = ()  # whole specs, which share path, title, scene, film …
    names_scene: bool = False  # whether the config says `scene:`; if not, the scene is installed
    source: Source | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The film's name, with which its files' names begin: the config's stem."""
        return self.path.stem

    def without_landscape(self) -> Spec:
        """The same with a landscape that is hardly scanned, for a film that doesn't show it."""
        sparse = replace(self.landscape, grid=UNSEEN_GRID)
        runs = tuple(one.without_landscape() for one in self.runs)
        return replace(self, landscape=sparse, runs=runs)

    @property
    def plain_title(self) -> str:
        """The title in letters, for files of words and metadata."""
        return readable(self.title) if self.film.tex else self.title

    @property
    def plain_label(self) -> str:
        """The run's label in letters."""
        return readable(self.label) if self.film.tex else self.label

    @property
    def read_at_end(self) -> bool:
        """Whether a caption of the config comes at the end, which is held until it is read."""
        return any(caption.at.unit == "end" for caption in self.captions)

    def fault(self, path: KeyPath, message: str) -> RenderError:
        """What is wrong with a value of this run, at the place where it was written."""
        whole = ".".join(map(str, path))
        for there in (("runs", self.label, *path), ("runs", self.label, whole), path):
            if self.source is not None and there in self.source.nodes:
                return placed(self.source, there, message)
        swept = ("sweep", *path), ("sweep", whole)
        found = next((p for p in swept if self.source and p in self.source.nodes), path)
        return placed(self.source, found, message)

    @property
    def each(self) -> tuple[Spec, ...]:
        """The specs of the runs; a film of one run is its run itself."""
        return self.runs or (self,)
