"""Who is told what, and when: each policy alone, then what they do to one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.alerts.route import IMMEDIATE
from monitor.model.alert import AlertKind, LedgerState, Mute, QuietHours, Route, Timer, TimerKind
from monitor.model.development import Change, Development, Fact, Reason, Signal, Verdict
from monitor.model.storyline import Budget
from tests.alerts.telling import DESK, NOON, World, dead, decision, development, minutes, rule

NIGHT = replace(DESK, quiet_hours=QuietHours(time(22, 0), time(6, 30)))
LATE = datetime(2025, 3, 18, 23, 0, tzinfo=UTC)
MORNING = datetime(2025, 3, 19, 6, 30, tzinfo=UTC)
DIGEST = replace(DESK, digest="0 7 * * *")
SEVEN = datetime(2025, 3, 19, 7, 0, tzinfo=UTC)


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


def moved(number: int, value: str, before: str = "", **more: object) -> Development:
    return development(number, facts=[dead(value)], delta=[Change(dead(value), before)], **more)  # type: ignore[arg-type]


def test_the_delta_is_what_this_route_was_not_told() -> None:
    world = World({"desk": DESK, "boss": Route("boss")})
    both, desk_only = rule(routes=("desk", "boss")), rule(routes=("desk",))
    world.opens(moved(1, "36"), of=both)
    world.opens(moved(2, "40", "36"), NOON + minutes(1), of=desk_only)
    told = world.opens(moved(3, "44", "40"), NOON + minutes(2), of=both)
    assert {a.route: a.lines[0].delta for a in told} == {
        "desk": (Change(dead("44"), "40"),),
        "boss": (Change(dead("44"), "36"),),
    }


def test_what_changed_in_silence_is_new_when_it_is_stated_again() -> None:
    world = World()
    world.opens(moved(1, "36"))
    world.opens(moved(2, "40", "36"), NOON + minutes(1), of=rule(when=frozenset({"DENIED"})))
    (told,) = world.opens(development(3, facts=[dead("40")]), NOON + minutes(2))
    assert told.lines[0].delta == (Change(dead("40"), "36"),)
    (again,) = world.opens(development(4, facts=[dead("40")]), NOON + minutes(3))
    assert again.lines[0].delta == ()


@pytest.mark.parametrize("old", ["36", "35"], ids=["told before", "never told"])
def test_an_older_figure_in_the_background_is_no_change(old: str) -> None:
    world = World()
    world.opens(moved(1, "36"))
    world.opens(moved(2, "44", "36"), NOON + minutes(1))
    (again,) = world.opens(development(3, facts=[dead(old)]), NOON + minutes(2))
    assert again.lines[0].delta == ()


def test_a_way_back_is_a_change() -> None:
    world = World()
    world.opens(moved(1, "36"))
    world.opens(moved(2, "44", "36"), NOON + minutes(1))
    (told,) = world.opens(moved(3, "36", "44", reason=Reason.CORRECTED), NOON + minutes(2))
    assert told.lines[0].delta == (Change(dead("36"), "44"),)


def test_a_digest_does_not_take_back_what_came_later() -> None:
    world = World({"desk": DIGEST})
    world.start(NOON)
    world.opens(moved(1, "36"), of=rule(budget=Budget(0, timedelta(days=1))))
    (told,) = world.opens(moved(2, "44", "36"), NOON + minutes(1))
    assert told.lines[0].delta == (Change(dead("44")),)
    (digest,) = world.until(SEVEN)
    assert digest.lines[0].delta == ()


def test_a_morning_does_not_bring_what_was_taken_back_in_the_night() -> None:
    world = World({"desk": replace(NIGHT, urgent=frozenset({"DENIED"}))})
    world.opens(moved(1, "36"))
    world.opens(moved(2, "44", "36", at=LATE), LATE)
    (told,) = world.opens(moved(3, "36", "44", reason=Reason.DENIED, at=LATE), LATE + minutes(1))
    assert told.lines[0].delta == (), "36 is what the route still believes"
    (morning,) = world.until(MORNING)
    assert morning.lines[0].delta == ()


def test_names_do_not_take_one_anothers_place() -> None:
    world = World()
    names = [Fact("name", "who", name, name) for name in ("Peskov", "Ushakov", "Lavrov")]
    world.opens(development(1, facts=names[:2]))
    (told,) = world.opens(development(2, facts=names), NOON + minutes(1))
    assert told.lines[0].delta == (Change(names[2]),)


def test_lines_of_one_alert_build_on_one_another() -> None:
    world = World({"desk": NIGHT})
    world.opens(moved(1, "36", at=LATE), LATE)
    world.opens(moved(2, "44", "36", at=LATE), LATE)
    (told,) = world.until(MORNING)
    assert [line.delta for line in told.lines] == [(Change(dead("36")),), (Change(dead("44"), "36"),)]


def test_what_joined_unseen_was_not_told() -> None:
    world = World()
    world.opens(moved(1, "36"))
    world.joins(1, "Daily", facts=[dead("38")])
    (told,) = world.opens(moved(2, "40", "36"), NOON + minutes(1))
    assert told.lines[0].delta == (Change(dead("40"), "36"),)


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


def test_memory_can_forget_what_is_old_but_not_what_waits() -> None:
    world = World({"desk": NIGHT})
    world.opens(moved(1, "36"))
    world.opens(moved(2, "40", "36", at=LATE), LATE)
    world.router.forget(LATE + minutes(1))
    (told,) = world.until(MORNING)
    assert [(line.development, line.delta) for line in told.lines] == [(2, (Change(dead("40")),))]
