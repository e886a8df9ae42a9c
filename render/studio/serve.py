"""Starts the studio: a server on this machine alone, and the browser that looks at it."""

from __future__ import annotations

import asyncio
import socket
import threading
import webbrowser
from collections.abc import Callable

import uvicorn

from render.errors import ConfigError
from render.studio.app import Studio, app
from render.studio.guard import Guard

LOOPBACK = "127.0.0.1"


def listening(port: int) -> socket.socket:
    """A socket on this machine; port 0: a free one. Raises ConfigError."""
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        one.bind((LOOPBACK, port))
    except OSError as error:
        one.close()
        raise ConfigError(f"port {port}: {error.strerror or error}") from None
    one.listen(128)
    return one


class _Uvicorn(uvicorn.Server):
    """Ends the studio first, so that no answer waits for a picture."""

    studio: Studio

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self.studio.close)
        await super().shutdown(sockets)


class Server:
    """The studio on a socket."""

    def __init__(self, studio: Studio, listener: socket.socket) -> None:
        self.studio, self.listener = studio, listener
        self.guard = Guard(app(studio), listener.getsockname()[1])
        config = uvicorn.Config(
            self.guard,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self.server = _Uvicorn(config)
        self.server.studio = studio

    def run(self) -> None:
        """Answer until Ctrl-C."""
        try:
            self.server.run(sockets=[self.listener])
        finally:
            self.studio.close()
            self.listener.close()

    def run_in_thread(self) -> Callable[[], None]:
        """Answer in a thread; returns what ends it."""

        def serve() -> None:
            asyncio.run(self.server.serve(sockets=[self.listener]))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()

        def end() -> None:
            self.server.should_exit = True
            thread.join(5)
            self.studio.close()
            self.listener.close()

        return end


def open_browser(address: str) -> None:
    """Show an address, without waiting for the browser."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
