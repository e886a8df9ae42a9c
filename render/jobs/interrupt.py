"""Ctrl-C and the other signals that end a program: it cleans up, and says what ended it.

The first one is raised as an exception, a second one ends the program at once. Python handles a
signal between two of its own instructions, so in a long computation it waits for the end of
that. A thread is woken by the signal at once, and ends the process where the exception has not
ended it after GRACE_S.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socket import socket

GRACE_S = 1.5  # for cleaning up; the user waits no longer than two seconds
# Names, since not every system has all of them; and what is told of each.
WORDS = {
    "SIGINT": "interrupted",
    "SIGTERM": "terminated",
    "SIGHUP": "terminated: its terminal was closed",
    "SIGQUIT": "quit",
    "SIGXCPU": "terminated: it has used the processor time that it may use (`ulimit -t`)",
}
TOLD = {getattr(signal, name): words for name, words in WORDS.items() if hasattr(signal, name)}
# Ctrl-\, for a program that takes no Ctrl-C.
AT_ONCE = {number for number in TOLD if number.name == "SIGQUIT"}


class EndedError(KeyboardInterrupt):
    """A signal that ends the program: like Ctrl-C, whatever only catches errors lets it pass."""

    def __init__(self, number: int) -> None:
        super().__init__(TOLD[signal.Signals(number)])
        self.number = number


def status_of(ended: KeyboardInterrupt) -> int:
    """The exit code of a program that a signal ended, as a shell has it: 130 for Ctrl-C."""
    return 128 + (ended.number if isinstance(ended, EndedError) else signal.SIGINT)


def words_of(ended: KeyboardInterrupt) -> str:
    """What ended the program."""
    return str(ended) if isinstance(ended, EndedError) else TOLD[signal.SIGINT]


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """A block in which signals that end a program are raised as EndedError.

    One that is ignored (`nohup`) or has another handler keeps that. Outside the main thread,
    where signals never arrive, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    mine = [number for number in TOLD if signal.getsignal(number) is signal.SIG_DFL]
    for number in mine:
        signal.signal(number, _raise)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)


def _raise(number: int, frame: object) -> None:
    raise EndedError(number)


@contextlib.contextmanager
def interruptible(folders: Iterable[Path] = ()) -> Iterator[None]:
    """A block in which such a signal ends everything in time; films are written to `folders`.

    Outside the main thread, and for a signal that is ignored or has a handler of somebody else,
    it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with raised():
        ours = {n for n in TOLD if signal.getsignal(n) in (_raise, signal.default_int_handler)}
        at_once = [number for number in ours & AT_ONCE if signal.getsignal(number) is _raise]
        for number in at_once:
            signal.signal(number, _pass)
        try:
            with _listening(ours, set(folders)):
                yield
        finally:
            for number in at_once:
                signal.signal(number, _raise)


@contextlib.contextmanager
def _listening(numbers: set[signal.Signals], folders: set[Path]) -> Iterator[None]:
    """A block in which a thread ends the process, if nothing else does so in time."""
    from socket import socketpair

    _load()
    receiver, sender = socketpair()
    sender.setblocking(False)
    before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    arguments = (receiver, numbers, folders)
    listener = threading.Thread(target=_listen, args=arguments, daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        sender.close()  # which ends the listener
        listener.join()


def exit_when_terminated() -> None:
    """From now on a worker process that is terminated removes its part files and ends at once.

    What a terminal sends to all processes reaches it too, and there the parent alone decides
    what ends.
    """
    for number in TOLD:
        ends = number in (signal.SIGTERM, getattr(signal, "SIGXCPU", None))
        signal.signal(number, _pass if ends else signal.SIG_IGN)
    from socket import socketpair

    _load()
    receiver, sender = socketpair()
    sender.setblocking(False)
    signal.set_wakeup_fd(sender.detach(), warn_on_full_buffer=False)
    threading.Thread(target=_exit_on_signal, args=(receiver,), name="signals", daemon=True).start()


def _load() -> None:
    """Import now what `exit_now` needs: it may run while another thread is importing."""
    import multiprocessing  # noqa: F401

    from render.encode import atomic, ffmpeg  # noqa: F401


def _pass(number: int, frame: object) -> None:
    """The thread that is woken does all."""


def _exit_on_signal(receiver: socket) -> None:
    exit_now(128 + receiver.recv(1)[0])


def exit_now(status: int, folders: Iterable[Path] = ()) -> None:
    """End this process now, from any thread, and all processes it started; remove part files."""
    import multiprocessing

    from render.encode import atomic, ffmpeg

    children = multiprocessing.active_children()
    for child in children:
        child.kill()
    ffmpeg.kill_all()
    for child in children:
        child.join(0.2)
    atomic.remove_own_parts()
    for folder in folders:
        atomic.remove_abandoned_parts(folder)
    os._exit(status)


def _listen(receiver: socket, numbers: set[signal.Signals], folders: set[Path]) -> None:
    """Wait for a first signal, then for a second one, the end of the block, or GRACE_S."""
    with receiver:
        received = b""  # a byte for each
        while not (ending := [number for number in received if number in numbers]):
            received = receiver.recv(16)
            if not received:
                return
        if len(ending) < 2 and ending[0] not in AT_ONCE:
            receiver.settimeout(GRACE_S)
            with contextlib.suppress(TimeoutError):
                if not receiver.recv(16):
                    return
        with contextlib.suppress(OSError):
            text = f"{TOLD[signal.Signals(ending[0])]}\n"
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, text.encode())
        exit_now(128 + ending[0], folders)
