"""Cadence: feeds are asked as often as is useful, as seldom as they ask for, and never given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import plan
from monitor.model.feed import FeedState, Validators
from monitor.model.poll import Candidate, Fetched, FetchFailed, FetchOutcome, Gone, Hints, NotModified, Polled

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)  # a Tuesday
BOUNDS = (300, 21_600)
DAY = timedelta(days=1)
OK = Fetched(200, "https://x.example/rss", b"", "", Validators('"2"'))
SAME = NotModified(Validators('"1"'))
STATE = FeedState(
    "x",
    "https://x.example/rss",
    Validators('"1"'),
    body_hash="old",
    first_polled_at=NOW - 30 * DAY,
    last_polled_at=NOW - timedelta(hours=1),
    last_ok_at=NOW - timedelta(hours=1),
    last_full_at=NOW - timedelta(hours=2),
    title="X",
)


def polled(outcome: FetchOutcome = OK, hints: Hints = Hints(), at: datetime = NOW, **fields: object) -> Polled:  # noqa: B008
    return Polled("x", at, outcome, hints=hints, **{"body_hash": "new", **fields})


def wait(state: FeedState) -> float:
    assert state.next_poll_at is not None
    assert state.last_polled_at is not None
    return (state.next_poll_at - state.last_polled_at).total_seconds()


def steady(per_day: float, days: int = 12) -> FeedState:
    """The state after ``days`` of a feed that brings ``per_day`` items, evenly."""
    random, state, at, owed = Random(1), replace(STATE, last_ok_at=NOW, next_poll_at=None), NOW, 0.0
    while at < NOW + days * DAY:
        assert state.next_poll_at is None or state.next_poll_at > at
        at = state.next_poll_at or NOW + timedelta(hours=1)
        owed += per_day * (at - (state.last_ok_at or at)).total_seconds() / 86_400
        state = plan(state, polled(at=at), int(owed), BOUNDS, random)
        owed -= int(owed)
    return state


@pytest.mark.parametrize(
    ("per_day", "least_s", "most_s"),
    [(0.05, 18_000, 21_600), (1, 1_000, 11_000), (25, 700, 1_500), (100, 330, 700), (2_000, 300, 330)],
)
def test_the_interval_follows_what_a_feed_publishes(per_day: float, least_s: int, most_s: int) -> None:
    assert least_s <= wait(steady(per_day)) <= most_s


def test_a_feed_that_fell_silent_is_asked_less_and_less() -> None:
    busy = steady(100)
    at = (busy.last_polled_at or NOW) + 14 * DAY
    assert wait(plan(busy, polled(SAME, at=at), 0, BOUNDS, Random(1))) > 4 * wait(busy)


def test_a_poll_that_went_well_takes_over_all_it_brought() -> None:
    moved = replace(OK, moved_to="https://x.example/new")
    state = plan(
        replace(STATE, failures=4, last_error="dns: x", gone=True), polled(moved, title="X\n2"), 3, BOUNDS, Random(1)
    )
    assert (state.url, state.validators, state.body_hash) == (moved.moved_to, Validators('"2"'), "new")
    assert (state.failures, state.last_error, state.gone, state.title) == (0, "", False, "X 2")
    assert state.last_ok_at == state.last_changed_at == state.last_full_at == state.last_polled_at == NOW
    assert "new items a day" in state.why


def test_a_304_is_well_but_no_full_answer_and_the_same_body_is_one() -> None:
    quiet = plan(STATE, polled(SAME, body_hash=""), 0, BOUNDS, Random(1))
    assert (quiet.last_ok_at, quiet.last_full_at, quiet.body_hash) == (NOW, STATE.last_full_at, "old")
    same = plan(STATE, polled(replace(SAME, same_body=True), body_hash=""), 0, BOUNDS, Random(1))
    assert (same.last_full_at, same.body_hash) == (NOW, "old")


def test_a_failure_keeps_what_is_needed_to_ask_again() -> None:
    state = plan(STATE, polled(FetchFailed("not-a-feed", "a web page")), 0, BOUNDS, Random(1))
    assert (state.validators, state.body_hash, state.last_ok_at) == (STATE.validators, "old", STATE.last_ok_at)
    assert (state.failures, state.last_error) == (1, "not-a-feed: a web page")
    assert 225 <= wait(state) <= 300


def failing(kind: str, times: int) -> FeedState:
    state = STATE
    for _ in range(times):
        state = plan(state, polled(FetchFailed(kind, "x", 500)), 0, BOUNDS, Random(1))
    return state


@pytest.mark.parametrize(("kind", "cap_s"), [("http", 86_400), ("dns", 3_600), ("connect", 3_600), ("parse", 86_400)])
def test_backoff_grows_to_its_cap_and_never_ends(kind: str, cap_s: int) -> None:
    waits = [wait(failing(kind, n)) for n in (1, 3, 6, 20, 2_000)]
    assert waits == sorted(waits)
    assert 0.7 * cap_s <= waits[-1] <= cap_s


@pytest.mark.parametrize(
    ("asked_s", "least_s", "most_s"),
    [(7_200, 7_200, 8_000), (3e8, 86_400, 95_040), (0, 225, 330), (1, 225, 330), (None, 225, 300)],
)
def test_retry_after_is_kept_up_to_a_day(asked_s: float | None, least_s: float, most_s: float) -> None:
    state = plan(STATE, polled(FetchFailed("http", "x", 429, asked_s)), 0, BOUNDS, Random(1))
    assert least_s <= wait(state) <= most_s


def test_a_feed_that_is_gone_is_asked_once_a_day_and_welcome_back() -> None:
    gone = plan(STATE, polled(Gone("https://x.example/rss")), 0, BOUNDS, Random(1))
    assert gone.gone
    assert 0.9 * 86_400 <= wait(gone) <= 86_400
    assert not plan(gone, polled(), 1, BOUNDS, Random(1)).gone


@pytest.mark.parametrize("hints", [Hints(ttl_s=10**9), Hints(max_age_s=10**9), Hints(ttl_s=60, max_age_s=7_200)])
def test_a_feeds_own_wishes_count_up_to_an_hour(hints: Hints) -> None:
    state = plan(replace(STATE, changes_per_day=2_000.0), polled(hints=hints), 80, BOUNDS, Random(1))
    assert 3_240 <= wait(state) <= 3_960
    assert "the feed asks for" in state.why


def test_hours_and_days_to_skip_are_skipped_but_not_for_ever() -> None:
    night = Hints(skip_hours=frozenset({12, 13, 14}))
    due = plan(replace(STATE, changes_per_day=2_000.0), polled(hints=night), 80, BOUNDS, Random(1)).next_poll_at
    assert due == datetime(2025, 3, 18, 15, 0, tzinfo=UTC)
    always = Hints(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7)))
    assert wait(plan(STATE, polled(hints=always), 0, BOUNDS, Random(1))) <= 2 * BOUNDS[1]


def test_a_first_poll_learns_from_the_documents_dates_and_spreads_what_follows() -> None:
    def candidate(hours: float) -> Candidate:
        return Candidate((), "t", "", "", "", "", "", NOW - timedelta(hours=hours))

    new = FeedState("x", "https://x.example/rss")
    busy = polled(candidates=tuple(candidate(h / 4) for h in range(96)))
    waits = {wait(plan(new, busy, 96, BOUNDS, Random(n))) for n in range(20)}
    assert all(300 <= w <= 620 for w in waits)
    assert max(waits) - min(waits) > 100
    slow = polled(candidates=(candidate(100), candidate(900)))
    assert wait(plan(new, slow, 2, BOUNDS, Random(1))) > 3_600


def test_what_a_document_asks_to_skip_holds_while_it_does_not_change() -> None:
    wishes = Hints(ttl_s=3_000, skip_hours=frozenset({12, 13, 14}), skip_days=frozenset({6}))
    busy = plan(replace(STATE, changes_per_day=2_000.0), polled(hints=wishes), 80, BOUNDS, Random(1))
    again = plan(busy, polled(SAME, at=NOW.replace(hour=11, minute=30)), 0, BOUNDS, Random(1))
    assert again.next_poll_at == NOW.replace(hour=15)
    assert (again.habits.ttl_s, again.habits.skip_days) == (3_000, {6})
    free = plan(again, polled(at=NOW.replace(hour=15)), 80, BOUNDS, Random(1))
    assert (free.habits.ttl_s, free.habits.skip_hours) == (None, frozenset())


def test_a_feed_is_asked_when_it_publishes() -> None:
    """Ten items between nine and ten each morning, none at any other time."""
    random, state, at = Random(1), replace(STATE, next_poll_at=None), NOW
    waits: dict[int, list[float]] = {hour: [] for hour in range(24)}
    whys: dict[int, str] = {}
    while at < NOW + 20 * DAY:
        last = state.last_ok_at or NOW
        ten = at.replace(hour=9, minute=50)
        new = 10 if last < ten <= at else 0
        state = plan(state, polled(OK if new else SAME, at=at), new, BOUNDS, random)
        waits[at.hour].append(wait(state))
        whys[at.hour] = state.why
        assert state.next_poll_at is not None
        at = state.next_poll_at
    mornings, nights = waits[9][-5:], waits[22][-5:] + waits[0][-5:]
    assert max(mornings) * 2 < min(nights)
    assert "most at this hour" in whys[9]
    assert "few at this hour" in whys[22]


def test_a_document_that_never_ends_keeps_being_asked_for() -> None:
    state = plan(STATE, polled(body_hash=""), 1, BOUNDS, Random(1))
    assert (state.validators, state.body_hash, state.failures) == (Validators(), "", 0)
    assert state.last_error.startswith("torn")


outcomes = st.one_of(
    st.just(OK),
    st.just(SAME),
    st.just(Gone("https://x.example/rss")),
    st.builds(
        FetchFailed,
        st.sampled_from(["dns", "http", "torn"]),
        st.text(max_size=9),
        st.integers(0, 599),
        st.none() | st.floats(0, 1e12),
    ),
)
hints_of = st.builds(
    Hints,
    st.none() | st.integers(-1, 10**12),
    st.none() | st.integers(0, 10**12),
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
)


@given(
    st.lists(st.tuples(outcomes, hints_of, st.integers(0, 10**6), st.integers(-3_600, 10**7)), max_size=8),
    st.integers(60, 3_600),
    st.integers(1, 50),
)
def test_whatever_happens_the_next_visit_is_within_reach(
    visits: list[tuple[FetchOutcome, Hints, int, int]], low: int, factor: int
) -> None:
    bounds = (low, low * factor)
    state, at = FeedState("x", "https://x.example/rss"), NOW
    for outcome, hints, new, later in visits:
        at += timedelta(seconds=later)  # the clock may step back too
        state = plan(state, polled(outcome, hints, at), new, bounds, Random(new))
        assert low * 0.75 <= wait(state) <= max(2 * bounds[1], 1.1 * 86_400)
        assert state.changes_per_day >= 0
        assert state.why
        assert "\n" not in state.why + state.last_error
