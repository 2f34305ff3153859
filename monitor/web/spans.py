"""Spans: which stretch of time a storyline's chart shows. Pure: moments in, moments out."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.web.times import Times

SPANS = ("day", "week", "month", "all")
DAY = timedelta(days=1)
_LENGTHS = {"day": 1, "week": 7, "month": 30}


def window(
    stored: tuple[datetime, datetime] | None, span: str, at: datetime | None, times: Times
) -> tuple[str, datetime, datetime, int]:
    """Return the span's name, start, end and step in hours: whole days of this clock, at most 190 steps.

    ``stored``: first and last match. The span ends with the day of ``at``; without it, with the last match or now.
    """
    first, last = stored or (times.now, times.now)
    last = max(first, min(last, times.now))
    length = (midnight(last, times) - midnight(first, times)).days + 1
    if span not in SPANS:
        span = "all" if length <= 120 else "month"
    end = midnight(at or last, times) + DAY
    if span == "all":
        start, end = midnight(first, times), midnight(last, times) + DAY
        step_h = 1 if length <= 4 else 24 if length <= 190 else 168
        return span, start, end, step_h
    return span, end - _LENGTHS[span] * DAY, end, 1 if span != "month" else 24


def midnight(at: datetime, times: Times) -> datetime:
    """Return the moment the day of ``at`` began on this clock."""
    here = times.here(at)
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def neighbours(span: str, until: datetime) -> tuple[datetime, datetime]:
    """Return days in the span before and in the span after the one that ends at ``until``."""
    length = timedelta(days=_LENGTHS.get(span, 1))
    return until - DAY - length, until - DAY + length
