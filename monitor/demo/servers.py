"""Servers: the demo's feeds, mailbox and webhook receiver, on free ports of 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from monitor.demo import feeds
from monitor.demo.data import Row, of_feed
from monitor.demo.http import Request, Response, closed, serving
from monitor.demo.outlets import BROKEN, OUTLETS, Outlet

_MAIL_LIMIT = 1_000_000
_UNSAFE = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class FeedServer:
    """Where the outlets' feeds are, and how often each status was answered so far."""

    base: str
    answers: Counter[int] = field(default_factory=Counter)
    all_asked: asyncio.Event = field(default_factory=asyncio.Event)  # every feed was asked for at least once
    asked: dict[str, datetime] = field(default_factory=dict)  # when each was last asked for, by its path

    def url(self, outlet: Outlet) -> str:
        """Return the address of the feed of ``outlet``."""
        return self.base + outlet.path

    def not_asked_since(self, at: datetime) -> set[str]:
        """Return the paths of the feeds that were asked for last before ``at``, but for the broken one."""
        return {outlet.path for outlet in OUTLETS if outlet.name != BROKEN and self.asked.get(outlet.path, at) < at}


@dataclass(frozen=True, slots=True)
class MailSink:
    """Where mail is taken, and the directory that each message is written into."""

    host: str
    port: int
    directory: Path

    def mails(self) -> list[Path]:
        """Return the messages received, oldest first."""
        return sorted(self.directory.glob("*.eml"))


@dataclass(frozen=True, slots=True)
class WebhookReceiver:
    """Where webhooks are taken, and the JSON lines that the verified ones are appended to."""

    url: str
    path: Path
    answers: Counter[int] = field(default_factory=Counter)

    def received(self) -> list[dict[str, Any]]:
        """Return what was received, oldest first: ``id`` and ``payload`` each."""
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]


@asynccontextmanager
async def feed_server(
    rows: Iterable[Row], now: Callable[[], datetime], outlets: Sequence[Outlet] = OUTLETS
) -> AsyncIterator[FeedServer]:
    """Serve the feeds of ``outlets`` as they look at ``now()``; conditional requests are answered 304 (RFC 9110)."""
    recorded = tuple(rows)
    shelf = {outlet.path: (outlet, of_feed(recorded, outlet.name)) for outlet in outlets}
    answers: Counter[int] = Counter()
    missing, all_asked = set(shelf), asyncio.Event()
    asked: dict[str, datetime] = {}

    def answer(request: Request) -> Response:
        response = _feed(request, shelf, now)
        answers[response.status] += 1
        missing.discard(request.path)
        asked[request.path] = now()
        if not missing:
            all_asked.set()
        return response

    async with serving(answer) as base:
        yield FeedServer(base, answers, all_asked, asked)


@asynccontextmanager
async def mail_sink(directory: Path) -> AsyncIterator[MailSink]:
    """Take mail by SMTP and write each message, as it came, into ``directory`` (made when missing) as .eml."""
    handler = _Mailbox(directory)

    def session() -> SMTP:
        return SMTP(handler, hostname="mail.example", data_size_limit=_MAIL_LIMIT, enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    try:
        yield MailSink("127.0.0.1", server.sockets[0].getsockname()[1], directory)
    finally:
        await closed(server)


@asynccontextmanager
async def webhook_receiver(path: Path, secret: str) -> AsyncIterator[WebhookReceiver]:
    """Take webhooks signed with ``secret`` ("whsec_..."), and append each to ``path`` as a line of JSON.

    A wrong or missing signature is answered 401 and leaves nothing behind; a webhook-id taken before, 204 again.
    """
    hook = Webhook(secret)
    taken: set[str] = set()
    answers: Counter[int] = Counter()

    def answer(request: Request) -> Response:
        response = _webhook(request, hook, path, taken)
        answers[response.status] += 1
        return response

    async with serving(answer) as base:
        yield WebhookReceiver(f"{base}/in", path, answers)


def _feed(request: Request, shelf: dict[str, tuple[Outlet, tuple[Row, ...]]], now: Callable[[], datetime]) -> Response:
    if request.method not in ("GET", "HEAD"):
        return Response(405, headers={"Allow": "GET, HEAD"})
    if request.path not in shelf:
        return Response(404)
    outlet, rows = shelf[request.path]
    document = feeds.render(outlet, rows, now())
    if not document.etag:
        return Response(document.status, document.body, {"Content-Type": document.content_type})
    asked = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if asked & {document.etag, "*"}:
        return Response(304, headers={"ETag": document.etag})
    return Response(200, document.body, {"Content-Type": document.content_type, "ETag": document.etag})


def _webhook(request: Request, hook: Webhook, path: Path, taken: set[str]) -> Response:
    if request.method != "POST" or request.path != "/in":
        return Response(404)
    try:
        payload = hook.verify(request.body, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return Response(401)
    key = request.headers["webhook-id"]
    if key not in taken:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"id": key, "payload": payload}, ensure_ascii=False) + "\n")
        taken.add(key)
    return Response(204)


class _Mailbox:
    """What aiosmtpd calls for each message."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._count = len(list(directory.glob("*.eml")))

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        content = bytes(envelope.original_content)
        self._count += 1
        name = f"{self._count:03d}-{_label(content)}.eml"
        self._directory.joinpath(name).write_bytes(content)  # a few kilobytes: not worth a thread
        return f"250 OK {name}".encode("ascii", "replace").decode("ascii")


def _label(content: bytes) -> str:
    subject = str(message_from_bytes(content, policy=policy.default).get("Subject", ""))
    return _UNSAFE.sub("-", subject)[:60].strip("-").lower() or "mail"
