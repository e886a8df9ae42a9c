"""The device that a config asks for."""

from __future__ import annotations

import torch

from render.config.spec import Spec

IN_CONFIG = ("training", "device")


def device_of(spec: Spec) -> torch.device:
    """Where the network of a run is trained.

    Raises RenderError, at its place in the config, for a device that this machine has not.
    """
    name = spec.training.device
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": mps_is_available()}
    if there[name]:
        return torch.device(name)
    able = " or ".join(other for other, is_there in there.items() if is_there)
    message = f"{name} is not there, as far as PyTorch knows: this machine has {able}"
    raise spec.fault(IN_CONFIG, message)


def mps_is_available() -> bool:
    """Whether it is a Mac with a GPU that PyTorch can use."""
    return bool(torch.backends.mps.is_available())
