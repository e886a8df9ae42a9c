"""Keeps evenly spaced snapshots of a run, however long it becomes.

While there is room every step is kept. When there is none, every second snapshot is dropped, and
only every second step is kept from then on. The newest is always at hand: it is the last row.
`render.projected.kept_steps` says which steps are left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from render.learn.networks.history import History
from render.learn.networks.layout import Layout
from render.learn.networks.recorder import Buffers, CopiedBuffers, stacked
from render.learn.networks.rows import Rows, capacity_of
from render.projected import MAX_NAMED, SNAPSHOTS
from render.recording import Array

UNKNOWN = math.nan


@dataclass
class Kept:
    """A snapshot, and what is known of the update that follows it."""

    step: int
    loss: float
    lr: float
    gradient: Array | None
    buffers: Buffers
    slot: int = -1  # of its row; -1 if it only is the newest


class Snapshots:
    """Up to `most` rows of the weights of a module, with its buffers."""

    def __init__(
        self, module: torch.nn.Module, layout: Layout, weights: Any, most: int = SNAPSHOTS
    ) -> None:
        """`weights` (P,): rows have their dtype."""
        kind = torch.empty(0, dtype=weights.dtype).numpy().dtype
        capacity = capacity_of(most, layout.count * kind.itemsize)
        self._layout, self._rows = layout, Rows(capacity, layout.count, kind)
        self._free = [*range(capacity)][::-1]
        self._kept: list[Kept] = []
        self._stride, self._newest = 1, Kept(-1, UNKNOWN, UNKNOWN, None, {})
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
        loss: float = UNKNOWN,
        lr: float = UNKNOWN,
        gradient: Any = None,
    ) -> None:
        """A snapshot (P,) after so many updates, and of the update that follows it the loss of
        its batch, its rate and its gradient (P,). Raises OSError where the disk is full."""
        named = gradient is not None and self._layout.count <= MAX_NAMED
        slopes = gradient.double().cpu().numpy().copy() if named else None
        self._newest = Kept(step, loss, lr, slopes, self._buffers.values())
        self._copy[:] = weights
        if step % self._stride:
            return
        if len(self._free) == 1:
            self._free += [kept.slot for kept in self._kept[1::2]]
            del self._kept[1::2]
            self._stride *= 2
        if step % self._stride == 0:
            self._keep()

    def _keep(self) -> None:
        newest = self._newest
        newest.slot = self._free.pop()
        self._rows.write(newest.slot, self._copy.cpu().numpy())
        self._kept.append(newest)

    def history(self, run: str, per_epoch: int) -> History:
        """What was kept; the newest snapshot is the last row. Raises OSError."""
        if self._newest.slot < 0:
            self._keep()
        kept = self._kept
        last = kept[-1]
        last.loss = last.lr = UNKNOWN
        last.gradient = None
        step = np.array([one.step for one in kept], float)
        gradients = None
        if self._layout.count <= MAX_NAMED:
            nothing = np.full(self._layout.count, UNKNOWN)
            gradients = np.array([nothing if k.gradient is None else k.gradient for k in kept])
        return History(
            run=run,
            names=self._layout.names,
            shapes=self._layout.shapes,
            weights=self._rows.ordered([one.slot for one in kept]),
            step=step,
            epoch=step / per_epoch,
            batch_loss=np.array([one.loss for one in kept]),
            lr=np.array([one.lr for one in kept]),
            buffers={name: stacked([k.buffers[name] for k in kept]) for name in kept[0].buffers},
            gradients=gradients,
            broke_off=self.broke_off,
        )
