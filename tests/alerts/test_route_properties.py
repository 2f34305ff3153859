"""What holds for every sequence of decisions, however long and odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.quiet import quiet_until
from monitor.model.alert import Alert, AlertKind, LedgerState, QuietHours, Route, TimerKind
from monitor.model.development import Change, Reason, Signal
from monitor.model.storyline import Budget
from tests.alerts.telling import NOON, World, dead, development, minutes, rule

WHEN = frozenset({*(r.value for r in Reason), "CORROBORATED"}) - {"CORRECTED"}
BUDGET = Budget(2, timedelta(hours=6))
RULES = {
    "visit": rule("visit", routes=("desk", "boss"), origins=2, when=WHEN, budget=BUDGET),
    "strike": rule("strike", routes=("desk",), budget=BUDGET),
}
ROUTES = {
    "desk": Route(
        "desk", timezone="Europe/Berlin", quiet_hours=QuietHours(time(20), time(5, 15)), digest="0 */5 * * *"
    ),
    "boss": Route(
        "boss", urgent=frozenset({"DENIED"}), quiet_hours=QuietHours(time(1), time(9)), together=timedelta(minutes=30)
    ),
}
Act = Callable[[World, datetime], object]


def _open(storyline: str, reason: Reason, catch_up: bool, figure: int) -> Act:
    def act(world: World, at: datetime) -> None:
        number = 1 + sum(slug == storyline for slug, _ in world.developments)
        known = world.developments.get((storyline, number - 1))
        before = known.facts[0].value if known else ""
        delta = [Change(dead(str(figure)), before)] if str(figure) != before else []
        made = development(number, storyline=storyline, reason=reason, at=at, facts=[dead(str(figure))], delta=delta)
        world.opens(made, at, catch_up=catch_up)

    return act


def _join(storyline: str, back: int, origin: str, corroborated: bool) -> Act:
    def act(world: World, at: datetime) -> None:
        numbers = [n for slug, n in world.developments if slug == storyline]
        signals = (Signal.CORROBORATED,) if corroborated else ()
        if len(numbers) >= back:
            world.joins(numbers[-back], origin, at, storyline=storyline, signals=signals)

    return act


STORIES = st.sampled_from(["visit", "strike"])
ACTS = st.one_of(
    st.builds(_open, STORIES, st.sampled_from(list(Reason)), st.booleans(), st.integers(30, 33)),
    st.builds(_join, STORIES, st.integers(1, 3), st.sampled_from("ABC"), st.booleans()),
)
STEPS = st.lists(st.tuples(st.integers(0, 400), ACTS), max_size=25)


def _run(world: World, steps: list[tuple[int, Act]], at: datetime) -> datetime:
    for wait, act in steps:
        at += minutes(wait)
        world.until(at)
        act(world, at)
    return at


def _whole(steps: list[tuple[int, Act]]) -> World:
    world = World(ROUTES, RULES)
    world.start(NOON)
    world.until(_run(world, steps, NOON) + timedelta(days=2))
    return world


@settings(max_examples=150, deadline=None)
@given(STEPS, STEPS, st.sampled_from([1, -1]))
def test_memory_built_again_from_the_rows_goes_on_as_if_nothing_had_happened(
    before: list[tuple[int, Act]], after: list[tuple[int, Act]], order: int
) -> None:
    kept, rebuilt = World(ROUTES, RULES), World(ROUTES, RULES)
    for world in (kept, rebuilt):
        world.start(NOON)
    at = _run(kept, before, NOON)
    _run(rebuilt, before, NOON)
    rebuilt.restart(order)
    rebuilt.start(at)
    for world in (kept, rebuilt):
        world.until(_run(world, after, at) + timedelta(days=2))
    assert rebuilt.alerts == kept.alerts
    assert rebuilt.entries == kept.entries


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_everything_ends_told_once_or_silent_with_a_reason(steps: list[tuple[int, Act]]) -> None:
    world = _whole(steps)
    told = Counter((a.route, x.storyline, x.development, x.reason) for a in world.alerts for x in a.lines)
    assert set(told.values()) <= {1}
    assert {e.state for e in world.entries.values()} <= {LedgerState.TOLD, LedgerState.SILENT}
    assert set(told) == {key for key, e in world.entries.items() if e.state is LedgerState.TOLD}
    assert all(e.because for e in world.entries.values())
    wanted = {(r, s, n) for s, n in world.developments for r in RULES[s].alert.routes}
    assert {(r, s, n) for r, s, n, _ in world.entries} >= wanted
    assert {kind for kind, *_ in world.timers} <= {"digest"}
    assert len({a.id for a in world.alerts}) == len(world.alerts)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_nobody_is_disturbed_in_quiet_hours_or_beyond_a_budget(steps: list[tuple[int, Act]]) -> None:
    world = _whole(steps)
    for alert in world.alerts:
        route = ROUTES[alert.route]
        urgent = {line.reason for line in alert.lines} <= route.urgent
        assert alert.kind is AlertKind.DIGEST or urgent or quiet_until(route, alert.at) is None
    for route in ROUTES:
        for storyline in RULES:
            times = _interruptions(world, route, storyline)
            for at in times:
                assert sum(at - BUDGET.per < other <= at for other in times) <= BUDGET.count


def _interruptions(world: World, route: str, storyline: str) -> list[datetime]:
    """The moments at which developments were told one by one: not collected in a digest or catch-up."""
    collected = (TimerKind.DIGEST, TimerKind.CATCH_UP)
    return [
        e.at
        for e in world.entries.values()
        if (e.route, e.storyline) == (route, storyline)
        and e.state is LedgerState.TOLD
        and e.by not in collected
        and e.reason in set(Reason)
    ]


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_each_route_hears_of_every_change_of_a_figure_against_what_it_heard_last(steps: list[tuple[int, Act]]) -> None:
    world = _whole(steps)
    for route in ROUTES:
        for storyline in RULES:
            _follow(world, [a for a in world.alerts if a.route == route], storyline)


def _follow(world: World, alerts: list[Alert], storyline: str) -> None:
    heard: list[tuple[int, str]] = []  # the changes that were told, by the number of their development
    for alert in alerts:
        own = [x for x in alert.lines if x.storyline == storyline and x.reason in set(Reason)]
        for line in sorted(own, key=lambda x: x.development):
            known, value = max(heard, default=(0, "")), line.facts[0].value
            news = known[0] < line.development and known[1] != value
            told = {(part.before, part.fact.value) for part in line.delta}
            assert told == ({(known[1], value)} if news else set())
            changed = world.developments[storyline, line.development].delta
            heard += [(line.development, value)] if news or changed else []
