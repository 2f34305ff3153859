"""A daemon that is stuck: systemd's watchdog, played by the test, hears nothing any more, and starts it again."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import pytest

from monitor.service import daemon, pulse
from tests.service.world import VISIT, Desk

STUCK_S = 0.5  # silence that counts as stuck; the daemon looks ten times as often
WATCHDOG_S = 3 * STUCK_S
UNIT = Path(__file__).parents[2] / "systemd" / "storywatch.service"


def silent(heard: socket.socket) -> None:
    """Return when nothing was heard for as long as the watchdog waits."""
    heard.settimeout(WATCHDOG_S)
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            heard.recv(500)
        except TimeoutError:
            return
    pytest.fail("it is stuck, and says that it is well")


@pytest.mark.parametrize(
    "where",
    [
        {"STORYWATCH_HANG": "_claim"},  # in the store's thread
        {"STORYWATCH_HANG": "compose"},  # in the event loop
        {"STORYWATCH_STILL": "1"},  # the outbox alone; everything else turns
    ],
    ids=["store", "loop", "outbox"],
)
def test_stuck_it_does_not_feed_the_watchdog_and_started_again_it_tells_what_it_had_to(
    desk: Desk, short_path: Path, where: dict[str, str]
) -> None:
    desk.world.titles = [VISIT]
    place = str(short_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(place)
        heard.settimeout(90)
        stuck = desk.start(STORYWATCH_STUCK_S=str(STUCK_S), NOTIFY_SOCKET=place, **where)
        assert heard.recv(500).startswith(b"READY=1")
        silent(heard)
        stuck.send_signal(signal.SIGKILL)
        assert stuck.wait() == -signal.SIGKILL
        desk.start(STORYWATCH_STUCK_S="30", NOTIFY_SOCKET=place)
        heard.settimeout(90)
        while heard.recv(500) != b"WATCHDOG=1":
            pass
    desk.wait(lambda: len(desk.world.accepted()) == 2, what="the alert")


def test_the_unit_waits_longer_than_the_daemon_is_silent_by_itself() -> None:
    (waits,) = (line for line in UNIT.read_text(encoding="utf-8").splitlines() if line.startswith("WatchdogSec="))
    assert int(waits.partition("=")[2]) >= pulse.STUCK_S + 2 * daemon.KEEP_S
