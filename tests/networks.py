"""Tiny builders: runs of a network, drawn on a plane of its weights, made without torch.

The loss is a quadratic of 20 parameters, so every number of a projected run has a closed form.
The plane is that of the two principal components of all kept snapshots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from render.config.spec import Spec
from render.learn.datasets.points import PointsDataset
from render.learn.losses.cross_entropy import CrossEntropy
from render.learn.models.base import Network
from render.projected import Basis, LayerWeights, Projected, Regions
from render.recording import Array, Dataset, Landscape, Plane, Recording
from render.results import Run, judge
from tests.learn.labs import lab

SHAPES = {"0.weight": (5, 2), "0.bias": (5,), "2.weight": (1, 5)}  # of a network: 20 weights
COUNT = 20  # P
AXES = ("pc1", "pc2")
BETWEEN = 8  # E
PLACES = 24  # G of the regions
GRID = 41
LEAST = 0.02  # the loss at the minimum


@dataclass(frozen=True)
class TwentyWeights(Network):
    """A network of two features and two classes, by its shape alone: it can't be trained."""

    @property
    def features(self) -> int:
        return 2

    def module(self, inputs: int, outputs: int, seed: int) -> Any:
        raise AssertionError("a network is never built while a film is drawn")

    def torch_imports(self) -> tuple[str, ...]:
        return ("from torch import nn",)

    def torch_module(self, inputs: int, outputs: int) -> tuple[str, ...]:
        return (
            f"model = nn.Sequential(nn.Linear({inputs}, 5), nn.Tanh(),"
            f" nn.Linear(5, {outputs}, bias=False))",
        )


@dataclass(frozen=True)
class Quadratic:
    """½ Σ λᵢ (wᵢ − w*ᵢ)² + LEAST at weights (..., 20)."""

    curvature: Array  # λ (20,)
    lowest: Array  # w* (20,)

    def __call__(self, weights: Array) -> Array:
        return np.asarray(0.5 * ((weights - self.lowest) ** 2) @ self.curvature + LEAST)

    def gradient(self, weights: Array) -> Array:
        """(..., 20)."""
        return np.asarray((weights - self.lowest) * self.curvature)


LOSS = Quadratic(np.geomspace(0.05, 2.0, COUNT), np.linspace(-0.8, 0.9, COUNT))


def start() -> Array:
    """Weights (20,) whose loss is 1.1."""
    away = np.random.default_rng(5).normal(size=COUNT)
    height = float(LOSS(LOSS.lowest + away)) - LEAST
    return np.asarray(LOSS.lowest + away * np.sqrt((1.1 - LEAST) / height))


@dataclass(frozen=True)
class Path:
    """The weights of every step of gradient descent on LOSS, and the rows that are kept."""

    lr: float
    steps: int
    stride: int  # each so many steps a snapshot is kept, and the last one
    noise: float = 0.0  # of the gradients of batches

    @cached_property
    def weights(self) -> Array:
        """(steps + 1, 20)."""
        random, path = np.random.default_rng(7), [start()]
        for _ in range(self.steps):
            gradient = LOSS.gradient(path[-1]) + self.noise * random.normal(size=COUNT)
            path.append(path[-1] - self.lr * gradient)
        return np.array(path)

    @cached_property
    def kept(self) -> Array:
        """(T+1,) the steps that are kept."""
        return np.unique([*range(0, self.steps, self.stride), self.steps]).astype(float)

    @property
    def rows(self) -> Array:
        """(T+1, 20)."""
        return np.asarray(self.weights[self.kept.astype(int)])


@dataclass(frozen=True)
class OnPlane:
    """LOSS as a function of coordinates (..., 2): what the surface of a film shows."""

    plane: Plane

    def __call__(self, params: Array) -> Array:
        return LOSS(self.plane.lift(params))


def principal(snapshots: Array) -> tuple[Plane, Array]:
    """The plane of the first two principal components (M, 20), and the shares of variance."""
    centre = snapshots.mean(axis=0)
    _, sizes, directions = np.linalg.svd(snapshots - centre, full_matrices=False)
    plane = Plane(centre, directions[:2])
    plane = Plane(centre, directions[:2] * np.sign(plane.project(snapshots[-1]))[:, None])
    return plane, sizes**2 / (sizes**2).sum()


def random_walk(snapshots: int, shares: int) -> Array:
    """The shares (K,) of variance of a random walk in many dimensions, centred."""
    k = np.arange(1, snapshots)
    sizes = 1 / (4 * np.sin(k * np.pi / (2 * snapshots)) ** 2)
    return np.asarray((sizes / sizes.sum())[:shares])


def names() -> tuple[str, ...]:
    """The names (20,) of the weights."""
    return tuple(
        f"{layer}[{','.join(map(str, at))}]"
        for layer, shape in SHAPES.items()
        for at in np.ndindex(*shape)
    )


def recorded(path: Path, plane: Plane, label: str, per_epoch: int) -> Recording:
    """The recording of a path, with all that can be known of it."""
    rows = path.rows
    parts = np.arange(1, BETWEEN + 1)[:, None] / (BETWEEN + 1)
    between = rows[:-1, None] + parts * np.diff(rows, axis=0)[:, None]  # (T, E, 20)
    shadows = [plane.lift(plane.project(weights)) for weights in (rows, between)]
    gradients = LOSS.gradient(rows)
    batches = LOSS(rows) + 0.05 * np.random.default_rng(9).normal(size=len(rows)) * path.noise
    rates = np.full(len(rows), path.lr)
    batches[-1] = rates[-1] = np.nan
    right = np.rint(60 * (1 - 0.5 * LOSS(rows) / LOSS(rows[0]))) / 60
    projected = Projected(
        count=COUNT,
        step=path.kept,
        between=LOSS(between),
        plane_loss=LOSS(shadows[0]),
        plane_between=LOSS(shadows[1]),
        distance=plane.distance(rows),
        grad_norm=np.linalg.norm(gradients, axis=1),
        accuracy=right,
        validation_accuracy=right - 1 / 30,
        names=names(),
        weights=rows,
        gradients=gradients,
        regions=regions(rows),
        layers=layers(rows),
    )
    return Recording(
        run=label,
        names=AXES,
        frozen={},
        params=plane.project(rows),
        grads=gradients @ plane.directions.T,
        loss=LOSS(rows),
        batch_loss=batches,
        lr=rates,
        epoch=path.kept / per_epoch,
        broke_off=False,
        objective=OnPlane(plane),
        validation_loss=LOSS(rows) + 0.03,
        full_batch=not path.noise,
        plain=True,
        projected=projected,
    )


def regions(rows: Array) -> Regions:
    """What a line that turns with the weights (T+1, 20) predicts over −2…2."""
    axis = np.linspace(-2, 2, PLACES)
    x, y = np.meshgrid(axis, axis)
    height = rows[:, 0, None, None] * x + rows[:, 1, None, None] * y + rows[:, 10, None, None]
    sure = 1 / (1 + np.exp(-np.abs(3 * height)))
    return Regions(axis, axis, (height > 0).astype(np.uint8), np.rint(255 * sure).astype(np.uint8))


def layers(rows: Array) -> tuple[LayerWeights, ...]:
    """Each layer's weights as an image; a vector is one row."""
    images, first = [], 0
    for name, shape in SHAPES.items():
        size = int(np.prod(shape))
        image = rows[:, first : first + size].reshape(len(rows), *((1, *shape)[-2:]))
        images.append(LayerWeights(name, shape, image))
        first += size
    return tuple(images)


def points() -> Dataset:
    """60 points of two features, in two classes that a line parts."""
    x = np.random.default_rng(3).normal(size=(60, 2))
    y = (x @ [1.0, 0.5] > 0).astype(float)
    return Dataset(x, y, names=("x₁", "x₂", "class"), classes=("0", "1"))


def network_spec(*sets: str, label: str = "network", lr: float = 0.3, epochs: int = 20) -> Spec:
    """A spec of such a run; `sets` are those of the config slope_bias, which it starts from."""
    spec = lab("slope_bias", "captions=[]", "title=A network", *sets)
    return replace(
        spec,
        label=label,
        scene="network",
        names_scene=False,
        model=TwentyWeights(),
        dataset=PointsDataset(x=((0.0, 0.0), (1.0, 1.0)), y=(0.0, 1.0)),
        loss=CrossEntropy(),
        optimizer=replace(spec.optimizer, lr=lr),
        training=replace(spec.training, epochs=epochs, batch_size=6),
    )


def network_runs(
    *sets: str,
    lrs: tuple[float, ...] = (0.3,),
    strides: tuple[int, ...] = (5,),
    steps: int = 200,
    per_epoch: int = 10,
    noise: float = 0.05,
) -> tuple[Run, ...]:
    """A run for each learning rate, all on one plane; `strides` has one number or one for each.

    By default one run of 200 steps in 20 epochs, of which every fifth step is kept: 41 rows.
    """
    strides = strides * len(lrs) if len(strides) == 1 else strides
    paths = [Path(lr, steps, stride, noise) for lr, stride in zip(lrs, strides, strict=True)]
    plane, shares = principal(np.concatenate([path.rows for path in paths]))
    labels = ["network"] if len(lrs) == 1 else [f"lr {lr:g}" for lr in lrs]
    recordings = [
        recorded(path, plane, label, per_epoch) for path, label in zip(paths, labels, strict=True)
    ]
    landscape = scanned(plane, shares, recordings)
    specs = [
        network_spec(*sets, label=label, lr=lr, epochs=steps // per_epoch)
        for label, lr in zip(labels, lrs, strict=True)
    ]
    return tuple(
        Run(spec, points(), recording, landscape, judge(recording, landscape))
        for spec, recording in zip(specs, recordings, strict=True)
    )


def film_spec(runs: tuple[Run, ...]) -> Spec:
    """The spec of a film of these runs."""
    first = runs[0].spec
    return first if len(runs) == 1 else replace(first, runs=tuple(run.spec for run in runs))


def scanned(plane: Plane, shares: Array, recordings: list[Recording]) -> Landscape:
    """The landscape over the plane around the runs."""
    path = np.concatenate([recording.params for recording in recordings])
    low, high = path.min(axis=0), path.max(axis=0)
    room = 0.2 * (high - low)
    grid = tuple(np.linspace(low[i] - room[i], high[i] + room[i], GRID) for i in (0, 1))
    loss = OnPlane(plane)(np.stack(np.meshgrid(*grid), axis=-1))
    best = min(recordings, key=lambda recording: float(recording.loss.min()))
    row = int(best.loss.argmin())
    kept = len(path)
    basis = Basis(
        kind="pca",
        axes=AXES,
        snapshots=kept,
        explained=shares[:5],
        random_walk=random_walk(kept, 5),
    )
    return Landscape(
        plane=Plane.of_parameters(AXES, AXES, {}),
        axes=AXES,
        grid=grid,
        loss=loss,
        ceiling=float(loss.max()),
        held={},
        optimum=dict(zip(AXES, best.params[row].tolist(), strict=True)),
        minimum=float(best.loss[row]),
        exact=False,
        eigenvalues=np.zeros(0),
        eigenvectors=np.zeros((0, 0)),
        method="none: the lowest recorded loss",
        bowl=False,
        basis=basis,
    )
