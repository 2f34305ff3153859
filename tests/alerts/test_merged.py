"""What becomes of what waits, and of what was told, when two developments turn out to be one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.alert import LedgerState
from monitor.model.development import Regrouped, Regrouping, Verdict
from tests.alerts.telling import NOON, World, decision, development, minutes, rule


@pytest.mark.parametrize(
    ("first", "wanted"),
    [("told", LedgerState.SILENT), ("waiting", LedgerState.SILENT), ("silent", LedgerState.WAITING)],
)
def test_what_waits_is_silent_once_it_is_part_of_what_is_told_or_will_be(first: str, wanted: LedgerState) -> None:
    world, waits = World(), rule(origins=2, wait=minutes(60))
    mine = {"told": rule(), "waiting": waits, "silent": rule(when=frozenset({"FIGURE"}))}[first]
    one, two = development(1), development(2, origins=("Daily",))
    world.opens(one, of=mine)
    world.opens(two, of=waits)
    assert world.state(2).state is LedgerState.WAITING
    why = Regrouping(Regrouped.MERGED, 1, NOON, "alike to both", "x")
    both = replace(one, items=(*one.items, *two.items))
    merged = replace(decision(both, NOON, Verdict.JOINED), other=replace(two, regrouped=(why,)))
    assert world.take(world.router.decided(merged, waits, NOON)) == []
    assert world.state(2).state is wanted
    told = [line.development for alert in world.until(NOON + minutes(120)) for line in alert.lines]
    assert told == {"told": [], "waiting": [1], "silent": [2]}[first]


def test_what_was_told_stays_told_when_it_is_merged() -> None:
    world = World()
    one, two = development(1), development(2, origins=("Daily",))
    world.opens(one)
    world.opens(two)
    before = dict(world.entries)
    merged = replace(decision(one, NOON, Verdict.JOINED), other=two)
    assert world.take(world.router.decided(merged, rule(), NOON)) == []
    assert world.entries == before
