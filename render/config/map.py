"""The section `map`: two keys and their ranges, of which every pair of values is a run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from render.config.build import KEYS, PARTS, parts, unknown_section
from render.config.fields import as_written, take, unknown_key
from render.config.layers import with_set
from render.config.node import Node, Option
from render.config.options import Integer, Number, Options
from render.config.problems import Problems, nearest, shown
from render.recording import Array

if TYPE_CHECKING:
    from render.config.spec import Spec

WIDEST_LINEAR = 100.0  # B/A: from this on an axis is logarithmic if it says nothing else
EXAMPLE = "optimizer.lr=1e-3..1"
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
RANGE = re.compile(
    rf"\s*(?P<key>[^=]+?)\s*=\s*(?P<low>{NUMBER})\s*\.\.\s*(?P<high>{NUMBER})\s*"
    r"(?::\s*(?P<scale>[^:\s]+)\s*)?"
)
SCALES = ("log", "lin")
SPARE_DIGITS = 3  # a value is rounded to 1/1000 of the way to the next one, so that it is short
MOST_PIXELS = 2000
MOST_WINDOWS = 12
FINEST = 1e-12  # relative: numbers beside one another in the last window differ by more

Leaf = tuple[str | int, ...]  # where a value is in the parts of a run: ("optimizer", "lr")
Side = Annotated[Integer, Field(ge=2, le=MOST_PIXELS)]
MapSize = Annotated[tuple[Side, Side], Field(description="runs along x and along y, a pixel each")]


@dataclass(frozen=True)
class MapAxis:
    """The values of a key along one axis of a map."""

    key: str  # as --set has it
    low: float
    high: float
    log: bool
    whole: bool  # whether only whole numbers are allowed
    leaf: Leaf

    def values(self, count: int) -> Array:
        """The values (count,) of the pixels, both ends included.

        They are rounded to what tells them apart, so that a pixel's command line is short.
        """
        if self.log:
            exact = np.geomspace(self.low, self.high, count)
            steps = exact * ((self.high / self.low) ** (1 / (count - 1)) - 1)
        else:
            exact = np.linspace(self.low, self.high, count)
            steps = np.full(count, (self.high - self.low) / (count - 1))
        if self.whole:
            return np.rint(exact)
        digits = SPARE_DIGITS - np.floor(np.log10(np.maximum(steps, 1e-300)))
        pairs = zip(exact.tolist(), digits.astype(int).tolist(), strict=True)
        rounded = [round(value, decimals) for value, decimals in pairs]
        return np.array([self.low, *rounded[1:-1], self.high])

    def written(self, value: float) -> str:
        """`optimizer.lr=0.1`, as --set takes it."""
        return f"{self.key}={int(value) if self.whole else value!r}"

    def at(self, value: float | Array) -> Any:
        """How far along the axis a value is: 0 at the low end, 1 at the high one."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        with np.errstate(all="ignore"):
            return np.log(np.asarray(value) / self.low) / math.log(self.high / self.low)

    def window(self, place: float, closer: float, count: int) -> MapAxis:
        """The axis so many times closer to a place, which stays where it is on the axis."""
        at = float(self.at(place))
        ends = np.array([at - at / closer, at + (1 - at) / closer])
        if self.log:
            ends = self.low * (self.high / self.low) ** ends
        else:
            ends = self.low + (self.high - self.low) * ends
        step = float(ends[1] - ends[0]) / count
        digits = SPARE_DIGITS - math.floor(math.log10(step))
        low, high = (round(end, digits) for end in ends.tolist())
        return replace(self, low=max(low, self.low), high=min(high, self.high))

    def __str__(self) -> str:
        numbers = (int(end) if self.whole else end for end in (self.low, self.high))
        low, high = map(repr, numbers)
        return f"{self.key}={low}..{high}:{SCALES[0] if self.log else SCALES[1]}"


@dataclass(frozen=True)
class Zoom(Options):
    """Windows of a map, each smaller than the one before it around a place."""

    at: Annotated[
        tuple[Number, Number], Field(description="the values of both keys to come closer to")
    ]
    factor: Annotated[
        Number, Field(gt=1, le=1000, description="how many times closer each window is")
    ] = 8.0
    windows: Annotated[
        Integer, Field(ge=2, le=MOST_WINDOWS, description="of the map, the whole one included")
    ] = 4


@dataclass(frozen=True)
class MapOptions:
    """A map: two axes, and how many runs there are along each."""

    x: MapAxis
    y: MapAxis
    size: tuple[int, int]  # along x, along y
    zoom: Zoom | None = None
    spelled: str = ""  # the key that spells the film's runs out, if one does: `runs` or `sweep`
    base: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def windows(self) -> tuple[MapOptions, ...]:
        """The map itself, and each closer window of it as a map, all with as many runs."""
        whole = replace(self, zoom=None)
        if self.zoom is None:
            return (whole,)
        closer = (self.zoom.factor**i for i in range(1, self.zoom.windows))
        x, y = self.zoom.at
        return whole, *(
            replace(whole, x=self.x.window(x, c, self.size[0]), y=self.y.window(y, c, self.size[1]))
            for c in closer
        )

    def run(self, spec: Spec) -> Spec:
        """What all runs of the map share: the film without its runs."""
        return replace(spec, runs=(), label=spec.name, **self.base)

    def places(self, spec: Spec) -> list[tuple[str, float, float]]:
        """Label and values of both keys of each run of the film that is on the map."""
        shared, found = self.run(spec), []
        for one in spec.each:
            parts_ = (getattr(one, name) for name in self.base)
            same = (getattr(shared, name) for name in self.base)
            leaves = {
                (name, *leaf)
                for name, mine, theirs in zip(self.base, parts_, same, strict=True)
                for leaf in differing(mine, theirs)
            }
            x, y = (_number(one, axis.leaf) for axis in (self.x, self.y))
            inside = self.x.low <= x <= self.x.high and self.y.low <= y <= self.y.high
            if inside and {leaf for leaf in leaves if leaf[0] != "landscape"} <= {
                self.x.leaf,
                self.y.leaf,
            }:
                found.append((one.label, x, y))
        return found

    def command(self, spec: Spec, x: float, y: float) -> list[str]:
        """The --set options that make a film of the run at these values."""
        alone = [f"{self.spelled}=null"] if self.spelled else []
        return [*alone, self.x.written(x), self.y.written(y)]

    def written(self) -> dict[str, Any]:
        """The section as a config has it."""
        zoom = {} if self.zoom is None else {"zoom": {**asdict(self.zoom), "at": [*self.zoom.at]}}
        return {"x": str(self.x), "y": str(self.y), "size": list(self.size), **zoom}


USUAL_SIZE = (160, 120)
SECTION = ("x", "y", "size", "zoom")


def map_options(problems: Problems, root: Node, folder: Path) -> MapOptions | None:
    """The map that a config asks for; None if it asks for none, or with problems noted.

    Its runs have what all runs of the film share: the film's own `runs` or `sweep` are left out.
    """
    node = root.get("map")
    if node is None or node.value is None:
        return None
    if not isinstance(node.value, dict):
        problems.refuse(node, f"expected a mapping of x, y and size, found {as_written(node.data)}")
        return None
    for key in node.entries:
        if key not in SECTION:
            unknown_key(problems, node, key, SECTION)
    size = take(problems, node.at("size"), MapSize) if "size" in node.entries else USUAL_SIZE
    zoomed = node.get("zoom") is not None and node.at("zoom").value is not None
    zoom = take(problems, node.at("zoom"), Zoom) if zoomed else None
    base = replace(root, value={k: n for k, n in root.entries.items() if k in PARTS})
    axes = [_axis(problems, node, base, name, folder) for name in ("x", "y")]
    x, y = axes
    if x is None or y is None or size is None or (zoomed and zoom is None):
        return None
    if x.leaf == y.leaf:
        problems.refuse(node.at("y"), f"both axes are {x.key}: a map needs two keys")
        return None
    _check_corners(problems, node, base, (x, y), folder)
    if zoom is not None and not _check_zoom(problems, node.at("zoom"), zoom, (x, y), size):
        return None
    spelled = next((key for key in ("runs", "sweep") if root.get(key) is not None), "")
    return MapOptions(x, y, size, zoom, spelled, _with(problems, base, [], folder)[0])


def _axis(problems: Problems, section: Node, base: Node, name: str, folder: Path) -> Any:
    """The axis x or y; None, and a problem noted, if it is wrong."""
    node = section.get(name)
    if node is None:
        return problems.refuse(section, f"missing key '{name}': KEY=A..B, like {EXAMPLE}")
    text = node.value
    read = RANGE.fullmatch(text) if isinstance(text, str) else None
    if read is None:
        message = f"expected KEY=A..B, like {EXAMPLE}, found {as_written(node.data)}"
        return problems.refuse(node, message)
    scale = read["scale"]
    if scale is not None and scale not in SCALES:
        hint = nearest(scale, SCALES) or ";"
        message = f"unknown scale '{shown(scale)}'{hint} there are: {', '.join(SCALES)}"
        return problems.refuse(node, message)
    low, high = float(read["low"]), float(read["high"])
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return problems.refuse(node, f"expected A..B with A below B, found {as_written(text)}")
    if scale == "log" and low <= 0:
        return problems.refuse(node, f"a log axis has numbers above 0, found {read['low']}")
    log = scale == "log" or (scale is None and low > 0 and high / low >= WIDEST_LINEAR)
    key = ".".join(part.strip() for part in read["key"].split("."))
    found = []
    for number in (read["low"], read["high"]):
        made, fault = _with(problems, base, [f"{key}={number}"], folder)
        if fault:
            return problems.refuse(node, fault)
        found.append(made)
    leaves = [leaf for leaf in differing(*found) if leaf[0] != "landscape"]
    if len(leaves) != 1 or not _is_number(value_at(found[0], leaves[0])):
        message = f"{key} is no number that a run depends on, like optimizer.lr"
        return problems.refuse(node, message)
    whole = isinstance(value_at(found[0], leaves[0]), int)
    return MapAxis(key, low, high, log, whole, leaves[0])


def _check_zoom(
    problems: Problems, node: Node, zoom: Zoom, axes: tuple[MapAxis, MapAxis], size: tuple[int, int]
) -> bool:
    """Whether windows of a map are on it, and have numbers that differ."""
    closest = zoom.factor ** (zoom.windows - 1)
    for i, (axis, place, count) in enumerate(zip(axes, zoom.at, size, strict=True)):
        if axis.whole:
            problems.refuse(node, f"{axis.key} has whole numbers: there is nothing between them")
            return False
        if not axis.low <= place <= axis.high:
            where = f"expected {axis.key} from {axis.low!r} to {axis.high!r}, found {place!r}"
            problems.refuse(node.at("at").at(i), where)
            return False
        width = (math.log(axis.high / axis.low) if axis.log else axis.high - axis.low) / closest
        size_ = 1.0 if axis.log else max(abs(place), abs(axis.high - axis.low) * FINEST)
        if width / count < FINEST * size_:
            problems.refuse(node, f"the last window of {axis.key} is too small for its digits")
            return False
    return True


def _check_corners(
    problems: Problems, node: Node, base: Node, axes: tuple[MapAxis, MapAxis], folder: Path
) -> None:
    """Refuse axes whose values make no run together."""
    x, y = axes
    for one in (x.low, x.high):
        for other in (y.low, y.high):
            sets = [x.written(one), y.written(other)]
            fault = _with(problems, base, sets, folder)[1]
            if fault:
                problems.refuse(node.at("y"), f"with {sets[0]}: {fault}")
                return


def _with(
    problems: Problems, base: Node, sets: list[str], folder: Path
) -> tuple[Mapping[str, Any], str]:
    """The parts of a run with these KEY=VALUE, and what is wrong with it, or nothing."""
    trial, root = Problems(problems.name, problems.lines), base
    for rank, text in enumerate(sets, 3):
        root = with_set(trial, root, text, Option(text, rank))
        first = text.partition("=")[0].partition(".")[0]
        if first not in KEYS:
            unknown_section(trial, root, first, KEYS)
    made = parts(trial, root, folder) if not trial.all else {}
    if not trial.all:
        return made, ""
    problem = trial.all[0]
    where = ".".join(shown(str(part)) for part in problem.path)
    return made, f"{where}: {problem.message}" if where else problem.message


def differing(one: Any, other: Any) -> Iterator[Leaf]:
    """Where two values, made of dataclasses, mappings and tuples, are not the same."""
    if is_dataclass(one) and type(one) is type(other):
        names = [field.name for field in fields(one) if field.compare]
        pairs: list[tuple[str | int, Any, Any]]
        pairs = [(name, getattr(one, name), getattr(other, name)) for name in names]
    elif isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        pairs = [(key, one[key], other[key]) for key in one]
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = [(i, *pair) for i, pair in enumerate(zip(one, other, strict=True))]
    else:
        if not _same(one, other):
            yield ()
        return
    for name, mine, yours in pairs:
        for rest in differing(mine, yours):
            yield (name, *rest)


def _same(one: Any, other: Any) -> bool:
    return bool(type(one) is type(other) and one == other)


def _number(run: Spec, leaf: Leaf) -> float:
    """What a run has at a place; nan where that is no number, and so on no axis.

    A batch of all points is one of their count, where that is known before the data are read.
    """
    value = value_at(run, leaf)
    if leaf == ("training", "batch_size") and value == "full":
        value = run.dataset.count()
    return float(value) if isinstance(value, int | float) else math.nan


def value_at(whole: Any, leaf: Leaf) -> Any:
    """The value at a place of dataclasses, mappings and tuples."""
    for part in leaf:
        whole = getattr(whole, part) if is_dataclass(whole) else whole[part]  # type: ignore[arg-type]
    return whole


def with_value(whole: Any, leaf: Leaf, value: Any) -> Any:
    """The same with another value at a place. Raises ValueError for one that is refused."""
    if not leaf:
        return value
    part, *rest = leaf
    inner = with_value(value_at(whole, (part,)), tuple(rest), value)
    if is_dataclass(whole) and not isinstance(whole, type):
        return replace(whole, **{str(part): inner})
    if isinstance(whole, Mapping):
        return {**whole, part: inner}
    return tuple(inner if i == part else item for i, item in enumerate(whole))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
