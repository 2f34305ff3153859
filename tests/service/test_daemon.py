"""The daemon as a process: it starts, says so, reloads, survives, and ends when told to."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FAST = 600.0  # five minutes, the shortest cadence, in half a second

Processes = list[subprocess.Popen[str]]


def cli(desk: Any, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor.cli.main", "--config", str(desk.folder / "storywatch.toml"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


def subjects(desk: Any) -> list[str]:
    return [subject for _, subject in desk.world.mails]


def test_told_to_end_it_ends_within_ten_seconds_with_nothing_lost(desk: Any, daemons: Processes) -> None:
    desk.world.titles = [("a", "Kremlin says Trump visit to Moscow is being prepared")]
    desk.world.smtp_answer = "451 later"
    daemon = desk.start()
    daemons.append(daemon)
    desk.world.wait(lambda: bool(desk.world.hooks), what="the webhook")
    daemon.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert daemon.wait(60) == 0
    assert time.monotonic() - began < 10, "it took too long to end"
    desk.world.smtp_answer = "250 OK"
    with sqlite3.connect(desk.database) as db:  # the mail's next attempt is minutes away
        db.execute("UPDATE deliveries SET next_at = created_at WHERE status = 'pending'")
    daemons.append(desk.start())
    desk.world.wait(lambda: bool(desk.world.mails), what="the mail after the restart")
    assert len(desk.world.mails) == len(desk.world.hooks) == 1


def test_a_second_one_on_the_same_database_is_refused_in_one_line(desk: Any, daemons: Processes) -> None:
    daemons.append(desk.start())
    desk.world.wait(lambda: desk.world.polls > 0, what="a poll")
    second = cli(desk, "run")
    assert second.returncode == 1
    assert "Traceback" not in second.stderr
    assert str(daemons[0].pid) in second.stderr


def test_a_new_rule_file_is_followed_without_a_restart(desk: Any, daemons: Processes) -> None:
    daemons.append(desk.start(FAST))
    desk.world.wait(lambda: desk.world.polls > 0, what="a poll")
    desk.rule('phrase = "Hamburg harbour storm"\n', "storm")
    daemons[0].send_signal(signal.SIGHUP)
    stderr = daemons[0].stderr
    assert stderr is not None
    assert any("reloaded" in line for line in iter(stderr.readline, "")), "the reload was never said"
    desk.world.titles = [("s", "Storm closes the harbour of Hamburg")]
    desk.world.wait(lambda: any("Hamburg" in s for s in subjects(desk)), what="the alert of the new rule")


def test_a_broken_rule_is_said_loudly_and_its_last_good_version_stays(desk: Any, daemons: Processes) -> None:
    daemons.append(desk.start(FAST))
    desk.world.wait(lambda: desk.world.polls > 0, what="a poll")
    desk.rule('phrse = "Trump Moscow visit"\n')
    desk.world.wait(lambda: any("file" in s.lower() for s in subjects(desk)), what="a notice of the broken file")
    desk.world.titles = [("a", "Kremlin says Trump visit to Moscow is being prepared")]
    desk.world.wait(lambda: any("Moscow" in s for s in subjects(desk)), what="an alert of the rule as it was")


def test_a_locked_database_is_waited_for(desk: Any, daemons: Processes) -> None:
    daemon = desk.start(FAST)
    daemons.append(daemon)
    desk.world.wait(lambda: desk.world.polls > 0, what="a poll")
    other = sqlite3.connect(desk.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    desk.world.titles = [("a", "Kremlin says Trump visit to Moscow is being prepared")]
    assert daemon.stderr is not None
    assert any("store-paused" in line for line in iter(daemon.stderr.readline, ""))
    other.execute("ROLLBACK")
    desk.world.wait(lambda: len(desk.world.mails) == 1 and len(desk.world.hooks) == 1, what="the alert")


def test_a_database_that_is_locked_at_the_start_is_waited_for(desk: Any, daemons: Processes) -> None:
    first = desk.start()
    daemons.append(first)
    desk.world.wait(lambda: desk.world.polls > 0, what="a poll")
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    other = sqlite3.connect(desk.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    second = desk.start()
    daemons.append(second)
    assert second.stderr is not None
    assert any("store-paused" in line for line in iter(second.stderr.readline, ""))
    other.execute("ROLLBACK")
    assert any("event=ready" in line for line in iter(second.stderr.readline, ""))


def test_a_database_taken_away_ends_it_loudly(desk: Any, daemons: Processes) -> None:
    daemon = desk.start(FAST)
    daemons.append(daemon)
    desk.world.wait(lambda: desk.world.polls > 0, what="a poll")
    desk.database.unlink()
    _, said = daemon.communicate(timeout=90)
    assert daemon.returncode != 0
    assert "removed or replaced" in said


def test_systemd_hears_that_it_is_ready_and_alive(desk: Any, daemons: Processes, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(60)
        daemons.append(desk.start(NOTIFY_SOCKET=str(tmp_path / "notify")))
        assert sock.recv(500).startswith(b"READY=1")
        assert sock.recv(500) == b"WATCHDOG=1"
        daemons[0].send_signal(signal.SIGTERM)
        assert sock.recv(500) == b"STOPPING=1"


def test_without_a_network_it_says_so_once_and_stays(desk: Any, daemons: Processes) -> None:
    text = (desk.folder / "storywatch.toml").read_text()
    for number in range(6):
        text += f'[[feeds.feed]]\nname = "far{number}"\nurl = "http://127.0.0.1:9/{number}"\n'
    dead = text.replace(f"http://127.0.0.1:{desk.world.ports['http']}/feed", "http://127.0.0.1:9/feed")
    (desk.folder / "storywatch.toml").write_text(dead)
    daemon = desk.start(FAST)
    daemons.append(daemon)
    assert daemon.stderr is not None
    assert any("network-down" in line for line in iter(daemon.stderr.readline, ""))
    (desk.folder / "storywatch.toml").write_text(text)
    desk.world.titles = [("a", "Kremlin says Trump visit to Moscow is being prepared")]
    desk.world.wait(lambda: bool(desk.world.mails), what="the alert once a feed can be reached")
    assert daemon.poll() is None
    daemon.send_signal(signal.SIGTERM)
    _, said = daemon.communicate(timeout=60)
    assert said.count("network-down") <= 1
