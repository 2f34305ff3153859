"""The numbers of the status screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.model.alert import Alert
from monitor.model.delivery import Dead
from monitor.model.development import Decision, Development, Reason, Verdict
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Item
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Rule, Storyline
from monitor.store import feeds, outbox, status, storylines
from monitor.store.database import Database
from monitor.store.status import FeedNumbers, Flow, StorylineLine, WorstFeed

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_an_empty_store_has_numbers_too(db: Database, now: datetime) -> None:
    found = status.read(db, now)
    assert found.feeds == FeedNumbers(2, 2, 0, 0, 0, 2, None, None)
    assert found.hour == found.day == Flow(0, 0, 0)
    assert found.outbox == outbox.Counts(0, 0, 0, 0, None)
    assert [line.slug for line in found.storylines] == ["strike", "visit"]
    assert found.bytes > 10_000


def test_feeds_are_due_late_failing_and_the_worst_is_named(db: Database, now: datetime) -> None:
    names = ["fine", "due", "late", "shaky", "worst", "gone", "never"]
    feeds.sync(db, [Feed(name, f"https://{name}.example/") for name in names], now)
    soon = now + MINUTE
    polled = {"first_polled_at": now - HOUR, "last_polled_at": now - MINUTE}
    feeds.save(
        db,
        [
            FeedState("fine", "u", next_poll_at=soon, **polled),
            FeedState("due", "u", next_poll_at=now, **polled),
            FeedState("late", "u", next_poll_at=now - 10 * MINUTE, **polled),
            FeedState("shaky", "u", next_poll_at=soon, failures=2, **polled),
            FeedState("worst", "u", next_poll_at=soon, failures=7, last_error="dns", last_ok_at=now - HOUR, **polled),
            FeedState("gone", "u", next_poll_at=soon, gone=True, **polled),
        ],
    )
    found = status.read(db, now).feeds
    assert found == FeedNumbers(7, 3, 1, 1, 1, 1, now - MINUTE, WorstFeed("worst", 7, now - HOUR, "dns"))


def test_what_came_in_is_counted_by_hour_and_day(db: Database, now: datetime, add: Callable[..., list[Item]]) -> None:
    for n, age in enumerate([timedelta(0), HOUR - MINUTE, HOUR, 23 * HOUR, 24 * HOUR]):
        (item,) = add(f"n{n}", at=now - age)
        storylines.record(db, [Match(item.id, "visit", 0.9, Evidence())], now - age)
        storylines.record(db, [Match(item.id, "strike", 0.2, Evidence(), possible=True)], now - age)
        told = Development("visit", n + 1, Reason.NEWS, "h", (item.id,), ("W",), now - age, now)
        storylines.decide(db, [Decision("visit", item.id, now, Verdict.NEW, "new", told)])
    found = status.read(db, now)
    assert (found.hour, found.day, found.items) == (Flow(2, 2, 2), Flow(4, 4, 4), 5)


def test_each_followed_storyline_shows_its_last_development(
    db: Database, now: datetime, add: Callable[..., list[Item]]
) -> None:
    add("one")
    for number, reason in enumerate([Reason.OPENED, Reason.DENIED], start=1):
        at = now + number * HOUR
        told = Development("visit", number, reason, f"h{number}", ("1",), ("W",), at, at + HOUR)
        storylines.decide(db, [Decision("visit", "1", at, Verdict.NEW, "new", told)])
    assert status.read(db, now).storylines == (
        StorylineLine("strike", 0, 0, "", "", None),
        StorylineLine("visit", 2, 2, "DENIED", "h2", now + 2 * HOUR),
    )
    storylines.sync(db, [Rule(Storyline("visit"))], now)
    assert [line.slug for line in status.read(db, now).storylines] == ["visit"]


def test_the_outbox_is_counted(db: Database, now: datetime, alert: Callable[..., Alert]) -> None:
    outbox.add(db, [alert("a1")], {"desk": ("mail",)}, now - HOUR)
    outbox.add(db, [alert("a2", "strike")], {"desk": ("mail",)}, now)
    (dead, *_) = outbox.of_alert(db, "a1")
    outbox.record(db, dead.key, Dead("550"), now)
    assert status.read(db, now).outbox == outbox.Counts(waiting=1, claimed=0, sent=0, dead=1, oldest_at=now)
