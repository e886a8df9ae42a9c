"""Records the weights of any PyTorch model while somebody else's loop trains it.

Snapshot k is the weights after k updates. While the loop runs, every `stride`-th one is kept; when
there is no room for more, every second one is dropped and the stride doubles. So the kept ones
are evenly spaced, whatever the length of the loop.

The newest becomes the last row when the loop ends. It is in a copy beside the model, on its
device; where the recorder is told of each update of an optimizer, it is in the model itself until
the next one begins, and no copy is made: with 100,000 weights that costs 5 % of a loop. Then the
last row is the last one that was kept, if the loop ends between an update and `step`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from render.errors import RenderError
from render.learn.networks.buffers import CopiedBuffers, as_numpy
from render.learn.networks.history import Array, History
from render.learn.networks.layout import unwrapped
from render.learn.networks.rows import Rows, capacity_of
from render.learn.networks.snapshots import Kept, Thinning, history_of
from render.projected import MAX_NAMED, SNAPSHOTS

COUNTS = range(3, 10_001)  # of snapshots


class Recorder:
    """Keeps snapshots of a module: `start()`, `step(loss)` after each update, `stop()`.

    Nothing that goes wrong in between is raised there: `history` raises it. The module is only
    read, and torch's random numbers are left alone.
    """

    def __init__(
        self,
        module: torch.nn.Module,
        optimizer: Any = None,
        snapshots: int = SNAPSHOTS,
        memory_bytes: int | None = None,
    ) -> None:
        """Raises RenderError for a model that can't be recorded."""
        if isinstance(snapshots, bool) or not hasattr(snapshots, "__index__"):
            raise RenderError(f"snapshots={snapshots!r}: expected a whole number")
        if snapshots not in COUNTS:
            allowed = f"{COUNTS[0]} to {COUNTS[-1]:,}"
            raise RenderError(f"snapshots={snapshots}: expected {allowed}")
        trained = trained_parameters(module)
        self._module, self._optimizer = unwrapped(module), optimizer
        self.names = tuple(trained)
        self.shapes = tuple(tuple(p.shape) for p in trained.values())
        self._sources: list[torch.Tensor] = [*trained.values()]
        self._count = sum(p.numel() for p in self._sources)
        dtype = row_dtype(self._sources)
        self._capacity = capacity_of(int(snapshots), self._count * dtype.itemsize)
        self._snapshots, self._dtype, self._memory_bytes = int(snapshots), dtype, memory_bytes
        self._named = self._count <= MAX_NAMED
        self._copy = torch.empty(0)  # (P,) the newest snapshot, on the model's device
        self._direct: torch.Tensor | None = None  # the rows, if weights can be copied into them
        self._sizes: list[int] = []  # of the parameters
        self._views: list[torch.Tensor] = []  # the part of each parameter in it
        self._thinning = Thinning(self._capacity)
        self._latest = Kept(0)
        self._hooks: list[Any] = []
        self._on_cpu = True  # else a number of the model has to be waited for
        self._seen_lr = math.nan  # of the optimizer's last update
        self._seen_gradient: Array | None = None
        self._updated = False  # whether the optimizer began an update since the last snapshot
        self._told = isinstance(optimizer, torch.optim.Optimizer)  # of each update
        self._copied = 0  # which snapshot the copy is
        self._written = 0  # how often the parameters had been written to at the last one
        self._fault: RenderError | None = None
        self._broke_off = False
        self._history: History | None = None
        self.state = "new"  # new, running, ended

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be said of how it was recorded."""
        if self._capacity == self._snapshots:
            return ()
        return (f"{self._capacity} snapshots are kept, not {self._snapshots}: more need 2 GiB",)

    @property
    def steps(self) -> int:
        """How many updates were recorded."""
        return self._latest.step

    def start(self) -> None:
        """Keep snapshot 0."""
        if self.state != "new":
            raise RenderError("a recorder records one run: make another with render.record(…)")
        self.state = "running"
        try:
            self._start()
        except Exception as error:
            self._fail(error, "record")

    def step(self, loss: Any) -> None:
        """Keep the weights after an update; `loss` is that of the batch before the update."""
        try:
            if self.state != "running":
                when = "before" if self.state == "new" else "after the end of"
                raise RenderError(
                    f"recorder.step(loss) was called {when} the with block: a step is recorded"
                    " inside of it"
                )
            if self._fault is None and not self._broke_off:
                self._step(loss)
        except Exception as error:
            self._fail(error, "recorder.step")

    def stop(self) -> None:
        """End the recording; the newest snapshot is its last row."""
        if self.state != "running":
            return
        self.state = "ended"
        for hook in self._hooks:
            hook.remove()
        try:
            if self._fault is None:
                self._refuse_changed()
                self._end()
        except Exception as error:
            self._fail(error, "recorder")
        self._copy, self._direct, self._views, self._sources = (
            torch.empty(0),
            None,
            [],
            [],
        )  # no longer needed

    def history(self, run: str, per_epoch: int | None = None) -> History:
        """What was recorded; an epoch has `per_epoch` steps. All are epoch 0 where it is unknown.

        Raises RenderError: the first error of the recording, or that there is too little.
        """
        if self._fault is not None:
            raise self._fault
        if self.state != "ended":
            when = "not begun" if self.state == "new" else "still going on"
            raise RenderError(
                f"the recording is {when}: a film is made after the block"
                " `with render.record(…) as recorder:`"
            )
        if self._history is None:
            self._history = self._made()
        history = self._history
        return replace(history, run=run, epoch=epochs(history.step, per_epoch))

    def _start(self) -> None:
        device = self._sources[0].device
        kind = self._sources[0].dtype
        for source in self._sources:
            kind = torch.promote_types(kind, source.dtype)
        with torch.inference_mode(False):
            self._copy = torch.empty(self._count, dtype=kind, device=device)
        self._sizes = [source.numel() for source in self._sources]
        self._views = self._parts(self._copy)
        self._on_cpu = device.type == "cpu"
        self._rows = Rows(self._capacity, self._count, self._dtype, self._memory_bytes)
        self._buffers = CopiedBuffers(self._module)
        if self._told:
            self._hooks.append(self._optimizer.register_step_pre_hook(self._before_update))
        if self._told and self._named:
            self._hooks.append(self._optimizer.register_step_post_hook(self._after_update))
        memory = self._rows.memory
        if memory is not None and self._on_cpu and torch.from_numpy(memory).dtype == kind:
            self._direct = torch.from_numpy(memory)
        self._buffers.refresh()
        self._keep()
        if not np.isfinite(self._rows.read(0)).all():
            raise RenderError(
                "the model's weights are not finite at the start: nothing can be learnt from there"
            )

    def _before_update(self, *_: Any) -> None:
        """Note the rate of an update of the optimizer: a scheduler may change it afterwards."""
        try:
            self._updated, self._seen_lr = True, self._rate()
        except Exception as error:
            self._fail(error, "record")

    def _after_update(self, *_: Any) -> None:
        """Note the gradients of an update: the loop may clear them afterwards."""
        try:
            self._seen_gradient = self._gradient()
        except Exception as error:
            self._fail(error, "record")

    def _rate(self) -> float:
        """The rate of the optimizer's first group of parameters; nan if it has none."""
        groups = getattr(self._optimizer, "param_groups", None) or [{}]
        return float(groups[0].get("lr", math.nan))

    def _gradient(self) -> Array:
        """The gradients (P,) as they are now; nan where there is none."""
        parts = [
            np.full(p.numel(), np.nan) if p.grad is None else as_numpy(p.grad).ravel()
            for p in self._sources
        ]
        return np.concatenate(parts).astype(np.float64)

    def _step(self, loss: Any) -> None:
        before, value = self._latest, self._loss(loss)
        if before.slot >= 0 or self._on_cpu:
            before.loss = float(value)
            if not math.isfinite(before.loss):
                self._refuse_finite_weights(before)
                return
        if before.slot >= 0:
            self._note_update(before)
        self._updated = False
        self._latest = Kept(before.step + 1)
        if self._due and self._thinning.full:
            self._refuse_changed()
            self._thinning.thin()
        self._buffers.refresh()
        if self._due:
            self._keep()
        elif self._told:
            self._written = self._writes()
        else:
            self._copy_weights()

    @property
    def _due(self) -> bool:
        """Whether the newest snapshot is one of those that are kept."""
        return self._thinning.due(self._latest.step)

    def _note_update(self, before: Kept) -> None:
        """Note rate and gradients of the update that followed a snapshot."""
        if self._updated:
            before.lr, before.gradient = self._seen_lr, self._seen_gradient
        else:
            before.lr = self._rate()
            before.gradient = self._gradient() if self._named else None

    def _loss(self, loss: Any) -> Any:
        """The loss as a scalar, still on its device. Raises RenderError for anything else."""
        if isinstance(loss, torch.Tensor) and loss.numel() == 1 and not loss.is_complex():
            return loss.detach()
        what = f"recorder.step(loss) at step {self.steps + 1}"
        if isinstance(loss, torch.Tensor):
            if loss.numel() != 1:
                raise RenderError(
                    f"{what}: the loss has {loss.numel()} numbers, of shape {tuple(loss.shape)}:"
                    " expected one, such as their mean"
                )
            raise RenderError(f"{what}: the loss is complex: expected a real number")
        if isinstance(loss, np.ndarray) and loss.size != 1:
            raise RenderError(f"{what}: the loss has {loss.size} numbers: expected one")
        try:
            return float(loss)
        except (TypeError, ValueError):
            kind = type(loss).__name__
            raise RenderError(
                f"{what}: expected the loss, a scalar tensor or a number, found {kind}"
            ) from None

    def _refuse_finite_weights(self, before: Kept) -> None:
        """End the recording of a run that diverges; a loss alone that isn't finite is an error.

        A squared error far from the data is beyond all numbers before the weights are: a run whose
        losses have risen above the first one diverges, too.
        """
        losses = [one.loss for one in self._thinning.kept if math.isfinite(one.loss)]
        risen = bool(losses) and losses[-1] > losses[0]
        if not risen and all(bool(torch.isfinite(p.detach()).all()) for p in self._sources):
            raise RenderError(
                f"recorder.step(loss) at step {before.step + 1}: the loss is {before.loss}, though"
                " the weights are finite: expected the loss of the batch, a finite number"
            )
        before.loss = math.nan
        self._broke_off = True

    def _refuse_changed(self) -> None:
        """Raise RenderError if the model has other parameters than at the start."""
        now = trained_parameters(self._module)
        if tuple(now) == self.names and all(
            a is b for a, b in zip(now.values(), self._sources, strict=True)
        ):
            return
        count = sum(p.numel() for p in now.values())
        changed = f"{self._count:,} trained weights at the start, {count:,}"
        if count == self._count:
            changed = f"the {count:,} trained weights of the start no more, but others"
        raise RenderError(
            f"recorder: the model has {changed} at step {self.steps}: a film needs the same ones"
            " from its start to its end"
        )

    def _copy_weights(self) -> None:
        with torch.no_grad():
            torch._foreach_copy_(self._views, self._sources)
        self._copied = self._latest.step

    def _writes(self) -> int:
        """How often the parameters have been written to."""
        return sum(source._version for source in self._sources if not source.is_inference())

    def _keep(self) -> None:
        """Put the newest snapshot into a row."""
        if self._direct is None:
            self._copy_weights()
            self._store()
            return
        row = self._direct[self._thinning.slot]
        with torch.no_grad():
            torch._foreach_copy_(self._parts(row), self._sources)
        self._take_row()

    def _store(self) -> None:
        """Put the copy, which is the newest snapshot, into a row."""
        self._rows.write(self._thinning.slot, as_numpy(self._copy))
        self._take_row()

    def _take_row(self) -> None:
        """The newest snapshot is in the next free row."""
        self._latest.buffers = self._buffers.values()
        self._thinning.take(self._latest)

    def _parts(self, vector: torch.Tensor) -> list[torch.Tensor]:
        """The part of each parameter in a vector (P,)."""
        parts = zip(vector.split(self._sizes), self.shapes, strict=True)
        return [part.view(shape) for part, shape in parts]

    def _end(self) -> None:
        """Keep the newest snapshot, if that is known, and drop those that aren't finite.

        None is looked at before: after one that isn't finite no other is, so the last one tells.
        """
        newest = self._copied == self._latest.step
        if not newest and not self._updated and self._writes() == self._written:
            self._copy_weights()
            newest = True
        if newest and self._latest.slot < 0:
            self._store()
        kept = self._thinning.kept
        while kept and not np.isfinite(self._rows.read(kept[-1].slot)).all():
            kept.pop()
            self._broke_off = True
        if kept:
            self._thinning.close()

    def _made(self) -> History:
        kept = self._thinning.kept
        if len(kept) < 2:
            why = "the weights are not finite after the first update"
            if not self._broke_off:
                why = "recorder.step(loss) must be called after each update"
            raise RenderError(f"the recording has no step: {why}")
        try:
            return history_of(kept, self._rows, self.names, self.shapes, self._broke_off)
        except OSError as error:
            raise RenderError(f"the recording can't be read: {error.strerror or error}") from None

    def _fail(self, error: Exception, where: str) -> None:
        """Note the first error; nothing is recorded after it."""
        if self._fault is not None:
            return
        if isinstance(error, RenderError):
            self._fault = error
        elif isinstance(error, OSError):
            why = error.strerror or str(error)
            self._fault = RenderError(
                f"{where}: the snapshot of step {self.steps} could not be kept in the folder of"
                f" temporary files: {why}; keep fewer with snapshots=…, or name another in TMPDIR"
            )
        else:
            text = " ".join(str(error).split()) or type(error).__name__
            self._fault = RenderError(f"{where}: step {self.steps} could not be recorded: {text}")


def epochs(step: Array, per_epoch: int | None) -> Array:
    """The epochs (T+1,) at numbers of updates; all 0 where it is not known how many make one."""
    return step / per_epoch if per_epoch else np.zeros_like(step)


def trained_parameters(module: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """The parameters that are trained, by name, each once. Raises RenderError if there is none."""
    kind = type(module).__name__
    if not isinstance(module, torch.nn.Module):
        raise RenderError(f"model: expected a torch.nn.Module, found {kind}")
    named = unwrapped(module).named_parameters()
    trained = {name: p for name, p in named if p.requires_grad}
    for name, parameter in trained.items():
        if torch.nn.parameter.is_lazy(parameter):
            raise RenderError(
                f"model: the size of {name} of {kind} is not known yet: call the model once first"
            )
        if parameter.is_complex() or parameter.is_sparse or parameter.is_meta:
            what = "complex" if parameter.is_complex() else "sparse or has no numbers"
            raise RenderError(f"model: {name} of {kind} is {what}: expected real numbers")
    if not trained:
        raise RenderError(
            f"model: {kind} has no trainable parameters: a film shows how they change;"
            " some need requires_grad"
        )
    return trained


HALF = (torch.float16, torch.bfloat16)


def row_dtype(parameters: Sequence[torch.Tensor]) -> np.dtype[Any]:
    """NumPy's type for a row of them: their own, the widest if they differ.

    bfloat16, which NumPy lacks, is kept as float32, which has all of its numbers.
    """
    kind = parameters[0].dtype
    for parameter in parameters:
        kind = torch.promote_types(kind, parameter.dtype)
    kinds: dict[torch.dtype, type[np.floating[Any]]] = {
        torch.float64: np.float64,
        torch.float16: np.float16,
    }
    return np.dtype(kinds.get(kind, np.float32))
