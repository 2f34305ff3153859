"""Moments: the two ways in which nearly all feeds write a date (RFC 822 as RFC 5322 has it, and W3CDTF). Pure.

Everything else is for feedparser, whose readings these are held to (tests/feeds/test_differential.py).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from monitor.feeds.unsure import UnsureError

_RFC822 = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s{1,3})?(\d{1,2})\s{1,3}(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]{0,6}\s{1,3}(\d{4})\s{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?\s{1,3}([a-z]{1,4}|[+-]\d{2}:?\d{2})",
)
_W3C = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(z|[+-]\d{2}:\d{2}|[+-]\d{2}00)?)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"gmt": 0, "utc": 0, "ut": 0, "z": 0, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7,
          "pdt": -7, "pst": -8}  # fmt: skip


def moment(text: str) -> datetime | None:
    """Return the moment that ``text`` tells, None for an empty one. Raises UnsureError for any other form."""
    if not text:
        return None
    said = text.lower()
    try:
        return _rfc822(said) or _w3c(said)
    except (ValueError, OverflowError) as error:
        raise UnsureError(f"date {text[:40]!r}") from error


def _rfc822(said: str) -> datetime | None:
    found = _RFC822.fullmatch(said)
    if not found:
        return None
    day, month, year, hour, minute, second, zone = found.groups()
    at = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
    return at - _offset(zone)


def _w3c(said: str) -> datetime:
    found = _W3C.fullmatch(said)
    if not found:
        raise ValueError
    year, month, day, hour, minute, second, zone = found.groups()
    at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    return at - _offset(zone or "z")


def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        if zone not in _ZONES:
            raise ValueError
        return timedelta(hours=_ZONES[zone])
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    timezone(size)  # refuses a day or more
    return -size if zone[0] == "-" else size
