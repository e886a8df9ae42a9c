"""Starts the studio: a server on this machine alone."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable

import uvicorn

from render.studio.app import Studio, app
from render.studio.guard import Guard


class _Uvicorn(uvicorn.Server):
    """Ends the studio first, so that no answer waits for a picture."""

    studio: Studio

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self.studio.close)
        await super().shutdown(sockets)


class Server:
    """The studio on a socket."""

    def __init__(self, studio: Studio, listener: socket.socket, guard: Guard | None = None) -> None:
        self.studio, self.listener = studio, listener
        self.guard = guard or Guard(listener.getsockname()[1])
        self.guard.app = app(studio)
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
