"""A studio on a socket of its own, and a reader of it that is no browser."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.learn.labs import CONFIGS

SMALL = "film: {size: [320, 180], fps: 10, duration: 2, theme: night}"


def folder(home: Path, *names: str) -> Path:
    """A folder with some of the configs in configs/, in a small size where they say so."""
    (home / "configs").mkdir(parents=True, exist_ok=True)
    for name in names:
        text = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8")
        usual = "film: {size: [1280, 720], fps: 30, duration: 8, theme: night}"
        (home / "configs" / f"{name}.yaml").write_text(text.replace(usual, SMALL), "utf-8")
    return home


class Client:
    """Sends requests as the page does, with or without what it must have."""

    def __init__(self, server: Any) -> None:
        self.server, self.port = server, server.guard.port
        self.origin = f"http://127.0.0.1:{self.port}"
        self.cookie = ""

    def send(
        self, method: str, path: str, body: Any = None, **headers: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer; a header that is None is left out."""
        given: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "Origin": self.origin if method == "POST" else None,
            "Cookie": self.cookie or None,
            "Content-Type": "application/json" if body is not None else None,
            "X-Studio-Tab": "test",
        }
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value is not None:
                line.putheader(name, value)
        if data is not None:
            line.putheader("Content-Length", str(len(data)))
        line.endheaders(data)
        answer = line.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        content = answer.read()
        line.close()
        return answer.status, found, content

    def enter(self) -> None:
        """Exchange the token for the cookie."""
        status, headers, _ = self.send("GET", f"/?token={self.server.guard.token}")
        assert status == 303
        self.cookie = headers["set-cookie"].partition(";")[0]

    def post(self, path: str, **asked: Any) -> Any:
        """The answer of a request that must be accepted."""
        status, _, content = self.send("POST", path, asked)
        assert status == 200, content
        return json.loads(content)

    def get(self, path: str) -> Any:
        status, _, content = self.send("GET", path)
        assert status == 200, content
        return json.loads(content)

    def look(self, name: str, text: str, **more: Any) -> Any:
        return self.post("/look", name=name, text=text, tab="test", **more)


@contextmanager
def studio(home: Path) -> Iterator[Client]:
    """A studio that works in a folder."""
    from render.commands.studio import template, titles
    from render.studio.address import listening
    from render.studio.app import Studio
    from render.studio.serve import Server
    from render.studio.workspace import Workspace

    opened = Studio(Workspace(home), "configs", None, titles, template, home / "outputs")
    server = Server(opened, listening(0))
    end = server.run_in_thread()
    try:
        yield Client(server)
    finally:
        end()
        shutil.rmtree(home / "outputs", ignore_errors=True)
