"""Developments of one storyline that come together are told in one message, each under its own key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.payload import payload
from monitor.alerts.values import View
from monitor.model.alert import Alert, LedgerState, Mute, QuietHours, Route, TimerKind
from monitor.model.development import Change, Reason, Signal
from monitor.model.storyline import Budget
from tests.alerts.telling import DESK, NOON, World, dead, development, minutes, rule

MAIL = replace(DESK, together=minutes(1))


def told(alerts: list[Alert]) -> list[list[tuple[int, str]]]:
    return [[(line.development, line.reason) for line in alert.lines] for alert in alerts]


def world(route: Route = MAIL, **policy: object) -> World:
    return World({"desk": route}, rules={"visit": rule(**policy)} if policy else {})


def test_what_comes_within_a_minute_goes_in_one_message_the_weightiest_first() -> None:
    here = world()
    assert here.opens(development(1, reason=Reason.NEWS)) == []
    here.opens(development(2, reason=Reason.NEWS, origins=("Wire", "Paper")))
    here.opens(development(3, reason=Reason.DENIED), NOON + minutes(0.5))
    assert here.until(NOON + minutes(0.9)) == []
    (alert,) = here.until(NOON + minutes(1))
    assert told([alert]) == [[(3, "DENIED"), (2, "NEWS"), (1, "NEWS")]]
    assert alert.at == NOON + minutes(1)
    assert {e.alert for e in here.entries.values()} == {alert.id}
    assert [e.development for e in here.entries.values()] == [1, 2, 3], "each has its own row in the ledger"
    assert alert.text == "", "nothing needs to be said about it"


def test_a_change_told_beside_another_counts_from_the_one_before_it_however_they_are_ranked() -> None:
    here = world()
    here.opens(development(1, reason=Reason.FIGURE, facts=[dead("36")], delta=[Change(dead("36"))]))
    here.opens(
        development(2, reason=Reason.DENIED, facts=[dead("44")], delta=[Change(dead("44"), "36")]), NOON + minutes(0.2)
    )
    (alert,) = here.until(NOON + minutes(1))
    assert [(line.development, [c.before for c in line.delta]) for line in alert.lines] == [(2, ["36"]), (1, [""])]


def test_the_next_one_begins_to_collect_anew() -> None:
    here = world()
    here.opens(development(1))
    assert told(here.until(NOON + minutes(1))) == [[(1, "NEWS")]]
    here.opens(development(2), NOON + minutes(1.5))
    assert told(here.until(NOON + minutes(2))) == []
    assert told(here.until(NOON + minutes(2.5))) == [[(2, "NEWS")]]


def test_storylines_do_not_wait_for_each_other_and_are_not_mixed() -> None:
    here = world()
    here.opens(development(1))
    here.opens(development(1, storyline="strike"), NOON + minutes(0.5))
    assert [a.storyline for a in here.until(NOON + minutes(2))] == ["visit", "strike"]


def test_the_urgent_waits_for_nothing() -> None:
    here = world(replace(MAIL, urgent=frozenset({"DENIED"})))
    here.opens(development(1))
    assert told(here.opens(development(2, reason=Reason.DENIED))) == [[(2, "DENIED")]]
    assert told(here.until(NOON + minutes(1))) == [[(1, "NEWS")]]


@pytest.mark.parametrize("when", [0.0, 0.5, 59.0])
def test_nothing_is_lost_or_doubled_by_a_death_before_during_or_after(when: float) -> None:
    here = world()
    here.opens(development(1))
    here.opens(development(2), NOON + minutes(0.1))
    here.restart(-1)
    here.start(NOON + minutes(max(when, 0.1)))
    assert told(here.until(NOON + minutes(60))) == [[(1, "NEWS"), (2, "NEWS")]]
    here.restart()
    here.start(NOON + minutes(61))
    assert here.until(NOON + minutes(90)) == []


def test_a_message_has_the_same_identity_whichever_process_tells_it() -> None:
    idents = set()
    for order in (1, -1):
        here = world()
        here.opens(development(1))
        here.opens(development(2), NOON + minutes(0.1))
        here.restart(order)
        (alert,) = here.until(NOON + minutes(1))
        idents.add(alert.id)
    assert len(idents) == 1


def test_two_waits_that_end_together_are_one_message_and_both_say_single_source() -> None:
    here = world(origins=2, wait=minutes(20))
    here.opens(development(1))
    here.opens(development(2), NOON + minutes(0.5))
    assert here.until(NOON + minutes(20.6)) == []
    (alert,) = here.until(NOON + minutes(21))
    assert told([alert]) == [[(1, "NEWS"), (2, "NEWS")]]
    assert all(line.single_source for line in alert.lines)
    assert "The wait for more origins is over, 1 so far" in alert.text


def test_a_second_origin_that_comes_while_it_is_collected_is_in_the_message_and_no_signal_beside_it() -> None:
    here = world(when=frozenset({"NEWS", "CORROBORATED"}))
    here.opens(development(1))
    here.joins(1, "Paper", NOON + minutes(0.3), signals=(Signal.CORROBORATED,))
    (alert,) = here.until(NOON + minutes(1))
    assert told([alert]) == [[(1, "NEWS")]]
    assert alert.lines[0].origins == ("Wire", "Paper")


def test_quiet_hours_mutes_and_the_cap_are_respected_when_it_is_due() -> None:
    quiet = QuietHours(NOON.time(), (NOON + timedelta(hours=8)).time())
    here = world(replace(MAIL, quiet_hours=quiet))
    before = NOON - minutes(0.5)
    here.opens(development(1, at=before), before)
    assert here.until(NOON + minutes(30)) == []
    assert told(here.until(NOON + timedelta(hours=9))) == [[(1, "NEWS")]]

    here = world()
    here.opens(development(1))
    here.mutes = (Mute("desk", "", NOON + timedelta(hours=1)),)
    here.restart()
    assert here.until(NOON + minutes(30)) == []
    assert here.state().state is LedgerState.SILENT

    here = world(replace(MAIL, at_most=(1, timedelta(hours=1))))
    here.opens(development(1))
    here.opens(development(1, storyline="strike"))
    first, digest = here.until(NOON + timedelta(hours=3))
    assert "Message 1 of 1" in first.text
    assert [line.storyline for line in digest.lines] == ["visit"], "of two that are due together, by name"


def test_each_of_them_counts_against_the_budget() -> None:
    here = world(replace(MAIL, digest="0 7 * * *"), budget=Budget(2, timedelta(days=1)))
    for number in (1, 2, 3):
        here.opens(development(number))
    (alert,) = here.until(NOON + minutes(1))
    assert told([alert]) == [[(1, "NEWS"), (2, "NEWS")]]
    assert "Number 2 of 2 in 1 day: what follows goes into the digest." in alert.text
    assert here.state(3).by is TimerKind.DIGEST


def test_what_waits_says_so() -> None:
    here = world()
    here.opens(development(1))
    assert here.state().because == "told with what comes within 1 minute"
    here.until(NOON + minutes(1))
    assert here.state().because == "told at once"


def test_each_is_an_entry_of_its_own_in_what_is_sent() -> None:
    here = world()
    here.opens(development(1))
    here.opens(development(2, reason=Reason.STAGE))
    (alert,) = here.until(NOON + minutes(1))
    body = payload(alert, View({}, {}, {}), "s", "t")
    assert [line["development"] for line in body["data"]["lines"]] == [2, 1]  # type: ignore[index]


def test_two_routes_to_one_recipient_have_a_budget_each_and_each_counts_what_it_told() -> None:
    """The ledger is each route's own: what one told says nothing of the other, which may have slept through it."""
    one = rule(routes=("desk", "night"), budget=Budget(1, timedelta(days=1)))
    quiet = QuietHours(NOON.time(), (NOON + timedelta(hours=8)).time())
    routes = {
        "desk": replace(DESK, channels=("mail",)),
        "night": Route("night", ("mail",), quiet_hours=quiet, digest="0 7 * * *"),
    }
    here = World(routes, rules={"visit": one})
    here.start(NOON)
    assert [a.route for a in here.opens(development(1))] == ["desk"]
    assert here.opens(development(2), NOON + minutes(5)) == []
    assert here.state(2, route="desk").state is LedgerState.SILENT
    assert here.state(2, route="night").by is TimerKind.DIGEST, "what waits counts"
    assert [a.route for a in here.until(NOON + timedelta(hours=9))] == ["night"]
