"""Coverage: how loud each storyline is and who speaks in it, from what the writer sums up as it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.codec import moment, moment_text
from monitor.store.database import Database
from monitor.store.rows import texts

SAMPLE = 5000  # of a storyline's newest items, for its outlets and languages
Counts = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class FeedFlow:
    """What a feed brought in a span: items, and how many of them matched a storyline."""

    items: int = 0
    matched: int = 0


def volumes(db: Database, slugs: Sequence[str], since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """Return for each of ``slugs`` how many items matched a day ("2025-03-18", UTC); possible ones are not counted.

    The hours of ``since`` and ``until`` are counted whole.
    """
    found = db.rows(
        "SELECT storyline, substr(hour, 1, 10), sum(items) FROM coverage WHERE storyline IN "
        "(SELECT value FROM json_each(?)) AND hour >= ? AND hour <= ? GROUP BY 1, 2 HAVING sum(items) > 0",
        (texts(slugs), _hour(since), _hour(until)),
    )
    told: dict[str, dict[str, int]] = {}
    for slug, day, count in found:
        told.setdefault(slug, {})[day] = count
    return told


def volume(db: Database, slug: str, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many items matched ``slug`` in each hour ("2025-03-18T12", UTC), the first and the last whole."""
    found = db.rows(
        "SELECT hour, items FROM coverage WHERE storyline = ? AND hour >= ? AND hour <= ? AND items > 0",
        (slug, _hour(since), _hour(until)),
    )
    return dict(found)


def matched(db: Database, slug: str) -> tuple[int, int]:
    """Return how many items matched ``slug``, and how many nearly did."""
    found = db.row("SELECT total(items), total(possible) FROM coverage WHERE storyline = ?", (slug,))
    return (int(found[0]), int(found[1])) if found else (0, 0)


def matched_since(db: Database, since: datetime) -> set[str]:
    """Return the storylines that an item matched since then."""
    # Named, as the planner prefers to walk through the whole of the other index to find the storylines in order.
    query = "SELECT DISTINCT storyline FROM matches INDEXED BY matches_by_at WHERE at >= ? AND NOT possible"
    return {row[0] for row in db.rows(query, (moment_text(since),))}


def moved_since(db: Database, slug: str, since: datetime) -> bool:
    """Return whether an item matched ``slug`` since then."""
    query = "SELECT 1 FROM matches WHERE storyline = ? AND at >= ? AND NOT possible LIMIT 1"
    return db.row(query, (slug, moment_text(since))) is not None


def span(db: Database, slug: str) -> tuple[datetime, datetime] | None:
    """Return when the first and the last item matched ``slug``; None where none did."""
    found = db.row(
        "SELECT (SELECT min(at) FROM matches WHERE storyline = ?1), (SELECT max(at) FROM matches WHERE storyline = ?1)",
        (slug,),
    )
    return (moment(found[0]), moment(found[1])) if found and found[0] else None


def voices(db: Database, slug: str) -> tuple[Counts, Counts]:
    """Return who speaks in the newest items of ``slug``, and in which languages, the most frequent first."""
    found = db.rows(
        "SELECT source, lang, count(*) FROM (SELECT source, lang FROM matches WHERE storyline = ? AND NOT possible "
        "ORDER BY at DESC LIMIT ?) GROUP BY 1, 2",
        (slug, SAMPLE),
    )
    outlets: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for source, lang, count in found:
        outlets[source] += count
        languages[lang] += count
    return _ranked(outlets), _ranked(languages)


def _ranked(counted: Counter[str]) -> Counts:
    return sorted(counted.items(), key=lambda row: (-row[1], row[0]))


def feed_flow(db: Database, since: datetime) -> dict[str, FeedFlow]:
    """Return what each feed brought since the day (UTC) of ``since`` began."""
    found = db.rows(
        "SELECT feed, sum(items), sum(matched) FROM feed_days WHERE day >= ? GROUP BY feed", (moment_text(since)[:10],)
    )
    return {feed: FeedFlow(items, matched) for feed, items, matched in found}


def _hour(at: datetime) -> str:
    return moment_text(at)[:13]
