"""A Chromium without a window, spoken to through two pipes; there is nothing to install for it."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BINARY = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    " --disable-background-networking --disable-component-update --mute-audio"
    " --remote-debugging-pipe"
)
PATIENCE_S = 60.0


class Page:
    """A page of the browser."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        self._buffer, self._number, self._session = b"", 0, ""
        self.requested: list[str] = []  # every URL
        self.messages: list[str] = []  # of the console, and of what the browser refuses

    def open(self, file: Path, reduced_motion: bool = False) -> None:
        """Load a file from disk as a reader would who double-clicks it."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        answer = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = answer["sessionId"]
        for domain in ("Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Page.enable")
        value = "reduce" if reduced_motion else "no-preference"
        features = [{"name": "prefers-reduced-motion", "value": value}]
        self.ask("Emulation.setEmulatedMedia", features=features)
        self.ask("Page.navigate", url=file.resolve().as_uri())
        self.until('document.readyState === "complete"')

    def of(self, expression: str) -> Any:
        """The value of a JavaScript expression; of a promise, what it comes to."""
        answer = self.ask(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
            userGesture=False,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression: str, patience_s: float = 20.0) -> None:
        """Wait until it is true."""
        ends = time.monotonic() + patience_s
        while not self.of(expression):
            assert time.monotonic() < ends, f"never came: {expression}"
            time.sleep(0.05)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command, wait for its answer, note the requests message of meanwhile."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session and not method.startswith("Target."):
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("method") == "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])
            self.messages += _told(message)
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._read], [], [], PATIENCE_S)[0], "the browser is silent"
            part = os.read(self._read, 1 << 16)
            assert part, "the browser has gone"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(line)


def _told(message: dict[str, Any]) -> list[str]:
    """What a message tells that a reader of the console would see."""
    params = message.get("params", {})
    match message.get("method"):
        case "Runtime.consoleAPICalled":
            return [" ".join(str(arg.get("value", arg)) for arg in params["args"])]
        case "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            return [details.get("exception", {}).get("description", details["text"])]
        case "Log.entryAdded":
            return [params["entry"]["text"]]
    return []


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A browser of its own, with a profile of its own."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()

    def join() -> None:  # commands come in at 3, answers go out at 4
        ends = os.dup(to_read), os.dup(from_write)
        os.dup2(ends[0], 3)
        os.dup2(ends[1], 4)

    command = [BINARY, *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(command, preexec_fn=join, close_fds=False, **quiet)
    os.close(to_read)
    os.close(from_write)
    try:
        yield Page(from_read, to_write)
    finally:
        running.kill()
        running.wait()
        os.close(from_read)
        os.close(to_write)
