"""The delta: what a route was not told before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model.alert import Route
from monitor.model.development import Change, Development, Fact, Reason
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
    dead,
    development,
    minutes,
    rule,
)


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


def test_memory_can_forget_what_is_old_but_not_what_waits() -> None:
    world = World({"desk": NIGHT})
    world.opens(moved(1, "36"))
    world.opens(moved(2, "40", "36", at=LATE), LATE)
    world.router.forget(LATE + minutes(1))
    (told,) = world.until(MORNING)
    assert [(line.development, line.delta) for line in told.lines] == [(2, (Change(dead("40")),))]
