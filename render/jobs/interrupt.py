"""Ctrl-C: the first one unwinds and cleans up, the second, or a first that is stuck, ends at once.

Python handles a signal between two of its own instructions: during a long computation it
would wait for that. A thread hears of it at once, and ends the process if nothing happens.
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
GRACE_S = 1.5  # to unwind in; a user waits no longer than two seconds


@contextlib.contextmanager
def interruptible(folders: Iterable[Path] = ()) -> Iterator[None]:
    """Within, Ctrl-C ends everything in time; `folders` are those that films are written to.

    Nothing changes where Ctrl-C is somebody else's: in another thread, or ignored.
    """
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(ear, set(folders)), daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        mouth.close()  # the listener hears that too
        listener.join()


def exit_now(status: int, folders: Iterable[Path] = ()) -> None:
    """End this process now, from any thread, and all that it started; leave no part file."""
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


def _listen(ear: socket.socket, folders: set[Path]) -> None:
    """Wait for the first Ctrl-C, then for a second, the end of the block, or too long."""
    with ear:
        heard = b""
        while signal.SIGINT not in heard:
            heard = ear.recv(16)
            if not heard:
                return
        if heard.count(signal.SIGINT) < 2:
            ear.settimeout(GRACE_S)
            with contextlib.suppress(TimeoutError):
                if not ear.recv(16):
                    return
        with contextlib.suppress(OSError):
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"interrupted\n")
        exit_now(INTERRUPTED, folders)
