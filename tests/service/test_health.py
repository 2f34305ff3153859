"""Health and metrics as a supervisor and Prometheus ask for them."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.pipeline.assemble import load
from monitor.service import patience
from monitor.service.daemon import Daemon
from monitor.service.health import Health, judged
from monitor.service.metrics import Counting, text
from monitor.service.onlooker import LogOnlooker
from monitor.store.database import Database
from tests.service.world import VISIT, Desk

SAMPLE = re.compile(r'storywatch_[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? -?[0-9.e+]+')


def ask(path: str, address: Any) -> tuple[int, str]:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as sock:
        sock.settimeout(90)
        sock.connect(address)
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:1\r\n\r\n".encode())
        received = b""
        while chunk := sock.recv(65_536):
            received += chunk
    head, _, body = received.decode().partition("\r\n\r\n")
    return int(head.split(" ")[1]), body


def configured(desk: Desk, listen: str) -> None:
    desk.config.write_text(desk.config.read_text() + f'[health]\nlisten = "{listen}"\n')


def test_a_running_daemon_says_what_it_did(desk: Desk, short_path: Path) -> None:
    place = str(short_path / "health")
    configured(desk, f"unix:{place}")
    desk.world.titles = [VISIT]
    with socket.socket(socket.AF_UNIX) as left:  # as a killed daemon leaves it
        left.bind(place)
    desk.start()
    sent = 'storywatch_deliveries_total{channel="mail",outcome="sent"} 1\n'
    desk.wait(lambda: bool(desk.world.mails and desk.world.hooks), what="the alert")
    desk.wait(lambda: sent in ask("/metrics", place)[1], what="the count of the mail")
    status, told = ask("/metrics", place)
    assert status == 200
    lines = [line for line in told.splitlines() if not line.startswith("# ")]
    assert all(SAMPLE.fullmatch(line) for line in lines), told
    for expected in ("storywatch_items_total 1", "storywatch_feeds 1", 'storywatch_outbox{status="dead"} 0'):
        assert expected in lines
    status, said = ask("/healthz", place)
    assert (status, json.loads(said)["status"]) == (200, "ok")
    assert ask("/etc/passwd", place)[0] == 404


def test_a_place_that_is_taken_is_said_and_stops_no_alert(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        configured(desk, f"127.0.0.1:{taken.getsockname()[1]}")
        desk.world.titles = [VISIT]
        desk.start()
        desk.wait(lambda: bool(desk.world.mails), what="the alert")
        desk.heard("health-not-served")


@pytest.mark.parametrize(
    ("silent", "paused", "ready", "status"),
    [
        ({"poll": 1.0, "deliver": 2.0}, 0.0, True, "ok"),
        ({"poll": 1.0, "deliver": 100.0}, 0.0, True, "stuck"),
        ({"poll": 100.0, "deliver": 1.0}, 0.0, True, "stuck"),
        ({"poll": 1.0, "deliver": 2.0}, 4.0, True, "paused"),
        ({"poll": 1.0, "deliver": 2.0}, 0.0, False, "starting"),
    ],
)
def test_it_is_well_only_while_both_pipelines_turn(
    silent: dict[str, float], paused: float, ready: bool, status: str
) -> None:
    assert judged(silent, paused, ready=ready)["status"] == status


def unwritable(db: Database) -> None:
    """There is something to write, and it cannot be written."""
    db.execute("DELETE FROM state")
    db.execute("PRAGMA query_only = ON")


@pytest.mark.anyio
async def test_the_watchdog_is_fed_only_while_every_loop_turns(
    desk: Desk, short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(short_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(place)
        heard.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", place)
        daemon = Daemon(load(desk.folder / "storywatch.toml"), LogOnlooker())
        await daemon._begin()
        for name in ("deliver", "poll"):
            turned = daemon._pulses[name]._beat
            daemon._pulses[name]._beat -= 1000
            await daemon._kept()
            with pytest.raises(BlockingIOError):
                heard.recv(100)
            daemon._pulses[name]._beat = turned
        await daemon._kept()
        assert heard.recv(100) == b"WATCHDOG=1"
        monkeypatch.setattr(patience, "PAUSE_S", (0.01, 0.01))
        await daemon.call(unwritable)
        await daemon._kept()
        assert daemon.paused_s > 0
        assert heard.recv(100) == b"WATCHDOG=1", "a store that cannot be written is waited for, not restarted"
        await daemon._end()


@dataclass
class Still:
    """As much of a daemon as is asked about its health."""

    silent_s: dict[str, float] = field(default_factory=lambda: {"deliver": 1000.0})
    paused_s: float = 0.0
    ready: Any = field(default_factory=lambda: SimpleNamespace(is_set=lambda: True))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:8711\r\n\r\n", 503),  # it is stuck
        ("GET /healthz?x HTTP/1.1\r\nhost:[::1]:8711\r\n\r\n", 503),
        ("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
        ("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", 403),
        ("GET /healthz HTTP/1.1\r\n\r\n", 403),
        ("POST /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        ("\r\n\r\n", 405),
    ],
)
async def test_only_loopback_names_are_answered(head: str, status: int) -> None:
    health = Health(Still(), Counting(LogOnlooker()))  # type: ignore[arg-type]
    assert (await health.answer(head, check_host=True)).status == status


def test_a_label_can_hold_anything() -> None:
    counting = Counting(LogOnlooker())
    counting.counts["troubles"][("event", 'a"b\\c\nd'),] += 1
    told = text(counting, {}, 0.0, None, datetime.now(UTC))
    assert 'storywatch_troubles_total{event="a\\"b\\\\c\\nd"} 1\n' in told
