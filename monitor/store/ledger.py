"""Ledger: what each route was told of each development, or will be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model.alert import LedgerEntry, LedgerState, Line, TimerKind
from monitor.model.codec import from_json, moment, moment_text, to_json
from monitor.store.database import Database, Row
from monitor.store.rows import holdable, moment_or_none, text_or_null

_COLUMNS = "route, storyline, development, reason, state, at, because, alert, due_at, ended_by, line"


def save(db: Database, entries: Sequence[LedgerEntry]) -> None:
    """Write ``entries``; a newer one of the same route, storyline, development and reason replaces the older."""
    db.executemany(
        f"INSERT OR REPLACE INTO ledger ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [_values(entry) for entry in entries],
    )


def load(db: Database, since: datetime) -> list[LedgerEntry]:
    """Return the entries of ``since`` or later, and every older one that still waits, in order of time."""
    found = db.rows(
        f"SELECT {_COLUMNS} FROM ledger WHERE at >= ? OR state IN ('waiting', 'digest') "  # noqa: S608
        "ORDER BY at, route, storyline, development, reason",
        (moment_text(since),),
    )
    return [_entry(row) for row in found]


def of_development(db: Database, slug: str, number: int) -> list[LedgerEntry]:
    """Return what each route was told of one development, in order of time."""
    query = f"SELECT {_COLUMNS} FROM ledger WHERE storyline = ? AND development = ? ORDER BY at, route, reason"  # noqa: S608
    return [_entry(row) for row in db.rows(query, (slug, number))]


def of_developments(db: Database, slug: str, numbers: Sequence[int]) -> dict[int, list[LedgerEntry]]:
    """Return by number what each route was told of these developments, in order of time; 0: of the whole storyline."""
    query = (
        f"SELECT {_COLUMNS} FROM ledger WHERE storyline = ? AND development IN (SELECT value FROM json_each(?)) "  # noqa: S608
        "ORDER BY at, route, reason"
    )
    found: dict[int, list[LedgerEntry]] = {}
    for row in db.rows(query, (slug, json.dumps(list(numbers)))):
        found.setdefault(row[2], []).append(_entry(row))
    return found


def rename(db: Database, old: str, new: str) -> None:
    """Give the entries of a storyline its new slug."""
    query = f"SELECT {_COLUMNS} FROM ledger WHERE storyline = ?"  # noqa: S608
    entries = [_entry(row) for row in db.rows(query, (old,))]
    db.execute("DELETE FROM ledger WHERE storyline = ?", (old,))
    save(db, [replace(e, storyline=new, line=replace(e.line, storyline=new)) for e in entries])


def _values(entry: LedgerEntry) -> tuple[object, ...]:
    return (
        entry.route,
        entry.storyline,
        entry.development,
        entry.reason,
        entry.state.value,
        moment_text(entry.at),
        holdable(entry.because),
        entry.alert,
        text_or_null(entry.due_at),
        entry.by.value if entry.by else None,
        to_json(entry.line),
    )


def _entry(row: Row) -> LedgerEntry:
    route, slug, number, reason, state, at, because, alert, due_at, ended_by, line = row
    return LedgerEntry(
        route,
        slug,
        number,
        reason,
        LedgerState(state),
        moment(at),
        because,
        from_json(Line, line),
        alert,
        moment_or_none(due_at),
        TimerKind(ended_by) if ended_by else None,
    )
