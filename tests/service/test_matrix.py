"""The fault matrix against the daemon as a process, with real servers that log every accepted delivery.

After each fault: nothing is lost without a visible dead letter; what came twice came under one key, and only where an
acknowledgement was lost; the database is sound; other channels and feeds did not notice.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from monitor.model.alert import Alert, AlertKind, Line
from monitor.pipeline.deliver import PER_CHANNEL
from monitor.store import outbox
from monitor.store.database import Database
from tests.service.books import check
from tests.service.trouble import DAY_S, DRIP, HANG, RATE, TroubledWorld
from tests.service.world import OFF, VISIT, Desk

DAYS = int(os.environ.get("STORYWATCH_DAYS") or 30)  # that the daemon lives through; more shows a slower leak
QUEUED = int(os.environ.get("STORYWATCH_QUEUED") or 40)  # messages that wait; 10000 take some minutes
STORIES = 20
LOG_BYTES = 5_000_000  # of the write-ahead log: a thousand pages, and what is written before it begins anew
PATIENCE_S = 2.0  # of the channels whose servers think for longer than that about what they have
MAILS = {
    "fine": ["fine"],
    "greylisted": ["late"],
    "two": ["good", "gone", "slow"],
    "lost": ["lost"],
    "never": ["never"],
    "cut": ["cut"],
    "dozes": ["dozes"],
    "plain": ["plain"],  # wants TLS, which the server does not offer
}
HOOKS = ["well", "over", "busy", "broken", "moved", "hangs", "drips"]


def settled(desk: Desk, alerts: int, but: str = "''") -> Callable[[], bool]:
    """Whether so many alerts were made and every message was sent or given up (``but`` through some channels)."""
    count = "SELECT count(*) FROM alerts WHERE kind != 'notice'"
    open_ = f"SELECT count(*) FROM deliveries WHERE status IN ('pending', 'claimed') AND channel NOT IN ({but})"
    return lambda: desk.database.exists() and desk.rows(count) == [(alerts,)] and desk.rows(open_) == [(0,)]


def grown(pid: int) -> tuple[int, int]:
    """Open files, and resident memory in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return len(list(Path(f"/proc/{pid}/fd").iterdir())), pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def test_a_month_of_trouble_on_every_channel_loses_nothing_and_grows_nothing(
    troubled_desk: Desk, troubled_world: TroubledWorld
) -> None:
    desk, world = troubled_desk, troubled_world
    desk.configure(MAILS, HOOKS, secured=["plain"])
    desk.again = ("lost", "two", "dozes", "hangs", "drips")
    for name in ("hangs", "drips"):
        desk.change(f'/{name}"\n', f'/{name}"\ntimeout = "{PATIENCE_S:.0f}s"\n')
    desk.change('to = ["dozes@desk.example"]\n', f'to = ["dozes@desk.example"]\ntimeout = "{PATIENCE_S:.0f}s"\n')
    desk.change('every = ["5m", "5m"]', 'every = ["5m", "6h"]')
    world.later_s = 3.5 * DAY_S / RATE
    daemon = desk.start(RATE, STORYWATCH_STUCK_S="10")  # its housekeeping every second
    # Days have passed: what the first poll that is in the books brought would be history.
    desk.wait(lambda: desk.rows("SELECT 1 FROM feeds WHERE last_ok_at IS NOT NULL"), what="a poll")
    world.titles = [VISIT]
    desk.wait(lambda: any(letter.to == ("fine",) for letter in world.letters), what="the first mail")
    began, before = time.monotonic(), grown(daemon.pid)
    reader = sqlite3.connect(desk.database, isolation_level=None)  # somebody looks, and goes on looking for the month
    assert reader.execute("BEGIN").execute("SELECT count(*) FROM items").fetchone() == (1,)
    desk.wait(settled(desk, 1), what="each message sent or given up")
    desk.wait(lambda: (time.monotonic() - began) * RATE / DAY_S > DAYS, within_s=90 + DAYS, what="a month")
    reader.close()
    log = desk.folder / "storywatch.db-wal"
    desk.wait(lambda: log.stat().st_size < LOG_BYTES, what="the log cut down once nobody reads the beginning")
    after = grown(daemon.pid)
    check(desk, again=desk.again)
    check_mail(desk, world)
    check_hooks(desk, world)
    assert after[0] <= before[0] + 3, "open files grow"
    assert after[1] <= before[1] + 12, "memory grows"

    daemon.stop()
    asked = sum(post.path == "/over" for post in world.posts)
    world.later_s = 0.0
    world.titles = [OFF]
    queue(desk)
    world.down = True
    desk.start(DAY_S)
    desk.wait(
        lambda: sum(post.status == 500 for post in world.posts) > 40, what="refusals by the receiver that is down"
    )
    world.down = False
    desk.wait(
        settled(desk, 2 + QUEUED, but="'moved', 'plain'"),
        within_s=90 + QUEUED / 50,
        what="the queue and the second alert sent",
    )
    assert 1 <= asked <= PER_CHANNEL, "when it says that it is over, at most notices are under way beside it"
    assert sum(post.path == "/over" for post in world.posts) == asked, "a channel that is over is not asked again"
    check(desk, again=desk.again)
    check_queue(desk, world)


def queue(desk: Desk) -> None:
    """So many alerts wait for a mail server and a receiver, of twenty storylines in turn."""
    with Database.open(desk.database, writer=True) as db, db.transaction():
        now = datetime.now(UTC)
        alerts = []
        for number in range(QUEUED):
            slug = f"story{number % STORIES}"
            line = Line(slug, number // STORIES + 1, "NEWS", f"Headline {number:05}", ())
            alerts.append(Alert(f"queued{number:05}", "bulk", slug, AlertKind.DEVELOPMENT, now, (line,)))
        outbox.add(db, alerts, {"bulk": ("fine", "well")}, now)


def check_queue(desk: Desk, world: TroubledWorld) -> None:
    queued = [letter.subject for letter in world.letters if letter.subject.startswith("story")]
    assert len(queued) == QUEUED
    for story in range(STORIES):
        own = [subject for subject in queued if subject.startswith(f"story{story}:")]
        assert own == sorted(own), "a storyline's mails come in their order"
    dead = "SELECT count(*) FROM deliveries WHERE alert LIKE 'queued%' AND status != 'sent'"
    assert desk.rows(dead) == [(0,)], "a receiver that was down for a while loses nothing"


def check_mail(desk: Desk, world: TroubledWorld) -> None:
    told = [letter for letter in world.letters if "Moscow" in letter.subject]
    (late,) = [letter for letter in told if letter.to == ("late",)]
    if world.refused_s("late") * RATE < 29 * DAY_S:  # on a machine that stalled it is months, which counts as a replay
        said = re.search(r"could\s+be\s+sent\s+only\s+\d+ d", late.text)
        assert said, "after days of 451 it comes, and says that it is late"
    two = [letter for letter in told if set(letter.to) & {"good", "slow"}]
    assert [letter.to for letter in two] == [("good",), ("slow",)], (
        "each recipient gets one mail, the refused gets none"
    )
    assert len({letter.ident for letter in two}) == 1
    dozed = [letter for letter in told if letter.to == ("dozes",)]
    assert len({letter.ident for letter in dozed}) == 1
    if len(dozed) > 1:  # ten times the patience for the last answer: only a machine that stalled comes again
        assert dozed[1].at - dozed[0].at > 5 * PATIENCE_S
    again = [letter.ident for letter in told if letter.to == ("lost",)]
    assert len(again) == 2, "the acknowledgement was lost, so it comes again"
    assert len(set(again)) == 1, "under the same Message-ID"
    states = dict(
        desk.rows(f"SELECT channel, status || ' ' || last_error FROM deliveries WHERE alert = '{first(desk)}'")
    )
    assert [letter.to for letter in told].count(("cut",)) == 1, "421, then cut off within the mail, then taken"
    assert world.cut
    assert "plain" not in world.named, "nothing goes out in the clear"
    assert states["plain"].startswith("dead given up after")
    assert states["never"].startswith("dead 550") or "554" in states["never"]
    assert "gone@desk.example" in states["two"]
    (notice,) = (m for m in world.letters if "Undeliverable through never" in m.subject and m.to == ("fine",))
    assert "554" in notice.text
    assert "storywatch alerts retry" in notice.text


def check_hooks(desk: Desk, world: TroubledWorld) -> None:
    (key,) = {post.ident for post in world.posts if post.path == "/busy" and post.kind.endswith("development")}
    busy = [post for post in world.posts if post.ident == key]
    assert [post.status for post in busy] == [503, 429, 503, 429, 200]
    gaps = [later.at - sooner.at for sooner, later in pairwise(busy)]
    assert all(0.9 <= gap * RATE / DAY_S < 2_500 for gap in gaps), (
        "a day as asked, by seconds or a date; of years, a day"
    )
    broken = [post for post in world.posts if post.path == "/broken" and post.kind.endswith("development")]
    assert [post.status for post in broken] == [500, 0, 500, 200]
    assert len({post.ident for post in broken}) == 1
    for name in ("hangs", "drips"):
        asked = [post for post in world.posts if post.path == f"/{name}" and post.kind.endswith("development")]
        first_status, *then = [post.status for post in asked]
        assert (first_status, set(then)) == (HANG if name == "hangs" else DRIP, {200})
        assert len({post.ident for post in asked}) == 1
        # It was taken the second time; only where the answer to that took a machine too long does it come again.
        assert all(later.at - sooner.at > PATIENCE_S / 2 for sooner, later in pairwise(asked))
    assert not [post for post in world.posts if post.path == "/elsewhere"], "a redirect was followed"
    states = dict(
        desk.rows(f"SELECT channel, status || ' ' || last_error FROM deliveries WHERE alert = '{first(desk)}'")
    )
    assert states["moved"].startswith("dead given up after 10 attempts: 301")
    assert states["over"].startswith("dead 410")
    assert sum("The channel over is off" in letter.subject for letter in world.letters if letter.to == ("fine",)) == 1


def first(desk: Desk) -> str:
    return str(desk.rows("SELECT id FROM alerts WHERE kind != 'notice' ORDER BY at LIMIT 1")[0][0])
