"""Tiny builders: runs of a small network in NumPy alone, drawn on a plane of its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from render.config.load import load
from render.config.spec import Spec
from render.draw.plan import FilmPlan, compose, plan_film
from render.draw.stage import Stage
from render.projected import Basis, GridLoss, LayerWeights, Projected, Regions
from render.recording import Dataset, Landscape, Plane, Points, Recording
from render.results import Run, judge
from render.scene import Panel, Scene
from render.timeline.plan import Timeline

BETWEEN, GRID, PLACES = 4, 41, 31  # E, and G of the scan and of the regions
CONFIG = """
title: Two moons
scene: network
model: {{kind: mlp, hidden: [8]}}
dataset: {{kind: {data}}}
loss: cross_entropy
landscape: {{plane: {plane}}}
training: {{epochs: {epochs}}}
film: {{size: [640, 360], duration: 2, fps: 10, auto_captions: false}}
"""


@dataclass(frozen=True)
class Strict(GridLoss):
    """The scanned loss, which must not be asked for outside its grid."""

    def __call__(self, params: Any) -> Any:
        found = super().__call__(params)
        assert not np.isnan(found).any(), "the loss is known on the scanned grid alone"
        return found


class Classifier:
    """F inputs, H tanh units, C classes, cross-entropy; its weights are one vector."""

    def __init__(self, inputs: int, hidden: int, classes: int) -> None:
        self.shapes = {
            "0.weight": (hidden, inputs), "0.bias": (hidden,),
            "2.weight": (classes, hidden), "2.bias": (classes,),
        }  # fmt: skip

    def parts(self, weights: Any) -> dict[str, Any]:
        parts, at = {}, 0
        for name, shape in self.shapes.items():
            size = int(np.prod(shape))
            parts[name] = weights[at : at + size].reshape(shape)
            at += size
        return parts

    def start(self, seed: int) -> Any:
        draw = np.random.default_rng(seed)
        return np.concatenate(
            [draw.normal(0, shape[-1] ** -0.5, shape).ravel() for shape in self.shapes.values()]
        )

    def chances(self, weights: Any, x: Any) -> Any:
        """The probabilities (N, C) at x (N, F)."""
        parts = self.parts(weights)
        hidden = np.tanh(x @ parts["0.weight"].T + parts["0.bias"])
        scores = hidden @ parts["2.weight"].T + parts["2.bias"]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def loss(self, weights: Any, x: Any, y: Any) -> float:
        chances = self.chances(weights, x)[np.arange(len(y)), y.astype(int)]
        return float(-np.log(chances).mean())

    def accuracy(self, weights: Any, x: Any, y: Any) -> float:
        return float((self.chances(weights, x).argmax(axis=1) == y).mean())

    def gradient(self, weights: Any, x: Any, y: Any) -> Any:
        parts = self.parts(weights)
        hidden = np.tanh(x @ parts["0.weight"].T + parts["0.bias"])
        off = self.chances(weights, x)
        off[np.arange(len(y)), y.astype(int)] -= 1
        off /= len(y)
        back = (off @ parts["2.weight"]) * (1 - hidden**2)
        each = (back.T @ x, back.sum(axis=0), off.T @ hidden, off.sum(axis=0))
        return np.concatenate([part.ravel() for part in each])


def points(data: str, count: int, seed: int) -> tuple[Any, Any]:
    """x (N, F) and the classes y (N,)."""
    if data == "spirals":
        return spirals(count, seed)
    x, y = moons(count, seed)
    if data == "digits":  # not the digits: any points of as many features
        x = x @ np.random.default_rng(0).normal(0, 0.1, (2, 64))
    return x, y


def moons(count: int, seed: int) -> tuple[Any, Any]:
    """Two half circles with noise: x (N, 2), y (N,)."""
    draw = np.random.default_rng(seed)
    y = np.arange(count) % 2
    turn = np.pi * draw.random(count)
    x = np.stack([np.cos(turn) + y, np.where(y, 0.5 - np.sin(turn), np.sin(turn))], axis=1)
    return x + draw.normal(0, 0.15, x.shape), y.astype(float)


def spirals(count: int, seed: int, arms: int = 3) -> tuple[Any, Any]:
    """So many spiral arms: x (N, 2), y (N,)."""
    draw = np.random.default_rng(seed)
    y = np.arange(count) % arms
    radius = np.sqrt(draw.random(count))
    turn = 2 * np.pi * y / arms + 3.2 * radius
    x = radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return 2 * x + draw.normal(0, 0.07, x.shape), y.astype(float)


@dataclass(frozen=True)
class Course:
    """How a network is trained."""

    label: str
    lr: float = 0.5
    momentum: float = 0.0
    adam: bool = False


def trained(net: Classifier, x: Any, y: Any, course: Course, steps: int, seed: int) -> Any:
    """The weights (T+1, P) of each step."""
    weights, first, second = net.start(seed), 0.0, 0.0
    path = [weights]
    for step in range(1, steps + 1):
        slope = net.gradient(weights, x, y)
        if course.adam:
            first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
            move = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        else:
            first = course.momentum * first + slope
            move = first
        weights = weights - course.lr * move
        path.append(weights)
    return np.array(path)


SINGLE = (Course("run"),)
RACE = (
    Course("SGD", 0.6), Course("momentum", 0.15, momentum=0.9), Course("Adam", 0.03, adam=True),
)  # fmt: skip


@cache
def runs(
    data: str = "moons",
    courses: tuple[Course, ...] = SINGLE,
    *,
    steps: int = 60,
    hidden: int = 8,
    plane: str = "pca",
    validated: bool = True,
) -> tuple[Run, ...]:
    """Runs on one plane of their weights, with all that drawing needs."""
    x, y = points(data, 150, 1)
    classes = int(y.max()) + 1
    net = Classifier(x.shape[1], hidden, classes)
    paths = [trained(net, x, y, course, steps, seed=3) for course in courses]
    every = np.concatenate(paths)
    middle = every.mean(axis=0)
    _, sizes, directions = np.linalg.svd(every - middle, full_matrices=False)
    explained = sizes**2 / (sizes**2).sum()
    directions = directions[:2] * np.sign(directions[:2] @ (paths[0][-1] - middle))[:, None]
    if plane == "random":
        middle, directions = paths[0][-1], np.random.default_rng(5).normal(size=(2, len(middle)))
        directions *= np.linalg.norm(middle) / np.linalg.norm(directions, axis=1, keepdims=True)
    inverse = np.linalg.pinv(directions)
    coordinates = [(path - middle) @ inverse for path in paths]
    grid = _grid(np.concatenate(coordinates), plane)
    scanned = np.array(
        [[net.loss(middle + np.array([a, b]) @ directions, x, y) for a in grid[0]] for b in grid[1]]
    )
    axes = {"pca": ("pc1", "pc2"), "random": ("d1", "d2")}[plane]
    count = len(every)
    walk = 1 / (4 * np.sin(np.arange(1, count) * np.pi / (2 * count)) ** 2)
    shares = {"explained": explained, "random_walk": walk / walk.sum()}
    basis = Basis(plane, axes, snapshots=count, **(shares if plane == "pca" else {}))
    height = max(net.loss(path[0], x, y) for path in paths)
    low = float(scanned.min())
    landscape = Landscape(
        plane=Plane.of_parameters(axes, axes, {}),
        axes=axes, grid=grid, loss=scanned,
        ceiling=min(float(scanned.max()), low + 1.6 * (height - low)),
        held={}, optimum=dict.fromkeys(axes, 0.0), minimum=low, exact=False,
        eigenvalues=np.zeros(0), eigenvectors=np.zeros((0, 0)), method="none", bowl=False,
        basis=basis,
    )  # fmt: skip
    unseen = Points(*points(data, 50, 2)) if validated else None
    dataset = Dataset(
        x, y, validation=unseen,
        names=(*(f"x{i + 1}" for i in range(x.shape[1])), "y"),
        classes=tuple(str(k) for k in range(classes)),
    )  # fmt: skip
    made = []
    each = film_spec(data, plane, courses, steps).each
    for one, course, path, at in zip(each, courses, paths, coordinates, strict=True):
        recording = _recording(net, course, path, at, middle, directions, dataset, landscape)
        made.append(Run(one, dataset, recording, landscape, judge(recording, landscape)))
    return tuple(made)


@cache
def film_spec(data: str, plane: str, courses: tuple[Course, ...], steps: int) -> Spec:
    """The spec of a film of these runs, as a config has it."""
    text = CONFIG.format(data=data, plane=plane, epochs=steps)
    if len(courses) > 1:
        text += "runs:\n" + "".join(f"  {course.label}: {{}}\n" for course in courses)
    path = Path(mkdtemp(prefix="nets")) / "net.yaml"
    path.write_text(text)
    return load(path, ())


def film(made: Sequence[Run], scene: Scene | None = None, **options: Any) -> tuple[Stage, Timeline]:
    """A stage of a film of these runs, 640×360 unless the options of the film say otherwise."""
    plan = plan_of(made, scene, **options)
    return plan.stage(), plan.timeline


def plan_of(made: Sequence[Run], scene: Scene | None = None, **options: Any) -> FilmPlan:
    """The plan of such a film."""
    spec = made[0].spec
    options = replace(spec.film, **options)
    spec = replace(spec, film=options)
    if len(made) > 1:
        each = tuple(replace(run.spec, film=options) for run in made)
        spec = replace(spec, runs=each)
    composition = compose(spec)
    if scene is not None:
        composition = replace(composition, scene=scene)
    return plan_film(composition, made)


def alone(made: Sequence[Run], *kinds: str, **options: Any) -> tuple[Stage, Timeline]:
    """A stage with these panels alone, beside one another."""
    return film(made, beside(*kinds), **options)


def beside(*kinds: str) -> Scene:
    """A scene of these panels alone."""
    letters = "ABCDEF"[: len(kinds)]
    panels = {letter: Panel(kind) for letter, kind in zip(letters, kinds, strict=True)}
    return Scene(panels, (letters,), (letters,), (letters,))


def _grid(coordinates: Any, plane: str) -> tuple[Any, Any]:
    if plane == "random":
        return np.linspace(-1, 1, GRID), np.linspace(-1, 1, GRID)
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    middle, half = (low + high) / 2, 0.65 * (high - low)
    half = np.maximum(half, 0.6 * half.max())
    first, second = (np.linspace(m - h, m + h, GRID) for m, h in zip(middle, half, strict=True))
    return first, second


def _recording(
    net: Classifier,
    course: Course,
    path: Any,
    at: Any,
    middle: Any,
    directions: Any,
    dataset: Dataset,
    landscape: Landscape,
) -> Recording:
    x, y, unseen = dataset.x, dataset.y, dataset.validation
    steps = len(path) - 1
    parts = np.arange(1, BETWEEN + 1) / (BETWEEN + 1)

    def between(rows: Any) -> Any:
        return rows[:-1, None] * (1 - parts[:, None]) + rows[1:, None] * parts[:, None]

    def losses(weights: Any) -> Any:
        flat = weights.reshape(-1, weights.shape[-1])
        return np.array([net.loss(w, x, y) for w in flat]).reshape(weights.shape[:-1])

    slopes = np.array([net.gradient(w, x, y) for w in path])
    shadow = middle + at @ directions
    regions = None
    if x.shape[1] == 2:
        sides = [np.linspace(c.min() - 0.4, c.max() + 0.4, PLACES) for c in x.T]
        places = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
        chances = np.array([net.chances(w, places) for w in path]).reshape(
            len(path), PLACES, PLACES, -1
        )
        regions = Regions(
            *sides, chances.argmax(axis=-1).astype(np.uint8),
            np.round(255 * chances.max(axis=-1)).astype(np.uint8),
        )  # fmt: skip
    layers = tuple(
        LayerWeights(name, shape, np.array([net.parts(w)[name] for w in path]))
        for name, shape in net.shapes.items()
        if len(shape) == 2
    )
    projected = Projected(
        count=path.shape[1],
        step=np.arange(steps + 1.0),
        between=losses(between(path)),
        plane_loss=losses(shadow),
        plane_between=losses(between(shadow)),
        distance=np.linalg.norm(path - shadow, axis=1),
        grad_norm=np.linalg.norm(slopes, axis=1),
        accuracy=np.array([net.accuracy(w, x, y) for w in path]),
        validation_accuracy=None
        if unseen is None
        else np.array([net.accuracy(w, unseen.x, unseen.y) for w in path]),
        regions=regions,
        layers=layers,
    )
    return Recording(
        run=course.label, names=landscape.axes, frozen={}, params=at, grads=slopes @ directions.T,
        loss=losses(path), batch_loss=np.append(losses(path)[:-1], np.nan),
        lr=np.append(np.full(steps, course.lr), np.nan), epoch=np.arange(steps + 1.0),
        broke_off=False, objective=Strict(*landscape.grid, landscape.loss),
        validation_loss=None if unseen is None else np.array(
            [net.loss(w, unseen.x, unseen.y) for w in path]
        ),
        plain=not (course.adam or course.momentum), projected=projected,
    )  # fmt: skip


def deeper(run: Run, count: int) -> Run:
    """The run as if its network had so many layers."""
    away = run.recording.projected
    assert away is not None
    (matrix,) = away.layers[:1]
    layers = []
    for k in range(count):
        layers.append(replace(matrix, name=f"{k}.weight"))
        layers.append(LayerWeights(f"{k}.bias", (8,), matrix.image[:, :, :1].swapaxes(1, 2)))
    return replace(
        run, recording=replace(run.recording, projected=replace(away, layers=tuple(layers)))
    )
