"""Developments: what was new in each storyline, with the items that tell it; written with the decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from monitor.model.codec import many_from_json, moment, moment_text, to_json
from monitor.model.development import Change, Development, Fact, Reason, Regrouped, Regrouping
from monitor.store.database import Database, Row
from monitor.store.rows import holdable, row_id, texts

Key = tuple[str, int]  # storyline, number

_COLUMNS = "storyline, number, reason, headline, stage, opened_at, last_at, origins, delta, facts"


def save(db: Database, developments: Iterable[Development]) -> None:
    """Write the newest value of each development, which items tell it, lead first, and what showed of it later."""
    newest = {(d.storyline, d.number): d for d in developments}
    changes = ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in _COLUMNS.split(",")[2:])
    db.executemany(
        f"INSERT INTO developments ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
        f"ON CONFLICT (storyline, number) DO UPDATE SET {changes}",
        [_values(d) for d in newest.values()],
    )
    for development in newest.values():
        _save_items(db, development)
        if development.regrouped:
            _save_regrouped(db, development)


def load(
    db: Database, slug: str, since: datetime | None = None, limit: int | None = None, before: int | None = None
) -> list[Development]:
    """Return the developments of ``slug`` that moved at or after ``since``, the newest ``limit``, by number.

    ``before``: only those with a smaller number.
    """
    found = db.rows(
        f"SELECT {_COLUMNS} FROM developments WHERE storyline = ?1 AND last_at >= ?2 AND (?4 IS NULL OR number < ?4) "  # noqa: S608
        "ORDER BY number DESC LIMIT ?3",
        (slug, moment_text(since) if since else "", -1 if limit is None else limit, before),
    )
    return _with_items(db, found[::-1])


def several(db: Database, keys: Iterable[Key]) -> dict[Key, Development]:
    """Return the developments of ``keys`` by key; those that are not there are left out."""
    found = db.rows(
        f"SELECT {_COLUMNS} FROM developments WHERE (storyline, number) IN "  # noqa: S608
        "(SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        (json.dumps(sorted(set(keys))),),
    )
    return {(d.storyline, d.number): d for d in _with_items(db, found)}


def one(db: Database, slug: str, number: int) -> Development | None:
    """Return one development, or None where there is none of that number."""
    return several(db, [(slug, number)]).get((slug, number))


def last_numbers(db: Database) -> dict[str, int]:
    """Return the highest number given in each storyline that has developments."""
    return dict(db.rows("SELECT storyline, max(number) FROM developments GROUP BY storyline"))


def of_item(db: Database, item: str) -> list[Development]:
    """Return the developments that ``item`` tells, by storyline and number."""
    keys = db.rows("SELECT storyline, development FROM development_items WHERE item = ?", (row_id(item),))
    found = several(db, [(slug, number) for slug, number in keys])
    return [found[key] for key in sorted(found)]


def _save_items(db: Database, development: Development) -> None:
    key = (development.storyline, development.number)
    query = "SELECT item FROM development_items WHERE storyline = ? AND development = ? ORDER BY position"
    before = [row[0] for row in db.rows(query, key)]
    after = [row_id(item) for item in development.items]
    start = len(before)
    if after[:start] != before:  # not merely longer: write it anew
        start = 0
        db.execute("DELETE FROM development_items WHERE storyline = ? AND development = ?", key)
    db.executemany(
        "INSERT INTO development_items (storyline, development, position, item) VALUES (?, ?, ?, ?)",
        [(*key, start + n, item) for n, item in enumerate(after[start:])],
    )


def _save_regrouped(db: Database, development: Development) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO regroupings (storyline, development, kind, number, at, because, item) "
        "VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM items WHERE id = ?))",
        [
            (
                development.storyline,
                development.number,
                r.kind.value,
                r.number,
                moment_text(r.at),
                holdable(r.because),
                row_id(r.item),
            )
            for r in development.regrouped
        ],
    )


def _values(d: Development) -> tuple[object, ...]:
    return (
        d.storyline,
        d.number,
        d.reason.value,
        holdable(d.headline),
        holdable(d.stage),
        moment_text(d.opened_at),
        moment_text(d.last_at),
        texts(d.origins),
        to_json(d.delta),
        to_json(d.facts),
    )


def _with_items(db: Database, rows: Sequence[Row]) -> list[Development]:
    keys = json.dumps([row[:2] for row in rows])
    found = db.rows(
        "SELECT storyline, development, item FROM development_items WHERE (storyline, development) IN "
        "(SELECT value ->> 0, value ->> 1 FROM json_each(?)) ORDER BY storyline, development, position",
        (keys,),
    )
    told = {key: tuple(str(row[2]) for row in group) for key, group in groupby(found, lambda row: row[:2])}
    regrouped = _regrouped(db, keys)
    return [_development(row, told.get(row[:2], ()), regrouped.get(row[:2], ())) for row in rows]


def _regrouped(db: Database, keys: str) -> dict[tuple[object, ...], tuple[Regrouping, ...]]:
    found = db.rows(
        "SELECT storyline, development, kind, number, at, because, item FROM regroupings "
        "WHERE (storyline, development) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?)) "
        "ORDER BY storyline, development, at, kind",
        (keys,),
    )
    return {
        key: tuple(
            Regrouping(Regrouped(kind), number, moment(at), because, str(item or ""))
            for *_, kind, number, at, because, item in group
        )
        for key, group in groupby(found, lambda row: row[:2])
    }


def _development(row: Row, items: tuple[str, ...], regrouped: tuple[Regrouping, ...]) -> Development:
    slug, number, reason, headline, stage, opened, last, origins, delta, facts = row
    return Development(
        slug,
        number,
        Reason(reason),
        headline,
        items,
        tuple(json.loads(origins)),
        moment(opened),
        moment(last),
        stage,
        many_from_json(Change, delta),
        many_from_json(Fact, facts),
        regrouped,
    )
