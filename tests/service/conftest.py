"""A small world around the daemon as a process: one feed, a mail server and a webhook receiver that log all."""

from __future__ import annotations

import asyncio
import contextlib
import email
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

DAEMON = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.service.clock import FastClock
from monitor.pipeline.assemble import load
from monitor.service import logs
from monitor.service.onlooker import LogOnlooker
from monitor.service.run import serve
from monitor.store.lock import InstanceLock
settings = load(Path(sys.argv[1]))
logs.configure()
with InstanceLock(settings.database):
    clock = FastClock(datetime.now(UTC), float(sys.argv[2]))
    asyncio.run(serve(settings, LogOnlooker(), clock=clock, tick_s=0.05))
"""


class World:
    """Servers on loopback in a thread of their own. Every accepted delivery is logged, with its key."""

    def __init__(self) -> None:
        self.titles: list[tuple[str, str]] = []  # guid, title
        self.mails: list[tuple[str, str]] = []  # Message-ID, subject
        self.hooks: list[tuple[str, dict[str, Any]]] = []  # webhook-id, payload
        self.polls = 0
        self.smtp_answer = "250 OK"
        self.hook_status = 200
        self.changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()
        self.ports: dict[str, int] = {}

    def wait(self, true: Callable[[], bool], within_s: float = 90.0, what: str = "") -> None:
        """Return when ``true``, looked at whenever something arrives and now and then. Fails after ``within_s``."""
        end = time.monotonic() + within_s
        with self.changed:
            while not true():
                assert time.monotonic() < end, f"did not happen within {within_s} s: {what}"
                self.changed.wait(0.1)

    def rss(self) -> bytes:
        now = format_datetime(datetime.now(UTC) - timedelta(minutes=5))
        items = "".join(
            f"<item><guid isPermaLink='false'>{g}</guid><title>{t}</title><link>https://wire.example/{g}</link>"
            f"<pubDate>{now}</pubDate></item>"
            for g, t in self.titles
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>".encode()

    def start(self) -> World:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        for server in self._servers:
            server.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _open(self) -> None:
        http = await asyncio.start_server(self._http, "127.0.0.1", 0)
        smtp = await self._loop.create_server(lambda: SMTP(self, loop=self._loop, ident="test"), "127.0.0.1", 0)
        self._servers = [http, smtp]
        self.ports = {"http": http.sockets[0].getsockname()[1], "smtp": smtp.sockets[0].getsockname()[1]}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=default)
        with self.changed:
            if self.smtp_answer.startswith("250"):
                self.mails.append((message["Message-ID"], message["Subject"]))
            self.changed.notify_all()
        return self.smtp_answer

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            method, path = head.split(" ", 2)[:2]
            status, answer = self._answer(method, path, headers, body)
            await self.linger()
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(answer)}\r\n"
                "Connection: close\r\n\r\n".encode()
                + answer
            )
            await writer.drain()
        writer.close()

    async def linger(self) -> None:
        """Between what was noted and its answer; a world of its own kind may wait here."""

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self.changed:
            self.changed.notify_all()
            if method == "GET":
                self.polls += 1
                return 200, self.rss()
            if self.hook_status == 200:
                self.hooks.append((headers["webhook-id"], json.loads(body)))
            return self.hook_status, b""


@pytest.fixture
def world() -> Iterator[World]:
    made = World().start()
    yield made
    made.stop()


class Desk:
    """A configuration in a folder, and the daemon that runs on it."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.world = world
        self.database = folder / "storywatch.db"
        self.rule('phrase = "Trump Moscow visit"\n')
        (folder / "storywatch.toml").write_text(
            f"""
[storage]
database = "storywatch.db"
[polling]
allow_networks = ["127.0.0.0/8"]
[[feeds.feed]]
name = "wire"
url = "http://127.0.0.1:{world.ports["http"]}/feed"
[channels.mail]
type = "smtp"
host = "127.0.0.1"
port = {world.ports["smtp"]}
security = "none"
from = "storywatch@desk.example"
to = ["editor@desk.example"]
[channels.hook]
type = "webhook"
url = "http://127.0.0.1:{world.ports["http"]}/hook"
[routes.desk]
channels = ["mail", "hook"]
together = "0s"
[defaults]
routes = ["desk"]
""",
            encoding="utf-8",
        )

    def rule(self, text: str, slug: str = "moscow") -> None:
        (self.folder / "rules").mkdir(exist_ok=True)
        (self.folder / "rules" / f"{slug}.toml").write_text(text, encoding="utf-8")

    def start(self, rate: float = 1.0, **environment: str) -> subprocess.Popen[str]:
        """The daemon as a process, living ``rate`` times as fast as we do."""
        return subprocess.Popen(
            [sys.executable, "-c", DAEMON, str(self.folder / "storywatch.toml"), str(rate)],
            env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Desk:
    return Desk(tmp_path, world)


@pytest.fixture
def daemons() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes put into this list are ended with the test."""
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
