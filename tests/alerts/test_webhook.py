"""Posting to a real receiver, through the real client, verified with the standard's own library."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from monitor.alerts.channels.webhook import WebhookSender, retry_after
from monitor.alerts.clean import masked, secrets_in
from monitor.model.delivery import Dead, Message, Retry, Sent, WebhookChannel
from monitor.net.client import Client
from monitor.net.egress import Egress
from tests.alerts.schema import faults

pytestmark = pytest.mark.anyio
NEW, OLD = (f"whsec_{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))
MESSAGE = Message("key-1", "s", "t", "h", "c", {"type": "storywatch.signal", "data": {"words": "Москва – 9 мая 🕊"}})


@dataclass
class Receiver:
    """Answers every POST with ``answer`` and keeps what was posted."""

    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hang: asyncio.Event | None = None

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\r\n")[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.posted.append((headers, body))
            if self.hang:
                await self.hang.wait()
            writer.write(self.answer)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def posting(receiver: Receiver, allow: tuple[str, ...] = ("127.0.0.0/8",)) -> AsyncIterator[WebhookSender]:
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    client = Client(egress=Egress(allow), user_agent="Storywatch/test")
    async with server:
        port = server.sockets[0].getsockname()[1]
        channel = WebhookChannel(
            "hook", f"http://127.0.0.1:{port}/in?token=s3cret", (NEW, OLD), (("X-Team", "desk"),), timeout_s=90.0
        )
        yield WebhookSender(channel, client)
        await client.aclose()


async def test_either_secret_verifies_and_no_other() -> None:
    receiver = Receiver()
    async with posting(receiver) as sender:
        assert isinstance(await sender.send(MESSAGE), Sent)
    headers, body = receiver.posted[0]
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(body, headers) == MESSAGE.payload
    for secret, content in ((f"whsec_{base64.b64encode(b'x' * 32).decode()}", body), (NEW, body + b" ")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(content, headers)
    assert (headers["webhook-id"], headers["content-type"], headers["x-team"]) == ("key-1", "application/json", "desk")


async def test_every_attempt_has_the_same_id_and_body() -> None:
    receiver = Receiver()
    async with posting(receiver) as sender:
        await sender.send(MESSAGE)
        await sender.send(MESSAGE)
    (first, body), (second, again) = receiver.posted
    assert (first["webhook-id"], body) == (second["webhook-id"], again)


def _status(line: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {line}", *headers, "Content-Length: 4", "", "why?"]).encode()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (_status("200 OK"), Sent("200 why?")),
        (_status("202 Accepted"), Sent("202 why?")),
        (_status("500 Oops"), Retry("500 why?")),
        (_status("400 Bad"), Retry("400 why?")),
        (_status("429 Slow", "Retry-After: 120"), Retry("429 why?", after_s=120.0)),
        (_status("503 Busy", "Retry-After: 999999999"), Retry("503 why?", after_s=86_400.0)),
        (_status("503 Busy", "Retry-After: -5"), Retry("503 why?")),
        (_status("410 Gone"), Dead("410 why?: the receiver says that this webhook is over", disable=True)),
        (
            _status("301 Moved", "Location: http://10.0.0.1/"),
            Retry("301: a redirect is not followed; set the webhook's final address"),
        ),
    ],
)
async def test_only_2xx_is_success(answer: bytes, outcome: object) -> None:
    receiver = Receiver(answer)
    async with posting(receiver) as sender:
        assert await sender.send(MESSAGE) == outcome
    assert len(receiver.posted) == 1


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 "])
async def test_an_answer_that_is_none_is_tried_again(answer: bytes) -> None:
    async with posting(Receiver(answer)) as sender:
        outcome = await sender.send(MESSAGE)
    assert isinstance(outcome, Retry)
    assert "s3cret" not in outcome.detail


async def test_a_receiver_that_hangs_is_left() -> None:
    receiver = Receiver(hang=asyncio.Event())
    async with posting(receiver) as sender:
        quick = WebhookSender(replace(sender._channel, timeout_s=0.1), sender._client)
        assert isinstance(await quick.send(MESSAGE), Retry)
        assert receiver.hang is not None
        receiver.hang.set()


async def test_a_private_address_is_refused_unless_it_is_allowed() -> None:
    receiver = Receiver()
    async with posting(receiver, allow=()) as sender:
        outcome = await sender.send(MESSAGE)
    assert isinstance(outcome, Retry)
    assert receiver.posted == []
    assert "s3cret" not in outcome.detail


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64!", "whsec_a", ""])
async def test_a_secret_that_is_none_sends_nothing_and_is_not_told(secret: str) -> None:
    receiver = Receiver()
    async with posting(receiver) as sender:
        broken = WebhookSender(replace(sender._channel, secrets=(NEW, secret)), sender._client)
        outcome = await broken.send(MESSAGE)
    assert isinstance(outcome, Dead)
    assert receiver.posted == []
    assert NEW not in outcome.detail


async def test_without_secrets_nothing_is_signed() -> None:
    receiver = Receiver()
    async with posting(receiver) as sender:
        await WebhookSender(replace(sender._channel, secrets=()), sender._client).send(MESSAGE)
    assert "webhook-signature" not in receiver.posted[0][0]


async def test_own_headers_do_not_replace_the_standards() -> None:
    receiver = Receiver()
    async with posting(receiver) as sender:
        own = replace(sender._channel, headers=(("Webhook-Id", "mine"), ("Authorization", "Bearer t")))
        await WebhookSender(own, sender._client).send(MESSAGE)
    headers = receiver.posted[0][0]
    assert (headers["webhook-id"], headers["authorization"]) == ("key-1", "Bearer t")


async def test_a_probe_is_signed_and_alerts_nobody() -> None:
    receiver = Receiver()
    async with posting(receiver) as sender:
        assert isinstance(await sender.probe(), Sent)
        await sender.aclose()
    headers, body = receiver.posted[0]
    Webhook(NEW).verify(body, headers)
    assert json.loads(body)["type"] == "storywatch.probe"
    assert list(faults(json.loads(body))) == []


NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300.0),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), None),
        (format_datetime(NOW + timedelta(days=3650), usegmt=True), 86_400.0),
        ("0", None),
        ("", None),
        ("soon", None),
        ("Wed, 99 Foo 2025 99:99:99 GMT", None),
        ("Tue, 18 Mar 2025 12:05:00", None),
        ("²", None),
        ("9" * 400, 86_400.0),
    ],
)
def test_retry_after_is_read_and_capped(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("address", "said", "shown"),
    [
        ("https://hooks.example/s/T0SECRET/b%20SECRET2?key=K3Y-SECRET", "no t0secret, K3y-secret at hooks.example",
         "no ***, *** at hooks.example"),
        ("https://hooks.example/s/T0SECRET/b%20SECRET2", "no route /b SECRET2", "no route /***"),
        ("https://desk:pass-word@hooks.example/in", "pass-word? in", "***? in"),
        ("slack://TokenABCDE/TokenFGHIJ/#news", "TokenABCDE, TokenFGHIJ and news", "***, *** and news"),
        ("tgram://123456789:ABC-DEF12/77", "bot123456789:abc-def12 is unknown", "bot***:*** is unknown"),
    ],
)  # fmt: skip
def test_what_is_secret_in_an_address_is_not_repeated(address: str, said: str, shown: str) -> None:
    assert masked(said, secrets_in(address)) == shown
