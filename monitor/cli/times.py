"""Times: moments as a person types them and as a person reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from monitor.errors import UsageError

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def moment(text: str, option: str, now: datetime) -> datetime:
    """Return the moment that ``text`` names: a date, an ISO 8601 moment (UTC without a zone), or how long ago.

    Raises UsageError that names ``option``.
    """
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago:
            return now - timedelta(seconds=int(ago.group(1)) * _UNITS[ago.group(2)])
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f'{option}: "{text}" is no date: write 2025-03-18, 2025-03-18T12:00Z, or how long ago: 12h, 7d'
        ) from None


def span(text: str, option: str) -> timedelta:
    """Return the duration that ``text`` names (``90d``). Raises UsageError that names ``option``."""
    found = _AGO.fullmatch(text.strip())
    if not found:
        raise UsageError(f'{option}: "{text}" is no duration: write a number and a unit, as in 12h, 90d')
    return timedelta(seconds=int(found.group(1)) * _UNITS[found.group(2)])


def stamp(at: datetime | None) -> str:
    """``at`` as a person reads it, in UTC: ``2025-03-18 12:00``; "never" for None."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at is not None else "never"


def lasting(duration: timedelta) -> str:
    """``duration`` in its largest unit: ``40 s``, ``5 min``, ``3 h``, ``12 d``."""
    seconds = max(0, int(duration.total_seconds()))
    for size, unit in ((172_800, "d"), (5400, "h"), (90, "min")):
        if seconds >= size:
            return f"{seconds // {'d': 86_400, 'h': 3600, 'min': 60}[unit]} {unit}"
    return f"{seconds} s"


def ago(at: datetime | None, now: datetime) -> str:
    """How long before ``now`` it was: ``5 min ago``, ``in 3 h`` for what is to come, ``never`` for None."""
    if at is None:
        return "never"
    return f"{lasting(now - at)} ago" if at <= now else f"in {lasting(at - now)}"
