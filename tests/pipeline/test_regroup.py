"""Merged and split developments through the real pipeline and store: told once, kept, the same in a backtest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model.alert import LedgerState, Route
from monitor.model.development import Regrouped
from monitor.model.poll import Candidate
from monitor.model.storyline import Rule, Storyline
from monitor.pipeline import backtest, explain, replay
from monitor.store import developments as development_rows
from monitor.store import ledger as ledger_rows
from monitor.store import maintenance, storylines
from monitor.store.database import Database
from monitor.store.restore import restore

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Entry = Callable[..., Candidate]
COMET = "Comet Halvard seen over Oslo, astronomers say"
STREAK = "Bright streak lights sky above Norwegian capital, Reuters reports"
BOTH = "Comet Halvard seen over Oslo: bright streak lights sky above Norwegian capital, astronomers say"
FERRY = "Ferry sinks off Luzon, rescuers say"
CAPTAIN = (
    ("paper", "Ferry sinks off Luzon: captain arrested, rescuers say"),
    ("radio", "Ferry sinks off Luzon: captain arrested"),
    ("wire", "Captain arrested after ferry sinks off Luzon"),
)


@pytest.fixture
def desk(newsroom: Any) -> Any:
    comet = Storyline("comet", all=(("Oslo", "Norwegian capital"),))
    rules = (Rule(comet, newsroom.policy, hash="1"), Rule(Storyline("ferry", "Luzon"), newsroom.policy, hash="2"))
    newsroom.settings = replace(newsroom.settings, rules=rules, routes={"desk": Route("desk", ("mail",))})
    newsroom.restart()
    return newsroom


def says(newsroom: Any, make_entry: Entry, feed: str, title: str, after: timedelta) -> None:
    newsroom.now += after
    newsroom.poll(feed, make_entry(title, title, newsroom.now))


def comets(newsroom: Any, make_entry: Entry) -> None:
    says(newsroom, make_entry, "wire", COMET, MINUTE)
    says(newsroom, make_entry, "paper", STREAK, 5 * HOUR)
    says(newsroom, make_entry, "radio", BOTH, HOUR)


def ferries(newsroom: Any, make_entry: Entry) -> None:
    says(newsroom, make_entry, "wire", FERRY, MINUTE)
    for feed, title in CAPTAIN:
        says(newsroom, make_entry, feed, title, HOUR)


def as_decided(newsroom: Any) -> set[tuple[str, str, str]]:
    slugs = storylines.slugs(newsroom.db)
    found = (d for slug in slugs for d in storylines.decisions_of(newsroom.db, storyline=slug))
    return {(d.storyline, d.item, d.because) for d in found if d.verdict.value != "new"}


def in_a_backtest(newsroom: Any) -> tuple[set[tuple[str, str, str]], list[str]]:
    setup = backtest.Setup(newsroom.settings.rules)
    slugs = [rule.slug for rule in newsroom.settings.rules]
    rows = list(backtest.run(setup, replay.stored(newsroom.db, storylines=slugs)))
    held = {(r["storyline"], r["item"], r["because"]) for r in rows if r["type"] == "held"}
    return held, [r["headline"] for r in rows if r["type"] == "alert"]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_merged_development_is_kept_with_why_and_its_alert_stays_told(
    desk: Any, make_entry: Entry, restarts: bool
) -> None:
    comets(desk, make_entry)
    before = ledger_rows.of_development(desk.db, "comet", 2)
    assert [e.state for e in before] == [LedgerState.TOLD]
    if restarts:
        desk.restart()
    one, two = development_rows.load(desk.db, "comet")
    assert (one.items, two.items, two.merged_into) == (("1", "3", "2"), ("2",), 1)
    assert two.regrouped[0].because.endswith(f"to both: {BOTH}")
    says(desk, make_entry, "paper", STREAK + " again", HOUR)
    says(desk, make_entry, "wire", STREAK, HOUR)
    assert desk.headlines() == [COMET, STREAK]
    assert ledger_rows.of_development(desk.db, "comet", 2) == before
    assert desk.db.rows("SELECT number, merged_into FROM timeline WHERE storyline = 'comet'") == [(1, None), (2, 1)]
    assert in_a_backtest(desk) == (as_decided(desk), desk.headlines())


def test_what_still_waits_is_silent_once_it_is_part_of_what_was_told(desk: Any, make_entry: Entry) -> None:
    desk.with_policy(origins=2, wait=8 * HOUR)
    says(desk, make_entry, "wire", COMET, MINUTE)
    says(desk, make_entry, "radio", COMET, MINUTE)
    says(desk, make_entry, "paper", STREAK, 5 * HOUR)
    assert desk.headlines() == [COMET]
    says(desk, make_entry, "radio", BOTH, HOUR)
    (entry,) = ledger_rows.of_development(desk.db, "comet", 2)
    assert (entry.state, entry.because, entry.due_at) == (LedgerState.SILENT, "merged into #1", None)
    desk.wake(after=24 * HOUR)
    assert desk.headlines() == [COMET]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_split_development_is_told_and_knows_where_it_came_from(desk: Any, make_entry: Entry, restarts: bool) -> None:
    ferries(desk, make_entry)
    if restarts:
        desk.restart()
    one, two = development_rows.load(desk.db, "ferry")
    assert (one.items, two.items) == (("1",), ("4", "3", "2"))
    assert [(r.kind, r.number, r.item) for r in two.regrouped] == [(Regrouped.SPLIT, 1, "4")]
    says(desk, make_entry, "radio", "Captain of Luzon ferry arrested, police say", HOUR)
    assert desk.headlines() == [FERRY, CAPTAIN[2][1]]
    assert in_a_backtest(desk) == (as_decided(desk), desk.headlines())
    moved = explain.item(desk.db, desk.settings.rules, "2", desk.now).standings[0]
    assert moved.decisions[0].because.startswith("repeat of #1")
    assert moved.moved_to is not None
    assert moved.moved_to.number == 2


def test_an_edited_entry_opens_its_own_development_and_a_backtest_agrees(desk: Any, make_entry: Entry) -> None:
    says(desk, make_entry, "wire", FERRY, MINUTE)
    paper = make_entry("p", "Ferry sinks off Luzon", desk.now + HOUR)
    desk.poll("paper", paper, after=HOUR)
    desk.poll("paper", replace(paper, title="Luzon: president declares emergency, palace says"), after=8 * HOUR)
    one, two = development_rows.load(desk.db, "ferry")
    assert (one.items, two.items, two.split_from) == (("1",), ("2",), 1)
    assert desk.headlines() == [FERRY, "Luzon: president declares emergency, palace says"]
    desk.restart()
    assert in_a_backtest(desk)[1] == desk.headlines()


def test_a_renamed_storyline_keeps_what_was_merged(desk: Any, make_entry: Entry) -> None:
    comets(desk, make_entry)
    with desk.db.transaction():
        storylines.rename(desk.db, "comet", "halvard")
    assert development_rows.load(desk.db, "halvard")[1].merged_into == 1


def test_after_a_restored_backup_neither_corrections_nor_merged_ones_are_told_again(
    desk: Any, make_entry: Entry
) -> None:
    comets(desk, make_entry)
    toll = make_entry("t", "Luzon ferry sinks: 36 dead, governor says", desk.now)
    desk.poll("wire", toll, after=MINUTE)
    desk.poll("radio", toll, after=MINUTE)  # a sighting: the same link elsewhere
    desk.poll("wire", replace(toll, title="Luzon ferry sinks: 31 dead, governor says"), after=HOUR)
    path = desk.settings.database
    maintenance.backup(desk.db, path.with_name("old.bak"))
    edited = replace(toll, title="Luzon ferry sinks: 29 dead, governor says")
    desk.poll("wire", edited, after=HOUR)
    again = make_entry("again", BOTH, desk.now)
    desk.poll("paper", again, after=MINUTE)
    told = [line.reason for a in desk.alerts() for line in a.lines]
    assert told == ["OPENED", "NEWS", "OPENED", "CORRECTED", "CORRECTED"]

    desk.now += MINUTE
    desk.db.close()
    restore(path.with_name("old.bak"), path, desk.now)
    desk.db = Database.open(path, writer=True)
    desk.restart()
    before = [line.reason for a in desk.alerts() for line in a.lines]
    assert before == told[:-1], "what the backup knows of; the last correction was told after it"
    assert development_rows.load(desk.db, "comet")[1].merged_into == 1
    desk.poll("wire", edited, after=MINUTE)
    desk.poll("radio", edited, after=MINUTE)
    desk.poll("paper", again, make_entry(STREAK, STREAK, desk.now - HOUR), after=MINUTE)
    desk.wake(after=24 * HOUR)
    assert [line.reason for a in desk.alerts() for line in a.lines] == before
