"""A run that was kept by other means: the state dicts of a model, one after another."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from render.errors import RenderError
from render.learn.networks.buffers import as_numpy, stacked
from render.learn.networks.history import History
from render.learn.networks.layout import unwrapped
from render.learn.networks.recorder import COUNTS, row_dtype, trained_parameters
from render.learn.networks.rows import Rows
from render.projected import MAX_NAMED

INSIDE = ("state_dict", "model_state_dict", "model")  # where programs put it among other things

PREFIXES = ("module.", "_orig_mod.")  # of all names, by DataParallel and torch.compile


def history_of(checkpoints: Sequence[Any], module: torch.nn.Module) -> History:
    """The run whose snapshot k is checkpoint k: a state dict, or a file with one.

    No file is given the chance to run code. Raises RenderError that names the checkpoint that
    can't be read or is of another model.
    """
    if isinstance(checkpoints, str | bytes | os.PathLike | Mapping) or not hasattr(
        checkpoints, "__len__"
    ):
        found = type(checkpoints).__name__
        raise RenderError(f"checkpoints: expected a list of state dicts or files, found {found}")
    if not 2 <= len(checkpoints) <= COUNTS[-1]:
        allowed = f"2 to {COUNTS[-1]:,}, from the start of the run to its end"
        raise RenderError(f"checkpoints: expected {allowed}, found {len(checkpoints)}")
    trained = trained_parameters(module)
    names, parameters = tuple(trained), [*trained.values()]
    dtype = row_dtype(parameters)
    rows = Rows(len(checkpoints), sum(p.numel() for p in parameters), dtype)
    kept: list[dict[str, Any]] = []
    for k, one in enumerate(checkpoints):
        state, where = _state(one, f"checkpoints[{k}]")
        parts = [_part(state, name, trained[name], where) for name in names]
        rows.write(k, np.concatenate([as_numpy(part).ravel().astype(dtype) for part in parts]))
        if not all(bool(torch.isfinite(part).all()) for part in parts):
            raise RenderError(f"{where}: has weights that are not finite")
        buffers = dict(unwrapped(module).named_buffers())
        kept.append({name: _buffer(state, name, b, where) for name, b in buffers.items()})
    steps = np.arange(len(checkpoints), dtype=float)
    unknown = np.full(len(checkpoints), np.nan)
    few = sum(p.numel() for p in parameters) <= MAX_NAMED
    return History(
        run="",
        names=names,
        shapes=tuple(tuple(p.shape) for p in parameters),
        weights=rows.ordered(range(len(checkpoints))),
        step=steps,
        epoch=np.zeros(len(checkpoints)),
        batch_loss=unknown,
        lr=unknown,
        buffers={name: stacked([one[name] for one in kept]) for name in kept[0]},
        gradients=np.full((len(steps), rows.count), np.nan) if few else None,
    )


def _state(checkpoint: Any, where: str) -> tuple[Mapping[str, Any], str]:
    """The state dict of a checkpoint, and how it is called. Raises RenderError."""
    if isinstance(checkpoint, str | os.PathLike):
        where = f"{where} ({os.fspath(checkpoint)})"
        try:
            checkpoint = torch.load(checkpoint, map_location="cpu", weights_only=True)
        except OSError as error:
            raise RenderError(f"{where}: can't be read: {error.strerror or error}") from None
        except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError):
            raise RenderError(
                f"{where}: holds more than tensors, which could run code, or is no file of torch:"
                " expected one written by torch.save(model.state_dict(), …)"
            ) from None
    if isinstance(checkpoint, torch.nn.Module):
        raise RenderError(f"{where}: is a model, which goes on changing: expected its state_dict()")
    for key in INSIDE:
        if isinstance(checkpoint, Mapping) and isinstance(checkpoint.get(key), Mapping):
            checkpoint = checkpoint[key]
    if isinstance(checkpoint, Mapping):
        for prefix in PREFIXES:
            if checkpoint and all(str(name).startswith(prefix) for name in checkpoint):
                checkpoint = {name.removeprefix(prefix): v for name, v in checkpoint.items()}
    if not isinstance(checkpoint, Mapping):
        kind = type(checkpoint).__name__
        raise RenderError(f"{where}: expected a state dict or its file, found {kind}")
    return checkpoint, where


def _part(state: Mapping[str, Any], name: str, like: torch.Tensor, where: str) -> torch.Tensor:
    value = state.get(name)
    if not isinstance(value, torch.Tensor):
        there = ", ".join(map(str, [*state][:4])) or "nothing"
        raise RenderError(f"{where}: is of another model: no tensor {name}; it has {there}")
    if value.shape != like.shape:
        shapes = f"{name} has shape {tuple(value.shape)}, the model's {tuple(like.shape)}"
        raise RenderError(f"{where}: is of another model: {shapes}")
    return value


def _buffer(state: Mapping[str, Any], name: str, own: torch.Tensor, where: str) -> Any:
    """A buffer of a checkpoint; the model's own where it has none: not all are saved."""
    if name in state:
        return as_numpy(_part(state, name, own, where)).copy()
    return as_numpy(own).copy()
