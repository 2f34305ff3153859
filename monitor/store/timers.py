"""Timers: rows that become due. What is decided never depends on when a process happened to wake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.model.alert import Timer, TimerKind
from monitor.model.codec import moment, moment_text
from monitor.store.database import Database

_ORDER = "due_at, kind, route, storyline, development"
_QUERY = "SELECT kind, due_at, route, storyline, development FROM timers"


def set(db: Database, timers: Iterable[Timer]) -> None:  # noqa: A001 - read as timers.set(...)
    """Set ``timers``; one that is set already (same kind, route, storyline, development) moves."""
    db.executemany(
        "INSERT OR REPLACE INTO timers (kind, route, storyline, development, due_at) VALUES (?, ?, ?, ?, ?)",
        [(*_key(timer), moment_text(timer.due_at)) for timer in timers],
    )


def cancel(db: Database, timers: Iterable[Timer]) -> None:
    """Take ``timers`` away, whenever they are due; those that are not set are passed over."""
    db.executemany(
        "DELETE FROM timers WHERE kind = ? AND route = ? AND storyline = ? AND development = ?",
        [_key(timer) for timer in timers],
    )


def due(db: Database, until: datetime) -> list[Timer]:
    """Return the timers due at ``until`` or before, in the order they become due."""
    return _read(db, f"{_QUERY} WHERE due_at <= ? ORDER BY {_ORDER}", (moment_text(until),))


def all(db: Database) -> list[Timer]:  # noqa: A001 - read as timers.all(...)
    """Return every timer, in the order they become due."""
    return _read(db, f"{_QUERY} ORDER BY {_ORDER}", ())


def _key(timer: Timer) -> tuple[str, str, str, int]:
    return (timer.kind.value, timer.route, timer.storyline, timer.development)


def _read(db: Database, query: str, values: tuple[str, ...]) -> list[Timer]:
    return [Timer(TimerKind(kind), moment(at), *key) for kind, at, *key in db.rows(query, values)]
