"""Storylines: which are followed, what matched them, what was decided of each item.

Writing functions belong in the caller's transaction.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import UsageError
from monitor.model.codec import from_json, moment, moment_text, to_json
from monitor.model.development import Decision, Development, Signal, Verdict
from monitor.model.item import Item
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Rule
from monitor.store import developments as development_rows
from monitor.store import ledger, outbox
from monitor.store.database import Database, Row
from monitor.store.rows import ITEM_COLUMNS, ITEM_ORDER, holdable, row_id, row_ids, text_or_null, texts, to_item

Remembered = tuple[Item, tuple[Match, ...], tuple[Decision, ...]]

_MATCH = "item, storyline, score, evidence, possible, seed"
_DECISION = "storyline, item, at, verdict, because, development, signals, taken, cue, nearest, numbers, rule_hash"
_CHUNK = 1000  # items read at once by ``window``


@dataclass(frozen=True, slots=True)
class Synced:
    """The slugs whose rules are new (or back from the archive), changed, or gone into the archive."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def sync(db: Database, rules: Sequence[Rule], now: datetime) -> Synced:
    """Make the table agree with the enabled ``rules``: add, note changed ones, archive the missing.

    An archived storyline keeps its matches, developments and ledger; when its rule comes back it is
    followed anew from ``now``, and what was stored meanwhile is history.
    """
    before = {slug: (told, archived) for slug, told, archived in _followed(db)}
    enabled = {rule.slug: rule for rule in rules if rule.enabled}
    added = [slug for slug in enabled if before.get(slug, ("", "archived"))[1] is not None]
    changed = [s for s, rule in enabled.items() if s not in added and before[s][0] != rule.hash]
    removed = [slug for slug, (_, archived) in before.items() if archived is None and slug not in enabled]
    at = moment_text(now)
    db.executemany(
        "INSERT INTO storylines (slug, phrase, rule_hash, created_at, followed_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (slug) DO UPDATE SET phrase = excluded.phrase, rule_hash = excluded.rule_hash, "
        "followed_at = iif(archived_at IS NULL, followed_at, excluded.followed_at), archived_at = NULL",
        [(slug, holdable(rule.storyline.phrase), rule.hash, at, at) for slug, rule in enabled.items()],
    )
    db.executemany("UPDATE storylines SET archived_at = ? WHERE slug = ?", [(at, slug) for slug in removed])
    return Synced(tuple(added), tuple(changed), tuple(removed))


def created_at(db: Database) -> dict[str, datetime]:
    """Return for each followed storyline since when it is: what arrived before is history to it."""
    found = db.rows("SELECT slug, followed_at FROM storylines WHERE archived_at IS NULL ORDER BY slug")
    return {slug: moment(at) for slug, at in found}


def slugs(db: Database, *, archived: bool = False) -> list[str]:
    """Return the slugs of the followed storylines, or of the archived ones."""
    query = "SELECT slug FROM storylines WHERE (archived_at IS NOT NULL) = ? ORDER BY slug"
    return [row[0] for row in db.rows(query, (archived,))]


def record(db: Database, matches: Sequence[Match], at: datetime) -> None:
    """Write ``matches`` found at ``at``; a newer match of the same item and storyline replaces the older."""
    db.executemany(
        "INSERT INTO matches (item, storyline, score, evidence, possible, seed, at, source, lang) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT source FROM items WHERE id = ?1), (SELECT lang FROM items "
        "WHERE id = ?1)) "
        "ON CONFLICT (item, storyline) DO UPDATE SET score = excluded.score, evidence = excluded.evidence, "
        "possible = excluded.possible, seed = excluded.seed, at = excluded.at",
        [
            (row_id(m.item), m.storyline, m.score, to_json(m.evidence), m.possible, m.seed, moment_text(at))
            for m in matches
        ],
    )


def decide(db: Database, decisions: Sequence[Decision]) -> None:
    """Write ``decisions`` in their order, with the newest value of each development they opened or changed."""
    changed = (made for d in decisions for made in (d.other, d.development))
    development_rows.save(db, [made for made in changed if made is not None])
    marks = ", ".join("?" * len(_DECISION.split(",")))
    db.executemany(
        f"INSERT INTO decisions ({_DECISION}) VALUES ({marks})",  # noqa: S608
        [_decision_values(d) for d in decisions],
    )


def developments(db: Database, slug: str, since: datetime | None = None, limit: int | None = None) -> list[Development]:
    """Return the developments of ``slug`` that moved at or after ``since``, the newest ``limit``, by number."""
    return development_rows.load(db, slug, since, limit)


def development(db: Database, slug: str, number: int) -> Development | None:
    """Return one development, or None where there is none of that number."""
    return development_rows.one(db, slug, number)


def matches_of(db: Database, item: str) -> list[Match]:
    """Return the matches of one item, best first, possible ones included."""
    query = f"SELECT {_MATCH} FROM matches WHERE item = ? ORDER BY score DESC, storyline"  # noqa: S608
    return [_match(row) for row in db.rows(query, (row_id(item),))]


def decisions_of(
    db: Database, *, item: str = "", storyline: str = "", since: datetime | None = None, limit: int = -1
) -> list[Decision]:
    """Return the newest ``limit`` decisions on an item, in a storyline, or both, oldest first.

    A decision's ``development`` is the development as it is now.
    """
    wanted: list[tuple[str, object]] = [("at >= ?", text_or_null(since) or "")]
    wanted += [("item = ?", row_id(item))] if item else []
    wanted += [("storyline = ?", storyline)] if storyline else []
    where = " AND ".join(condition for condition, _ in wanted)
    found = db.rows(
        f"SELECT {_DECISION} FROM decisions WHERE {where} ORDER BY at DESC, id DESC LIMIT ?",  # noqa: S608
        (*[value for _, value in wanted], limit),
    )
    return _decisions(db, found[::-1], {})


def window(db: Database, since: datetime, *, after: int = 0, decided: bool = False) -> Iterator[Remembered]:
    """Yield every item that arrived at or after ``since``, with its matches and decisions, in the one order.

    ``after``: only items with a greater row number; ``decided``: only items that were decided on.
    For building memory again: it streams, and reads some 100,000 items in a few seconds. Decisions
    are in the order they were made; their ``development`` is the development as it is now.
    """
    known: dict[development_rows.Key, Development] = {}
    only = "AND EXISTS (SELECT 1 FROM decisions d WHERE d.item = i.id) " if decided else ""
    query = f"SELECT {ITEM_COLUMNS} FROM items i WHERE i.arrival_at >= ? AND i.id > ? {only}ORDER BY {ITEM_ORDER}"  # noqa: S608
    for rows in db.chunks(query, (moment_text(since), after), _CHUNK):
        items = [to_item(row) for row in rows]
        ids = row_ids(item.id for item in items)
        matches, decisions = _matches_in(db, ids), _decisions_in(db, ids, known)
        yield from ((item, tuple(matches.get(item.id, ())), tuple(decisions.get(item.id, ()))) for item in items)


def rename(db: Database, old: str, new: str) -> None:
    """Give a storyline its new slug everywhere; ids and keys of alerts stay.

    Raises UsageError where ``old`` is not there or ``new`` is taken. The caller's transaction makes it whole.
    """
    if db.row("SELECT 1 FROM storylines WHERE slug = ?", (holdable(old),)) is None:
        raise UsageError(f"there is no storyline {old!r}")
    if db.row("SELECT 1 FROM storylines WHERE slug = ?", (new,)) is not None:
        raise UsageError(f"there is already a storyline {new!r}")
    db.execute("PRAGMA defer_foreign_keys = ON")  # children follow by cascade, in no order that holds at each step
    db.execute("UPDATE storylines SET slug = ? WHERE slug = ?", (new, old))
    db.execute("UPDATE timers SET storyline = ? WHERE storyline = ?", (new, old))
    db.execute("UPDATE mutes SET storyline = ? WHERE storyline = ?", (new, old))
    ledger.rename(db, old, new)
    outbox.rename(db, old, new)


def _followed(db: Database) -> list[Row]:
    return db.rows("SELECT slug, rule_hash, archived_at FROM storylines")


def _matches_in(db: Database, ids: str) -> dict[str, list[Match]]:
    grouped: dict[str, list[Match]] = defaultdict(list)
    query = (
        f"SELECT {_MATCH} FROM matches WHERE item IN (SELECT value FROM json_each(?)) ORDER BY score DESC, storyline"  # noqa: S608
    )
    for row in db.rows(query, (ids,)):
        grouped[str(row[0])].append(_match(row))
    return grouped


def _decisions_in(db: Database, ids: str, known: dict[development_rows.Key, Development]) -> dict[str, list[Decision]]:
    grouped: dict[str, list[Decision]] = defaultdict(list)
    query = f"SELECT {_DECISION} FROM decisions WHERE item IN (SELECT value FROM json_each(?)) ORDER BY id"  # noqa: S608
    for decision in _decisions(db, db.rows(query, (ids,)), known):
        grouped[decision.item].append(decision)
    return grouped


def _match(row: Row) -> Match:
    item, storyline, score, evidence, possible, seed = row
    return Match(str(item), storyline, score, from_json(Evidence, evidence), bool(possible), bool(seed))


def _decision_values(d: Decision) -> tuple[object, ...]:
    return (
        d.storyline,
        row_id(d.item),
        moment_text(d.at),
        d.verdict.value,
        holdable(d.because),
        d.development.number if d.development else None,
        texts(s.value for s in d.signals),
        texts(d.taken),
        holdable(d.cue),
        d.nearest,
        json.dumps(d.numbers),
        d.rule_hash,
    )


def _decisions(db: Database, rows: Sequence[Row], known: dict[development_rows.Key, Development]) -> list[Decision]:
    """The decisions of ``rows``; developments not yet in ``known`` are read into it."""
    keys = {(row[0], row[5]) for row in rows if row[5] is not None} - known.keys()
    known.update(development_rows.several(db, keys) if keys else {})
    return [replace(_decision(row), development=known.get((row[0], row[5]))) for row in rows]


def _decision(row: Row) -> Decision:
    slug, item, at, verdict, because, _, signals, taken, cue, nearest, numbers, rule_hash = row
    return Decision(
        slug,
        str(item),
        moment(at),
        Verdict(verdict),
        because,
        signals=tuple(Signal(s) for s in json.loads(signals)),
        taken=tuple(json.loads(taken)),
        cue=cue,
        nearest=nearest,
        numbers=tuple((name, float(value)) for name, value in json.loads(numbers)),
        rule_hash=rule_hash,
    )
