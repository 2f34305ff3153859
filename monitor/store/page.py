"""Page: what the page shows at a glance, in queries that stay quick on a large database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.alert import TimerKind
from monitor.model.codec import from_json, many_from_json, moment, moment_text
from monitor.model.development import Change
from monitor.model.item import Item
from monitor.model.match import Evidence, Match
from monitor.store.database import Database
from monitor.store.rows import ITEM_COLUMNS, holdable, moment_or_none, row_id, row_ids, texts, to_item


@dataclass(frozen=True, slots=True)
class Glance:
    """A followed storyline, and when its last development opened; None: nothing has developed yet."""

    slug: str
    phrase: str
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Followed:
    """A followed storyline with its last development (``number`` 0: none yet). ``origins`` is of that development."""

    slug: str
    phrase: str
    followed_at: datetime
    number: int = 0
    reason: str = ""
    headline: str = ""
    stage: str = ""
    opened_at: datetime | None = None
    origins: tuple[str, ...] = ()
    delta: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A development as a mark on a chart."""

    number: int
    reason: str
    headline: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox in two numbers: what is on its way, and what was given up."""

    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class Held:
    """An item that matched and was not told, with why; ``nearest`` is the development it is most like, 0 for none."""

    item: str
    at: datetime
    because: str
    nearest: int
    score: float


_FOLLOWED = (
    "SELECT s.slug, s.phrase, s.followed_at, coalesce(d.number, 0), coalesce(d.reason, ''), "
    "coalesce(d.headline, ''), coalesce(d.stage, ''), d.opened_at, coalesce(d.origins, '[]'), "
    "coalesce(d.delta, '[]') FROM storylines s LEFT JOIN developments d ON d.storyline = s.slug "
    "AND d.number = (SELECT max(number) FROM developments WHERE storyline = s.slug) "
)


def glances(db: Database) -> list[Glance]:
    """Return the followed storylines by slug, from indexes alone: nothing of their developments but the last moment."""
    found = db.rows(
        "SELECT s.slug, s.phrase, (SELECT opened_at FROM developments WHERE storyline = s.slug "
        "ORDER BY number DESC LIMIT 1) FROM storylines s WHERE s.archived_at IS NULL ORDER BY s.slug"
    )
    return [Glance(slug, phrase, moment_or_none(at)) for slug, phrase, at in found]


def followed(db: Database, slugs: Sequence[str]) -> dict[str, Followed]:
    """Return the storylines ``slugs`` with their last developments."""
    found = db.rows(f"{_FOLLOWED}WHERE s.slug IN (SELECT value FROM json_each(?))", (texts(slugs),))  # noqa: S608
    return {row[0]: _followed(*row) for row in found}


def one_followed(db: Database, slug: str) -> tuple[Followed, bool] | None:
    """Return one storyline with its last development, and whether it is archived; None where there is none."""
    found = db.row(f"{_FOLLOWED}WHERE s.slug = ?", (holdable(slug),))
    archived = db.row("SELECT archived_at IS NOT NULL FROM storylines WHERE slug = ?", (holdable(slug),))
    return (_followed(*found), bool(archived and archived[0])) if found else None


def _followed(slug: str, phrase: str, since: str, number: int, *rest: str) -> Followed:
    reason, headline, stage, opened, origins, delta = rest
    return Followed(
        slug, phrase, moment(since), number, reason, headline, stage, moment(opened) if opened else None,
        tuple(json.loads(origins)), many_from_json(Change, delta) if delta != "[]" else (),
    )  # fmt: skip


def marks(db: Database, slug: str, since: datetime, until: datetime) -> list[Mark]:
    """Return the developments of ``slug`` that opened in the span, oldest first."""
    found = db.rows(
        "SELECT number, reason, headline, opened_at FROM developments "
        "WHERE storyline = ? AND opened_at >= ? AND opened_at <= ? ORDER BY number",
        (slug, moment_text(since), moment_text(until)),
    )
    return [Mark(number, reason, headline, moment(at)) for number, reason, headline, at in found]


def near(db: Database, slug: str, since: datetime, limit: int) -> list[tuple[Match, datetime]]:
    """Return the items that nearly matched ``slug`` since then, the highest scores first."""
    found = db.rows(
        "SELECT item, score, evidence, at FROM matches WHERE storyline = ? AND at >= ? AND possible "
        "ORDER BY score DESC, at DESC LIMIT ?",
        (slug, moment_text(since), limit),
    )
    return [
        (Match(str(i), slug, score, from_json(Evidence, why), possible=True), moment(at)) for i, score, why, at in found
    ]


def texts_of(db: Database, slug: str, since: datetime, limit: int, but: str) -> list[tuple[bool, str, str]]:
    """Return the newest ``limit`` items that matched ``slug``, or nearly (the flag), but one: title and summary."""
    found = db.rows(
        "SELECT m.possible, i.title, i.summary FROM matches m JOIN items i ON i.id = m.item "
        "WHERE m.storyline = ? AND m.at >= ? AND i.id != ? ORDER BY m.at DESC LIMIT ?",
        (slug, moment_text(since), row_id(but), limit),
    )
    return [(bool(possible), title, summary) for possible, title, summary in found]


def met_of(db: Database, slug: str, items: Sequence[str]) -> set[str]:
    """Return which of ``items`` matched ``slug``, or nearly."""
    query = "SELECT item FROM matches WHERE item IN (SELECT value FROM json_each(?)) AND storyline = ?"
    return {str(row[0]) for row in db.rows(query, (row_ids(items), slug))}


def met_before(db: Database, slug: str, at: datetime, limit: int) -> list[tuple[Item, Match]]:
    """Return the last ``limit`` items that matched ``slug`` before ``at``, each with its match, oldest first."""
    found = db.rows(
        f"SELECT m.score, m.evidence, m.seed, {ITEM_COLUMNS} FROM matches m JOIN items i ON i.id = m.item "  # noqa: S608
        "WHERE m.storyline = ? AND m.at < ? AND NOT m.possible ORDER BY m.at DESC LIMIT ?",
        (slug, moment_text(at), limit),
    )
    return [
        (to_item(tuple(row)), Match(str(row[0]), slug, score, from_json(Evidence, why), seed=bool(seed)))
        for score, why, seed, *row in reversed(found)
    ]


def storylines_of(db: Database, items: Sequence[str]) -> dict[str, list[str]]:
    """Return the storylines that each of ``items`` matched, the best first; without those that it nearly did."""
    found = db.rows(
        "SELECT item, storyline FROM matches WHERE item IN (SELECT value FROM json_each(?)) AND NOT possible "
        "ORDER BY item, score DESC, storyline",
        (row_ids(items),),
    )
    told: dict[str, list[str]] = {}
    for item, slug in found:
        told.setdefault(str(item), []).append(slug)
    return told


def newest_since(db: Database, since: datetime, most: int) -> tuple[datetime, int, bool]:
    """Return from when on the newest items are, at most ``most`` of them and none before ``since``.

    The moment, how many there are, and whether that is all since ``since``.
    """
    wanted = moment_text(since)
    cut = db.row(
        "SELECT arrival_at FROM items WHERE arrival_at >= ? ORDER BY arrival_at DESC LIMIT 1 OFFSET ?", (wanted, most)
    )
    start = cut[0] if cut else wanted
    found = db.row("SELECT count(*) FROM items WHERE arrival_at > ?1 OR (arrival_at = ?1 AND ?2)", (start, cut is None))
    return moment(start), int(found[0]) if found else 0, cut is None


def held(db: Database, slug: str, since: datetime, limit: int) -> list[Held]:
    """Return the newest ``limit`` items that matched ``slug`` since then and were not told, newest first."""
    found = db.rows(
        "SELECT d.item, d.at, d.because, d.nearest, coalesce(m.score, 0) FROM decisions d "
        "LEFT JOIN matches m ON m.item = d.item AND m.storyline = d.storyline "
        "WHERE d.storyline = ? AND d.at >= ? AND d.verdict = 'held' ORDER BY d.at DESC, d.id DESC LIMIT ?",
        (slug, moment_text(since), limit),
    )
    return [Held(str(item), moment(at), because, nearest, score) for item, at, because, nearest, score in found]


def alerts_sent(db: Database, slugs: Sequence[str]) -> dict[str, int]:
    """Return how many alerts there were of each of ``slugs``; digests and notices are not counted."""
    return dict(
        db.rows(
            "SELECT storyline, count(*) FROM alerts WHERE storyline IN (SELECT value FROM json_each(?)) GROUP BY 1",
            (texts(slugs),),
        )
    )


def alerts_at(db: Database, slug: str, since: datetime) -> list[datetime]:
    """Return when there were alerts of ``slug`` since then, oldest first."""
    query = "SELECT at FROM alerts WHERE storyline = ? AND at >= ? ORDER BY at"
    return [moment(row[0]) for row in db.rows(query, (slug, moment_text(since)))]


def digests(db: Database) -> dict[str, datetime]:
    """Return when each route's next digest is due."""
    query = "SELECT route, min(due_at) FROM timers WHERE kind = ? GROUP BY route"
    return {route: moment(at) for route, at in db.rows(query, (TimerKind.DIGEST.value,))}


def queue(db: Database) -> Queue:
    """Return how full the outbox is."""
    waiting = db.row("SELECT count(*) FROM deliveries WHERE status IN ('pending', 'claimed')")
    dead = db.row("SELECT count(*) FROM deliveries WHERE status = 'dead'")
    return Queue(waiting[0] if waiting else 0, dead[0] if dead else 0)


def stamp(db: Database) -> str:
    """Return a text that changes when there is something new to see: a decision, an alert, a sending, a mute."""
    found = db.row(
        "SELECT (SELECT max(id) FROM decisions), (SELECT max(at) FROM ledger), (SELECT max(id) FROM deliveries), "
        "(SELECT count(*) FROM deliveries WHERE status IN ('pending', 'claimed')), "
        "(SELECT count(*) FROM deliveries WHERE status = 'dead'), (SELECT count(*) FROM storylines), "
        "(SELECT count(*) || max(until_at) FROM mutes)"
    )
    return "-".join(str(part or 0) for part in found or ())
