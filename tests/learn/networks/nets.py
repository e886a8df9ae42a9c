"""Tiny networks, their data and histories of their training."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import History
from render.learn.networks.layout import Layout

CROSS_ENTROPY = nn.functional.cross_entropy


def mlp(*widths: int, act: type = nn.Tanh, dtype: Any = torch.float64, seed: int = 0) -> Any:
    """Linear layers with activations between them."""
    torch.manual_seed(seed)
    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [nn.Linear(inputs, outputs), act()]
    return nn.Sequential(*layers[:-1]).to(dtype)


def convolution() -> Any:
    """A small net with BatchNorm and dropout, for images of 6 × 6 and 3 classes."""
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.25),
        nn.Conv2d(4, 3, 3),
        nn.Flatten(),
        nn.Linear(48, 3),
    ).double()


def quarters(points: int = 40, dtype: Any = torch.float64) -> tuple[Any, Any]:
    """Points (N, 2), and whether both coordinates have one sign."""
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(points, 2, generator=generator, dtype=torch.float32).to(dtype)
    return x, (x[:, 0] * x[:, 1] > 0).long()


def images(points: int = 30) -> tuple[Any, Any]:
    """Images (N, 1, 6, 6) whose brightest third is their class."""
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(points, 1, 6, 6, generator=generator, dtype=torch.float64)
    y = torch.randint(3, (points,), generator=generator)
    for k in range(points):
        x[k, 0, 2 * int(y[k]) : 2 * int(y[k]) + 2] += 1.0
    return x, y


def batches(data: tuple[Any, Any], size: int) -> list[tuple[Any, Any]]:
    """The data in batches, the last one smaller."""
    return list(zip(data[0].split(size), data[1].split(size), strict=True))


def trained(
    module: Any,
    data: tuple[Any, Any],
    loss: Callable[[Any, Any], Any] = CROSS_ENTROPY,
    steps: int = 12,
    lr: float = 0.3,
    run: str = "run",
    size: int | None = None,
) -> History:
    """Gradient descent on the data, or on batches of a size, with every step kept."""
    layout = Layout.of(module)
    optimizer = torch.optim.SGD(module.parameters(), lr=lr, momentum=0.5)
    module.train()
    parts = batches(data, size or len(data[1]))
    rows, buffers, losses = [], [], []

    def keep() -> None:
        rows.append(layout.vector(module).numpy().copy())
        buffers.append({name: b.numpy().copy() for name, b in module.named_buffers()})

    keep()
    for step in range(steps):
        x, y = parts[step % len(parts)]
        value = loss(module(x), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
        keep()
    count = np.arange(steps + 1.0)
    return History(
        run,
        layout.names,
        layout.shapes,
        np.array(rows),
        count,
        count / len(parts),
        np.array([*losses, np.nan]),
        np.array([*[lr] * steps, np.nan]),
        {name: np.array([row[name] for row in buffers]) for name in buffers[0]},
    )


def evaluation_of(module: Any, data: tuple[Any, Any], loss: Any = CROSS_ENTROPY) -> Evaluation:
    """Over all of the data at once."""
    return Evaluation(module, loss, [data])


def directly(module: Any, weights: Any, data: tuple[Any, Any], loss: Any = CROSS_ENTROPY) -> float:
    """The loss of a module, in eval mode, with weights that are put into it by torch itself."""
    module.eval()
    dtype = next(module.parameters()).dtype
    nn.utils.vector_to_parameters(torch.tensor(np.array(weights), dtype=dtype), module.parameters())
    with torch.no_grad():
        return float(loss(module(data[0]), data[1]))
