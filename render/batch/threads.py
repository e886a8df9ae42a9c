"""How many threads the numeric libraries of a process use: one, as their environment says."""

from __future__ import annotations

import os

# Our matrices are small: more threads only spin, and take the encoder's cores. Read by the
# libraries when they are imported.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_each() -> None:
    """Say so to what is imported from now on, here and in processes started from here."""
    for variable in THREADS:
        os.environ.setdefault(variable, "1")
