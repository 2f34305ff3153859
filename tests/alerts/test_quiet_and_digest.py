"""Quiet hours and digests on the clocks of real places, over summer time and back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.digest import next_digest
from monitor.alerts.quiet import quiet_until
from monitor.model.alert import QuietHours, Route


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def route(start: str, end: str, zone: str = "UTC") -> Route:
    return Route("r", timezone=zone, quiet_hours=QuietHours(time.fromisoformat(start), time.fromisoformat(end)))


NIGHT = ("22:00", "06:30")


@pytest.mark.parametrize(
    ("hours", "zone", "now", "until"),
    [
        (NIGHT, "UTC", "2025-03-18 21:59:59", None),
        (NIGHT, "UTC", "2025-03-18 22:00", "2025-03-19 06:30"),
        (NIGHT, "UTC", "2025-03-19 00:00", "2025-03-19 06:30"),
        (NIGHT, "UTC", "2025-03-19 06:29:59", "2025-03-19 06:30"),
        (NIGHT, "UTC", "2025-03-19 06:30", None),
        (("12:00", "14:00"), "UTC", "2025-03-19 13:00", "2025-03-19 14:00"),
        (("12:00", "14:00"), "UTC", "2025-03-19 14:00", None),
        (("12:00", "12:00"), "UTC", "2025-03-19 12:00", None),
        (NIGHT, "Asia/Kolkata", "2025-03-18 16:30", "2025-03-19 01:00"),
        (NIGHT, "America/Los_Angeles", "2025-03-19 05:00", "2025-03-19 13:30"),
        # The clocks go forward on 30 March and back on 26 October at 01:00 UTC.
        (NIGHT, "Europe/London", "2025-03-29 23:00", "2025-03-30 05:30"),
        (NIGHT, "Europe/London", "2025-10-25 22:00", "2025-10-26 06:30"),
        # 01:30 is skipped in spring, and shown twice in autumn.
        (("22:00", "01:30"), "Europe/London", "2025-03-30 00:59", "2025-03-30 01:30"),
        (("22:00", "01:30"), "Europe/London", "2025-10-26 00:10", "2025-10-26 00:30"),
        (("22:00", "01:30"), "Europe/London", "2025-10-26 00:30", None),
        (("22:00", "01:30"), "Europe/London", "2025-10-26 01:10", None),
    ],
)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(
    hours: tuple[str, str], zone: str, now: str, until: str | None
) -> None:
    assert quiet_until(route(*hours, zone), at(now)) == (at(until) if until else None)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - as it asks
    st.times(),
    st.times(),
    st.sampled_from(["UTC", "Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_an_end_lies_ahead_within_a_day_and_is_not_quiet(now: datetime, start: time, end: time, zone: str) -> None:
    quiet = Route("r", timezone=zone, quiet_hours=QuietHours(start, end))
    until = quiet_until(quiet, now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        following = quiet_until(quiet, until)
        assert following is None or following > until
    assert quiet_until(Route("r", timezone=zone), now) is None


@pytest.mark.parametrize(
    ("cron", "zone", "after", "due"),
    [
        ("0 7 * * *", "UTC", "2025-03-18 06:59", "2025-03-18 07:00"),
        ("0 7 * * *", "UTC", "2025-03-18 07:00", "2025-03-19 07:00"),
        ("0 7 * * *", "Europe/London", "2025-03-29 08:00", "2025-03-30 06:00"),
        ("0 7 * * *", "Europe/London", "2025-10-25 08:00", "2025-10-26 07:00"),
        ("30 1 * * *", "Europe/London", "2025-03-29 12:00", "2025-03-30 01:00"),
        ("0 8 * * 1", "Asia/Tokyo", "2025-03-18 12:00", "2025-03-23 23:00"),
        ("0 7 1 * *", "UTC", "2025-03-18 12:00", "2025-04-01 07:00"),
        ("", "UTC", "2025-03-18 12:00", None),
    ],
)
def test_a_digest_is_due_when_its_cron_line_says_so_in_its_time_zone(
    cron: str, zone: str, after: str, due: str | None
) -> None:
    assert next_digest(Route("r", timezone=zone, digest=cron), at(after)) == (at(due) if due else None)
