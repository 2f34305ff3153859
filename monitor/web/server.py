"""Server: the page on its address: loopback or a unix socket, beside the daemon or by itself."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from monitor.errors import UsageError
from monitor.model.settings import Settings
from monitor.web import render
from monitor.web.app import make
from monitor.web.desk import Desk
from monitor.web.live import EVERY_S, Live
from monitor.web.reader import Reader

END_S = 2  # answers under way get so long when the page ends


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: whoever runs the page decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals as they are."""
        yield


def real_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)


async def serve(
    settings: Callable[[], Settings],
    stop: asyncio.Event,
    *,
    listen: str = "",
    now: Callable[[], datetime] = real_now,
    ready: Callable[[str], None] = lambda _: None,
    every_s: float = EVERY_S,
) -> None:
    """Serve the page at ``listen`` (default: [web] listen) until ``stop``; ``ready`` is told its address.

    ``settings`` and ``now`` are asked anew for each request; the store at most every ``every_s`` seconds for what is
    new, while a page is open. Raises UsageError where nothing can listen there.
    """
    listen = listen or settings().web.listen
    taken = _socket(listen)
    await asyncio.to_thread(render.warm)
    read = Reader(settings().database)
    live = Live(read, every_s)
    server = _Server(_config(Desk(settings, now, read, live, listen)))
    running = asyncio.create_task(server.serve([taken]))
    ready(f"http://{listen}/" if not listen.startswith("unix:") else listen)
    try:
        await stop.wait()
    finally:
        live.stopping.set()
        server.should_exit = True
        try:
            await running
        finally:
            taken.close()
            read.close()
            _gone(listen)


def _gone(listen: str) -> None:
    if listen.startswith("unix:"):
        Path(listen.removeprefix("unix:")).unlink(missing_ok=True)


def _socket(listen: str) -> socket.socket:
    try:
        return _unix_socket(Path(listen.removeprefix("unix:"))) if listen.startswith("unix:") else _port(listen)
    except OSError as error:
        told = error.strerror or error
        raise UsageError(f"the page cannot listen at {listen}: {told}; [web] listen names another place") from None


def _port(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    family, kind, proto, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _unix_socket(path: Path) -> socket.socket:
    if _somebody_is_at(path):
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    path.unlink(missing_ok=True)  # what a killed process left
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
        path.chmod(0o660)  # us, and a web server in our group
    except OSError:
        made.close()
        raise
    return made


def _somebody_is_at(path: Path) -> bool:
    if path.exists() and not path.is_socket():
        raise OSError(errno.EEXIST, "there is a file that is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        return asking.connect_ex(str(path)) == 0


def _config(desk: Desk) -> uvicorn.Config:
    return uvicorn.Config(
        make(desk), log_config=None, access_log=False, server_header=False, lifespan="off", ws="none",
        timeout_graceful_shutdown=END_S, timeout_keep_alive=15, limit_concurrency=200, proxy_headers=False, http="h11",
    )  # fmt: skip
