"""Digest: when it is due, and in which order it tells what was held back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from monitor.model.alert import LedgerEntry, Route
from monitor.model.development import Reason, Signal

MOST = 50  # lines a digest tells; a longer one is not read

# What changes the picture stands before what adds to it.
_RANK = {
    Reason.DENIED: 0,
    Reason.STAGE: 1,
    Reason.OPENED: 2,
    Reason.CORRECTED: 3,
    Reason.FIGURE: 4,
    Reason.NEWS: 5,
    Signal.REVIVED: 6,
    Signal.SURGED: 7,
    Signal.CORROBORATED: 8,
    Signal.QUIET: 9,
}


def next_digest(route: Route, after: datetime) -> datetime | None:
    """Return the UTC moment of the route's first digest after ``after``, None when it has none.

    The cron line is read in the route's time zone, with Debian cron's rules for summer time.
    """
    if not route.digest:
        return None
    due = next(CronSim(route.digest, after.astimezone(ZoneInfo(route.timezone))), None)
    return due.astimezone(UTC) if due else None


def ranked(entries: Iterable[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """Return ``entries`` most important first: by Reason, number of origins, and how recent they are."""
    return tuple(sorted(entries, key=_importance))


def _importance(entry: LedgerEntry) -> tuple[int, int, float, str, int, str]:
    rank = _RANK.get(entry.reason, len(_RANK))  # type: ignore[call-overload]  # a StrEnum is its string
    return (rank, -len(entry.line.origins), -entry.at.timestamp(), entry.storyline, entry.development, entry.reason)
