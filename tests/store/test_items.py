"""Items: what is known under which key, and the one order of items."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.model.item import Item, Revision, Sighting, order_key
from monitor.model.poll import Candidate, Known
from monitor.store import items
from monitor.store.database import Database

Add = Callable[..., list[Item]]
Make = Callable[..., Candidate]
HOUR = timedelta(hours=1)


def test_items_come_back_as_they_were_added(db: Database, now: datetime, add: Add) -> None:
    (plain,) = add("one")
    (dated,) = add("two", published_at=now - HOUR, lang="ru", at=now + HOUR)
    assert plain == Item(
        "1", "Title of one", now, "Summary of one", "https://wire.example/one", "Wire", "world/wire", "A. Writer", "en"
    )
    assert items.get(db, ["1", "2", "3", "", "nonsense", "٣", "9" * 30]) == {"1": plain, "2": dated}


def test_history_is_remembered(db: Database, now: datetime, candidate: Make) -> None:
    added = items.add(db, "world/wire", [(candidate("old"), True), (candidate("new"), False)], now)
    assert [i.history for i in added] == [True, False]
    assert items.get(db, ["1", "2"]) == {i.id: i for i in added}


def test_numbers_are_never_given_twice(db: Database, add: Add) -> None:
    add("one", "two")
    db.execute("DELETE FROM items")
    assert add("three")[0].id == "3"
    assert items.add(db, "world/wire", [], add("four")[0].arrival_at) == []


def test_known_tells_which_keys_are_known_in_this_feed(db: Database, add: Add) -> None:
    add("one")
    known = Known("1", "Title of one", "Summary of one", "one")
    found = items.known(db, "world/wire", ["g:one", "l:https://wire.example/one", "g:two"])
    assert found == {"g:one": known, "l:https://wire.example/one": known}
    assert items.known(db, "world/copy", ["g:one"]) == {}
    assert items.known(db, "world/wire", []) == {}


def test_a_linked_key_leads_to_the_same_item_and_never_away_from_another(db: Database, add: Add) -> None:
    add("one", "two")
    items.link(db, "world/wire", [("g:rotated", "1"), ("g:two", "1")])
    found = items.known(db, "world/wire", ["g:rotated", "g:two"])
    assert {key: known.item for key, known in found.items()} == {"g:rotated": "1", "g:two": "2"}


def test_the_guid_told_is_the_one_listed_last(db: Database, add: Add) -> None:
    add("one")
    items.link(db, "world/wire", [("g:rotated", "1")])
    for _ in range(items.MARK_EVERY):
        found = items.known(db, "world/wire", ["g:rotated"])
    assert found["g:rotated"].guid == "rotated"


def test_guids_that_rotate_do_not_pile_up_while_their_item_is_listed(db: Database, add: Add) -> None:
    add("one", "gone")
    link = "l:https://wire.example/one"
    for number in range(4 * items.LISTED_FOR):
        found = items.known(db, "world/wire", [f"g:{number}", link])
        assert found[link].item == "1"
        items.link(db, "world/wire", [(f"g:{number}", "1")])
    keys = {key for (key,) in db.rows("SELECT key FROM item_keys WHERE item = 1")}
    assert {link, f"g:{number}", f"g:{number - items.LISTED_FOR + items.MARK_EVERY}"} <= keys
    assert len(keys) < 2 * items.LISTED_FOR
    assert items.known(db, "world/wire", ["g:gone"])["g:gone"].item == "2"  # listed under no other key


def test_shared_keys_identify_nothing_and_stay_so(db: Database, add: Add) -> None:
    add("one")
    items.mark_shared(db, "world/wire", ["g:one", "l:home"])
    assert items.known(db, "world/wire", ["g:one", "l:home"]) == {}
    add("two", keys=("l:home", "g:two"))
    items.link(db, "world/wire", [("l:home", "1"), ("g:one", "1")])
    assert items.known(db, "world/wire", ["l:home", "g:one"]) == {}
    assert items.known(db, "world/wire", ["g:two"])["g:two"].guid == "two"


def test_a_sighted_item_is_not_the_other_feeds_to_revise(db: Database, now: datetime, add: Add) -> None:
    add("one")
    items.link(db, "world/copy", [("g:copied", "1")])
    assert items.known(db, "world/copy", ["g:copied"]) == {}
    sighting = Sighting("1", "world/copy", "Copy", now)
    assert items.sight(db, sighting)
    assert not items.sight(db, Sighting("1", "world/copy", "Copy", now + HOUR))
    assert list(items.sightings_between(db)) == items.sightings_of(db, "1") == [sighting]


def test_by_url_finds_the_oldest_item_of_any_feed(db: Database, add: Add) -> None:
    url = "https://wire.example/one"
    add("one")
    add("again", url=url, feed="world/copy")
    add("nowhere", url="", keys=("g:nowhere",))
    assert items.by_url(db, [url, "https://else.example/", ""]) == {url: ("1", "world/wire")}


def test_a_revision_changes_the_item_and_keeps_what_it_said(db: Database, now: datetime, add: Add) -> None:
    add("one")
    revision = Revision("1", now + HOUR, "New title", "New summary", "Title of one")
    assert items.revise(db, revision)
    assert items.get(db, ["1"])["1"].title == "New title"
    assert list(items.revisions_between(db)) == items.revisions_of(db, "1") == [revision]
    assert not items.revise(db, Revision("99", now, "t", "s", "o"))
    assert len(list(items.revisions_between(db))) == 1


def test_spans_begin_with_their_start_and_end_before_their_end(db: Database, now: datetime, add: Add) -> None:
    for n in range(4):
        add(f"n{n}", at=now + n * HOUR)
        items.sight(db, Sighting(str(n + 1), "world/copy", "Copy", now + n * HOUR))
        items.revise(db, Revision(str(n + 1), now + n * HOUR, "t", "s", "o"))
    since, until = now + HOUR, now + 3 * HOUR
    assert [i.id for i in items.between(db, since, until)] == ["2", "3"]
    assert [i.id for i in items.between(db, since)] == ["2", "3", "4"]
    assert [i.id for i in items.between(db, until=until)] == ["1", "2", "3"]
    assert [s.item for s in items.sightings_between(db, since, until)] == ["2", "3"]
    assert [r.item for r in items.revisions_between(db, since, until)] == ["2", "3"]


def test_the_order_is_the_one_order_of_items(db: Database, now: datetime, candidate: Make) -> None:
    dice = random.Random(7)
    for batch in range(20):
        moments = [None, *(now + timedelta(seconds=dice.randrange(100), microseconds=n) for n in (0, 1, 500_000))]
        rows = [(candidate(f"{batch}-{n}", published_at=dice.choice(moments)), False) for n in range(10)]
        items.add(db, "world/wire", rows, now + timedelta(seconds=dice.randrange(5)))
    found = list(items.between(db))
    assert len(found) == 200
    assert found == sorted(found, key=order_key)


def test_text_that_no_file_can_hold_is_mended_and_the_rest_of_the_batch_lives(
    db: Database, now: datetime, candidate: Make
) -> None:
    hostile = candidate("a", title="lone \ud83d surrogate", keys=("g:\udc00",), summary="nul \x00 inside 😀")
    added = items.add(db, "world/wire", [(hostile, False), (candidate("b"), False)], now)
    assert added[0].title == "lone \ufffd surrogate"
    assert added[0].summary == "nul \x00 inside 😀"
    assert items.get(db, ["1", "2"]) == {"1": added[0], "2": added[1]}
    assert items.known(db, "world/wire", ["g:\ufffd"])["g:\ufffd"].item == "1"
    assert items.known(db, "world/wire", ["g:\udc00"]) != {}
    items.revise(db, Revision("1", now, "\ud800", "\ud800", "\ud800"))
    items.sight(db, Sighting("1", "world/copy", "\ud800", now))
    assert items.by_url(db, ["\ud800"]) == {}


def test_feed_text_is_never_part_of_a_statement(db: Database, add: Add) -> None:
    evil = "'); DROP TABLE items; --"
    (item,) = add(evil, title=evil, url=evil)
    assert items.get(db, [item.id]) == {item.id: item}
    assert items.known(db, "world/wire", [f"g:{evil}"])[f"g:{evil}"].title == evil


def test_new_is_what_has_no_key_here_and_no_link_anywhere(db: Database, now: datetime, candidate: Make) -> None:
    with db.transaction():
        items.add(db, "world/wire", [(candidate("one"), False)], now)
    here, there = candidate("one"), candidate("two", url="https://wire.example/one")
    assert items.unknown(db, "world/wire", [here, there, candidate("three")]) == [candidate("three")]
    assert db.row("SELECT documents FROM feeds WHERE name = 'world/wire'") == (0,)


def test_an_articles_text_is_no_part_of_what_the_feed_says(db: Database, now: datetime, candidate: Make) -> None:
    with db.transaction():
        (item,) = items.add(db, "world/wire", [(candidate("one", summary="Short\nThe whole story"), False)], now)
        assert items.known(db, "world/wire", ["g:one"])["g:one"].summary == "Short"
        items.revise(db, Revision(item.id, now, "Title", "Longer", item.title))
        assert items.get(db, [item.id])[item.id].summary == "Longer\nThe whole story"
        items.add(db, "world/wire", [(candidate("two"), False)], now)
        items.revise(db, Revision("2", now, "Title", "Other", "Title"))
        assert items.get(db, ["2"])["2"].summary == "Other"
