"""HTTP: as much of a server as the demo's feeds and its webhook receiver need (RFC 9112, one answer a connection)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

_HEAD_LIMIT = 32_768
_BODY_LIMIT = 1_000_000
_FAREWELL_S = 2.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names are in lower case, the path comes without its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. Content-Length and Connection are added when it is sent."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response]


class _Talks:
    """The conversations under way, so that closing the server ends them without cancelling any."""

    def __init__(self, handler: Handler, patience_s: float) -> None:
        self._handler = handler
        self._patience_s = patience_s
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._over = False

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._over:
            writer.transport.abort()
            return
        talk = asyncio.current_task()
        assert talk is not None
        self._open[talk] = writer
        try:
            with suppress(ConnectionError):
                await _exchange(self._handler, reader, writer, self._patience_s)
        finally:
            del self._open[talk]

    async def hang_up(self) -> None:
        self._over = True
        for writer in self._open.values():
            writer.transport.abort()
        if self._open:
            await asyncio.wait(list(self._open))


@asynccontextmanager
async def serving(handler: Handler, patience_s: float = 10.0) -> AsyncIterator[str]:
    """Serve ``handler`` on a free port of 127.0.0.1; gives the base URL, without a slash at its end.

    What is not a request of at most 1 MB within ``patience_s`` is answered 400. The handler must not raise.
    """
    talks = _Talks(handler, patience_s)
    server = await asyncio.start_server(talks.connected, "127.0.0.1", 0, limit=_HEAD_LIMIT)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        await talks.hang_up()
        await closed(server)


async def closed(server: asyncio.Server) -> None:
    """Close ``server`` and wait for it, but not for clients that keep their connection open."""
    server.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_S):
            await server.wait_closed()


async def _exchange(
    handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience_s: float
) -> None:
    try:
        async with asyncio.timeout(patience_s):
            request = await _read(reader)
        response = handler(request)
        bare = request.method == "HEAD"
    except (ValueError, EOFError, TimeoutError, asyncio.LimitOverrunError):
        response, bare = Response(400), False
    try:
        writer.write(_bytes(response, bare=bare))
        await writer.drain()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _BODY_LIMIT:
        raise ValueError("the body is too large")
    return Request(method, target.partition("?")[0], headers, await reader.readexactly(length))


def _bytes(response: Response, *, bare: bool) -> bytes:
    reason = HTTPStatus(response.status).phrase
    body = b"" if bare or response.status in (204, 304) else response.body
    headers = {**response.headers, "Connection": "close"}
    if response.status not in (204, 304):
        headers["Content-Length"] = str(len(response.body))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {response.status} {reason}\r\n{head}\r\n".encode("latin-1") + body
