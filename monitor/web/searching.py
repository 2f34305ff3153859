"""Searching: items by their words, narrowed by storyline, outlet, language and time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model.settings import Settings
from monitor.store import page, search
from monitor.store.database import Database
from monitor.store.search import Query
from monitor.web.plain import Report, report

ON_PAGE = 40


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


def view(db: Database, settings: Settings, query: Query) -> SearchView:
    """Return the newest items that fit ``query``; nothing where nothing is asked."""
    asked = any((query.words.strip(), query.storyline, query.source, query.lang, query.since, query.until))
    items = search.find(db, query, ON_PAGE + 1) if asked else []
    more = len(items) > ON_PAGE
    items = items[:ON_PAGE]
    matches = page.storylines_of(db, [item.id for item in items])
    found = tuple(Found(report(i, summary=True), tuple(matches.get(i.id, ()))) for i in items)
    slugs = tuple(rule.slug for rule in settings.rules)
    languages = tuple(search.languages(db))
    return SearchView(query, found, int(items[-1].id) if more else 0, slugs, languages)


def asked_for(values: dict[str, str], zone: ZoneInfo) -> Query:
    """Return the query in ``values`` as a form sends them; what cannot be read does not narrow.

    ``since`` and ``until`` are days of ``zone``, the last one included; ``hour`` (2025-03-18T15) stands for both.
    """
    before = values.get("before", "")
    since, until = _day(values.get("since", ""), zone), _day(values.get("until", ""), zone, 1)
    if hour := _moment(values.get("hour", "")[:13], zone):
        since, until = hour, hour + timedelta(hours=1)
    query = Query(
        values.get("q", "")[:300], values.get("storyline", "")[:80], values.get("source", "")[:80],
        values.get("lang", "")[:8], since, until,
    )  # fmt: skip
    return replace(query, before=int(before)) if before.isascii() and before.isdecimal() and len(before) < 19 else query


def _day(value: str, zone: ZoneInfo, after: int = 0) -> datetime | None:
    """The moment at which the day began that comes so many days ``after`` the one that ``value`` names."""
    try:
        return _moment((datetime.fromisoformat(value[:10]) + timedelta(days=after)).isoformat(), zone)
    except (ValueError, OverflowError):
        return None


def _moment(value: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
