"""Optimizer and schedule of a run as the lines of torch that make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from render import registry
from render.config.spec import Spec

STRANGE = "  # not in torch"  # what only this project has
OPTIMIZERS = {
    "sgd": "SGD",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}


def optimizer(spec: Spec, tensors: Sequence[str]) -> str:
    """The optimizer as torch makes it."""
    chosen, kind = spec.optimizer, registry.name_of(type(spec.optimizer))
    plain = type(chosen)()  # its defaults are torch's
    others = [f.name for f in fields(chosen) if f.name != "lr"]
    given = [n for n in others if getattr(chosen, n) != getattr(plain, n)]
    options = [f"lr={chosen.lr!r}", *(f"{n}={getattr(chosen, n)!r}" for n in given)]
    called = f"[{', '.join(tensors)}], {', '.join(options)}"
    if kind in OPTIMIZERS:
        return f"torch.optim.{OPTIMIZERS[kind]}({called})"
    return f"{type(chosen).__name__}({called}){STRANGE}"


def scheduler(spec: Spec) -> str:
    """The schedule as torch makes it."""
    kind, epochs = registry.name_of(type(spec.schedule)), spec.training.epochs
    o: Any = spec.schedule
    match kind:
        case "step":
            made = f"StepLR(optimizer, step_size={o.step_size}, gamma={o.gamma!r})"
        case "multistep":
            made = f"MultiStepLR(optimizer, {[*o.milestones]}, gamma={o.gamma!r})"
        case "exponential":
            made = f"ExponentialLR(optimizer, gamma={o.gamma!r})"
        case "polynomial":
            total = o.total_iters or epochs
            made = f"PolynomialLR(optimizer, total_iters={total}, power={o.power!r})"
        case "cosine":
            least = o.end_factor * spec.optimizer.lr
            end = f", eta_min={least!r}" if least else ""
            made = f"CosineAnnealingLR(optimizer, T_max={o.T_max or epochs}{end})"
        case "warmup":
            rise = f"start_factor={o.start_factor!r}, total_iters={o.total_iters}"
            made = f"LinearLR(optimizer, {rise})"
        case "inverse_time":
            factor = f"(1 + {o.rate!r} * epoch) ** -{o.power!r}"
            made = f"LambdaLR(optimizer, lambda epoch: {factor})"
        case _:
            return f"{type(o).__name__}(optimizer){STRANGE}"
    return f"torch.optim.lr_scheduler.{made}"
