"""Killed at each named point of each pipeline, the daemon loses nothing and tells nothing twice.

The one exception is the one that cannot be helped: a send whose acknowledgement was lost with the process is made
again, under the same key.
"""

from __future__ import annotations

import sqlite3
import subprocess
from collections import Counter, defaultdict
from typing import Any

import pytest

TITLES = [
    ("a1", "Kremlin says Trump visit to Moscow is being prepared"),
    ("a2", "Storm closes the harbour of Hamburg"),
    ("b1", "Trump calls off Moscow visit after phone call with Putin"),
]
INGEST = ["poll:fetched", "ingest:begun", "ingest:items-written", "ingest:alerts-written", "ingest:before-commit"]
WAKE = ["wake:items-written", "wake:alerts-written", "wake:before-commit", "wake:committed"]
DELIVER = ["deliver:begun", "deliver:claimed", "deliver:composed", "deliver:sent", "deliver:recorded"]


def killed_and_started_again(
    desk: Any, daemons: list[subprocess.Popen[str]], point: str, rate: float = 1.0
) -> set[str]:
    """Returns the keys of the deliveries that were recorded as sent when the process died."""
    first = desk.start(rate, STORYWATCH_FAILPOINT=point)
    daemons.append(first)
    assert first.wait(90) == -9, f"{point} was never reached"
    with sqlite3.connect(desk.database) as db:
        recorded = {row[0] for row in db.execute("SELECT key FROM deliveries WHERE status = 'sent'")}
    daemons.append(desk.start(rate))
    return recorded


def told(desk: Any) -> list[str]:
    """Alerts that are in the outbox, by id."""
    with sqlite3.connect(desk.database) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [row[0] for row in db.execute("SELECT id FROM alerts WHERE kind != 'notice'")]


def check_each_told_once(desk: Any, *, again: int) -> None:
    """Each alert came through each channel; at most ``again`` deliveries came twice, under the same key."""
    world = desk.world
    alerts = told(desk)
    assert alerts
    by_alert = defaultdict(set)
    for key, payload in world.hooks:
        by_alert[payload["data"]["alert"]].add(key)
    assert set(by_alert) == set(alerts)
    assert all(len(keys) == 1 for keys in by_alert.values()), "one alert under two keys"
    assert len({key for key, _ in world.mails}) == len(alerts)
    surplus = len(world.mails) + len(world.hooks) - 2 * len(alerts)
    assert 0 <= surplus <= again


def all_sent(desk: Any) -> bool:
    with sqlite3.connect(desk.database) as db:
        counts = dict(db.execute("SELECT status, count(*) FROM deliveries GROUP BY status"))
    return bool(counts.get("sent")) and set(counts) == {"sent"}


@pytest.mark.parametrize("point", [*INGEST, "ingest:committed", "start:store-open"])
def test_killed_while_taking_in(desk: Any, daemons: list[subprocess.Popen[str]], point: str) -> None:
    desk.world.titles = TITLES
    killed_and_started_again(desk, daemons, point)
    desk.world.wait(lambda: desk.world.mails and desk.world.hooks and all_sent(desk), what="every delivery sent")
    check_each_told_once(desk, again=0)


@pytest.mark.parametrize("point", WAKE)
def test_killed_while_a_timer_runs(desk: Any, daemons: list[subprocess.Popen[str]], point: str) -> None:
    desk.rule('phrase = "Trump Moscow visit"\n[alert]\norigins = 2\nwait = "1s"\n')
    desk.world.titles = TITLES
    # The first batch without polls is the daemon's sign of life or the wait that ran out; both must survive.
    killed_and_started_again(desk, daemons, point)
    desk.world.wait(lambda: desk.world.mails and desk.world.hooks and all_sent(desk), what="every delivery sent")
    check_each_told_once(desk, again=0)


def test_killed_while_a_digest_is_made(desk: Any, daemons: list[subprocess.Popen[str]]) -> None:
    path = desk.folder / "storywatch.toml"
    text = path.read_text(encoding="utf-8").replace('together = "0s"', 'together = "2s"\ndigest = "* * * * *"')
    path.write_text(text, encoding="utf-8")
    desk.rule('phrase = "Trump Moscow visit"\n[alert]\nbudget = "1/day"\n')
    desk.world.titles = TITLES
    killed_and_started_again(desk, daemons, "timer:digest", rate=20)
    desk.world.wait(lambda: len(told(desk)) > 1 and all_sent(desk), what="the alert and the digest")
    check_each_told_once(desk, again=0)
    lines = Counter(line["development"] for _, payload in desk.world.hooks for line in payload["data"]["lines"])
    assert lines == {1: 1, 2: 1}, "each development was told in one of the two"


@pytest.mark.parametrize("point", DELIVER)
def test_killed_while_delivering(desk: Any, daemons: list[subprocess.Popen[str]], point: str) -> None:
    desk.world.titles = TITLES
    recorded = killed_and_started_again(desk, daemons, point)
    desk.world.wait(lambda: desk.world.mails and desk.world.hooks and all_sent(desk), what="every delivery sent")
    # Sends run side by side: those that were under way at the kill may have lost their acknowledgement.
    check_each_told_once(desk, again=0 if point in ("deliver:begun", "deliver:claimed") else 3)
    came = [key for key, _ in desk.world.hooks] + [mail.strip("<>").split("@")[0] for mail, _ in desk.world.mails]
    assert all(came.count(key) == 1 for key in recorded), "what was recorded as sent was sent again"
