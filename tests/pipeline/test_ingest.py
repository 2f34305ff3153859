from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import StoreFull
from monitor.model.feed import Feed
from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.poll import Candidate
from monitor.model.storyline import Rule, Storyline
from monitor.store import articles
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import storylines as storyline_rows
from monitor.storylines.matcher import Matcher

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Entry = Callable[..., Candidate]

PREPARED = "Kremlin says Trump visit to Moscow is being prepared"
OFF = "Trump calls off Moscow visit, White House says"


def test_a_new_item_of_a_storyline_is_told_once_and_not_at_the_next_poll(newsroom: Any, make_entry: Entry) -> None:
    story = make_entry("a", PREPARED, newsroom.now)
    newsroom.poll("wire", story, make_entry("b", "Storm closes the harbour of Hamburg", newsroom.now))
    newsroom.poll("wire", story, after=10 * MINUTE)
    assert newsroom.headlines() == [PREPARED]


def test_a_feeds_first_poll_brings_history_not_a_flood(newsroom: Any, make_entry: Entry) -> None:
    newsroom.settings = replace(
        newsroom.settings, feeds=(*newsroom.settings.feeds, Feed("late", "https://late.example/rss"))
    )
    newsroom.restart()
    old = make_entry("o", "Kremlin invites Trump to Moscow", newsroom.now - 30 * HOUR)
    undated = make_entry("u", "Trump to travel to Moscow in May, Kremlin says", None)
    fresh = make_entry("f", OFF, newsroom.now - 2 * HOUR)
    report = newsroom.poll("late", old, undated, fresh)
    assert {i.title: i.history for i in report.items} == {old.title: True, undated.title: True, OFF: False}
    assert newsroom.headlines() == [OFF]


def test_why_an_article_was_not_read_is_kept_with_its_item(newsroom: Any, make_entry: Entry) -> None:
    read = make_entry("a", PREPARED, newsroom.now)
    unread = replace(make_entry("b", OFF, newsroom.now), article="robots.txt of wire.example does not allow it")
    ids = {i.title: i.id for i in newsroom.poll("wire", read, unread).items}
    assert articles.why_unread(newsroom.db, ids[OFF]) == unread.article
    assert not articles.why_unread(newsroom.db, ids[PREPARED])


def test_after_the_first_poll_nothing_is_lost_over_a_weekend(newsroom: Any, make_entry: Entry) -> None:
    newsroom.poll("wire", make_entry("a", PREPARED, newsroom.now + HOUR), after=60 * HOUR)
    assert newsroom.wake(HOUR)
    assert newsroom.headlines() == [PREPARED]


def test_a_link_met_in_another_feed_is_a_sighting_not_an_item(newsroom: Any, make_entry: Entry) -> None:
    story = make_entry("a", PREPARED, newsroom.now)
    first = newsroom.poll("wire", story).items[0]
    again = newsroom.poll("paper", replace(story, keys=("g:other", *story.keys[1:])), after=MINUTE)
    assert again.items == []
    assert [s.feed for s in item_rows.sightings_of(newsroom.db, first.id)] == ["paper"]
    newsroom.poll("paper", replace(story, keys=("g:other", *story.keys[1:])), after=MINUTE)
    assert len(item_rows.sightings_of(newsroom.db, first.id)) == 1
    assert newsroom.headlines() == [PREPARED]


def test_a_homepage_that_all_entries_link_to_loses_none_of_them(newsroom: Any, make_entry: Entry) -> None:
    home = "https://paper.example/"
    entries = [make_entry(f"p{n}", f"Story number {n} of the day", newsroom.now, home) for n in range(4)]
    assert len(newsroom.poll("paper", *entries).items) == 4
    assert newsroom.poll("paper", *entries, after=MINUTE).items == []


def test_a_changed_title_is_a_revision_of_the_same_item(newsroom: Any, make_entry: Entry) -> None:
    item = newsroom.poll("wire", make_entry("a", PREPARED, newsroom.now)).items[0]
    later = make_entry("a", PREPARED + " for May", newsroom.now)
    assert newsroom.poll("wire", later, after=MINUTE).items == []
    assert item_rows.get(newsroom.db, [item.id])[item.id].title == PREPARED + " for May"
    assert [r.old_title for r in item_rows.revisions_of(newsroom.db, item.id)] == [PREPARED]


def test_a_wait_for_a_second_origin_ends_by_itself_and_says_single_source(newsroom: Any, make_entry: Entry) -> None:
    newsroom.with_policy(origins=2, wait=20 * MINUTE)
    newsroom.poll("wire", make_entry("a", PREPARED, newsroom.now))
    newsroom.wake(19 * MINUTE)
    assert newsroom.alerts() == []
    newsroom.wake(2 * MINUTE)
    (alert,) = newsroom.alerts()
    assert alert.lines[0].single_source
    assert alert.at == newsroom.now - MINUTE  # the moment the wait was over, not the moment somebody woke


def test_a_wait_survives_a_restart(newsroom: Any, make_entry: Entry) -> None:
    newsroom.with_policy(origins=2, wait=20 * MINUTE)
    newsroom.poll("wire", make_entry("a", PREPARED, newsroom.now))
    newsroom.restart()
    newsroom.wake(30 * MINUTE)
    assert newsroom.headlines() == [PREPARED]


def test_a_second_origin_ends_the_wait_at_once(newsroom: Any, make_entry: Entry) -> None:
    newsroom.with_policy(origins=2, wait=5 * HOUR)
    newsroom.poll("wire", make_entry("a", PREPARED, newsroom.now))
    newsroom.poll(
        "radio", make_entry("r", "Trump visit to Moscow being prepared, says Kremlin", newsroom.now), after=MINUTE
    )
    (alert,) = newsroom.alerts()
    assert not alert.lines[0].single_source
    assert len(alert.lines[0].origins) == 2


def test_after_an_outage_of_the_daemon_one_alert_gathers_what_came(newsroom: Any, make_entry: Entry) -> None:
    newsroom.now += 50 * HOUR
    newsroom.restart()
    newsroom.poll("wire", make_entry("a", PREPARED, newsroom.now - 40 * HOUR))
    newsroom.poll("paper", make_entry("b", OFF, newsroom.now - 3 * HOUR), after=MINUTE)
    assert newsroom.alerts() == []
    newsroom.wake(HOUR)
    (alert,) = newsroom.alerts()
    assert len(alert.lines) == 2
    newsroom.poll(
        "wire", make_entry("c", "Putin and Trump hold talks in Moscow on prisoner swap", newsroom.now), after=HOUR
    )
    assert len(newsroom.alerts()) == 2  # the outage is over: told at once


def test_a_rule_that_is_new_learns_from_the_stored_and_tells_nothing_of_it(newsroom: Any, make_entry: Entry) -> None:
    newsroom.poll("wire", make_entry("s", "Storm closes the harbour of Hamburg", newsroom.now))
    storm = Rule(Storyline("storm", "Hamburg harbour storm"), newsroom.policy, hash="2")
    newsroom.now += HOUR
    newsroom.ingest.reload(replace(newsroom.settings, rules=(*newsroom.settings.rules, storm)), newsroom.now)
    assert storyline_rows.decisions_of(newsroom.db, storyline="storm")
    assert newsroom.alerts() == []
    again = make_entry("t", "Hamburg harbour closed by storm", newsroom.now)
    newsroom.poll("paper", again, after=MINUTE)
    assert newsroom.alerts() == []  # it repeats what was stored before the rule was there


def test_an_item_that_breaks_us_is_said_and_the_others_go_on(
    newsroom: Any, make_entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = Matcher.match

    def breaking(self: Matcher, item: Item) -> tuple[Match, ...]:
        if item.title == "BOOM":
            raise ValueError("a bug")
        return match(self, item)

    monkeypatch.setattr(Matcher, "match", breaking)
    report = newsroom.poll("wire", make_entry("x", "BOOM", newsroom.now), make_entry("a", PREPARED, newsroom.now))
    assert len(report.errors) == 1
    assert "a bug" in report.errors[0]
    assert newsroom.headlines() == [PREPARED]
    newsroom.poll("wire", make_entry("b", PREPARED, newsroom.now), after=HOUR)
    assert newsroom.headlines() == [PREPARED]  # memory was built again: it still knows what was told


def test_a_full_disk_undoes_the_batch_whole_and_it_comes_again(newsroom: Any, make_entry: Entry) -> None:
    story = make_entry("a", PREPARED, newsroom.now, summary="x" * 4000)
    before = feed_rows.state(newsroom.db, "wire")
    pages = newsroom.db.row("PRAGMA page_count")[0]
    newsroom.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        newsroom.poll(
            "wire", story, *(make_entry(f"n{n}", f"Other {n}", newsroom.now, summary="y" * 4000) for n in range(50))
        )
    assert feed_rows.state(newsroom.db, "wire") == before
    newsroom.db.execute("PRAGMA max_page_count = 1000000")
    newsroom.poll("wire", story, after=MINUTE)
    assert newsroom.headlines() == [PREPARED]


def test_a_feed_taken_out_meanwhile_is_dropped(newsroom: Any, make_entry: Entry) -> None:
    late = newsroom.polled("radio", [make_entry("a", PREPARED, newsroom.now)])
    feeds = tuple(f for f in newsroom.settings.feeds if f.name != "radio")
    newsroom.ingest.reload(replace(newsroom.settings, feeds=feeds), newsroom.now)
    assert newsroom.batch([late]).items == []


def test_what_the_matcher_learned_outlives_a_restart_with_or_without_its_snapshot(
    newsroom: Any, make_entry: Entry
) -> None:
    for number in range(30):
        title = "Peskov: Witkoff to bring Trump letter to Moscow" if number % 3 else f"Markets report number {number}"
        newsroom.poll("wire", make_entry(f"m{number}", f"{title} {number}", newsroom.now), after=MINUTE)
    probe = "Witkoff carries letter, Peskov says"
    learned = newsroom.ingest.engine.matcher.probe("moscow", probe)
    newsroom.restart()
    assert newsroom.ingest.engine.matcher.probe("moscow", probe) == learned
    newsroom.ingest.remember()
    newsroom.restart()
    assert newsroom.ingest.engine.matcher.probe("moscow", probe) == learned
