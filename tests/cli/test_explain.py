"""Why, and why not: everything the store knows, put together."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import UsageError
from monitor.model.item import Item, Revision, Sighting
from monitor.model.storyline import Rule, Storyline
from monitor.pipeline import explain, memory
from monitor.pipeline.assemble import load
from monitor.store import articles, state, withdrawals
from monitor.store import items as item_rows
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database

NOW = datetime.now(UTC)
MOSCOW = Rule(Storyline("moscow", "Trump Moscow visit"))
BOEING = Rule(Storyline("boeing", "Boeing strike vote"))
STORY = Storyline("s", "x")
ITEM = Item("1", "t", datetime(2025, 3, 18, tzinfo=UTC), lang="en", feed="world/wire")


@pytest.fixture
def db(desk):
    with Database.open(desk.database, writer=True) as opened:
        yield opened


def test_an_item_stands_where_it_was_met_and_where_it_nearly_was(db):
    found = explain.item(db, [MOSCOW, BOEING], "4", NOW)
    assert [(s.storyline, s.stored) for s in found.standings] == [("boeing", True)]
    near = explain.item(db, [MOSCOW, BOEING, Rule(Storyline("shares", "Boeing shares rise sharply"))], "4", NOW)
    assert [(s.storyline, s.stored) for s in near.standings] == [("boeing", True), ("shares", False)]
    assert near.standings[1].match.item == "4"


def test_a_storyline_that_is_asked_for_is_answered_also_when_it_was_missed(db):
    (standing,) = explain.item(db, [MOSCOW, BOEING], "6", NOW, "boeing").standings
    assert (standing.storyline, standing.stored, standing.match.score) == ("boeing", False, 0.0)
    with pytest.raises(UsageError, match="no rule"):
        explain.item(db, [MOSCOW], "6", NOW, "boeing")


def test_a_resting_rule_is_met_only_when_it_is_asked_for(db):
    resting = replace(BOEING, enabled=False, storyline=replace(BOEING.storyline, slug="rests"))
    assert [s.storyline for s in explain.item(db, [resting], "4", NOW).standings] == ["boeing"]
    assert [s.storyline for s in explain.item(db, [resting], "4", NOW, "rests").standings] == ["rests"]


def test_an_excluded_item_names_the_word_that_excluded_it(db):
    rule = Rule(Storyline("no-opinion", "Trump Moscow visit", none=("mistake",)))
    (standing,) = explain.item(db, [rule], "3", NOW, "no-opinion").standings
    assert standing.match.evidence.veto == "mistake"


def test_a_miss_is_met_with_what_the_daemon_has_learned(db, desk):
    settings = load(desk.directory / "storywatch.toml")
    engine = memory.build(db, settings, NOW)
    with db.transaction():
        memory.remember(db, engine)
    matcher = explain.learned(db, [MOSCOW], NOW)
    whole = json.loads(engine.matcher.snapshot())
    own = json.loads(matcher.snapshot())
    assert own["background"] == whole["background"]
    assert own["background"]["items"] == 6
    assert own["contexts"] == {"moscow": whole["contexts"]["moscow"]}


def test_without_a_snapshot_it_learns_from_the_stored_items(db):
    assert json.loads(explain.learned(db, [MOSCOW], NOW).snapshot())["background"]["items"] == 6
    with db.transaction():
        state.put(db, "matcher", b"7\nanother version's")
    assert json.loads(explain.learned(db, [MOSCOW], NOW).snapshot())["background"]["items"] == 6


def test_what_became_of_an_item_later_is_told(db):
    with db.transaction():
        item_rows.sight(db, Sighting("1", "other", "Other", NOW))
        item_rows.revise(db, Revision("1", NOW, "Kremlin invites Trump again", "", "Kremlin invites Trump"))
        withdrawals.withdraw(db, item_rows.get(db, ["1"])["1"], NOW)
    found = explain.item(db, [MOSCOW], "1", NOW)
    assert [s.feed for s in found.sightings] == ["other"]
    assert [(r.old_title, r.withdrawn) for r in found.revisions] == [
        ("Kremlin invites Trump", False), ("Kremlin invites Trump again", True),
    ]  # fmt: skip
    assert [e.route for e in found.standings[0].told] == ["desk"]
    assert not found.unread


def test_an_article_that_was_not_read_says_why(db):
    with db.transaction():
        articles.note_unread(db, [("1", "robots.txt of wire.example does not allow it"), ("2", "")])
    assert explain.item(db, [MOSCOW], "1", NOW).unread == "robots.txt of wire.example does not allow it"
    assert not explain.item(db, [MOSCOW], "2", NOW).unread


@pytest.mark.parametrize("ref", ["1", "https://wire.example/0", "https://wire.example/0?utm_source=x"])
def test_an_item_is_found_by_number_and_address(db, ref):
    assert explain.find(db, ref).id == "1"


@pytest.mark.parametrize("ref", ["", "0", "-1", "1.0", "\u0661", "9" * 30, "https://", "://", "wire.example/0"])
def test_what_names_no_item_is_a_usage_error(db, ref):
    with pytest.raises(UsageError, match="no item"):
        explain.find(db, ref)


@pytest.mark.parametrize(
    ("storyline", "why"),
    [
        (STORY, ""),
        (replace(STORY, feeds=("world/*",), languages=("en", "ru")), ""),
        (replace(STORY, feeds=("gov/*",)), "its feed world/wire is not among"),
        (replace(STORY, languages=("ru",)), "its language en is not among"),
        (replace(STORY, since=ITEM.arrival_at + timedelta(days=1)), "older than the rule's since = 2025-03-19"),
    ],
)
def test_what_a_rule_never_looks_at_is_said(storyline, why):
    assert explain.barred(storyline, ITEM).startswith(why)
    assert bool(explain.barred(storyline, ITEM)) == bool(why)


def test_a_storyline_keeps_its_story_in_the_archive(db):
    with db.transaction():
        storyline_rows.sync(db, [BOEING], NOW)
    found = explain.storyline(db, "moscow")
    assert found.followed_at is None
    assert [d.number for d in found.developments] == [1, 2]
    assert found.verdicts == {"new": 2, "joined": 1, "held": 1}
    assert [h.item.id for h in found.held] == ["3"]
    assert found.held[0].match is not None
    with pytest.raises(UsageError, match="knows no storyline"):
        explain.storyline(db, "mosco")


def test_an_alert_is_traced_to_the_decision_on_its_lead(db):
    found = explain.alert(db, "alert1")
    assert [i.id for i in found.lines[0].items] == ["1", "2"]
    assert [d.because for d in found.lines[0].decisions] == ["new: the first report"]
    assert [e.alert for e in found.lines[0].told] == ["alert1"]
    assert [d.channel for d in found.deliveries] == ["hook"]
    assert explain.alert(db, found.deliveries[0].key).alert == found.alert


def test_an_item_that_its_feed_took_out_is_told_as_that(desk):
    with Database.open(desk.database, writer=True) as opened, opened.transaction():
        withdrawals.withdraw(opened, item_rows.get(opened, ["1"])["1"], NOW)
    said = desk.run("explain", "1").out
    assert "taken out of its feed" in said
    assert "was called" not in said
