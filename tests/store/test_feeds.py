"""Feeds: the schedule is rows, and a feed's memory survives what a person does to its configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.feed import Feed, FeedState, Validators
from monitor.store import feeds
from monitor.store.database import Database
from monitor.store.feeds import _state, _values

MINUTE = timedelta(minutes=1)


def full(name: str, now: datetime) -> FeedState:
    moments = [now + timedelta(minutes=n, microseconds=n) for n in range(6)]
    return FeedState(
        name,
        "https://moved.example/",
        Validators('W/"tag"', "Tue"),
        "hash",
        *moments,
        2,
        "timeout",
        True,
        3.5,
        "T",
        "y",
    )


def test_a_new_feed_is_due_at_once_and_all_of_its_state_comes_back(db: Database, now: datetime) -> None:
    assert [s.feed for s in feeds.due(db, now, 10)] == ["world/copy", "world/wire"]
    state = full("world/wire", now)
    feeds.save(db, [state])
    assert feeds.state(db, "world/wire") == state
    assert feeds.states(db) == [FeedState("world/copy", "https://copy.example/rss"), state]


@given(
    st.builds(
        FeedState,
        st.text(),
        st.text(),
        st.builds(Validators, st.text(), st.text()),
        st.text(),
        next_poll_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        last_ok_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        failures=st.integers(0),
        gone=st.booleans(),
    )
)
def test_a_state_as_a_row_is_the_same_state(state: FeedState) -> None:
    assert _state(_values(state)[:-1]) == state


def test_due_feeds_come_longest_due_first_and_only_when_due(db: Database, now: datetime) -> None:
    feeds.sync(db, [Feed(name, f"https://{name}.example/") for name in "abcd"], now)
    times = {"a": now, "b": now - MINUTE, "c": now + MINUTE}
    feeds.save(db, [FeedState(name, "u", next_poll_at=at) for name, at in times.items()])
    assert [s.feed for s in feeds.due(db, now, 10)] == ["d", "b", "a"]
    assert [s.feed for s in feeds.due(db, now, 2)] == ["d", "b"]
    assert feeds.next_due_at(db) is None
    feeds.save(db, [FeedState("d", "u", next_poll_at=now + 9 * MINUTE)])
    assert feeds.next_due_at(db) == now - MINUTE


def test_a_feed_that_stays_keeps_its_state(db: Database, now: datetime) -> None:
    state = full("world/wire", now)
    feeds.save(db, [state])
    feeds.sync(db, [Feed("world/wire", "https://wire.example/rss", "Another name")], now)
    assert feeds.state(db, "world/wire") == state


@pytest.mark.parametrize("way", ["moved", "away for a while"])
def test_a_feed_with_a_new_address_or_back_from_the_archive_begins_anew(db: Database, now: datetime, way: str) -> None:
    feeds.save(db, [full("world/wire", now)])
    if way == "moved":
        feeds.sync(db, [Feed("world/wire", "https://new.example/")], now)
        address = "https://new.example/"
    else:
        feeds.sync(db, [], now)
        feeds.sync(db, [Feed("world/wire", "https://wire.example/rss")], now + 9 * MINUTE)
        address = "https://wire.example/rss"
    before = full("world/wire", now)
    assert feeds.state(db, "world/wire") == replace(
        before,
        url=address,
        validators=Validators(),
        body_hash="",
        next_poll_at=None,
        first_polled_at=None,
        failures=0,
        last_error="",
        gone=False,
    )


def test_a_feed_that_was_taken_out_is_asked_no_more(db: Database, now: datetime) -> None:
    feeds.sync(db, [], now)
    assert feeds.due(db, now, 10) == []
    assert feeds.states(db) == []
    assert feeds.state(db, "world/wire") is None
    assert feeds.health(db) == (0, 0)


def test_health_counts_feeds_that_were_read_and_do_not_fail_again_and_again(db: Database, now: datetime) -> None:
    assert feeds.health(db) == (0, 2)
    feeds.save(db, [FeedState("world/wire", "u", last_ok_at=now, failures=2)])
    assert feeds.health(db) == (1, 2)
    feeds.save(db, [FeedState("world/wire", "u", last_ok_at=now, failures=3)])
    assert feeds.health(db) == (0, 2)
    feeds.save(db, [FeedState("world/copy", "u", last_ok_at=now, gone=True)])
    assert feeds.health(db) == (0, 2)


@pytest.mark.parametrize(
    ("failing", "wanted"), [(False, {"later", "fails", "gone"}), (True, {"fails"})], ids=["all", "failing ones"]
)
def test_polls_can_be_brought_forward(db: Database, now: datetime, failing: bool, wanted: set[str]) -> None:
    names = ["later", "fails", "gone", "out"]
    feeds.sync(db, [Feed(name, f"https://{name}.example/") for name in names], now)
    later = {name: FeedState(name, "u", next_poll_at=now + 9 * MINUTE) for name in names}
    later["fails"] = replace(later["fails"], failures=1)
    feeds.save(db, list(later.values()))
    feeds.sync(db, [Feed(name, f"https://{name}.example/") for name in names if name != "out"], now)
    feeds.bring_forward(db, now, failing=failing)
    assert {s.feed for s in feeds.due(db, now, 10)} == wanted


def test_a_clock_set_back_makes_due_what_the_old_one_planned(db: Database, now: datetime) -> None:
    hour = 60 * MINUTE
    feeds.sync(db, [Feed(name, f"https://{name}.example/") for name in ("ahead", "usual", "late")], now)
    feeds.save(db, [FeedState("ahead", "u", last_polled_at=now + hour, next_poll_at=now + 2 * hour)])
    feeds.save(db, [FeedState("usual", "u", last_polled_at=now - MINUTE, next_poll_at=now + hour)])
    feeds.save(db, [FeedState("late", "u", last_polled_at=now + MINUTE / 2, next_poll_at=now + hour)])
    assert feeds.due(db, now, 10) == []
    assert feeds.clock_set_back(db, now) == 1
    assert [s.feed for s in feeds.due(db, now, 10)] == ["ahead"]
