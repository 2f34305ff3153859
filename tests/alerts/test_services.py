"""Messages through apprise, to a receiver on loopback; six services are understood by their addresses."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.alerts.backoff import kind_of
from monitor.alerts.channels.services import AppriseSender, fitted
from monitor.model.delivery import AppriseChannel, Dead, Message, Retry, Sent

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise"),  # its own; imghdr
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),
]
MESSAGE = Message("key-1", "Storm: <b>x</b> [NEWS]", "full text\n" * 3, "<p>", "compact", {}, severity="high")


@dataclass
class Service:
    status: int = 200
    posted: list[dict[str, str]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.posted.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(made.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """A test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def sender(service: Service) -> AppriseSender:
    return AppriseSender(AppriseChannel("chat", f"json://127.0.0.1:{service.port}/s3cret", 90.0))


async def test_a_message_arrives_with_its_subject_its_text_and_its_weight(service: Service) -> None:
    assert isinstance(await sender(service).send(MESSAGE), Sent)
    (posted,) = service.posted
    assert (posted["title"], posted["type"]) == ("Storm: <b>x</b> [NEWS]", "warning")
    assert posted["message"].strip() == MESSAGE.text.strip()


@pytest.mark.parametrize("status", [500, 429, 403])
async def test_what_is_not_taken_is_tried_again_with_the_reason_and_without_the_address(
    service: Service, status: int
) -> None:
    service.status = status
    outcome = await sender(service).send(MESSAGE)
    assert isinstance(outcome, Retry)
    assert str(status) in outcome.detail
    assert "s3cret" not in outcome.detail


async def test_a_service_that_cannot_be_reached_is_tried_again() -> None:
    outcome = await AppriseSender(AppriseChannel("chat", "json://127.0.0.1:9/s3cret", 1.0)).send(MESSAGE)
    assert isinstance(outcome, Retry)
    assert "s3cret" not in outcome.detail


async def test_an_address_nobody_understands_is_given_up() -> None:
    made = AppriseSender(AppriseChannel("chat", "nonsense://s3cret"))
    for outcome in (await made.send(MESSAGE), await made.probe()):
        assert isinstance(outcome, Dead)
        assert "s3cret" not in outcome.detail


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("slack://TAAAAAAAA/BAAAAAAAA/cccccccccccccccccccccccc/#desk", "Slack"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Discord"),
        ("workflows://host.example:443/643a7d0d5e044d9a9d29dfd2a6f0b2ba/signature", "Power Automate"),
        ("ntfys://ntfy.example/desk-alerts", "ntfy"),
        ("matrixs://bot:secret@matrix.example/#desk", "Matrix"),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/12315544/", "Telegram"),
    ],
)
async def test_the_six_services_are_understood_and_asked_nothing(address: str, name: str) -> None:
    outcome = await AppriseSender(AppriseChannel("chat", address)).probe()
    assert isinstance(outcome, Sent)
    assert name in outcome.detail


async def test_no_feed_calls_a_whole_room_or_hides_an_address(service: Service) -> None:
    words = "@everyone @HERE <@1234> <!channel> @room [Bank](https://evil.example/) mail@here.example @hereby a<b"
    await sender(service).send(replace(MESSAGE, subject=words, text=f"1 {words}\n"))
    (posted,) = service.posted
    for shown in (posted["title"], posted["message"]):
        assert not re.search(r"(?i)@(everyone|here|room)\b|<[@!]|\]\(", shown)
        assert "@hereby a<b" in shown
        assert "(https://evil.example/)" in shown


def test_a_text_is_cut_to_what_the_service_takes() -> None:
    long = replace(MESSAGE, text="x" * 5000, console="y" * 1500)
    assert fitted(long, 10_000) == long.text
    assert fitted(long, 2000) == long.console
    assert len(fitted(long, 1000)) == 1000


def test_it_keeps_the_schedule_of_webhooks() -> None:
    assert kind_of(AppriseChannel("chat", "json://x")) == "webhook"
