"""Who may speak to the studio: only the browser that was given the address, and no other page.

The server listens on loopback alone, but every page in every browser of the machine can send
requests there, and so can every user of the machine. So each request needs a cookie, which is
given once, for the token in the address that the command prints. A foreign `Host` is a name that
was pointed at this machine (DNS rebinding), a foreign `Origin` a page of somebody else's.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 2_500_000  # bytes: a config has at most 1,000,000, and JSON may escape each letter
MAX_QUERY = 2_000
SAFE = ("GET", "HEAD")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; media-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class TooLarge(Exception):
    """A request has more in it than any of ours."""


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """There is nothing to guard yet."""


@dataclass
class Guard:
    """Lets a request through to the app, or refuses it."""

    port: int
    app: App = _nothing
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))  # until it is used
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers share cookies between the ports of a host."""
        return f"descent-film-{self.port}"

    @property
    def address(self) -> str:
        """What is opened in the browser."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # no socket is ours
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        headers = _headers(scope)
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        host = headers.get("host", [])
        if len(host) != 1 or host[0] not in hosts:
            await refuse(send, 421, "this address is not the studio's")
            return
        origins = headers.get("origin", [])
        if any(origin != f"http://{host[0]}" for origin in origins):
            await refuse(send, 403, "this request comes from another page")
            return
        if scope["method"] not in SAFE and not origins:
            await refuse(send, 403, "this request doesn't say where it comes from")
            return
        if len(scope.get("query_string", b"")) > MAX_QUERY:
            await refuse(send, 414, "this address is too long")
            return
        known = self._known(headers)
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [])
        if scope["path"] == "/" and given:
            await self._exchange(send, known, given[0])
            return
        if not known:
            await refuse(send, 403, "open the address that the command printed")
            return
        length = headers.get("content-length", ["0"])[0]
        if not length.isdecimal() or int(length) > MAX_BODY:
            await refuse(send, 413, "this request is too large")
            return
        try:
            await self.app(scope, _limited(receive), _with_headers(send))
        except TooLarge:
            await refuse(send, 413, "this request is too large")

    def _known(self, headers: dict[str, list[str]]) -> bool:
        for text in headers.get("cookie", []):
            try:
                morsel = SimpleCookie(text).get(self.cookie)
            except CookieError:
                continue
            if morsel is not None and _same(morsel.value, self.session):
                return True
        return False

    async def _exchange(self, send: Send, known: bool, given: str) -> None:
        """The cookie for the token, once; the address is left without the token."""
        headers = [(b"location", b"/"), (b"cache-control", b"no-store")]
        if not known:
            if not self.token or not _same(given, self.token):
                await refuse(send, 403, "this address was used: start the studio again")
                return
            self.token = ""
            cookie = f"{self.cookie}={self.session}; HttpOnly; SameSite=Strict; Path=/"
            headers.append((b"set-cookie", cookie.encode()))
        headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _limited(receive: Receive) -> Receive:
    """The same body, as long as it is not too large."""
    count = 0

    async def limited() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > MAX_BODY:
            raise TooLarge
        return message

    return limited


def _with_headers(send: Send) -> Send:
    """Adds the headers that every answer has."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            more: Iterable[tuple[str, str]] = {**HEADERS, "cache-control": "no-store"}.items()
            added = [(n.encode(), v.encode()) for n, v in more if n.encode() not in present]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending


async def refuse(send: Send, status: int, words: str) -> None:
    """An answer of one sentence."""
    text = f"{words}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
