"""The studio's address on this machine: its socket, and the browser that is sent there."""

from __future__ import annotations

import socket
import threading
import webbrowser

from render.errors import ConfigError

LOOPBACK = "127.0.0.1"


def listening(port: int) -> socket.socket:
    """A socket on this machine; port 0: a free one. Raises ConfigError."""
    # With the protocol's name: asyncio sends without delay only on sockets that have it. Else the
    # second part of an answer waits up to 40 ms for the first one's receipt.
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        one.bind((LOOPBACK, port))
    except OSError as error:
        one.close()
        raise ConfigError(f"port {port}: {error.strerror or error}") from None
    one.listen(128)
    return one


def open_browser(address: str) -> None:
    """Show an address, without waiting for the browser."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
