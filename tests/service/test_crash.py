"""Killed at each named point of each pipeline, the daemon loses nothing and tells nothing twice.

The one exception is the one that cannot be helped: a send whose acknowledgement was lost with the process is made
again, under the same key. A daemon that was killed at one point is started again to be killed at the next one, on the
same books: after each kill they are looked at, and in the end all has been told.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import monitor
from tests.service.world import VISIT, Desk

TITLES = [VISIT, ("s", "Storm closes the harbour of Hamburg"), ("b", "Trump calls off Moscow visit, White House says")]
INGEST = [
    "start:store-open", "poll:fetched", "ingest:begun", "ingest:items-written", "ingest:alerts-written",
    "ingest:before-commit", "ingest:committed",
]  # fmt: skip
WAKE = ["wake:begun", "wake:items-written", "wake:alerts-written", "wake:before-commit", "wake:committed"]
DELIVER = ["deliver:claimed", "deliver:begun", "deliver:composed", "deliver:sent", "deliver:recorded"]


def killed_at_each(desk: Desk, points: list[str], rate: float = 1.0) -> int:
    """Killed at each point and started once more; returns how many deliveries were under way at the kills.

    What is in the books is looked at after each kill, and no more is sent of what they call sent.
    """
    under_way, sent = 0, Counter[str]()
    for point in points:
        assert desk.start(rate, STORYWATCH_FAILPOINT=point).wait() == -9, f"{point} was never reached"
        assert desk.rows("PRAGMA integrity_check") == [("ok",)], point
        assert desk.rows("SELECT 1 FROM alerts") == [] or desk.rows("SELECT 1 FROM items"), f"{point}: half a commit"
        came = desk.world.accepted()
        for (key,) in desk.rows("SELECT key FROM deliveries WHERE status = 'sent'"):
            assert came[key], f"{point}: recorded as sent and never came"
            sent.setdefault(key, came[key])
        if point in ("deliver:sent", "deliver:recorded"):
            under_way += len(desk.rows("SELECT 1 FROM deliveries WHERE status = 'claimed'"))
    desk.start(rate)
    desk.wait(lambda: all_told(desk), what="everything told and every delivery sent")
    came = desk.world.accepted()
    assert all(came[key] == times for key, times in sent.items()), "what was recorded as sent was sent again"
    return under_way


def all_told(desk: Desk) -> bool:
    """No development waits for its time or for the digest, and no delivery for being sent."""
    query = "SELECT 1 FROM ledger WHERE state IN ('waiting', 'digest') UNION SELECT 1 FROM deliveries"
    return bool(desk.rows("SELECT 1 FROM deliveries")) and not desk.rows(f"{query} WHERE status != 'sent'")


def check_each_told_once(desk: Desk, alerts: int, *, again: int) -> None:
    """Each alert came through each channel; at most ``again`` deliveries came twice, under the same key."""
    world = desk.world
    known = {row[0] for row in desk.rows("SELECT id FROM alerts WHERE kind != 'notice'")}
    assert len(known) == alerts
    by_alert = defaultdict(set)
    for key, payload in world.hooks:
        by_alert[payload["data"]["alert"]].add(key)
    assert set(by_alert) == known
    assert all(len(keys) == 1 for keys in by_alert.values()), "one alert under two keys"
    assert len({key for key, _ in world.mails}) == alerts
    surplus = len(world.mails) + len(world.hooks) - 2 * alerts
    assert 0 <= surplus <= again


def test_killed_at_each_point_of_taking_in_it_takes_in_all_once(desk: Desk) -> None:
    desk.world.titles = TITLES
    killed_at_each(desk, INGEST)
    assert desk.rows("SELECT count(*), count(DISTINCT title) FROM items") == [(3, 3)]
    check_each_told_once(desk, 2, again=0)


def test_killed_at_each_point_of_a_timer_the_timer_runs_once(desk: Desk) -> None:
    desk.rule('phrase = "Trump Moscow visit"\n[alert]\norigins = 2\nwait = "1s"\n')
    desk.world.titles = TITLES
    # The first batch without polls is the daemon's sign of life or the wait that ran out; both must survive.
    killed_at_each(desk, WAKE)
    check_each_told_once(desk, len(desk.rows("SELECT 1 FROM alerts")), again=0)
    told = Counter(line["development"] for _, payload in desk.world.hooks for line in payload["data"]["lines"])
    assert told == {1: 1, 2: 1}


def test_killed_while_a_digest_is_made_it_is_made_once(desk: Desk) -> None:
    desk.change('together = "0s"', 'together = "2s"\ndigest = "* * * * *"')
    desk.rule('phrase = "Trump Moscow visit"\n[alert]\nbudget = "1/day"\n')
    desk.world.titles = TITLES
    killed_at_each(desk, ["timer:digest"], rate=20)
    desk.wait(lambda: len(desk.rows("SELECT 1 FROM alerts")) > 1 and all_told(desk), what="the alert and the digest")
    check_each_told_once(desk, 2, again=0)
    lines = Counter(line["development"] for _, payload in desk.world.hooks for line in payload["data"]["lines"])
    assert lines == {1: 1, 2: 1}, "each development was told in one of the two"


def test_killed_at_each_point_of_delivering_only_a_lost_answer_brings_a_message_again(desk: Desk) -> None:
    desk.world.titles, desk.again = TITLES, ("mail", "hook")
    under_way = killed_at_each(desk, DELIVER)
    check_each_told_once(desk, 2, again=under_way)
    again = [key for key, times in desk.world.accepted().items() if times > 1]
    assert again, "deliver:sent lies after the answer and before the books: that message must come again"


def test_there_is_no_point_at_which_it_is_not_killed() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(monitor.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'reached\("([a-z:-]+)"\)', sources))
    for part in re.findall(r'reached\(f"\{pipeline\}:([a-z-]+)"\)', sources):
        named |= {f"{pipeline}:{part}" for pipeline in ("ingest", "wake")}
    assert named == {*INGEST, *WAKE, *DELIVER}
