"""View: what the words of an alert are made from, as the store has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.values import View
from monitor.model.alert import Alert, LedgerEntry, LedgerState
from monitor.model.development import Development, Reason
from monitor.model.settings import Settings
from monitor.store import coverage
from monitor.store import developments as development_rows
from monitor.store import items as item_rows
from monitor.store import ledger as ledger_rows
from monitor.store.database import Database

EARLIER = 6  # developments before it, shown under "what was known"
_REASONS = frozenset(r.value for r in Reason)
DAYS = 14  # shown in the chart


def view_of(db: Database, settings: Settings, alert: Alert) -> View:
    """Return what ``alert`` refers to: its items, the storylines' phrases, what was told and reported before."""
    route = settings.routes.get(alert.route)
    zone = route.timezone if route else settings.timezone
    return View(
        items=item_rows.get(db, [item for line in alert.lines for item in line.items]),
        storylines={rule.slug: rule.storyline.phrase or rule.slug for rule in settings.rules},
        earlier={slug: _before(db, alert, slug) for slug in {line.storyline for line in alert.lines}},
        timezone=zone,
        corrected=dict(_corrected(db, alert)),
        days=_days(db, alert.storyline, alert.at, zone) if alert.storyline else {},
    )


def told_before(view: View) -> LedgerEntry | None:
    """Return what the route was told that the alert corrects, None for none: its mail answers that one."""
    return next((e for e in view.corrected.values() if e.state is LedgerState.TOLD and e.alert), None)


def _before(db: Database, alert: Alert, slug: str) -> tuple[Development, ...]:
    first = min(line.development for line in alert.lines if line.storyline == slug)
    return tuple(development_rows.load(db, slug, limit=EARLIER, before=first))


def _corrected(db: Database, alert: Alert) -> Iterable[tuple[tuple[str, int], LedgerEntry]]:
    for line in alert.lines:
        if line.corrects:
            entry = _told(ledger_rows.of_development(db, line.storyline, line.corrects), alert)
            if entry is not None:
                yield (line.storyline, line.corrects), entry


def _told(entries: Iterable[LedgerEntry], alert: Alert) -> LedgerEntry | None:
    """What the alert's route was told of a development, signals apart, unless this very alert tells it too."""
    return next((e for e in entries if e.route == alert.route and e.alert != alert.id and e.reason in _REASONS), None)


def _days(db: Database, slug: str, at: datetime, zone: str) -> Mapping[date, int]:
    """Return how many reports of the storyline came on each of the last days, by the route's calendar."""
    here = ZoneInfo(zone)
    last = at.astimezone(here).date()
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    begun = datetime.combine(days[0], datetime.min.time(), here).astimezone(UTC)
    counted: Counter[date] = Counter()
    for hour, items in coverage.volume(db, slug, begun, at).items():
        counted[datetime.fromisoformat(f"{hour}:00:00Z").astimezone(here).date()] += items
    return {day: counted[day] for day in days}
