"""Searching: items by their words, narrowed by storyline, outlet, language and time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model.settings import Settings
from monitor.store import search
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.store.search import Query
from monitor.web.plain import Report, report

ON_PAGE = 40
_LANGUAGES_OF = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Found:
    """An item, and the storylines it matched."""

    item: Report
    storylines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchView:
    """What was found. ``before``: the row number to go on from, 0 where there is no more."""

    query: Query
    found: tuple[Found, ...]
    before: int
    storylines: tuple[str, ...]
    languages: tuple[str, ...]


def view(db: Database, settings: Settings, query: Query, now: datetime) -> SearchView:
    """Return the newest items that fit ``query``; nothing where nothing is asked."""
    asked = any((query.words.strip(), query.storyline, query.source, query.lang, query.since, query.until))
    items = search.find(db, query, ON_PAGE + 1) if asked else []
    more = len(items) > ON_PAGE
    items = items[:ON_PAGE]
    matches = {i.id: tuple(m.storyline for m in storyline_rows.matches_of(db, i.id) if not m.possible) for i in items}
    found = tuple(Found(report(i, summary=True), matches[i.id]) for i in items)
    slugs = tuple(rule.slug for rule in settings.rules)
    languages = tuple(search.languages(db, now - _LANGUAGES_OF))
    return SearchView(query, found, int(items[-1].id) if more else 0, slugs, languages)


def asked_for(values: dict[str, str], zone: ZoneInfo) -> Query:
    """Return the query in ``values`` as a form sends them; what cannot be read does not narrow.

    ``since`` and ``until`` are days of ``zone``, the last one included, or moments (2025-03-18T15:00).
    """
    before = values.get("before", "")
    since, until = _moment(values.get("since", ""), zone, 0), _moment(values.get("until", ""), zone, 1)
    query = Query(
        values.get("q", "")[:300], values.get("storyline", "")[:80], values.get("source", "")[:80],
        values.get("lang", "")[:8], since, until,
    )  # fmt: skip
    return replace(query, before=int(before)) if before.isascii() and before.isdecimal() and len(before) < 19 else query


def _moment(value: str, zone: ZoneInfo, days: int) -> datetime | None:
    """The moment that ``value`` names; where it is a whole day, so many ``days`` after that began."""
    try:
        at = datetime.fromisoformat(value[:16])
        at += timedelta(days=days if len(value) <= len("2025-03-18") else 0)
        return at.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
