"""A real local HTTP server that answers as a test tells it: the outside world, on 127.0.0.1."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What a client asked: header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What to send back. ``raw`` replaces everything; ``drip_s`` sends byte by byte that slowly.

    ``cut`` sends only so many bytes of the body (announced in full) and hangs up.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    drip_s: float = 0.0
    cut: int = -1
    length: bool = True

    @classmethod
    def gzipped(cls, body: bytes, **headers: str) -> Answer:
        return cls(body=gzip.compress(body), headers={"Content-Encoding": "gzip", **headers})

    def bytes(self) -> bytes:
        if self.raw:
            return self.raw
        length = {"Content-Length": str(len(self.body))} if self.length and self.status != 304 else {}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{k}: {v}" for k, v in {**length, **self.headers}.items())]
        body = self.body if self.cut < 0 else self.body[: self.cut]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


Script = Answer | Callable[[Request], Answer]


class Server:
    """Answers each path from ``answers``: one Answer for ever, a list one after the other, or a function."""

    def __init__(self) -> None:
        self.answers: dict[str, Script | list[Script]] = {}
        self.requests: list[Request] = []
        self.port = 0
        self.scheme = "http"
        self._tasks: set[asyncio.Task[None]] = set()

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def asked(self, path: str = "/feed") -> list[Request]:
        return [r for r in self.requests if r.path == path]

    def _script(self, path: str) -> Script:
        found = self.answers.get(path, Answer(404))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            request = await _read(reader)
            self.requests.append(request)
            script = self._script(request.path.partition("?")[0])
            answer = script if isinstance(script, Answer) else script(request)
            await _send(writer, answer)
        with contextlib.suppress(OSError):  # a poller that hung up is no news
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    data = answer.bytes()
    if not answer.drip_s:
        writer.write(data)
        await writer.drain()
        return
    for i in range(len(data)):
        writer.write(data[i : i + 1])
        await writer.drain()
        await asyncio.sleep(answer.drip_s)


@contextlib.asynccontextmanager
async def running(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server on a free port of 127.0.0.1 for as long as the block lasts."""
    server = Server()
    listening = await asyncio.start_server(server.accept, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    server.scheme = "https" if tls else "http"
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
        await server.stop()
