"""A small world around the daemon as a process: one feed, a mail server and a webhook receiver that log all."""

from __future__ import annotations

import asyncio
import contextlib
import email
import json
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP

from tests.service.nursery import Nursery, Process

FAST = 600.0  # five minutes, the shortest cadence, in half a second
VISIT = ("a", "Kremlin says Trump visit to Moscow is being prepared")
OFF = ("b", "Trump calls off Moscow visit, White House says")
SWAP = ("c", "Putin and Trump hold talks in Moscow on prisoner swap")
STORM = ("d", "Storm closes the harbour of Hamburg")
STRIKE = ("e", "Union calls Bergen ferry strike for Monday")


class World:
    """Servers on loopback in a thread of their own. Every accepted delivery is logged, with its key."""

    mail_server: type[SMTP] = SMTP

    def __init__(self) -> None:
        self.titles: list[tuple[str, str]] = []  # guid, title
        self.mails: list[tuple[str, str]] = []  # Message-ID, subject
        self.hooks: list[tuple[str, dict[str, Any]]] = []  # webhook-id, payload
        self.dated: datetime | None = None  # when the feed says that its items are of; None: five minutes ago
        self.padding = 0  # bytes that the feed's document is longer
        self.polls = 0
        self.smtp_answer = "250 OK"
        self.hook_status = 200
        self.hangs, self.hung = False, 0  # mails are taken and never answered
        self.changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()
        self.ports: dict[str, int] = {}
        self._open_ones: WeakSet[SMTP] = WeakSet()
        self._writers: set[asyncio.StreamWriter] = set()

    def wait(self, true: Callable[[], object], within_s: float = 90.0, what: str = "") -> None:
        """Return when ``true``, looked at whenever something arrives and now and then. Fails after ``within_s``."""
        end = time.monotonic() + within_s
        while True:
            began = time.monotonic()
            if true():
                return
            took_s = time.monotonic() - began
            assert began < end, f"did not happen within {within_s} s: {what}\n{self.told()}"
            with self.changed:
                self.changed.wait(0.05)
            time.sleep(2 * took_s)  # looking takes a third of the time at most

    def told(self) -> str:
        """What helps to see why something did not happen."""
        return f"{self.polls} polls, {len(self.mails)} mails, {len(self.hooks)} hooks"

    def accepted(self) -> Counter[str]:
        """How often each delivery was accepted, by its key."""
        mails = (ident.strip("<>").split("@")[0] for ident, _ in self.mails)
        return Counter([*mails, *(key for key, _ in self.hooks)])

    def rss(self) -> bytes:
        now = format_datetime(self.dated or datetime.now(UTC) - timedelta(minutes=5))
        items = "".join(
            f"<item><guid isPermaLink='false'>{g}</guid><title>{t}</title><link>https://wire.example/{g}</link>"
            f"<pubDate>{now}</pubDate></item>"
            for g, t in self.titles
        )
        items += "<item><guid>x</guid><title>" + "x" * self.padding + "</title></item>" if self.padding else ""
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>".encode()

    def start(self) -> World:
        self._thread.start()
        assert self._ready.wait(90)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(90)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._shut())
        self._loop.close()

    async def _shut(self) -> None:
        """End what is under way, and leave no socket to be found open by whoever collects the garbage."""
        for server in self._servers:
            server.close()
        for transport in [s.transport for s in self._open_ones] + [w.transport for w in self._writers]:
            if transport is not None:
                transport.abort()
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _open(self) -> None:
        http = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        smtp = await self._loop.create_server(self._greet, "127.0.0.1", 0)
        self._servers = [http, smtp]
        self.ports = {"http": http.sockets[0].getsockname()[1], "smtp": smtp.sockets[0].getsockname()[1]}

    def _greet(self, tls: ssl.SSLContext | None = None) -> SMTP:
        made = self.mail_server(self, loop=self._loop, ident="test", tls_context=tls)
        self._open_ones.add(made)
        return made

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._http(reader, writer)
        finally:
            writer.close()
            self._writers.discard(writer)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=default)
        if self.hangs:
            self.hung += 1
            await asyncio.Event().wait()
        with self.changed:
            if self.smtp_answer.startswith("250"):
                self.mails.append((message["Message-ID"], message["Subject"]))
            self.changed.notify_all()
        return self.smtp_answer

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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

    async def linger(self) -> None:
        """Between what was noted and its answer; a world of its own kind may wait here."""

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self.changed:
            self.changed.notify_all()
            if method == "GET":
                document = self.rss()  # first: whoever sees the poll counted may change the titles
                self.polls += 1
                return 200, document
            if self.hook_status == 200:
                self.hooks.append((headers["webhook-id"], json.loads(body)))
            return self.hook_status, b""


class Desk:
    """A configuration in a folder, and the daemons that run on it. ``haste``: see ``nursery.run``."""

    def __init__(self, folder: Path, world: World, nursery: Nursery | None = None, haste: str = "decisions") -> None:
        self.folder, self.world = folder, world
        self.database = folder / "storywatch.db"
        self.config = folder / "storywatch.toml"
        self.running: list[Process] = []
        self.again: tuple[str, ...] = ()  # channels that may bring a message twice: an acknowledgement was lost
        self.readable = True  # the database, at the end
        self._nursery, self._haste = nursery, haste
        self.rule('phrase = "Trump Moscow visit"\n')
        self.configure({"mail": ["editor"]}, ["hook"])

    def rule(self, text: str, slug: str = "moscow") -> None:
        """Write a rule's file: whole at once, as a daemon that looks at every moment must see it."""
        (self.folder / "rules").mkdir(exist_ok=True)
        self._put(self.folder / "rules" / f"{slug}.toml", text)

    def configure(self, mails: Mapping[str, Sequence[str]], hooks: Sequence[str], secured: Sequence[str] = ()) -> None:
        """``mails``: channels with their recipients; ``hooks``: channels that post to the path of their name.

        ``secured``: mail channels that want TLS, which the world's server does not offer.
        """
        port = self.world.ports
        channels = "".join(
            f'[channels.{name}]\ntype = "smtp"\nhost = "127.0.0.1"\nport = {port["smtp"]}\n'
            f'security = "{"starttls" if name in secured else "none"}"\n'
            f'from = "storywatch@desk.example"\nto = {json.dumps([f"{one}@desk.example" for one in to])}\n'
            for name, to in mails.items()
        )
        channels += "".join(
            f'[channels.{name}]\ntype = "webhook"\nurl = "http://127.0.0.1:{port["http"]}/{name}"\n' for name in hooks
        )
        self.config.write_text(
            '[storage]\ndatabase = "storywatch.db"\n[polling]\nevery = ["5m", "5m"]\nallow_networks = ["127.0.0.0/8"]\n'
            f'[[feeds.feed]]\nname = "wire"\nurl = "http://127.0.0.1:{port["http"]}/feed"\n{channels}'
            f'[routes.desk]\nchannels = {json.dumps([*mails, *hooks])}\ntogether = "0s"\n'
            '[defaults]\nroutes = ["desk"]\n',
            encoding="utf-8",
        )

    def change(self, old: str, new: str) -> None:
        """Change the configuration."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self._put(self.config, text.replace(old, new))

    def _put(self, path: Path, text: str) -> None:
        beside = self.folder / "written"
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)

    def start(self, rate: float = 1.0, **environment: str) -> Process:
        """A daemon, living ``rate`` times as fast as we do; it ends with the test."""
        assert self._nursery is not None
        log = self.folder / f"daemon-{len(self.running)}.log"
        self.running.append(self._nursery.start(self.config, rate, self._haste, log, environment))
        return self.running[-1]

    def end(self) -> None:
        """Whatever still runs is killed."""
        for process in self.running:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def wait(self, true: Callable[[], object], what: str, within_s: float = 90.0) -> None:
        """``World.wait``; the daemon's last words are told where it fails."""
        try:
            self.world.wait(true, within_s, what)
        except AssertionError as error:
            logs = "\n".join(f"--- {p.log.name} ({p.poll()}):\n{p.said()[-3000:]}" for p in self.running)
            raise AssertionError(f"{error}\n{logs}") from None

    def heard(self, words: str) -> None:
        """Wait until the last daemon said so."""
        self.wait(lambda: words in self.running[-1].said(), f"the log's word {words!r}")

    def all_written(self) -> bool:
        """Whether every delivery is in the books as sent: it came, and the daemon knows it."""
        return not self.rows("SELECT 1 FROM deliveries WHERE status != 'sent'")

    def rows(self, query: str) -> list[Any]:
        """What is in the database; nothing where there is none yet."""
        if not self.database.exists():
            return []
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as db:
            return db.execute(query).fetchall()

    def change_rows(self, statement: str) -> None:
        """Put something right in the database, beside the daemon."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as db, db:
            db.execute(statement)

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "monitor.cli.main", "--config", str(self.config), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
