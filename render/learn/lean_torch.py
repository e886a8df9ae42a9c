"""torch without what only its compilers need: a quarter less to import.

At its import torch registers, for a thousand of its operations, what they do to the shape of a
tensor that has no numbers. Only tracing and `torch.compile` ask for that, and no run of a film
does unless its model is the user's own. So this is for processes of ours: one that ends when the
runs of one film are learnt, and the studio's, which completes it before it learns a network.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from types import ModuleType

# Names of torch's own; unknown to another release, they change nothing there.
LEFT_OUT = "torch._meta_registrations"
NEEDED = "torch._prims.rng_prims"  # imported there alone: without it there is no torch.Generator


def import_lean_torch() -> None:
    """Import torch without it, if torch isn't imported yet."""
    if "torch" in sys.modules:
        return
    nothing = sys.modules[LEFT_OUT] = ModuleType(LEFT_OUT)
    try:
        import torch
    finally:
        if sys.modules.get(LEFT_OUT) is nothing:
            del sys.modules[LEFT_OUT]  # whoever imports it from now on gets it
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module(NEEDED)
    if getattr(torch, LEFT_OUT.partition(".")[2], None) is nothing:
        delattr(torch, LEFT_OUT.partition(".")[2])


def complete_torch() -> None:
    """Import what was left out of torch, where torch is imported."""
    if "torch" in sys.modules:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(LEFT_OUT)
