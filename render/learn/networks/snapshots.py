"""Keeps evenly spaced snapshots of a run, however long it becomes.

While there is room every step is kept. When there is none, every second snapshot is dropped, and
only every second step is kept from then on. The newest is always at hand: it is the last row.
`render.projected.kept_steps` says which steps are left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from render.learn.networks.buffers import Buffers, CopiedBuffers, as_numpy, stacked
from render.learn.networks.history import Array, History
from render.learn.networks.layout import Layout
from render.learn.networks.rows import Rows, capacity_of
from render.projected import MAX_NAMED, SNAPSHOTS


@dataclass(slots=True)
class Kept:
    """A snapshot, and what is known of the update that follows it."""

    step: int
    slot: int = -1  # of its row; -1 if it has none
    loss: float = math.nan
    lr: float = math.nan
    gradient: Array | None = None
    buffers: Buffers | None = None


class Thinning:
    """Which snapshots of a run are kept, and in which of so many slots each of them is.

    One slot stays free for the end, as whose step is not known before.
    """

    def __init__(self, capacity: int) -> None:
        self.kept: list[Kept] = []  # in order
        self._free = [*range(capacity)][::-1]
        self._stride = 1

    def due(self, step: int) -> bool:
        """Whether the snapshot of a step is one of those that are kept."""
        return step % self._stride == 0

    @property
    def full(self) -> bool:
        """Whether another one needs room."""
        return len(self._free) == 1

    @property
    def slot(self) -> int:
        """Where the next one comes."""
        return self._free[-1]

    def thin(self) -> None:
        """Drop every second one."""
        self._free += [kept.slot for kept in self.kept[1::2]]
        del self.kept[1::2]
        self._stride *= 2

    def take(self, newest: Kept) -> None:
        """Keep a snapshot, in the next slot."""
        newest.slot = self._free.pop()
        self.kept.append(newest)

    def close(self) -> None:
        """No update follows the last one."""
        last = self.kept[-1]
        last.loss, last.lr, last.gradient = math.nan, math.nan, None


def history_of(
    kept: Sequence[Kept],
    rows: Rows,
    names: tuple[str, ...],
    shapes: tuple[tuple[int, ...], ...],
    broke_off: bool,
) -> History:
    """The history of these snapshots, without its label and its epochs. Raises OSError."""
    count = sum(math.prod(shape) for shape in shapes)
    gradients: npt.NDArray[np.float64] | None = None
    if count <= MAX_NAMED:
        nothing = np.full(count, np.nan)
        gradients = np.array([nothing if k.gradient is None else k.gradient for k in kept])
    buffers = [one.buffers or {} for one in kept]
    return History(
        run="",
        names=names,
        shapes=shapes,
        weights=rows.ordered([one.slot for one in kept]),
        step=np.array([one.step for one in kept], float),
        epoch=np.zeros(len(kept)),
        batch_loss=np.array([one.loss for one in kept]),
        lr=np.array([one.lr for one in kept]),
        buffers={name: stacked([one[name] for one in buffers]) for name in buffers[0]},
        gradients=gradients,
        broke_off=broke_off,
    )


class Snapshots:
    """The snapshots of a module that our own loop trains."""

    def __init__(self, module: torch.nn.Module, layout: Layout, weights: Any) -> None:
        """`weights` (P,): rows have their dtype, or float32 in place of bfloat16."""
        kind = as_numpy(weights[:0]).dtype
        capacity = capacity_of(SNAPSHOTS, layout.count * kind.itemsize)
        self._layout, self._rows = layout, Rows(capacity, layout.count, kind)
        self._thinning, self._newest = Thinning(capacity), Kept(-1)
        self._copy = torch.empty_like(weights)
        self._buffers = CopiedBuffers(module)
        self.broke_off = False

    @property
    def count(self) -> int:
        """How many snapshots there were so far."""
        return self._newest.step + 1

    def note_buffers(self) -> None:
        """Note the module's buffers as they are, for the snapshot that comes next."""
        self._buffers.refresh()

    def add(
        self,
        step: int,
        weights: Any,
        loss: float = math.nan,
        lr: float = math.nan,
        gradient: Any = None,
    ) -> None:
        """A snapshot (P,) after so many updates, and of the update that follows it the loss of
        its batch, its rate and its gradient (P,). Raises OSError where the disk is full."""
        named = gradient is not None and self._layout.count <= MAX_NAMED
        slopes = gradient.double().cpu().numpy().copy() if named else None
        self._newest = Kept(step, -1, loss, lr, slopes, self._buffers.values())
        self._copy[:] = weights
        if self._thinning.due(step) and self._thinning.full:
            self._thinning.thin()
        if self._thinning.due(step):
            self._keep()

    def _keep(self) -> None:
        self._rows.write(self._thinning.slot, as_numpy(self._copy))
        self._thinning.take(self._newest)

    def history(self) -> History:
        """What was kept; the newest snapshot is the last row. Raises OSError."""
        if self._newest.slot < 0:
            self._keep()
        self._thinning.close()
        names, shapes = self._layout.names, self._layout.shapes
        return history_of(self._thinning.kept, self._rows, names, shapes, self.broke_off)
