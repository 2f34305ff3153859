"""Quiet hours: when a route must not be disturbed, in its own time zone, over summer time and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from monitor.model.alert import QuietHours, Route


def quiet_until(route: Route, now: datetime) -> datetime | None:
    """Return the UTC moment at which the quiet hours around ``now`` end, None when ``now`` is not quiet.

    An end that the clocks skip comes when they have skipped it; one that they show twice comes at
    the first of the two. Hours that start when they end are no hours at all.
    """
    hours = route.quiet_hours
    if hours is None or hours.start == hours.end:
        return None
    zone = ZoneInfo(route.timezone)
    today = now.astimezone(zone).date()
    spans = (_span(hours, today + timedelta(days=shift), zone) for shift in (-1, 0, 1))
    return next((end for start, end in spans if start <= now < end), None)


def _span(hours: QuietHours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last = day if hours.start < hours.end else day + timedelta(days=1)
    return _moment(day, hours.start, zone), _moment(last, hours.end, zone)


def _moment(day: date, at: time_of_day, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at.replace(tzinfo=None), tzinfo=zone).astimezone(UTC)
