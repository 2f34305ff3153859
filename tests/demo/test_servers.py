"""The local servers, asked over real sockets: feeds with 304, a mailbox, and a receiver that verifies."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from monitor.demo.data import load
from monitor.demo.feeds import render
from monitor.demo.http import Request, Response, serving
from monitor.demo.outlets import BROKEN, OUTLETS
from monitor.demo.servers import WebhookReceiver, feed_server, mail_sink, webhook_receiver

pytestmark = pytest.mark.anyio

ROWS = load()
NOON = datetime(2025, 2, 12, 12, 0, tzinfo=UTC)
EVENING = datetime(2025, 2, 12, 20, 0, tzinfo=UTC)
POLARIS = OUTLETS[0]
SECRET = "whsec_" + "c3Rvcnl3YXRjaCBkZW1vIHNlY3JldA=="
OTHER = "whsec_" + "YW5vdGhlciBzZWNyZXQgYWx0b2dldGhlcg=="


async def test_every_feed_is_served_as_it_looks_now() -> None:
    async with feed_server(ROWS, lambda: EVENING) as server, httpx.AsyncClient(timeout=90) as client:
        for outlet in OUTLETS:
            answer = await client.get(server.url(outlet))
            document = render(outlet, ROWS, EVENING)
            assert (answer.status_code, answer.content) == (document.status, document.body)
            assert answer.headers["content-type"] == document.content_type
        assert server.answers[200] == len(OUTLETS)


async def test_an_unchanged_feed_is_answered_304_and_a_changed_one_200() -> None:
    times = [NOON]
    async with feed_server(ROWS, lambda: times[-1]) as server, httpx.AsyncClient(timeout=90) as client:
        first = await client.get(server.url(POLARIS))
        known = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
        again = await client.get(server.url(POLARIS), headers=known)
        times.append(EVENING)
        later = await client.get(server.url(POLARIS), headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert later.status_code == 200
    assert "Putin invited Trump to visit Moscow" in later.text


async def test_the_broken_feed_answers_500_in_its_third_week() -> None:
    (lantern,) = [outlet for outlet in OUTLETS if outlet.name == BROKEN]
    async with (
        feed_server(ROWS, lambda: datetime(2025, 3, 5, tzinfo=UTC)) as server,
        httpx.AsyncClient(timeout=90) as client,
    ):
        answer = await client.get(server.url(lantern))
        assert (answer.status_code, server.answers[500]) == (500, 1)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere.xml", 404), ("POST", POLARIS.path, 405)])
async def test_other_requests_are_refused(method: str, path: str, status: int) -> None:
    async with feed_server(ROWS, lambda: NOON) as server, httpx.AsyncClient(timeout=90) as client:
        answer = await client.request(method, server.base + path)
        assert answer.status_code == status


async def test_head_gives_the_headers_without_the_document() -> None:
    async with feed_server(ROWS, lambda: NOON) as server, httpx.AsyncClient(timeout=90) as client:
        answer = await client.head(server.url(POLARIS))
        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) == len(render(POLARIS, ROWS, NOON).body)


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
    ],
    ids=["no-request", "negative", "huge", "no-number", "endless-head", "cut-off"],
)
async def test_what_is_no_request_is_answered_400(raw: bytes) -> None:
    async with serving(lambda _request: Response(200)) as base:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(raw)
        writer.write_eof()
        answer = await reader.read(4096)
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_a_silent_client_is_cut_off() -> None:
    async with serving(lambda _request: Response(200), patience_s=0.01) as base:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        assert (await reader.read(100)).startswith(b"HTTP/1.1 400 ")
        writer.close()
        await writer.wait_closed()


async def test_a_client_that_stays_connected_does_not_hold_the_server_up() -> None:
    async with serving(lambda _request: Response(200)) as base:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\n")
        await writer.drain()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()


async def test_a_handler_sees_method_path_headers_and_body() -> None:
    seen: list[Request] = []

    def handler(request: Request) -> Response:
        seen.append(request)
        return Response(204)

    async with serving(handler) as base, httpx.AsyncClient(timeout=90) as client:
        answer = await client.post(base + "/in?x=1", content=b"body", headers={"X-One": "1"})
    assert answer.status_code == 204
    (request,) = seen
    assert (request.method, request.path, request.body, request.headers["x-one"]) == ("POST", "/in", b"body", "1")


async def test_each_mail_becomes_a_file_as_it_came(tmp_path: Path) -> None:
    async with mail_sink(tmp_path / "mails") as sink:
        for subject in ("Визит: Трамп / Moscow", "../../etc/passwd"):
            mail = EmailMessage(policy=policy.SMTP)
            mail["From"], mail["To"], mail["Subject"] = "storywatch@desk.example", "editor@desk.example", subject
            mail["Message-ID"] = "<1@desk.example>"
            mail.set_content("Zwölf Uhr. Привет. 你好\n.\nafter a dot")
            await aiosmtplib.send(mail, hostname=sink.host, port=sink.port)
        files = sink.mails()
    assert [file.name for file in files] == ["001-визит-трамп-moscow.eml", "002-etc-passwd.eml"]
    read = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert (read["Subject"], read["Message-ID"]) == ("Визит: Трамп / Moscow", "<1@desk.example>")
    assert read.get_content().split("\r\n") == ["Zwölf Uhr. Привет. 你好", ".", "after a dot", ""]


async def test_the_mailbox_counts_on_from_what_is_there_and_takes_mail_without_subject(tmp_path: Path) -> None:
    (tmp_path / "001-old.eml").write_text("x", encoding="utf-8")
    async with mail_sink(tmp_path) as sink:
        await aiosmtplib.send(
            b"To: a@desk.example\r\n\r\nhello\r\n",
            hostname=sink.host, port=sink.port, sender="b@desk.example", recipients=["a@desk.example"],
        )  # fmt: skip
        assert [file.name for file in sink.mails()] == ["001-old.eml", "002-mail.eml"]


async def _deliver(receiver: WebhookReceiver, secret: str, key: str = "msg_1", body: str = '{"a":"ä"}') -> int:
    now = datetime.now(tz=UTC)
    headers = {
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, now, body),
    }
    async with httpx.AsyncClient(timeout=90) as client:
        return (await client.post(receiver.url, content=body.encode(), headers=headers)).status_code


async def test_a_signed_webhook_is_taken_once_for_each_id(tmp_path: Path) -> None:
    async with webhook_receiver(tmp_path / "hooks.jsonl", SECRET) as receiver:
        assert receiver.received() == []
        assert [await _deliver(receiver, SECRET, key) for key in ("msg_1", "msg_1", "msg_2")] == [204, 204, 204]
        assert receiver.received() == [
            {"id": "msg_1", "payload": {"a": "ä"}},
            {"id": "msg_2", "payload": {"a": "ä"}},
        ]


async def test_a_wrong_signature_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with webhook_receiver(tmp_path / "hooks.jsonl", SECRET) as receiver:
        assert await _deliver(receiver, OTHER) == 401
        assert (receiver.received(), receiver.answers[401]) == ([], 1)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "m", "webhook-timestamp": "0", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "m", "webhook-timestamp": "soon", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "no comma"},
    ],
    ids=["unsigned", "old", "no-time", "malformed"],
)
async def test_what_is_not_signed_as_the_standard_says_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    async with webhook_receiver(tmp_path / "hooks.jsonl", SECRET) as receiver, httpx.AsyncClient(timeout=90) as client:
        answer = await client.post(receiver.url, content=b"\xff{}", headers=headers)
        assert (answer.status_code, receiver.received()) == (401, [])


async def test_webhooks_are_taken_at_one_address_only(tmp_path: Path) -> None:
    async with webhook_receiver(tmp_path / "hooks.jsonl", SECRET) as receiver, httpx.AsyncClient(timeout=90) as client:
        assert (await client.get(receiver.url)).status_code == 404
        assert (await client.post(receiver.url + "/more")).status_code == 404
