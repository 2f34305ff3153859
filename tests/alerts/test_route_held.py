"""Quiet hours, budgets and digests: what is held back, until when, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model.alert import AlertKind, LedgerState, Mute
from monitor.model.development import Reason
from monitor.model.storyline import Budget
from tests.alerts.telling import (
    DIGEST,
    LATE,
    MORNING,
    NIGHT,
    NOON,
    SEVEN,
    World,
    development,
    minutes,
    rule,
)


def test_quiet_hours_hold_everything_and_end_in_one_alert_for_each_storyline() -> None:
    world = World({"desk": NIGHT})
    for number in (1, 2):
        assert world.opens(development(number, at=LATE), LATE) == []
    world.opens(development(1, storyline="strike", at=LATE), LATE)
    world.joins(2, "Daily", LATE + minutes(5))
    told = world.until(MORNING)
    assert [(a.storyline, a.at, [line.development for line in a.lines]) for a in told] == [
        ("strike", MORNING, [1]),
        ("visit", MORNING, [1, 2]),
    ]
    assert told[1].lines[1].origins == ("Wire", "Daily")
    assert told[1].title == "During quiet hours"


def test_urgent_reasons_pass_quiet_hours() -> None:
    world = World({"desk": replace(NIGHT, urgent=frozenset({"DENIED"}))})
    assert world.opens(development(1, at=LATE), LATE) == []
    assert len(world.opens(development(2, reason=Reason.DENIED, at=LATE), LATE)) == 1
    assert [line.development for a in world.until(MORNING) for line in a.lines] == [1]


def test_a_wait_that_ends_in_quiet_hours_goes_on_until_they_end() -> None:
    world = World({"desk": NIGHT})
    at = datetime(2025, 3, 18, 21, 50, tzinfo=UTC)
    world.opens(development(at=at), at, of=rule(origins=2))
    assert [a.at for a in world.until(MORNING)] == [MORNING]


def test_a_second_origin_in_the_night_takes_the_mark_away() -> None:
    world = World({"desk": NIGHT})
    at = datetime(2025, 3, 18, 21, 50, tzinfo=UTC)
    world.opens(development(at=at), at, of=rule(origins=2))
    world.until(at + minutes(30))
    assert world.state().line.single_source
    world.joins(1, "Daily", at + minutes(60), of=rule(origins=2))
    assert [a.lines[0].single_source for a in world.until(MORNING)] == [False]


def test_a_mute_set_in_the_meantime_is_respected() -> None:
    world = World({"desk": NIGHT})
    world.opens(development(at=LATE), LATE)
    world.router.mute([Mute("", "visit", MORNING + minutes(1))])
    assert world.until(MORNING) == []
    assert world.state().because.startswith("muted until 2025-03-19 06:31")


def test_what_exceeds_the_budget_goes_into_the_digest() -> None:
    world = World({"desk": DIGEST})
    two = rule(budget=Budget(2, timedelta(days=1)))
    world.start(NOON)
    told = [len(world.opens(development(n), NOON + minutes(n), of=two)) for n in range(1, 5)]
    assert told == [1, 1, 0, 0]
    assert world.alerts[1].text.startswith("Number 2 of 2 in 1 day")
    assert world.state(3).state is LedgerState.DIGEST
    digest = world.until(SEVEN)
    assert [(a.kind, a.storyline, {line.development for line in a.lines}) for a in digest] == [
        (AlertKind.DIGEST, "", {3, 4})
    ]
    assert world.timers[("digest", "desk", "", 0)].due_at == SEVEN + timedelta(days=1)


def test_a_budget_slides_with_time_and_is_free_of_what_digests_told() -> None:
    world = World({"desk": DIGEST})
    one = rule(budget=Budget(1, timedelta(days=1)))
    world.start(NOON)
    world.opens(development(1), NOON, of=one)
    world.opens(development(2), NOON + minutes(1), of=one)
    world.until(SEVEN)
    assert world.opens(development(3), NOON + timedelta(hours=23, minutes=59), of=one) == []
    assert len(world.opens(development(4), NOON + timedelta(days=1), of=one)) == 1


def test_without_a_digest_what_exceeds_the_budget_stays_silent_and_says_so() -> None:
    world = World()
    one = rule(budget=Budget(1, timedelta(days=1)))
    world.opens(development(1), of=one)
    assert world.opens(development(2), of=one) == []
    assert world.state(2).because == "over the budget of 1 in 1 day, and the route has no digest"


def test_what_waits_counts_against_the_budget() -> None:
    world = World({"desk": NIGHT})
    one = rule(budget=Budget(1, timedelta(days=1)))
    world.opens(development(1, at=LATE), LATE, of=one)
    world.opens(development(2, at=LATE), LATE, of=one)
    assert [len(a.lines) for a in world.until(MORNING)] == [1]


def test_an_empty_digest_sends_nothing_and_sets_the_next() -> None:
    world = World({"desk": DIGEST})
    world.start(NOON)
    assert world.until(SEVEN) == []
    assert world.timers[("digest", "desk", "", 0)].due_at == SEVEN + timedelta(days=1)


def test_a_digest_ranks_cuts_and_says_what_it_left_out() -> None:
    world = World({"desk": DIGEST})
    none = rule(budget=Budget(0, timedelta(days=1)))
    for n in range(1, 61):
        reason = Reason.DENIED if n == 60 else Reason.NEWS
        origins = ("A", "B", "C") if n == 30 else ("A",)
        world.opens(development(n, reason=reason, origins=origins), NOON + minutes(n), of=none)
    (digest,) = world.start(NOON) + world.until(SEVEN)
    assert [line.development for line in digest.lines[:4]] == [60, 30, 59, 58]
    assert len(digest.lines) == 50
    assert digest.text == "10 more were left out."
    assert world.state(1).because == "left out of the digest: 50 stood before it"


def test_a_digest_missed_while_nobody_ran_comes_at_once() -> None:
    world = World({"desk": DIGEST})
    none = rule(budget=Budget(0, timedelta(days=1)))
    world.opens(development(), of=none)
    world.timers.clear()
    world.restart()
    later = SEVEN + minutes(10)
    world.start(later)
    assert world.timers[("digest", "desk", "", 0)].due_at == SEVEN
    assert [a.kind for a in world.until(later)] == [AlertKind.DIGEST]
