"""The daemon as a process: it starts, says so, reloads, survives, and ends when told to."""

from __future__ import annotations

import contextlib
import signal
import socket
import sqlite3
from pathlib import Path

import pytest

from monitor.service import daemon as daemons
from monitor.store.database import Database
from tests.service.world import FAST, OFF, STORM, SWAP, VISIT, Desk

# What would keep a reader of patterns busy for ever, where there were patterns.
WILD = 'phrase = "Hamburg harbour storm"\nany = ["(a+)+$", "(a|aa)+!"]\nfeeds = ["*w*i*r*e*", "' + 40 * "*" + 'wire"]\n'


def subjects(desk: Desk) -> list[str]:
    return [subject for _, subject in desk.world.mails]


def test_told_to_end_while_a_send_hangs_it_ends_and_that_mail_goes_out_at_the_next_start(desk: Desk) -> None:
    desk.world.titles, desk.world.hangs = [VISIT], True
    daemon = desk.start()
    hook = "SELECT 1 FROM deliveries WHERE channel = 'hook' AND status = 'sent'"
    desk.wait(lambda: desk.rows(hook) and desk.world.hung, what="the webhook, and a mail under way")
    daemon.stop()  # the mail server's answer would be waited for ten minutes
    assert daemons.END_S < 10
    assert "delivery-failed" not in daemon.said()
    desk.world.hangs = False
    desk.start()
    desk.wait(lambda: bool(desk.world.mails), what="the mail after the restart")
    assert set(desk.world.accepted().values()) == {1}
    assert len(desk.world.accepted()) == 2


def test_a_second_one_on_the_same_database_is_refused_in_one_line_and_the_first_goes_on(desk: Desk) -> None:
    daemon = desk.start(FAST)
    desk.heard("event=ready")
    second = desk.cli("run")
    assert second.returncode == 1
    assert "Traceback" not in second.stderr
    assert str(daemon.pid) in second.stderr
    desk.world.titles = [VISIT]
    desk.wait(lambda: len(desk.world.accepted()) == 2, what="the first one's alert")
    assert set(desk.world.accepted().values()) == {1}


def test_a_new_rule_file_is_followed_without_a_restart_whatever_patterns_are_in_it(desk: Desk) -> None:
    daemon = desk.start(FAST)
    desk.heard("event=ready")
    desk.rule(WILD, "storm")
    daemon.send_signal(signal.SIGHUP)
    desk.heard("event=reloaded")
    desk.world.titles = [("wild", "a" * 20_000 + "!"), STORM]
    desk.wait(lambda: any("Hamburg" in s for s in subjects(desk)), what="the alert of the new rule")


def test_a_broken_empty_or_torn_rule_is_said_loudly_and_its_last_good_version_stays_until_deleted(desk: Desk) -> None:
    desk.start(FAST)
    desk.heard("event=ready")
    desk.rule('phrse = "Trump Moscow visit"\n')
    desk.wait(lambda: any("file" in s.lower() for s in subjects(desk)), what="a notice of the broken file")
    desk.world.titles = [VISIT]
    desk.wait(lambda: any("Moscow" in s for s in subjects(desk)), what="an alert of the rule as it was")
    (desk.folder / "rules" / "moscow.toml").write_text("")  # as an editor leaves it for a moment
    desk.wait(lambda: sum("file" in s.lower() for s in subjects(desk)) == 2, what="a notice of the empty file")
    desk.world.titles = [VISIT, OFF]
    desk.wait(lambda: any("calls off" in s for s in subjects(desk)), what="another alert of the rule as it was")
    desk.rule('phrase = "Trump Mos')  # as a full disk leaves it
    desk.wait(lambda: sum("file" in s.lower() for s in subjects(desk)) == 3, what="a notice of the torn file")
    desk.world.titles = [VISIT, OFF, SWAP]
    desk.wait(lambda: any("swap" in s for s in subjects(desk)), what="a third alert of the rule as it was")
    (desk.folder / "rules" / "moscow.toml").unlink()
    desk.wait(lambda: desk.rows("SELECT 1 FROM storylines WHERE archived_at IS NOT NULL"), what="its end")


def test_commands_that_write_work_beside_it(desk: Desk) -> None:
    desk.rule('phrase = "Hamburg harbour storm"\n', "storm")
    desk.start(FAST)
    desk.heard("event=ready")
    desk.world.titles = [VISIT]
    desk.wait(lambda: len(desk.world.accepted()) == 2 and desk.all_written(), what="the alert")
    for words in (
        ("mute", "storm", "--for", "30d"),
        ("rule", "rename", "moscow", "kremlin"),
        ("alerts", "retry", "all"),
    ):
        done = desk.cli(*words)
        assert done.returncode == 0, done.stderr
    desk.wait(
        lambda: desk.rows("SELECT slug FROM storylines ORDER BY slug") == [("kremlin",), ("storm",)], what="a name"
    )
    desk.world.titles = [VISIT, OFF, STORM]
    desk.wait(lambda: len(desk.world.accepted()) == 4, what="what develops under its new name")
    desk.wait(lambda: desk.rows("SELECT 1 FROM ledger WHERE storyline = 'storm'"), what="what is muted")
    assert desk.rows("SELECT storyline, max(number) FROM developments GROUP BY 1 ORDER BY 1")[0] == ("kremlin", 2)
    assert [payload["data"]["storyline"]["slug"] for _, payload in desk.world.hooks] == ["moscow", "kremlin"]
    assert set(desk.world.accepted().values()) == {1}


def test_a_locked_database_is_waited_for(desk: Desk) -> None:
    desk.start(FAST)
    desk.heard("event=ready")
    with contextlib.closing(sqlite3.connect(desk.database, isolation_level=None, timeout=90)) as other:
        other.execute("BEGIN IMMEDIATE")
        desk.world.titles = [VISIT]
        desk.heard("store-paused")
        assert not desk.world.accepted()
    desk.wait(lambda: len(desk.world.accepted()) == 2, what="the alert")
    assert set(desk.world.accepted().values()) == {1}


def test_a_database_that_is_locked_at_the_start_is_waited_for(desk: Desk) -> None:
    first = desk.start()
    desk.heard("event=ready")
    first.stop()
    with contextlib.closing(sqlite3.connect(desk.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        desk.start()
        desk.heard("store-paused")
        assert "event=ready" not in desk.running[-1].said()
    desk.heard("event=ready")


@pytest.mark.parametrize("by", ["nothing", "another"])
def test_a_database_taken_away_or_replaced_ends_it_loudly_and_put_back_it_goes_on(desk: Desk, by: str) -> None:
    daemon, away = desk.start(FAST), desk.folder / "away.db"
    desk.heard("event=ready")
    with Database.open(desk.folder / "another.db", writer=True):
        pass
    desk.database.rename(away)
    if by == "another":
        (desk.folder / "another.db").rename(desk.database)
    desk.world.titles = [VISIT]
    assert daemon.wait() != 0
    assert "removed or replaced" in daemon.said()
    assert not desk.world.accepted(), "nothing is told of what went nowhere"
    away.rename(desk.database)
    desk.start(FAST)
    desk.wait(lambda: len(desk.world.accepted()) == 2, what="the alert")


def test_systemd_hears_that_it_is_ready_and_alive(desk: Desk, short_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(short_path / "notify"))
        sock.settimeout(90)
        daemon = desk.start(NOTIFY_SOCKET=str(short_path / "notify"))
        assert sock.recv(500).startswith(b"READY=1")
        assert sock.recv(500) == b"WATCHDOG=1"
        daemon.send_signal(signal.SIGTERM)
        while (said := sock.recv(500)) == b"WATCHDOG=1":
            pass
        assert said == b"STOPPING=1"


def test_without_a_network_it_says_so_once_and_stays(desk: Desk) -> None:
    for number in range(6):
        with desk.config.open("a") as file:
            file.write(f'[[feeds.feed]]\nname = "far{number}"\nurl = "http://127.0.0.1:9/{number}"\n')
    here, nowhere = f"http://127.0.0.1:{desk.world.ports['http']}/feed", "http://127.0.0.1:9/feed"
    desk.change(here, nowhere)
    daemon = desk.start(FAST)
    desk.heard("network-down")
    desk.change(nowhere, here)
    desk.world.titles = [VISIT]
    desk.wait(lambda: bool(desk.world.mails), what="the alert once a feed can be reached")
    daemon.stop()
    assert daemon.said().count("network-down") == 1
