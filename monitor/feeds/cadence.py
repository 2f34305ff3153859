"""Cadence: when a feed is asked next, and why. Pure; chance comes from the generator that is handed in.

The interval falls with a power of what a feed publishes. For a given number of requests over many feeds
the square root finds all feeds' items soonest on average (Cho and Garcia-Molina, "Effective page refresh
policies for web crawlers", 2003, treat the same question for pages); a little more favours the feeds that
most items come from. Within the day it follows the hours in which the feed publishes (hours.py).
``benchmarks/feeds_cadence.py`` measures what that brings.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp

from monitor.feeds.hours import learned, wait_s
from monitor.lang.safe import one_line
from monitor.model.feed import FeedState, Habits, Validators
from monitor.model.poll import Fetched, FetchFailed, Gone, Hints, NotModified, Polled

_DAY_S = 86_400.0
_AT_ONE_A_DAY_S = 8_500.0  # interval of a feed with one new item a day; 100 a day: every seven minutes
POWER = 0.65
_MEMORY_DAYS = 2.0  # how fast the estimate follows
_HINT_S = 3_600.0  # a feed's own wishes count up to this: templates say anything
_BACKOFF_S = _DAY_S  # no feed is ever given up
_UNREACHED_S = 3_600.0  # ... and one that was not reached costs it nothing: after our own outage all come back
_UNREACHED = frozenset({"dns", "connect", "timeout"})
_NEVER_WHOLE = "torn: the document never ends; read up to its last complete entry"
_LEAST_S = 60.0
_LOOK_BACK = timedelta(days=10)  # in a first document


def plan(state: FeedState, polled: Polled, new: int, bounds_s: tuple[int, int], rng: random.Random) -> FeedState:
    """Return the feed's whole next state after ``polled``, which brought ``new`` new items.

    ``bounds_s`` are the least and greatest seconds between two polls that go well. A failed poll
    keeps validators, hash and title, so that what it missed is asked for again.
    """
    outcome = polled.outcome
    seen = replace(state, last_polled_at=polled.at)
    if isinstance(outcome, Gone):
        next_s = _DAY_S * rng.uniform(0.9, 1.0)
        gone = replace(
            seen, gone=True, failures=state.failures + 1, last_error="gone: the publisher ended the feed (410)"
        )
        return _due(gone, polled.at, next_s, "410 Gone: asked once a day")
    if isinstance(outcome, FetchFailed):
        return _failed(seen, polled, outcome, bounds_s, rng)
    return _went_well(seen, state, polled, outcome, new, bounds_s, rng)


def _went_well(
    seen: FeedState,
    old: FeedState,
    polled: Polled,
    outcome: Fetched | NotModified,
    new: int,
    bounds_s: tuple[int, int],
    rng: random.Random,
) -> FeedState:
    at = polled.at
    rate = _rate(old, polled, new)
    habits = _habits(old, polled, new)
    hints = Hints(habits.ttl_s, outcome.max_age_s or polled.hints.max_age_s, habits.skip_hours, habits.skip_days)
    interval_s, why = _interval(at, rate, habits, hints, bounds_s)
    first = old.first_polled_at is None
    # After a first poll all feeds would march in step; later a tenth either way keeps them apart.
    interval_s *= rng.uniform(0.5, 1.0) if first else rng.uniform(0.9, 1.1)
    interval_s = min(max(interval_s, bounds_s[0]), bounds_s[1])
    read = isinstance(outcome, Fetched)
    state = replace(
        seen,
        url=outcome.moved_to or old.url,
        validators=Validators() if read and not polled.body_hash else outcome.validators,
        body_hash=polled.body_hash if read else old.body_hash,
        first_polled_at=old.first_polled_at or at,
        last_ok_at=at,
        last_changed_at=at if new else old.last_changed_at,
        last_full_at=at if read or (isinstance(outcome, NotModified) and outcome.same_body) else old.last_full_at,
        failures=0,
        last_error=_NEVER_WHOLE if read and not polled.body_hash else "",
        gone=False,
        changes_per_day=rate,
        title=one_line(polled.title, 200) or old.title,
        habits=habits,
    )
    waited_s = _skipped(at + timedelta(seconds=interval_s), hints, bounds_s)
    if waited_s:
        why += "; not in the hours or days the feed asks to skip"
    return _due(state, at, interval_s + waited_s, why)


def _failed(
    seen: FeedState, polled: Polled, outcome: FetchFailed, bounds_s: tuple[int, int], rng: random.Random
) -> FeedState:
    failures = seen.failures + 1
    cap_s = max(_UNREACHED_S, float(bounds_s[0])) if outcome.kind in _UNREACHED else _BACKOFF_S
    next_s = min(max(_LEAST_S, bounds_s[0]) * 2.0 ** min(failures - 1, 20), cap_s)
    why = f"failed {'once' if failures == 1 else f'{failures} times'} ({outcome.kind}): trying again in {_span(next_s)}"
    asked_s = min(outcome.retry_after_s or 0.0, _BACKOFF_S)
    if asked_s > next_s:
        next_s, why = asked_s, f"the server asked to wait {_span(asked_s)}"
    state = replace(seen, failures=failures, last_error=one_line(f"{outcome.kind}: {outcome.detail}", 200))
    # Jitter only shortens a wait that is our own: what a server asked for is kept.
    return _due(state, polled.at, next_s * (rng.uniform(1.0, 1.1) if asked_s else rng.uniform(0.75, 1.0)), why)


def _rate(old: FeedState, polled: Polled, new: int) -> float:
    """Return the new estimate of items a day: exponentially smoothed over about two days."""
    if old.first_polled_at is None or old.last_ok_at is None:
        return _rate_of_document(polled)
    days = max((polled.at - old.last_ok_at).total_seconds(), 1.0) / _DAY_S
    weight = 1 - exp(-days / _MEMORY_DAYS)
    return old.changes_per_day + weight * (new / days - old.changes_per_day)


def _rate_of_document(polled: Polled) -> float:
    """Return a first guess from the dates in the first document: of the last day and of the last week."""
    ages = [polled.at - c.published_at for c in polled.candidates if c.published_at]
    day = sum(age <= timedelta(days=1) for age in ages)
    week = sum(age <= timedelta(days=7) for age in ages)
    return max(day, week / 7) if ages else 10.0  # a feed without dates: ask often enough to learn


def _habits(old: FeedState, polled: Polled, new: int) -> Habits:
    """Return what is known of the feed's hours now; its wishes stay in force until another document says otherwise."""
    habits = old.habits
    if isinstance(polled.outcome, Fetched):
        said = polled.hints
        habits = Habits(habits.hours, said.ttl_s, said.skip_hours, said.skip_days)
    since = old.last_ok_at or polled.at - _LOOK_BACK
    dated = [c.published_at for c in polled.candidates if c.published_at and since < c.published_at <= polled.at]
    found = (dated or [polled.at])[:new] if new > 0 else []
    return replace(habits, hours=learned(habits.hours, polled.at - since, found))


def _interval(at: datetime, rate: float, habits: Habits, hints: Hints, bounds_s: tuple[int, int]) -> tuple[float, str]:
    low, high = float(bounds_s[0]), float(bounds_s[1])
    even_s = _AT_ONE_A_DAY_S / max(rate, 1e-4) ** POWER
    own_s = wait_s(at, even_s, POWER, habits.hours, high)
    interval_s = max(own_s, low)
    when = _hour_word(own_s, min(even_s, high)) if interval_s > low else ""
    why = f"{rate:.1f} new items a day{when}: asked in {_span(interval_s)}"
    for wish_s, name in ((hints.ttl_s, "ttl"), (hints.max_age_s, "max-age")):
        wished_s = min(float(wish_s or 0), _HINT_S, high)
        if wished_s > interval_s:
            interval_s, why = wished_s, f"{rate:.1f} new items a day, but the feed asks for {_span(wished_s)} ({name})"
    return interval_s, why


def _hour_word(own_s: float, even_s: float) -> str:
    if own_s > 1.5 * even_s:
        return ", few at this hour"
    return ", most at this hour" if own_s * 1.5 < even_s else ""


def _skipped(due_at: datetime, hints: Hints, bounds_s: tuple[int, int]) -> float:
    """Return for how many seconds more to wait: until an hour and day the feed does not ask to skip.

    Never longer than the greatest interval: a feed that skips everything is asked all the same.
    """
    if not hints.skip_hours and not hints.skip_days:
        return 0.0
    moment, limit = due_at, due_at + timedelta(seconds=bounds_s[1])
    while moment < limit and (moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days):
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return (min(moment, limit) - due_at).total_seconds()


def _due(state: FeedState, at: datetime, in_s: float, why: str) -> FeedState:
    return replace(state, next_poll_at=at + timedelta(seconds=in_s), why=why)


def _span(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
