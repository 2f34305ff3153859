"""Status: the numbers that say in ten seconds whether all is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.codec import moment_text
from monitor.store import outbox, switched
from monitor.store.database import Database
from monitor.store.feeds import FAILING_AFTER
from monitor.store.rows import moment_or_none

LATE_AFTER = timedelta(minutes=10)  # a feed due for longer than this is late


@dataclass(frozen=True, slots=True)
class WorstFeed:
    """The feed that has failed most often in a row."""

    name: str
    failures: int
    last_ok_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class FeedNumbers:
    """The followed feeds: how many there are, are due, late, failing (three polls or more), or gone (410)."""

    total: int
    due: int
    late: int
    failing: int
    gone: int
    never_polled: int
    last_polled_at: datetime | None
    worst: WorstFeed | None


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in over a span of time; possible matches are not counted."""

    items: int
    matches: int
    developments: int


@dataclass(frozen=True, slots=True)
class StorylineLine:
    """One followed storyline: its last development (number 0 where nothing developed yet)."""

    slug: str
    developments: int
    number: int
    reason: str
    headline: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything a status screen shows of the store; bytes include the write-ahead log."""

    feeds: FeedNumbers
    hour: Flow
    day: Flow
    items: int
    storylines: tuple[StorylineLine, ...]
    outbox: outbox.Counts
    bytes: int
    channels_off: tuple[tuple[str, str], ...] = ()  # name and why


def read(db: Database, now: datetime) -> Status:
    """Return the numbers as they stand at ``now`` (the service's clock; the outbox is in real time)."""
    return Status(
        feeds=feed_numbers(db, now),
        hour=flow(db, now - timedelta(hours=1), now),
        day=flow(db, now - timedelta(days=1), now),
        items=_count(db, "SELECT count(*) FROM items"),
        storylines=_storylines(db),
        outbox=outbox.counts(db),
        channels_off=tuple((name, one.why) for name, one in sorted(switched.all_off(db).items())),
        bytes=sum(p.stat().st_size for p in (db.path, db.path.with_name(db.path.name + "-wal")) if p.exists()),
    )


def feed_numbers(db: Database, now: datetime) -> FeedNumbers:
    """Return how the followed feeds stand at ``now``."""
    found = db.row(
        "SELECT count(*), count(*) FILTER (WHERE next_poll_at IS NULL OR next_poll_at <= :now), "
        "count(*) FILTER (WHERE next_poll_at <= :late), count(*) FILTER (WHERE failures >= :failing), "
        "count(*) FILTER (WHERE gone), count(*) FILTER (WHERE first_polled_at IS NULL), max(last_polled_at) "
        "FROM feeds WHERE archived_at IS NULL",
        {"now": moment_text(now), "late": moment_text(now - LATE_AFTER), "failing": FAILING_AFTER},
    )
    assert found is not None
    total, due, late, failing, gone, never, last = found
    return FeedNumbers(total, due, late, failing, gone, never, moment_or_none(last), _worst(db))


def _worst(db: Database) -> WorstFeed | None:
    found = db.row(
        "SELECT name, failures, last_ok_at, last_error FROM feeds WHERE archived_at IS NULL AND failures > 0 "
        "ORDER BY failures DESC, last_ok_at NULLS FIRST, name LIMIT 1"
    )
    return WorstFeed(found[0], found[1], moment_or_none(found[2]), found[3]) if found else None


def flow(db: Database, since: datetime, until: datetime) -> Flow:
    """Return what came in after ``since``, up to ``until``."""
    span = (moment_text(since), moment_text(until))
    return Flow(
        _count(db, "SELECT count(*) FROM items WHERE arrival_at > ? AND arrival_at <= ?", span),
        _count(db, "SELECT count(*) FROM matches WHERE at > ? AND at <= ? AND NOT possible", span),
        _count(db, "SELECT count(*) FROM developments WHERE opened_at > ? AND opened_at <= ?", span),
    )


def _storylines(db: Database) -> tuple[StorylineLine, ...]:
    found = db.rows(
        "SELECT s.slug, count(d.number), coalesce(max(d.number), 0), coalesce(d.reason, ''), "
        "coalesce(d.headline, ''), d.opened_at FROM storylines s LEFT JOIN developments d ON d.storyline = s.slug "
        "WHERE s.archived_at IS NULL GROUP BY s.slug ORDER BY s.slug"
    )
    return tuple(
        StorylineLine(slug, count, number, reason, headline, moment_or_none(last_at))
        for slug, count, number, reason, headline, last_at in found
    )


def _count(db: Database, query: str, values: tuple[str, ...] = ()) -> int:
    found = db.row(query, values)
    return int(found[0]) if found else 0
