"""Sending mail to a real server: every way in which it can end."""

from __future__ import annotations

import asyncio
import email
from dataclasses import replace

import pytest

from monitor.alerts.channels.smtp import SmtpSender
from monitor.model.delivery import Dead, Message, Retry, Sent, SmtpChannel
from tests.alerts.mailserver import Box, Certificate, certificate, serving

__all__ = ["certificate"]  # a fixture

MESSAGE = Message("key-1", "Subject", "text\n.\n..dots\n", "<p>html</p>", "", {}, thread="thread.x", list_id="x")
pytestmark = pytest.mark.anyio


async def test_an_accepted_mail_is_sent_and_arrives_whole() -> None:
    box = Box()
    async with serving(box) as channel:
        outcome = await SmtpSender(channel).send(MESSAGE)
    assert outcome == Sent("OK queued as 42")
    assert box.recipients == [["a@desk.example"]]
    content = box.mails[0].content
    assert isinstance(content, bytes)
    mail = email.message_from_bytes(content)
    assert mail["Message-ID"] == "<key-1@desk.example>"
    text = mail.get_payload(0).get_payload(decode=True)  # type: ignore[union-attr]
    assert text.replace(b"\r\n", b"\n") == b"text\n.\n..dots\n"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("box", "outcome"),
    [
        (Box(rcpt=lambda _: "451 4.7.1 greylisted"), Retry("a@desk.example: 451 4.7.1 greylisted")),
        (Box(rcpt=lambda _: "550 5.1.1 no such user"), Dead("a@desk.example: 550 5.1.1 no such user")),
        (Box(sender=lambda _: "553 5.1.8 not from you"), Dead("553 5.1.8 not from you")),
        (Box(sender=lambda _: "450 4.3.2 later"), Retry("450 4.3.2 later")),
        (Box(rcpt=lambda _: "421 4.3.2 closing"), Retry("a@desk.example: 421 4.3.2 closing")),
        (Box(data="452 4.3.1 disk full"), Retry("452 4.3.1 disk full")),
        (Box(data="554 5.6.0 refused content"), Dead("554 5.6.0 refused content")),
    ],
)
async def test_a_refusal_is_final_when_the_server_says_so(box: Box, outcome: Retry | Dead) -> None:
    async with serving(box) as channel:
        assert await SmtpSender(channel).send(MESSAGE) == outcome
    assert box.mails == []


BOTH = "later@x.example: 451 wait; bad@x.example: 550 no"


def _by_name(address: str) -> str:
    return {"bad": "550 no", "later": "451 wait"}.get(address.partition("@")[0], "")


@pytest.mark.parametrize(
    ("to", "done", "outcome", "reached"),
    [
        (("a", "bad"), (), Sent("OK queued as 42", refused=("bad@x.example",)), ["a"]),
        (("a", "later"), (), Retry("later@x.example: 451 wait", done=("a@x.example",)), ["a"]),
        (("a", "later", "bad"), (), Retry(BOTH, done=("a@x.example",)), ["a"]),
        (("a", "later"), ("a",), Retry("later@x.example: 451 wait", done=("a@x.example",)), []),
        (("later", "bad"), (), Retry(BOTH), []),
        (("a", "bad"), ("a",), Sent("bad@x.example: 550 no", refused=("bad@x.example",)), []),
        (("a", "b"), ("a",), Sent("OK queued as 42"), ["b"]),
        (("a", "b"), ("a", "b"), Sent("every recipient was reached before"), []),
    ],
)  # fmt: skip
async def test_each_recipient_gets_one_mail_whoever_else_is_refused(
    to: tuple[str, ...], done: tuple[str, ...], outcome: Sent | Retry, reached: list[str]
) -> None:
    box = Box(rcpt=_by_name)
    full = [tuple(f"{name}@x.example" for name in names) for names in (to, done)]
    async with serving(box) as channel:
        assert await SmtpSender(replace(channel, to=full[0])).send(MESSAGE, done=full[1]) == outcome
    assert [name for names in box.recipients for name in names] == [f"{name}@x.example" for name in reached]


async def test_a_lost_acknowledgement_is_tried_again_under_the_same_message_id() -> None:
    box = Box(drop=True)
    async with serving(box) as channel:
        sender = SmtpSender(channel)
        assert isinstance(await sender.send(MESSAGE), Retry)
        box.drop = False
        assert isinstance(await sender.send(MESSAGE), Sent)
    ids = {email.message_from_bytes(m.content)["Message-ID"] for m in box.mails if isinstance(m.content, bytes)}
    assert (len(box.mails), ids) == (2, {"<key-1@desk.example>"})


async def test_a_server_that_hangs_is_left() -> None:
    box = Box(hang=asyncio.Event())
    async with serving(box) as channel:
        outcome = await SmtpSender(replace(channel, timeout_s=0.02)).send(MESSAGE)
    assert isinstance(outcome, Retry)


async def test_a_sending_that_is_called_off_ends_at_once() -> None:
    box = Box(hang=asyncio.Event())
    async with serving(box) as channel:
        sending = asyncio.create_task(SmtpSender(channel).send(MESSAGE))
        await box.offered.wait()
        sending.cancel()
        async with asyncio.timeout(90):  # the server never answers
            with pytest.raises(asyncio.CancelledError):
                await sending
    assert box.mails == []


async def test_an_address_beyond_ascii_is_sent_as_utf8() -> None:
    box = Box()
    async with serving(box) as channel:
        assert isinstance(await SmtpSender(replace(channel, to=("jörg@desk.example",))).send(MESSAGE), Sent)
    assert box.recipients == [["jörg@desk.example"]]


async def test_a_recipient_with_a_name_is_addressed_without_it() -> None:
    box = Box()
    async with serving(box) as channel:
        await SmtpSender(replace(channel, to=("Editor <editor@desk.example>",))).send(MESSAGE)
    assert box.recipients == [["editor@desk.example"]]


@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_credentials_go_over_verified_tls(certificate: Certificate, mode: str) -> None:
    box = Box()
    async with serving(box, certificate.server, mode) as channel:
        sender = SmtpSender(replace(channel, user="desk", password="right"), tls=certificate.client)
        assert isinstance(await sender.send(MESSAGE), Sent)
        assert isinstance(await sender.probe(), Sent)
    assert (box.secured, box.logins) == ([True], [b"right", b"right"])


@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_a_certificate_nobody_vouches_for_gets_no_mail_and_no_password(
    certificate: Certificate, mode: str
) -> None:
    box = Box()
    async with serving(box, certificate.server, mode) as channel:
        outcome = await SmtpSender(replace(channel, user="desk", password="right")).send(MESSAGE)
    assert isinstance(outcome, Retry)
    assert "certificate" in outcome.detail.lower()
    assert (box.mails, box.logins) == ([], [])


@pytest.mark.parametrize("credentials", [{}, {"user": "desk", "password": "s3cret"}])
async def test_a_server_without_starttls_gets_nothing_in_the_clear(credentials: dict[str, str]) -> None:
    box = Box()
    async with serving(box) as channel:
        sender = SmtpSender(replace(channel, security="starttls", **credentials))  # type: ignore[arg-type]
        outcome = await sender.send(MESSAGE)
    assert isinstance(outcome, Retry)
    assert "s3cret" not in repr((outcome, sender._channel))
    assert (box.mails, box.logins, box.secured) == ([], [], [])


async def test_a_refused_login_is_tried_again(certificate: Certificate) -> None:
    box = Box()
    async with serving(box, certificate.server, "tls") as channel:
        sender = SmtpSender(replace(channel, user="desk", password="wrong"), tls=certificate.client)
        outcomes = [await sender.send(MESSAGE), await sender.probe()]
    assert all(isinstance(o, Retry) and o.detail.startswith("535") for o in outcomes)
    assert box.mails == []


@pytest.mark.parametrize("change", [{"user": "desk", "password": "x"}, {"security": "ssl"}])
async def test_a_channel_that_is_not_safe_is_not_used(change: dict[str, str]) -> None:
    box = Box()
    async with serving(box) as channel:
        sender = SmtpSender(replace(channel, **change))  # type: ignore[arg-type]
        assert isinstance(await sender.send(MESSAGE), Dead)
        assert isinstance(await sender.probe(), Dead)
    assert box.secured == []


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    async with serving(Box()) as channel:
        gone = channel
    assert isinstance(await SmtpSender(gone).send(MESSAGE), Retry)
    assert isinstance(await SmtpSender(gone).probe(), Retry)


@pytest.mark.parametrize(
    "greeting", [b"554 no service here\r\n", b"421 closing\r\n", b"HTTP/1.1 400\r\n\r\n", b"", b"\xff" * 5000]
)
async def test_whatever_greets_us_is_a_retry(greeting: bytes) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        channel = SmtpChannel("m", "127.0.0.1", "a@desk.example", ("b@desk.example",), port, "none", timeout_s=90.0)
        assert isinstance(await SmtpSender(channel).send(MESSAGE), Retry)


async def test_a_server_that_goes_away_within_a_mail_is_tried_again() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        while line := await reader.readline():
            writer.write(b"354 go on\r\n" if line.upper().startswith(b"DATA") else b"250 OK\r\n")
            if line.upper().startswith(b"DATA"):
                await reader.readline()
                writer.transport.abort()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        channel = SmtpChannel("m", "127.0.0.1", "a@desk.example", ("b@desk.example",), port, "none", timeout_s=90.0)
        assert isinstance(await SmtpSender(channel).send(MESSAGE), Retry)


async def test_nothing_is_held_open() -> None:
    await SmtpSender(SmtpChannel("m", "mail.example", "a@desk.example", ())).aclose()
