"""Tiny builders: runs of a small network in NumPy alone, drawn on a plane of its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np

from render.config.options import Parameter
from render.config.spec import Spec
from render.learn.datasets.points import PointsDataset
from render.learn.models.base import Model
from render.phrases import phrase
from render.projected import Basis, LayerWeights, Projected, Regions
from render.recording import Dataset, Landscape, Plane, Points, Recording
from render.results import Run, Verdict
from tests.learn.labs import lab

BETWEEN, GRID = 4, 41


@dataclass(frozen=True)
class Net(Model):
    """Stands for a model that is a torch module."""

    network: ClassVar[bool] = True
    probability: ClassVar[bool] = True
    inputs: int = 2

    @property
    def features(self) -> int:
        return self.inputs

    @property
    def title(self) -> str:
        return "mlp"

    def parameters(self) -> dict[str, Parameter]:
        return {}

    def labels(self) -> dict[str, str]:
        return {}

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        raise AssertionError("drawing evaluates no network")

    def equation(self, values: Mapping[str, float | str]) -> str:
        raise AssertionError("a network has no equation")


@dataclass(frozen=True)
class GridLoss:
    """The scanned loss between its grid points, and nowhere else."""

    x: Any
    y: Any
    loss: Any

    def __call__(self, params: Any) -> Any:
        first, second = params[..., 0], params[..., 1]
        for at, grid in ((first, self.x), (second, self.y)):
            slack = 1e-9 * (grid[-1] - grid[0])
            inside = (at >= grid[0] - slack) & (at <= grid[-1] + slack)
            assert inside.all(), "the loss is known on the scanned grid alone"
        i = np.clip(np.searchsorted(self.x, first) - 1, 0, len(self.x) - 2)
        j = np.clip(np.searchsorted(self.y, second) - 1, 0, len(self.y) - 2)
        u = (first - self.x[i]) / (self.x[i + 1] - self.x[i])
        v = (second - self.y[j]) / (self.y[j + 1] - self.y[j])
        near = self.loss[j, i] * (1 - u) + self.loss[j, i + 1] * u
        far = self.loss[j + 1, i] * (1 - u) + self.loss[j + 1, i + 1] * u
        return near * (1 - v) + far * v


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
    kind: str = "pca",
    validated: bool = True,
    inputs: int = 2,
) -> tuple[Run, ...]:
    """Runs on one plane of their weights, with all that drawing needs."""
    classes = 3 if data == "spirals" else 2
    make = spirals if data == "spirals" else moons
    (x, y), (unseen_x, unseen_y) = make(150, 1), make(50, 2)
    if inputs > 2:
        turn = np.random.default_rng(0).normal(size=(2, inputs))
        x, unseen_x = x @ turn, unseen_x @ turn
    net = Classifier(inputs, hidden, classes)
    paths = [trained(net, x, y, course, steps, seed=3) for course in courses]
    every = np.concatenate(paths)
    middle = every.mean(axis=0)
    _, sizes, directions = np.linalg.svd(every - middle, full_matrices=False)
    explained = sizes**2 / (sizes**2).sum()
    plane = directions[:2] * np.sign(directions[:2] @ (paths[0][-1] - middle))[:, None]
    if kind == "random":
        plane = np.random.default_rng(5).normal(size=plane.shape)
        plane /= np.linalg.norm(plane, axis=1, keepdims=True)
        middle = paths[0][-1]
    inverse = np.linalg.pinv(plane)
    coordinates = [(path - middle) @ inverse for path in paths]
    grid = _grid(np.concatenate(coordinates))
    scanned = np.array(
        [[net.loss(middle + np.array([a, b]) @ plane, x, y) for a in grid[0]] for b in grid[1]]
    )
    axes = {"pca": ("pc1", "pc2"), "random": ("d1", "d2")}[kind]
    count = len(every)
    walk = 1 / (4 * np.sin(np.arange(1, count) * np.pi / (2 * count)) ** 2)
    basis = Basis(
        kind, axes, snapshots=count,
        explained=explained if kind == "pca" else np.zeros(0),
        random_walk=walk / walk.sum() if kind == "pca" else np.zeros(0),
        seed=5 if kind == "random" else None,
    )  # fmt: skip
    height = max(net.loss(path[0], x, y) for path in paths)
    low = float(scanned.min())
    landscape = Landscape(
        plane=Plane.of_parameters(axes, axes, {}),
        axes=axes, grid=grid, loss=scanned,
        ceiling=min(float(scanned.max()), low + 1.6 * (height - low)),
        held={}, optimum=dict.fromkeys(axes, 0.0), minimum=low, exact=False,
        eigenvalues=np.zeros(2), eigenvectors=np.eye(2), method="grid", bowl=False, basis=basis,
    )  # fmt: skip
    dataset = Dataset(
        x, y, validation=Points(unseen_x, unseen_y) if validated else None,
        names=(*(f"x{'₁₂₃₄₅₆₇₈'[i]}" for i in range(inputs)), "y"),
    )  # fmt: skip
    made = []
    for course, path, at in zip(courses, paths, coordinates, strict=True):
        spec = _spec(course, inputs, len(courses) > 1)
        recording = _recording(net, course, path, at, middle, plane, dataset, landscape, spec)
        verdict = Verdict(
            phrase("converging"),
            phrase("converging: {share} of the excess loss is left", share="3 %"),
        )
        made.append(Run(spec, dataset, recording, landscape, verdict))
    return tuple(made)


def _grid(coordinates: Any) -> tuple[Any, Any]:
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    middle, half = (low + high) / 2, 0.65 * (high - low).max() * np.ones(2)
    half = np.maximum(0.65 * (high - low), 0.65 * half)
    return tuple(np.linspace(m - h, m + h, GRID) for m, h in zip(middle, half, strict=True))


def _recording(net, course, path, at, middle, plane, dataset, landscape, spec) -> Recording:
    x, y, unseen = dataset.x, dataset.y, dataset.validation
    steps = len(path) - 1
    parts = np.arange(1, BETWEEN + 1) / (BETWEEN + 1)

    def between(rows: Any) -> Any:
        return rows[:-1, None] * (1 - parts[:, None]) + rows[1:, None] * parts[:, None]

    def losses(weights: Any) -> Any:
        flat = weights.reshape(-1, weights.shape[-1])
        return np.array([net.loss(w, x, y) for w in flat]).reshape(weights.shape[:-1])

    slopes = np.array([net.gradient(w, x, y) for w in path])
    shadow = middle + at @ plane
    regions = None
    if x.shape[1] == 2:
        sides = [np.linspace(c.min() - 0.4, c.max() + 0.4, 31) for c in x.T]
        places = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
        chances = np.array([net.chances(w, places) for w in path]).reshape(len(path), 31, 31, -1)
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
        run=course.label, names=landscape.axes, frozen={}, params=at, grads=slopes @ plane.T,
        loss=losses(path), batch_loss=np.append(losses(path)[:-1], np.nan),
        lr=np.append(np.full(steps, course.lr), np.nan), epoch=np.arange(steps + 1.0),
        broke_off=False, objective=GridLoss(*landscape.grid, landscape.loss),
        validation_loss=None if unseen is None else np.array(
            [net.loss(w, unseen.x, unseen.y) for w in path]
        ),
        plain=not (course.adam or course.momentum), projected=projected,
    )  # fmt: skip


def _spec(course: Course, inputs: int, several: bool) -> Spec:
    spec = lab("slope_bias", "captions=[]")
    return replace(spec, model=Net(inputs=inputs), dataset=points(inputs), label=course.label)


@dataclass(frozen=True)
class Featured(PointsDataset):
    """Stands for data of so many features."""

    width: int = 2

    @property
    def features(self) -> int:
        return self.width


def points(inputs: int) -> PointsDataset:
    return Featured(x=(0.0, 1.0), y=(0.0, 1.0), width=inputs)


def film(made: Sequence[Run], scene: str = "network", *sets: str) -> Spec:
    """The spec of a film of these runs."""
    spec = lab(
        "slope_bias", "captions=[]", "film.size=[1280, 720]", "film.duration=2", "film.fps=10",
        "title=Two moons", *sets,
    )  # fmt: skip
    inputs = made[0].spec.model.features
    spec = replace(spec, scene=scene, model=Net(inputs=inputs), dataset=points(inputs))
    if len(made) > 1:
        each = tuple(replace(spec, label=run.label) for run in made)
        spec = replace(spec, runs=each)
    return spec
