"""A chart stays readable however much there is to mark; what a reason names is found in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model.development import Signal
from monitor.store.signals import Raised
from monitor.web import charts
from monitor.web.plain import numbered
from monitor.web.times import Times

START = datetime(2025, 3, 17, tzinfo=UTC)
TIMES = Times(ZoneInfo("UTC"), START)


def chart(raised, days=7, step_h=1):
    return charts.volume({}, ((), raised), (START, START + timedelta(days=days)), step_h, TIMES)


def at(hour, signal, number=0, item="7"):
    return Raised(signal, START + timedelta(hours=hour), number, item)


def test_signals_of_one_step_are_one_mark_named_for_the_most_telling():
    (one,) = chart([at(5, Signal.CORROBORATED, 3), at(5.5, Signal.SURGED, 4), at(5.9, Signal.CORROBORATED, 5)]).pointers
    assert (one.name, one.number, one.item) == ("SURGED", 4, "7")
    assert one.label.endswith("SURGED #4, CORROBORATED #3, CORROBORATED #5")
    assert one.x == pytest.approx(5.5 / 168 * 100, abs=0.01)


@pytest.mark.parametrize(("told", "shown"), [(38, 40), (39, 2)])
def test_where_there_are_too_many_marks_the_least_telling_go(told, shown):
    rest = [at(told, Signal.CORROBORATED), at(told, Signal.REVIVED), at(told + 1, Signal.QUIET, item="")]
    pointers = chart([at(hour, Signal.CORROBORATED, hour + 1) for hour in range(told)] + rest).pointers
    assert len(pointers) == shown
    assert {"REVIVED", "QUIET"} <= {one.name for one in pointers}


@pytest.mark.parametrize(
    ("says", "parts"),
    [
        ("", [("", 0)]),
        ("same words as #17", [("same words as ", 17), ("", 0)]),
        ("nearest #1, not #23: #4", [("nearest ", 1), (", not ", 23), (": ", 4), ("", 0)]),
        ("#0, #x, #1a, # 5, #9999999999", [("#0, #x, #1a, # 5, #9999999999", 0)]),
    ],
)
def test_developments_that_a_reason_names_are_found(says, parts):
    assert numbered(says) == parts
