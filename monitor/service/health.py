"""Health: /healthz and /metrics on loopback or a unix socket, for supervisors and Prometheus. Off by default.

Two paths, GET only, a bounded request, one answer for each connection: less than a web framework would take to
set up, and nothing of it is started where ``listen`` is empty.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from monitor.errors import StoreError
from monitor.service import clock as clocks
from monitor.service import metrics
from monitor.service.daemon import Daemon
from monitor.service.pulse import stuck
from monitor.store import status as status_rows
from monitor.store.database import Database
from monitor.store.status import Status

_HEAD = 8192  # bytes that a request may have before its empty line
_PATIENCE_S = 5.0
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


_Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: str
    kind: str = "text/plain; charset=utf-8"


class Health:
    """Serves the daemon's health while it runs."""

    def __init__(self, daemon: Daemon, counting: metrics.Counting) -> None:
        """Nothing listens before ``run``."""
        self._daemon = daemon
        self._counting = counting

    async def run(self) -> None:
        """Listen where the settings say, until cancelled. Raises OSError where that cannot be."""
        listen = self._daemon.settings.health
        place = listen.removeprefix("unix:")
        if listen.startswith("unix:"):
            await asyncio.to_thread(_clear, Path(place))
            server = await asyncio.start_unix_server(self._guarded(check_host=False), place, limit=_HEAD)
            await asyncio.to_thread(Path(place).chmod, 0o660)  # our group may ask
        else:
            host, _, port = place.rpartition(":")
            serve = self._guarded(check_host=True)
            server = await asyncio.start_server(serve, host.strip("[]"), int(port), limit=_HEAD)
        async with server:
            await server.serve_forever()

    def _guarded(self, *, check_host: bool) -> _Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_PATIENCE_S):
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    writer.write(_written(await self.answer(head, check_host=check_host), head))
                    await writer.drain()
            writer.close()

        return serve

    async def answer(self, head: str, *, check_host: bool) -> Answer:
        """Return the answer to the request whose line and headers are ``head``."""
        line, *rest = head.split("\r\n")
        method, _, target = line.partition(" ")
        if method not in ("GET", "HEAD"):
            return Answer(405, "GET only\n")
        if check_host and not _is_loopback(_header(rest, "host")):
            return Answer(403, "only as localhost\n")  # a page in a browser may have another name point here
        match target.partition(" ")[0].partition("?")[0]:
            case "/healthz" | "/livez" | "/readyz":
                return self._health()
            case "/metrics":
                stored = await asyncio.to_thread(self._stored)
                loops, paused_s = self._daemon.silent_s, self._daemon.paused_s
                now = clocks.real_now()
                return Answer(200, metrics.text(self._counting, loops, paused_s, stored, now), _PROMETHEUS)
        return Answer(404, "/healthz or /metrics\n")

    def _health(self) -> Answer:
        said = judged(self._daemon.silent_s, self._daemon.paused_s, ready=self._daemon.ready.is_set())
        return Answer(200 if said["status"] == "ok" else 503, json.dumps(said) + "\n", "application/json")

    def _stored(self) -> Status | None:
        try:
            with Database.open(self._daemon.settings.database, writer=False, busy_s=1.0) as db:
                return status_rows.read(db, self._daemon.clock.now())
        except StoreError:
            return None


def judged(silent_s: Mapping[str, float], paused_s: float, *, ready: bool) -> dict[str, object]:
    """Return "ok" only while both pipelines make progress: every loop turned lately and the store can be written."""
    still = stuck(silent_s)
    status = "starting" if not ready else "stuck" if still else "paused" if paused_s else "ok"
    loops = {name: round(silent, 1) for name, silent in sorted(silent_s.items())}
    return {"status": status, "stuck": still, "store_paused_s": paused_s, "loops_silent_s": loops}


def _written(answer: Answer, head: str) -> bytes:
    body = answer.body.encode()
    reason = _REASONS.get(answer.status, "Service Unavailable")
    first = (
        f"HTTP/1.1 {answer.status} {reason}\r\nContent-Type: {answer.kind}\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return first.encode() + (b"" if head.startswith("HEAD ") else body)


def _header(lines: list[str], name: str) -> str:
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return ""


def _is_loopback(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _clear(path: Path) -> None:
    """Take away the socket that a killed daemon left; another file there is not ours to take."""
    if path.is_socket():
        path.unlink()
