"""The console: readable without colours, coloured only where that is wanted."""

from __future__ import annotations

import io
import re

import pytest

from monitor.alerts.channels import make
from monitor.alerts.channels.console import ConsoleSender, coloured, wants_colour
from monitor.alerts.channels.smtp import SmtpSender
from monitor.alerts.channels.webhook import WebhookSender
from monitor.model.delivery import Channel, ConsoleChannel, Message, Retry, Sent, SmtpChannel, WebhookChannel
from monitor.net.client import Client
from monitor.net.egress import Egress

TEXT = (
    "Tue 18 Mar 2025, 15:04  DENIED  Visit: Kremlin denies it\n    new   44 dead\n    more  storywatch explain alert 1"
)
MESSAGE = Message("k", "s", "t", "h", TEXT, {})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Narrow(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")


@pytest.fixture
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.anyio
async def test_a_pipe_gets_the_text_as_it_is() -> None:
    stream = io.StringIO()
    assert await ConsoleSender(stream).send(MESSAGE) == Sent()
    assert stream.getvalue() == TEXT + "\n"


@pytest.mark.anyio
@pytest.mark.usefixtures("_plain_environment")
async def test_a_terminal_gets_the_same_text_in_colours() -> None:
    stream = Terminal()
    await ConsoleSender(stream).send(MESSAGE)
    assert "\x1b[31;1mDENIED\x1b[0m" in stream.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()) == TEXT + "\n"


@pytest.mark.usefixtures("_plain_environment")
@pytest.mark.parametrize(
    ("name", "value", "wanted"), [("NO_COLOR", "1", False), ("TERM", "dumb", False), ("X", "", True)]
)
def test_colours_can_be_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, wanted: bool) -> None:
    monkeypatch.setenv(name, value)
    assert wants_colour(Terminal()) is wanted
    assert not wants_colour(io.StringIO())


def test_only_first_lines_are_coloured() -> None:
    assert coloured("    new   FIGURE  x") == "    new   FIGURE  x"


@pytest.mark.anyio
async def test_letters_that_the_terminal_lacks_are_spelt_out() -> None:
    stream = Narrow()
    assert await ConsoleSender(stream).send(Message("k", "s", "t", "h", "Москва", {})) == Sent()
    assert stream.buffer.getvalue() == rb"\u041c\u043e\u0441\u043a\u0432\u0430" + b"\n"  # type: ignore[attr-defined]


@pytest.mark.anyio
async def test_a_reader_that_has_gone_is_a_retry() -> None:
    stream = io.StringIO()
    sender = ConsoleSender(stream)
    assert isinstance(await sender.probe(), Sent)
    stream.close()
    assert isinstance(await sender.send(MESSAGE), Retry)
    assert isinstance(await sender.probe(), Retry)
    await sender.aclose()


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        (ConsoleChannel(), ConsoleSender),
        (SmtpChannel("m", "mail.example", "a@desk.example", ("b@desk.example",)), SmtpSender),
        (WebhookChannel("h", "https://hooks.example/in"), WebhookSender),
    ],
)
def test_each_channel_has_its_sender(channel: Channel, kind: type) -> None:
    client = Client(egress=Egress(()), user_agent="Storywatch/test")
    assert isinstance(make(channel, client=client), kind)
