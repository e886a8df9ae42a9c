"""torch as training and data generation need it, whatever a session has set.

A user's session may have another default dtype or device, gradients turned off, more threads:
each of them would change the numbers of a film, or end it. So they are stated here, and they
are afterwards as before.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Setting:
    """A setting of torch, and the value that our numbers are computed with."""

    wanted: Any
    read: Callable[[], Any]
    write: Callable[[Any], object]


def _determinism() -> tuple[bool, bool]:
    """Whether only deterministic algorithms are allowed, and whether others only warn."""
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    return torch.are_deterministic_algorithms_enabled(), warn_only


def _determine(state: tuple[bool, bool]) -> None:
    torch.use_deterministic_algorithms(state[0], warn_only=state[1])


def _anomalies() -> tuple[bool, bool]:
    """Whether backward looks for nan, and whether it raises an error for one."""
    return torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()


def _look_for_anomalies(state: tuple[bool, bool]) -> None:
    torch.set_anomaly_enabled(*state)


# One value for all threads of the process.
OF_THE_PROCESS = (
    Setting(torch.float32, torch.get_default_dtype, torch.set_default_dtype),
    Setting((False, False), _determinism, _determine),
    Setting((False, True), _anomalies, _look_for_anomalies),
    Setting(
        "highest", torch.get_float32_matmul_precision, torch.set_float32_matmul_precision
    ),  # of the products of float32: less than that is another number on some processors
)


def _flushes() -> bool:
    """Whether numbers below 2e-308 count as 0, which torch sets and does not tell."""
    return sys.float_info.min / 4 == 0


# A thread has its own. The order in which torch adds up more than 32,768 numbers, and so the
# last digits of the sum, depends on the number of threads.
OF_A_THREAD = (
    Setting(1, torch.get_num_threads, torch.set_num_threads),
    Setting(False, _flushes, torch.set_flush_denormal),
)


class Lent:
    """Settings of the process, set while at least one thread is inside.

    The first thread that enters sets them, the last one that leaves restores them: of two
    trainings at the same time neither loses its settings to the other's end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._users: list[tuple[Setting, Any]] = []

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._users = _change(OF_THE_PROCESS)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _restore(self._users)


LENT = Lent()


@contextmanager
def own_torch() -> Iterator[None]:
    """float32 by default, on the CPU, with gradients and one thread; then as it was before.

    As a decorator it holds for a call. It may be entered again inside.
    """
    with ExitStack() as stack:
        stack.enter_context(LENT)
        changed = _change(OF_A_THREAD)
        stack.callback(_restore, changed)
        if torch.get_default_device() != CPU:  # it makes each call of torch slower
            stack.enter_context(CPU)
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.autocast("cpu", enabled=False))
        yield


def _change(settings: tuple[Setting, ...]) -> list[tuple[Setting, Any]]:
    """Write those that differ, and return their former values."""
    former = [(setting, setting.read()) for setting in settings]
    changed = [(setting, value) for setting, value in former if value != setting.wanted]
    for setting, _ in changed:
        setting.write(setting.wanted)
    return changed


def _restore(changed: list[tuple[Setting, Any]]) -> None:
    for setting, value in changed:
        setting.write(value)
