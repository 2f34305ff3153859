"""Times: moments as the page says them, on the clock of the configured time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_UNITS = ((172_800, 86_400, "d"), (5400, 3600, "h"), (90, 60, "min"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Times:
    """How moments are said: in ``zone``, as seen from ``now``."""

    zone: ZoneInfo
    now: datetime

    def here(self, at: datetime) -> datetime:
        """``at`` on this clock."""
        return at.astimezone(self.zone)

    def iso(self, at: datetime) -> str:
        """``at`` for machines: ``2025-03-18T12:00:00Z``."""
        return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def clock(self, at: datetime) -> str:
        """The time of day: ``15:04``."""
        return f"{self.here(at):%H:%M}"

    def plain(self, at: datetime) -> str:
        """The date for machines: ``2025-03-18``."""
        return f"{self.here(at):%Y-%m-%d}"

    def date(self, at: datetime) -> str:
        """The date: ``18 Mar``, with the year where it is not this one."""
        here = self.here(at)
        year = "" if here.year == self.here(self.now).year else f" {here.year}"
        return f"{here.day} {_MONTHS[here.month - 1]}{year}"

    def short(self, at: datetime) -> str:
        """Date and time: ``18 Mar, 15:04``, with the year where it is not this one."""
        return f"{self.date(at)}, {self.clock(at)}"

    def day(self, at: datetime) -> str:
        """The day in full: ``Tuesday, 18 March 2025`` as ``Tuesday, 18 Mar 2025``."""
        here = self.here(at)
        return f"{_DAYS[here.weekday()]}, {here.day} {_MONTHS[here.month - 1]} {here.year}"

    def full(self, at: datetime) -> str:
        """Date and time: ``18 Mar 2025, 15:04``."""
        here = self.here(at)
        return f"{day_of(here)}, {here:%H:%M}"

    def ago(self, at: datetime | None) -> str:
        """How long ago it was: ``5 min ago``; ``in 3 h`` for what is to come; ``never`` for None."""
        if at is None:
            return "never"
        return f"{lasting(self.now - at)} ago" if at <= self.now else f"in {lasting(at - self.now)}"


def day_of(day: date) -> str:
    """A date with its year: ``18 Mar 2025``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def lasting(length: timedelta) -> str:
    """``length`` in its largest unit: ``40 s``, ``5 min``, ``3 h``, ``12 d``."""
    seconds = max(0, int(length.total_seconds()))
    for least, size, unit in _UNITS:
        if seconds >= least:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
