"""Ctrl-C: the first one cleans up and ends the program, a second one ends it at once.

Python handles a signal between two of its own instructions, so in a long computation it waits
for the end of that. A thread is woken by the signal at once, and ends the process where the
first Ctrl-C has not ended it after GRACE_S.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from render.encode import atomic, ffmpeg

INTERRUPTED = 130
GRACE_S = 1.5  # for cleaning up; the user waits no longer than two seconds


@contextlib.contextmanager
def interruptible(folders: Iterable[Path] = ()) -> Iterator[None]:
    """A block in which Ctrl-C ends everything in time; films are written to `folders`.

    Outside the main thread, and where SIGINT has another handler or is ignored, it does nothing.
    """
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(receiver, set(folders)), daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        sender.close()  # which ends the listener
        listener.join()


def exit_now(status: int, folders: Iterable[Path] = ()) -> None:
    """End this process now, from any thread, and all processes it started; remove part files."""
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


def _listen(receiver: socket.socket, folders: set[Path]) -> None:
    """Wait for a first Ctrl-C, then for a second one, the end of the block, or GRACE_S."""
    with receiver:
        signals = b""  # a byte for each
        while signal.SIGINT not in signals:
            signals = receiver.recv(16)
            if not signals:
                return
        if signals.count(signal.SIGINT) < 2:
            receiver.settimeout(GRACE_S)
            with contextlib.suppress(TimeoutError):
                if not receiver.recv(16):
                    return
        with contextlib.suppress(OSError):
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"interrupted\n")
        exit_now(INTERRUPTED, folders)
