"""The hours of a day a feed publishes in: counted, forgotten, and turned into waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.hours import learned, wait_s

NOON = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
counts = st.lists(st.floats(0, 1e4), min_size=24, max_size=24).map(tuple) | st.just(())


def test_items_are_counted_by_their_hour_and_fade() -> None:
    once = learned((), DAY, [NOON, NOON, NOON.replace(hour=3)])
    assert (once[12], once[3], sum(once)) == (2.0, 1.0, 3.0)
    later = learned(once, 60 * DAY, [NOON])
    assert 1.0 < later[12] < 1.2
    assert learned(once, DAY, []) == once
    assert sum(learned((), DAY, [NOON] * 10_000)) <= 50


@given(counts, st.floats(60, 1e6), st.integers(0, 86_399), st.floats(60, 1e5))
def test_a_wait_is_never_longer_than_allowed(
    hours: tuple[float, ...], even_s: float, second: int, most_s: float
) -> None:
    at = NOON.replace(hour=0) + timedelta(seconds=second)
    assert 0 < wait_s(at, even_s, 0.65, hours, most_s) <= most_s


@given(st.floats(60, 80_000), st.integers(0, 86_399))
def test_an_even_day_changes_nothing(even_s: float, second: int) -> None:
    at = NOON.replace(hour=0) + timedelta(seconds=second)
    assert wait_s(at, even_s, 0.65, (5.0,) * 24, 1e9) == pytest.approx(even_s)
    assert wait_s(at, even_s, 0.65, (), 1e9) == even_s


def test_a_wait_runs_faster_through_the_hours_that_bring_news() -> None:
    noon = tuple(50.0 if h in (11, 12, 13) else 0.0 for h in range(24))
    assert wait_s(NOON, 3_000, 0.65, noon, 1e6) < 1_500
    assert wait_s(NOON.replace(hour=2), 3_000, 0.65, noon, 1e6) > 6_000
    # From the night into the busy hours: it need not go all the way at the night's pace.
    assert wait_s(NOON.replace(hour=9), 9_000, 0.65, noon, 1e6) < wait_s(NOON.replace(hour=0), 9_000, 0.65, noon, 1e6)
