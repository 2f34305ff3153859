"""Who is told what, and when: waits, starts, outages and signals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.route import IMMEDIATE
from monitor.model.alert import AlertKind, LedgerState, Mute, Route, Timer, TimerKind
from monitor.model.development import Reason, Signal, Verdict
from monitor.model.storyline import Budget
from tests.alerts.telling import (
    DESK,
    DIGEST,
    LATE,
    MORNING,
    NIGHT,
    NOON,
    SEVEN,
    World,
    decision,
    development,
    minutes,
    rule,
)


def test_a_new_development_is_told_at_once_on_each_of_its_routes() -> None:
    world = World({"desk": DESK, "boss": Route("boss"), "other": Route("other")})
    told = world.opens(development(), of=rule(routes=("desk", "boss")))
    assert [(a.route, a.kind, a.storyline, a.at) for a in told] == [
        ("desk", AlertKind.DEVELOPMENT, "visit", NOON),
        ("boss", AlertKind.DEVELOPMENT, "visit", NOON),
    ]
    assert told[0].id != told[1].id
    assert told[0].lines[0].because == "new: 0.09 < 0.16"
    assert world.state().state is LedgerState.TOLD
    assert world.state().alert == told[0].id


def test_the_same_decision_twice_is_told_once() -> None:
    world = World()
    assert len(world.opens(development())) == 1
    assert world.opens(development(), NOON + minutes(5)) == []


def test_what_joins_a_told_development_tells_nothing() -> None:
    world = World()
    world.opens(development())
    assert world.joins(1, "Daily") == []


def test_nothing_follows_from_an_item_that_is_held() -> None:
    world = World()
    held = replace(decision(development(), NOON, Verdict.HELD), development=None)
    assert world.take(world.router.decided(held, rule(), NOON)) == []
    assert world.entries == {}


@pytest.mark.parametrize("routes", [(), ("gone",)])
def test_a_rule_that_would_tell_nobody_tells_the_console_where_there_is_one(routes: tuple[str, ...]) -> None:
    world = World({"desk": DESK, "console": Route("console")})
    assert [a.route for a in world.opens(development(), of=rule(routes=routes))] == ["console"]
    assert World().opens(development(), of=rule(routes=routes)) == []


def test_a_backtest_has_one_route_without_mutes_and_budgets() -> None:
    world = World({"backtest": IMMEDIATE}, mutes=[Mute("", "", NOON + timedelta(days=9))])
    tight = rule(budget=Budget(1, timedelta(days=1)))
    assert [a.route for n in (1, 2) for a in world.opens(development(n), of=tight)] == ["backtest"] * 2


@pytest.mark.parametrize(
    ("more", "of", "because"),
    [
        ({"history": True}, rule(), "history"),
        ({}, rule(when=frozenset({"DENIED"})), "NEWS is not among"),
    ],
)
def test_what_is_not_wanted_stays_silent_and_says_why(more: dict[str, bool], of: object, because: str) -> None:
    world = World()
    assert world.opens(development(), of=of, **more) == []  # type: ignore[arg-type]
    assert world.state().state is LedgerState.SILENT
    assert because in world.state().because


@pytest.mark.parametrize(
    ("mute", "told"),
    [
        (Mute("", "", NOON + minutes(1)), 0),
        (Mute("desk", "visit", NOON + minutes(1)), 0),
        (Mute("desk", "", NOON), 1),
        (Mute("boss", "", NOON + minutes(1)), 1),
        (Mute("", "other", NOON + minutes(1)), 1),
    ],
)
def test_a_mute_holds_where_and_as_long_as_it_says(mute: Mute, told: int) -> None:
    assert len(World(mutes=[mute]).opens(development())) == told


def test_it_waits_for_origins_and_is_told_when_they_have_come() -> None:
    world = World()
    two = rule(origins=2)
    assert world.opens(development(), of=two) == []
    assert world.timers == {("wait", "desk", "visit", 1): Timer(TimerKind.WAIT, NOON + minutes(20), "desk", "visit", 1)}
    assert world.joins(1, "Wire", NOON + minutes(1), of=two) == []
    told = world.joins(1, "Daily", NOON + minutes(2), of=two)
    assert [(line.origins, line.single_source, len(line.items)) for a in told for line in a.lines] == [
        (("Wire", "Daily"), False, 3)
    ]
    assert told[0].text == "2 origins report it."
    assert world.timers == {}
    assert world.until(NOON + minutes(60)) == []


def test_when_the_wait_is_over_it_is_told_as_a_single_source() -> None:
    world = World()
    world.opens(development(), of=rule(origins=2))
    told = world.until(NOON + minutes(20))
    assert [(a.at, a.lines[0].single_source) for a in told] == [(NOON + minutes(20), True)]


def test_two_of_three_origins_are_not_a_single_source() -> None:
    world = World()
    world.opens(development(), of=rule(origins=3))
    world.joins(1, "Daily", of=rule(origins=3))
    assert [a.lines[0].single_source for a in world.until(NOON + minutes(20))] == [False]


def test_a_wait_that_was_over_before_it_began_is_no_wait() -> None:
    world = World()
    told = world.opens(development(at=NOON - minutes(30)), of=rule(origins=2))
    assert [line.single_source for a in told for line in a.lines] == [True]


def test_what_waits_for_a_digest_that_was_taken_away_is_told_at_the_start() -> None:
    world = World({"desk": DIGEST})
    world.opens(development(), of=rule(budget=Budget(0, timedelta(days=1))))
    world.routes = {"desk": DESK}
    world.restart()
    assert [a.kind for a in world.start(NOON + minutes(5))] == [AlertKind.DIGEST]


def test_what_waits_on_a_route_that_was_taken_away_ends_with_a_reason() -> None:
    world = World({"desk": NIGHT})
    world.opens(development(at=LATE), LATE)
    world.routes = {"other": Route("other")}
    world.restart()
    assert world.start(LATE) == []
    assert world.state().because == "its route is no longer configured"


def test_a_start_sets_the_timers_of_all_that_waits() -> None:
    world = World({"desk": NIGHT})
    world.opens(development(1), of=rule(origins=2))
    world.opens(development(2, at=LATE), LATE)
    world.opens(development(3, at=LATE), LATE, catch_up=True)
    before, world.timers = world.timers, {}
    world.restart()
    world.start(LATE)
    assert world.timers == before


def test_an_outage_is_caught_up_with_in_one_alert_for_each_storyline() -> None:
    world = World()
    assert world.opens(development(1), catch_up=True) == []
    assert world.opens(development(2), NOON + minutes(9), catch_up=True) == []
    assert world.opens(development(3), NOON + minutes(9)) == [], "what develops meanwhile joins it"
    told = world.until(NOON + minutes(10))
    assert [(a.title, [line.development for line in a.lines]) for a in told] == [("Catch-up", [1, 2, 3])]
    assert len(world.opens(development(4), NOON + minutes(11))) == 1


@pytest.mark.parametrize(("origins", "marked"), [(("Wire",), True), (("Wire", "Daily"), False)])
def test_what_was_caught_up_with_or_held_for_a_digest_is_marked_too(origins: tuple[str, ...], marked: bool) -> None:
    two = rule(origins=2, budget=Budget(0, timedelta(days=1)))
    world = World({"desk": DIGEST}, {"visit": two})
    world.start(NOON)
    world.opens(development(1, origins=origins), of=two)
    world.opens(development(2, origins=origins), NOON + minutes(1), of=two, catch_up=True)
    assert [(a.kind, a.lines[0].single_source) for a in world.until(SEVEN)] == [
        (AlertKind.DEVELOPMENT, marked),
        (AlertKind.DIGEST, marked),
    ]


def test_a_catch_up_is_one_interruption_and_no_budget_cuts_it() -> None:
    world = World()
    one = rule(budget=Budget(1, timedelta(days=1)))
    for n in (1, 2, 3):
        world.opens(development(n), of=one, catch_up=True)
    assert [len(a.lines) for a in world.until(NOON + minutes(10))] == [3]
    assert len(world.opens(development(4), NOON + minutes(30), of=one)) == 1


def test_a_catch_up_that_ends_in_quiet_hours_stays_one_and_lets_the_urgent_pass() -> None:
    world = World({"desk": replace(NIGHT, urgent=frozenset({"DENIED"}))})
    one = rule(budget=Budget(1, timedelta(days=1)))
    at = LATE - minutes(65)
    for n in (1, 2, 3):
        world.opens(development(n, at=at), at, of=one, catch_up=True)
    assert world.until(LATE) == []
    assert len(world.opens(development(4, reason=Reason.DENIED, at=LATE), LATE, of=one)) == 1
    assert [(a.title, a.at, len(a.lines)) for a in world.until(MORNING)] == [("Catch-up", MORNING, 3)]


def test_signals_are_told_only_where_the_rule_wants_them() -> None:
    world = World()
    world.opens(development())
    assert world.joins(1, "Daily", signals=(Signal.CORROBORATED,)) == []
    wants = rule(when=frozenset({"NEWS", "CORROBORATED"}))
    told = world.joins(1, "Herald", of=wants, signals=(Signal.CORROBORATED,))
    assert [(a.kind, a.lines[0].reason, a.lines[0].development) for a in told] == [
        (AlertKind.SIGNAL, "CORROBORATED", 1)
    ]
    assert world.joins(1, "Post", of=wants, signals=(Signal.CORROBORATED,)) == [], "once for each development"


def test_a_corroboration_of_what_still_waits_is_not_told_for_itself() -> None:
    world = World()
    wants = rule(origins=3, when=frozenset({"NEWS", "CORROBORATED"}))
    world.opens(development(), of=wants)
    assert world.joins(1, "Daily", of=wants, signals=(Signal.CORROBORATED,)) == []


def test_a_signal_rides_with_the_development_that_raised_it() -> None:
    wants = rule(when=frozenset({"NEWS", "REVIVED"}))
    told = World().opens(development(), of=wants, signals=(Signal.REVIVED,))
    assert [(a.kind, [line.reason for line in a.lines]) for a in told] == [(AlertKind.DEVELOPMENT, ["NEWS", "REVIVED"])]


def test_silence_can_be_told_again_and_again() -> None:
    world = World()
    wants = rule(when=frozenset({"QUIET"}))
    ids = []
    for week in (0, 1):
        at = NOON + timedelta(days=7 * week)
        told = world.take(world.router.signal("visit", wants, Signal.QUIET, "Nothing for 7 days.", at))
        assert [(a.kind, a.lines[0].headline) for a in told] == [(AlertKind.SIGNAL, "Nothing for 7 days.")]
        ids.append(told[0].id)
    assert ids[0] != ids[1]
    assert world.take(world.router.signal("visit", rule(), Signal.QUIET, "x", NOON)) == []


def test_ids_depend_on_what_is_told_and_on_nothing_else() -> None:
    first, second = World(), World()
    a, b = first.opens(development())[0], second.opens(development(headline="Other words"), NOON + minutes(3))[0]
    assert a.id == b.id
    assert second.opens(development(2))[0].id != a.id


def test_two_signals_about_one_development_are_two_alerts() -> None:
    world = World()
    wants = rule(when=frozenset({"NEWS", "CORROBORATED", "SURGED"}))
    world.opens(development(), of=wants)
    first = world.joins(1, "Daily", of=wants, signals=(Signal.CORROBORATED,))
    second = world.joins(1, "Herald", of=wants, signals=(Signal.SURGED,))
    assert len({a.id for a in (*first, *second)}) == 2


def test_what_joined_is_told_even_when_the_development_is_forgotten_elsewhere() -> None:
    world = World({"desk": NIGHT})
    world.opens(development(at=LATE), LATE)
    world.joins(1, "Daily", LATE + minutes(5))
    world.developments.clear()
    assert [a.lines[0].origins for a in world.until(MORNING)] == [("Wire", "Daily")]
