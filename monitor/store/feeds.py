"""Feeds: what is remembered of each feed between two polls; the due ones are the schedule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.model.codec import from_json, moment_text, to_json
from monitor.model.feed import Feed, FeedState, Habits, Validators
from monitor.store.database import Database, Row
from monitor.store.rows import holdable, moment_or_none, text_or_null, texts

_CLOCKS = timedelta(minutes=1)  # a clock that is put right by less than this is only late
FAILING_AFTER = 3  # failed polls in a row make a feed unhealthy

_COLUMNS = (
    "name, url, etag, last_modified, body_hash, next_poll_at, first_polled_at, last_polled_at, last_ok_at, "
    "last_changed_at, last_full_at, failures, last_error, gone, changes_per_day, title, why, habits"
)


def sync(db: Database, feeds: Sequence[Feed], now: datetime) -> None:
    """Make the table agree with the configured ``feeds``: add, change addresses, archive the missing.

    A feed with a new address, or one that comes back, is polled at once as if for the first time (so that
    what it gathered meanwhile is history); its items stay known.
    """
    names = {name: (url, publisher, archived) for name, url, publisher, archived in _configured(db)}
    for feed in feeds:
        known = names.pop(feed.name, None)
        if known == (feed.url, feed.publisher, None):
            continue
        if known is None:
            db.execute(
                "INSERT INTO feeds (name, configured_url, url, publisher) VALUES (?, ?, ?, ?)",
                (feed.name, feed.url, feed.url, feed.publisher),
            )
        elif known[0] != feed.url or known[2] is not None:
            _begin_anew(db, feed)
        _keep(db, feed)
    gone = [(moment_text(now), name) for name in names]
    db.executemany("UPDATE feeds SET archived_at = ? WHERE name = ? AND archived_at IS NULL", gone)


def due(db: Database, now: datetime, limit: int) -> list[FeedState]:
    """Return at most ``limit`` feeds to be polled by ``now``, with their marks.

    The never polled come first, then the longest due.
    """
    found = _due(db, "next_poll_at IS NULL", "", limit)
    if len(found) < limit:
        found += _due(db, "next_poll_at <= :at", moment_text(now), limit - len(found))
    return [_state(row[:-1], row[-1] or b"") for row in found]


def due_elsewhere(db: Database, now: datetime, limit: int, hosts: Collection[str]) -> list[FeedState]:
    """Return what ``due`` would if there were no feeds of ``hosts`` (names or addresses, in lower case)."""
    names: list[str] = []
    chunks = db.chunks(
        "SELECT name, url FROM feeds WHERE archived_at IS NULL AND (next_poll_at IS NULL OR next_poll_at <= ?) "
        "ORDER BY next_poll_at, name",
        (moment_text(now),),
    )
    for chunk in chunks:
        names += (name for name, url in chunk if (urlsplit(url).hostname or "") not in hosts)
        if len(names) >= limit:
            break
    wanted = "name IN (SELECT value FROM json_each(:at))"
    return [_state(row[:-1], row[-1] or b"") for row in _due(db, wanted, texts(names[:limit]), limit)]


def mark(db: Database, feed: str, marks: bytes) -> None:
    """Remember by which ``marks`` the entries of the feed's last document are known again."""
    db.execute(
        "INSERT INTO feed_marks (feed, marks) VALUES (?, ?) ON CONFLICT (feed) DO UPDATE SET marks = excluded.marks",
        (feed, marks),
    )


def next_due_at(db: Database) -> datetime | None:
    """Return when the next feed becomes due; None when one is due now that was never polled, or none is followed."""
    found = db.row("SELECT next_poll_at FROM feeds WHERE archived_at IS NULL ORDER BY next_poll_at NULLS FIRST LIMIT 1")
    return moment_or_none(found[0]) if found else None


def states(db: Database) -> list[FeedState]:
    """Return every followed feed's state, by name."""
    return [_state(row) for row in db.rows(f"SELECT {_COLUMNS} FROM feeds WHERE archived_at IS NULL ORDER BY name")]  # noqa: S608


def state(db: Database, name: str) -> FeedState | None:
    """Return one feed's state; None when it is not followed."""
    found = db.row(f"SELECT {_COLUMNS} FROM feeds WHERE name = ? AND archived_at IS NULL", (name,))  # noqa: S608
    return _state(found) if found else None


def last_polled_at(db: Database) -> datetime | None:
    """Return when any feed was last asked; None where none ever was."""
    found = db.row("SELECT max(last_polled_at) FROM feeds")
    return moment_or_none(found[0]) if found else None


def save(db: Database, states: Sequence[FeedState]) -> None:
    """Write ``states``; a feed that is not there yet is added."""
    names = _COLUMNS.split(", ")
    marks = ", ".join("?" * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    db.executemany(
        f"INSERT INTO feeds ({_COLUMNS}, configured_url) VALUES ({marks}, ?) "  # noqa: S608
        f"ON CONFLICT (name) DO UPDATE SET {changes}",
        [_values(s) for s in states],
    )


def bring_forward(db: Database, now: datetime, *, failing: bool) -> None:
    """Make every followed feed due ``now``; with ``failing`` only those whose last polls failed.

    For a network that is back: what waited longer and longer for it need not wait any more.
    """
    db.execute(
        "UPDATE feeds SET next_poll_at = ? WHERE archived_at IS NULL AND next_poll_at > ? AND (failures > 0 OR ?)",
        (moment_text(now), moment_text(now), not failing),
    )


def clock_set_back(db: Database, now: datetime) -> int:
    """Make due ``now`` what was polled after it: planned by a clock that was ahead. Returns how many feeds that were.

    Without it a feed would not be asked for until the clock has caught up with the old one.
    """
    return db.execute(
        "UPDATE feeds SET next_poll_at = :now "
        "WHERE archived_at IS NULL AND last_polled_at > :ahead AND next_poll_at > :now",
        {"now": moment_text(now), "ahead": moment_text(now + _CLOCKS)},
    ).rowcount


def health(db: Database) -> tuple[int, int]:
    """Return how many followed feeds are healthy (polled well, not failing again and again), and how many there are."""
    found = db.row(
        "SELECT count(*) FILTER (WHERE last_ok_at IS NOT NULL AND failures < ? AND NOT gone), count(*) "
        "FROM feeds WHERE archived_at IS NULL",
        (FAILING_AFTER,),
    )
    assert found is not None
    return int(found[0]), int(found[1])


def _due(db: Database, when: str, at: str, limit: int) -> list[Row]:
    return db.rows(
        f"SELECT f.*, m.marks FROM (SELECT {_COLUMNS} FROM feeds WHERE archived_at IS NULL AND {when} "  # noqa: S608
        "ORDER BY next_poll_at, name LIMIT :limit) f LEFT JOIN feed_marks m ON m.feed = f.name "
        "ORDER BY next_poll_at, name",
        {"limit": limit, "at": at},
    )


def _configured(db: Database) -> list[Row]:
    return db.rows("SELECT name, configured_url, publisher, archived_at FROM feeds")


def _keep(db: Database, feed: Feed) -> None:
    db.execute("UPDATE feeds SET publisher = ?, archived_at = NULL WHERE name = ?", (feed.publisher, feed.name))


def _begin_anew(db: Database, feed: Feed) -> None:
    """The next poll is a first one again: what is old by then is history, not news."""
    db.execute(
        "UPDATE feeds SET configured_url = ?, url = ?, etag = '', last_modified = '', body_hash = '', "
        "next_poll_at = NULL, first_polled_at = NULL, failures = 0, last_error = '', gone = 0 WHERE name = ?",
        (feed.url, feed.url, feed.name),
    )


def _state(row: Row, marks: bytes = b"") -> FeedState:
    name, url, etag, modified, body_hash, due, first, last, ok, changed, full = row[:11]
    failures, error, gone, changes, title, why, habits = row[11:]
    return FeedState(
        feed=name,
        url=url,
        validators=Validators(etag, modified),
        body_hash=body_hash,
        next_poll_at=moment_or_none(due),
        first_polled_at=moment_or_none(first),
        last_polled_at=moment_or_none(last),
        last_ok_at=moment_or_none(ok),
        last_changed_at=moment_or_none(changed),
        last_full_at=moment_or_none(full),
        failures=failures,
        last_error=error,
        gone=bool(gone),
        changes_per_day=changes,
        title=title,
        why=why,
        habits=from_json(Habits, habits) if habits else Habits(),
        marks=marks,
    )


def _values(state: FeedState) -> tuple[object, ...]:
    return (
        state.feed,
        holdable(state.url),
        holdable(state.validators.etag),
        holdable(state.validators.last_modified),
        state.body_hash,
        text_or_null(state.next_poll_at),
        text_or_null(state.first_polled_at),
        text_or_null(state.last_polled_at),
        text_or_null(state.last_ok_at),
        text_or_null(state.last_changed_at),
        text_or_null(state.last_full_at),
        state.failures,
        holdable(state.last_error),
        state.gone,
        state.changes_per_day,
        holdable(state.title),
        state.why,
        to_json(state.habits),
        state.url,
    )
