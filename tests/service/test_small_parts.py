from __future__ import annotations

import contextlib
import io
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.service import logs, notify
from monitor.service.clock import FastClock, WallClock
from monitor.service.notify import Notifier
from monitor.service.pulse import Pulse


def test_a_fast_clock_never_runs_backwards_and_keeps_its_rate() -> None:
    start = datetime(2025, 2, 12, tzinfo=UTC)
    clock = FastClock(start, 1_000_000.0)
    first, second = clock.now(), clock.now()
    assert start <= first <= second
    assert clock.real_s(start - timedelta(days=1)) == 0.0
    assert FastClock(start, 1_000_000.0, held=True).real_s(start + timedelta(seconds=2_000_000)) == 2.0


def test_a_fast_clock_stands_still_at_its_end() -> None:
    start = datetime(2025, 2, 12, tzinfo=UTC)
    assert FastClock(start, 1e12, until=start + timedelta(days=1)).now() <= start + timedelta(days=1)
    assert FastClock(start, 1.0, until=start).now() == start


def test_a_held_clock_stands_until_it_goes() -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    clock = FastClock(start, 1e9, held=True)
    assert clock.now() == clock.now() == start
    clock.go()
    while clock.now() == start:
        pass
    gone = clock.now()
    clock.go()
    assert clock.now() >= gone > start
    clock.brake()
    braked = clock.now()
    while (later := clock.now()) == braked:
        pass
    clock.brake()
    assert gone <= braked < later <= clock.now() < braked + timedelta(days=1), "at the pace of real time"
    clock.go()
    while clock.now() < braked + timedelta(days=1):
        pass


def test_a_machine_that_stands_still_holds_a_striding_clock_up_and_does_not_make_it_leap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = [100.0]
    monkeypatch.setattr("monitor.service.clock.time", SimpleNamespace(monotonic=lambda: seconds[0]))
    start = datetime(2025, 1, 1, tzinfo=UTC)
    clock = FastClock(start, 1000.0, held=True, stride_s=0.5)
    seconds[0] += 60
    clock.go()
    for passed_s, shown_s in ((0.25, 250), (0.5, 750), (3600.0, 1250), (0.0, 1250), (0.25, 1500)):
        seconds[0] += passed_s
        assert clock.now() == start + timedelta(seconds=shown_s)


def test_the_wall_clock_is_aware_utc() -> None:
    assert WallClock().now().tzinfo is UTC


@pytest.mark.anyio
async def test_a_pulse_wakes_when_set_and_turns_without_being_set() -> None:
    pulse = Pulse()
    await pulse.wait(60)  # the first wait returns at once
    await pulse.wait(0.01)  # nobody set it: the time-out turns it
    pulse.set()
    await pulse.wait(60)
    assert pulse.silent_s < 60


def test_systemd_is_told_through_its_socket(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = short_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(path))
        sock.settimeout(90)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        monkeypatch.setenv("WATCHDOG_USEC", "30000000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        notifier = Notifier()
        notifier.ready("3 feeds")
        assert sock.recv(200) == b"READY=1\nSTATUS=3 feeds"
        notifier.reloading()
        assert sock.recv(200).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        notifier.alive()
        assert sock.recv(200) == b"WATCHDOG=1"
        assert notifier.watchdog_s == 30.0


def test_a_manager_that_does_not_read_holds_nobody_up(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = str(short_path / "notify")
    monkeypatch.setattr(notify, "SEND_S", 0.01)
    monkeypatch.setenv("NOTIFY_SOCKET", place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf, socket.socket(deaf.family, deaf.type) as other:
        deaf.bind(place)
        other.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while other.sendto(b"full", place):
                pass
        sending = threading.Thread(target=Notifier().alive, daemon=True)
        sending.start()
        sending.join(90)
        assert not sending.is_alive()


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    notifier = Notifier()
    notifier.ready("nobody listens")
    assert notifier.watchdog_s == 0.0


@pytest.mark.parametrize(("point", "dies"), [("here", True), ("elsewhere", False)])
def test_a_failpoint_kills_the_process_at_its_nth_passing(point: str, dies: bool) -> None:
    program = (
        "from monitor.service.failpoints import from_environment as f\n"
        f"r = f(); r({point!r}); print('once'); r({point!r}); print('twice')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env={"STORYWATCH_FAILPOINT": "here@2"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode == -9) is dies
    assert ("twice" in done.stdout) is not dies


def test_a_log_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w", encoding="utf-8", buffering=1)  # noqa: SIM115 - its close fails, as it must
    monkeypatch.setattr(sys, "stderr", full)
    logs.configure()
    with pytest.raises(OSError, match="No space left"):
        full.write("a line\n")
    for _ in range(3):
        logs.get().warning("store-paused", why="x" * 400)
    with contextlib.suppress(OSError):
        full.close()
    logs.get().warning("store-paused", why="closed")


def test_hostile_text_stays_on_its_log_line(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    logs.configure()
    logs.get().warning("feed-failing", why="bad\nnext=line \x1b[31mred\u202e", n=3)
    lines = err.getvalue().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("<4>event=feed-failing")
    assert "\x1b" not in lines[0]
