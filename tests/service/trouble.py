"""A world in which everything that can go wrong on the way out does, and a desk whose daemon lives days in seconds."""

from __future__ import annotations

import asyncio
import email
import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from tests.service.conftest import World

DAY_S = 86_400.0
RATE = 10 * DAY_S  # ten days a second

# The daemon with its clock, and that of its outbox, as fast as asked. SIGUSR1 and SIGUSR2 set the machine's clock, as
# this process sees it, two hours back and an hour forward.
DAEMON = """
import asyncio, signal, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from monitor.pipeline.assemble import load
from monitor.service import clock as clocks
from monitor.service import logs
from monitor.service.onlooker import LogOnlooker
from monitor.service.run import serve
from monitor.store.lock import InstanceLock

def jump(hours):
    import time_machine
    def set_clock(*_):
        time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True).start()
    return set_clock

rate = float(sys.argv[2])
if rate == 1:
    signal.signal(signal.SIGUSR1, jump(-2))
    signal.signal(signal.SIGUSR2, jump(1))
    clock = clocks.WallClock()
else:
    clock = clocks.FastClock(datetime.now(UTC), rate)
    clocks.real_now = clock.now
settings = load(Path(sys.argv[1]))
logs.configure()
with InstanceLock(settings.database):
    asyncio.run(serve(settings, LogOnlooker(), clock=clock, tick_s=0.05))
"""


@dataclass(frozen=True)
class Mail:
    """A mail that was accepted."""

    to: tuple[str, ...]
    ident: str
    subject: str
    answers: str
    text: str


@dataclass(frozen=True)
class Post:
    """A POST that came, whatever it was answered."""

    path: str
    ident: str
    kind: str
    at: float
    status: int


class TroubledWorld(World):
    """Mail by recipient and webhooks by path misbehave as their names say."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Mail] = []
        self.posts: list[Post] = []
        self.later_s = 0.0  # "late" is refused for so long after it was first named
        self.down = False  # every webhook answers 500
        self._named: dict[str, list[float]] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        name = address.partition("@")[0]
        with self.changed:
            named = self._named.setdefault(name, [])
            named.append(time.monotonic())
        refused = {
            "late": "451 4.7.1 greylisted" if named[-1] - named[0] < self.later_s else "",
            "slow": "452 4.2.2 mailbox full" if len(named) < 3 else "",
            "gone": "550 5.1.1 no such person",
            "never": "554 5.7.1 not from you",
        }.get(name, "")
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = cast("EmailMessage", email.message_from_bytes(envelope.content, policy=default))
        part = message.get_body(("plain",))
        text = part.get_content() if part else ""
        to = tuple(address.partition("@")[0] for address in envelope.rcpt_tos)
        ident, answers = message["Message-ID"], message["In-Reply-To"]
        with self.changed:
            lost = to == ("lost",) and ident not in {letter.ident for letter in self.letters}
            self.letters.append(Mail(to, ident, message["Subject"], answers, text))
            self.changed.notify_all()
        if lost:  # accepted, and the acknowledgement never arrives
            server.transport.abort()
        return "250 OK"

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path = head.split(" ", 2)[:2]
        with self.changed:
            self.polls += method == "GET"
            answer = self.rss() if method == "GET" else b""
            status, more = (200, "") if method == "GET" else self._post(path, headers["webhook-id"], json.loads(body))
            self.changed.notify_all()
        if status == 0:
            writer.transport.abort()
            return
        writer.write(
            f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode() + answer
        )
        await writer.drain()
        writer.close()

    def _post(self, path: str, ident: str, payload: Any) -> tuple[int, str]:
        before = sum(post.ident == ident for post in self.posts)
        answers = {
            "/over": [(410, "")],
            "/busy": [(503, "Retry-After: 86400\r\n"), (429, "Retry-After: 999999999\r\n"), (200, "")],
            "/broken": [(500, ""), (0, ""), (500, "Retry-After: -5\r\n"), (200, "")],
            "/moved": [(301, f"Location: http://127.0.0.1:{self.ports['http']}/elsewhere\r\n")],
        }.get(path, [(200, "")])
        status, more = (500, "") if self.down else answers[min(before, len(answers) - 1)]
        self.posts.append(Post(path, ident, payload["type"], time.monotonic(), status))
        return status, more

    def accepted(self) -> Counter[str]:
        """How often each delivery was accepted, by its key."""
        mails = (letter.ident.strip("<>").split("@")[0] for letter in self.letters)
        return Counter([*mails, *(post.ident for post in self.posts if post.status == 200)])


class TroubledDesk:
    """A configuration with a channel for each trouble, and its daemon."""

    def __init__(self, folder: Path, world: TroubledWorld) -> None:
        self.folder, self.world = folder, world
        self.database = folder / "storywatch.db"
        (folder / "rules").mkdir()
        self.rule("moscow", 'phrase = "Trump Moscow visit"\n')

    def rule(self, slug: str, text: str) -> None:
        (self.folder / "rules" / f"{slug}.toml").write_text(text, encoding="utf-8")

    def configure(self, mails: dict[str, list[str]], hooks: list[str], more: str = "") -> None:
        """``mails``: channels with their recipients; ``hooks``: channels that post to the path of their name."""
        port = self.world.ports
        channels = "".join(
            f'[channels.{name}]\ntype = "smtp"\nhost = "127.0.0.1"\nport = {port["smtp"]}\nsecurity = "none"\n'
            f'from = "storywatch@desk.example"\nto = {json.dumps([f"{one}@desk.example" for one in to])}\n'
            for name, to in mails.items()
        )
        channels += "".join(
            f'[channels.{name}]\ntype = "webhook"\nurl = "http://127.0.0.1:{port["http"]}/{name}"\n' for name in hooks
        )
        (self.folder / "storywatch.toml").write_text(
            '[storage]\ndatabase = "storywatch.db"\n[polling]\nallow_networks = ["127.0.0.0/8"]\n'
            f'[[feeds.feed]]\nname = "wire"\nurl = "http://127.0.0.1:{port["http"]}/feed"\n{channels}'
            f'[routes.desk]\nchannels = {json.dumps([*mails, *hooks])}\ntogether = "0s"\n{more}'
            '[defaults]\nroutes = ["desk"]\n',
            encoding="utf-8",
        )

    def start(self, rate: float = RATE, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", DAEMON, str(self.folder / "storywatch.toml"), str(rate)]
        with (self.folder / "daemon.log").open("ab") as log:
            return subprocess.Popen(command, env={**os.environ, **environment}, stderr=log, stdout=log, text=True)

    def start_on_disk(self, rate: float, size: str) -> subprocess.Popen[str]:
        """The daemon in a mount namespace of its own, its folder with database and log on a disk of ``size``."""
        held = {path: path.read_text() for path in self.folder.rglob("*.toml")}
        script = f'mount -t tmpfs -o size={size} tmpfs "$1" && cd "$1" && mkdir rules\n' + "".join(
            f"cat > '{path}' <<'TOML'\n{text}TOML\n" for path, text in held.items()
        )
        script += 'exec "$2" -c "$3" "$1/storywatch.toml" "$4" > daemon.log 2>&1'
        command = ["unshare", "-Urm", "sh", "-c", script, "sh", str(self.folder), sys.executable, DAEMON, str(rate)]
        return subprocess.Popen(command, text=True)

    def log(self) -> str:
        return (self.folder / "daemon.log").read_text(encoding="utf-8")

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "monitor.cli.main", "--config", str(self.folder / "storywatch.toml"), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
