"""A world in which everything that can go wrong on the way out does."""

from __future__ import annotations

import asyncio
import email
import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from tests.service.world import World

HANG, DRIP = -1, -2  # what is no status: the answer never comes, or never ends
DAY_S = 86_400.0
RATE = 10 * DAY_S  # ten days a second
DOZE_S = 2.5  # until the answer to a mail that "dozes" has
FAR = "Fri, 31 Dec 9999 23:59:59 GMT"


def after(value: str) -> str:
    """A header's line."""
    return f"Retry-After: {value}\r\n"


def date(days: int) -> str:
    """So many days from now, as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)


@dataclass(frozen=True)
class Mail:
    """A mail that was accepted."""

    to: tuple[str, ...]
    ident: str
    subject: str
    answers: str
    text: str
    at: float


@dataclass(frozen=True)
class Post:
    """A POST that came, whatever it was answered."""

    path: str
    ident: str
    kind: str
    at: float
    status: int


class CuttingServer(SMTP):
    """Goes away in the middle of a mail, once for each recipient who is called "cut"."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        world = cast("TroubledWorld", self.event_handler)
        assert self.envelope is not None
        assert self.transport is not None
        if "cut@desk.example" in self.envelope.rcpt_tos and not world.cut:
            world.cut = True
            await self.push("354 go on")
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


class TroubledWorld(World):
    """Mail by recipient and webhooks by path misbehave as their names say."""

    mail_server = CuttingServer

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Mail] = []
        self.posts: list[Post] = []
        self.later_s = 0.0  # "late" is refused for so long after it was first named
        self.down = False  # every webhook answers 500
        self.cut = False  # a connection was, within a mail
        self.named: dict[str, list[float]] = {}
        self._asked: Counter[str] = Counter()  # posts by key

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        name = address.partition("@")[0]
        with self.changed:
            named = self.named.setdefault(name, [])
            named.append(time.monotonic())
        refused = {
            "late": "451 4.7.1 greylisted" if named[-1] - named[0] < self.later_s else "",
            "slow": "452 4.2.2 mailbox full" if len(named) < 3 else "",
            "cut": "421 4.3.2 closing" if len(named) < 2 else "",
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
            self.letters.append(Mail(to, ident, message["Subject"], answers, text, time.monotonic()))
            self.changed.notify_all()
        if to == ("dozes",):
            await asyncio.sleep(DOZE_S)
        if lost:  # accepted, and the acknowledgement never arrives
            server.transport.abort()
        return "250 OK"

    def refused_s(self, name: str) -> float:
        """For how long the recipient ``name`` was refused, at the most."""
        return next(letter.at for letter in self.letters if letter.to == (name,)) - self.named[name][0]

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path = head.split(" ", 2)[:2]
        with self.changed:
            answer = self.rss() if method == "GET" else b""
            self.polls += method == "GET"
            status, more = (200, "") if method == "GET" else self._post(path, headers["webhook-id"], json.loads(body))
            self.changed.notify_all()
        if status == 0:
            writer.transport.abort()
            return
        if status == HANG:
            await reader.read()  # until the other side has enough
        while status == DRIP:
            if writer.transport.is_closing():
                return
            writer.write(b"H")
            await asyncio.sleep(0.1)
        writer.write(
            f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode() + answer
        )
        await writer.drain()
        writer.close()

    def _post(self, path: str, ident: str, payload: Any) -> tuple[int, str]:
        before = self._asked[ident]
        self._asked[ident] += 1
        answers = {
            "/over": [(410, "")],
            "/busy": [
                (503, after("86400")),
                (429, after("999999999")),
                (503, after(date(1))),
                (429, after(FAR)),
                (200, ""),
            ],
            "/broken": [(500, ""), (0, ""), (500, after("-5")), (200, "")],
            "/hangs": [(HANG, ""), (200, "")],
            "/drips": [(DRIP, ""), (200, "")],
            "/moved": [(301, f"Location: http://127.0.0.1:{self.ports['http']}/elsewhere\r\n")],
        }.get(path, [(200, "")])
        status, more = (500, "") if self.down else answers[min(before, len(answers) - 1)]
        self.posts.append(Post(path, ident, payload["type"], time.monotonic(), status))
        return status, more

    def told(self) -> str:
        return f"{self.polls} polls, {len(self.letters)} mails, {len(self.posts)} posts"

    def accepted(self) -> Counter[str]:
        """How often each delivery was accepted, by its key."""
        mails = (letter.ident.strip("<>").split("@")[0] for letter in self.letters)
        return Counter([*mails, *(post.ident for post in self.posts if post.status == 200)])
