"""A network's weights and its decisions at each kept snapshot, as small images.

Shapes: T+1 kept snapshots, P weights, G places along each feature.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import Weights
from render.learn.networks.layout import Layout
from render.projected import LayerWeights, Regions
from render.recording import Array

PLACES = 64  # G
MOST_ROWS = 200  # whose regions are computed; another row has those of the nearest
MARGIN = 0.1  # of the range of a feature, on each side
MOST_CLASSES = 256  # that a byte can tell apart
SIDE = 48  # of a layer's image, at most
MOST_LAYERS = 32  # the first ones
MOST_BYTES = 1 << 25  # of the images of all layers: of many they are smaller


def regions(
    evaluation: Evaluation, weights: Weights, buffers: Mapping[str, npt.NDArray[Any]]
) -> Regions | None:
    """The class at each place over two features, at each row; None for other models."""
    points = evaluation.inputs(validation=True)
    if points is None or points.shape[1:] != (2,):
        return None

    def at(row: int) -> tuple[Array, Mapping[str, Any]]:
        own = {name: values[row] for name, values in buffers.items()}
        return np.asarray(weights[row], dtype=np.float64), own

    classes = evaluation.classes(*at(0))
    if classes is None or classes.count > MOST_CLASSES:
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    room = MARGIN * np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(low[k] - room[k], high[k] + room[k], PLACES) for k in (0, 1))
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    count = len(weights)
    computed = np.unique(np.linspace(0, count - 1, min(count, MOST_ROWS)).round().astype(int))
    labels = np.empty((len(computed), PLACES, PLACES), np.uint8)
    sure = np.empty_like(labels)
    for k, row in enumerate(computed):
        label, share = classes.chosen(evaluation.predictions(*at(row), places))
        labels[k] = label.cpu().numpy().reshape(PLACES, PLACES)
        certain = np.nan_to_num(share.cpu().numpy()).reshape(PLACES, PLACES)
        sure[k] = np.rint(255 * np.clip(certain, 0, 1))
    nearest = np.abs(np.arange(count)[:, None] - computed).argmin(axis=1)
    return Regions(x, y, labels[nearest], sure[nearest])


def layer_images(layout: Layout, weights: Weights) -> tuple[LayerWeights, ...]:
    """Each parameter at each row: a matrix, or its block means; a vector is one line.

    The weights of a convolution are a row for each output channel.
    """
    shown = [*zip(layout.names, layout.shapes, layout.offsets, layout.sizes, strict=False)]
    shown = [each for each in shown if each[3]][:MOST_LAYERS]
    side = SIDE
    while side > 1 and 8 * len(weights) * sum(_area(e[1], side) for e in shown) > MOST_BYTES:
        side //= 2
    images = []
    for name, shape, begin, size in shown:
        height, width = _sides(shape)
        image = np.empty((len(weights), min(height, side), min(width, side)))
        for row in range(len(weights)):
            values = np.asarray(weights[row, begin : begin + size], dtype=np.float64)
            image[row] = _block_means(values.reshape(height, width), side)
        images.append(LayerWeights(name, shape, image))
    return tuple(images)


def _sides(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) < 2:
        return 1, shape[0] if shape else 1
    return shape[0], int(np.prod(shape[1:]))


def _area(shape: tuple[int, ...], side: int) -> int:
    height, width = _sides(shape)
    return min(height, side) * min(width, side)


def _block_means(matrix: Array, side: int) -> Array:
    """A matrix of at most side × side: the means of blocks of nearly equal size."""
    for axis in (0, 1):
        length = matrix.shape[axis]
        if length > side:
            edges = np.arange(side + 1) * length // side
            sums = np.add.reduceat(matrix, edges[:-1], axis=axis)
            counts = np.diff(edges)
            matrix = sums / (counts[:, None] if axis == 0 else counts)
    return matrix
