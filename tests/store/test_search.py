"""Items are found by their words, whatever was typed, indexed or not yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model.codec import moment_text
from monitor.model.feed import Feed
from monitor.model.item import Item, Revision
from monitor.model.poll import Candidate
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import maintenance, search
from monitor.store.database import Database
from monitor.store.search import Query

TITLES = (
    "Kremlin invites Trump to Moscow",
    "Macron à Moscou: l'Élysée dément",
    "特朗普否认将赴莫斯科",
    "Трамп едет в Москву",
    'Boeing "strike" 100% over_night',
)


@pytest.fixture
def items(db: Database, now: datetime) -> list[Item]:
    feed_rows.sync(db, [Feed("wire", "https://wire.example/rss")], now)
    made = []
    for n, title in enumerate(TITLES):
        lang = ("en", "fr", "zh", "ru", "en")[n]
        entry = Candidate((f"g:{n}",), title, "a summary", f"https://wire.example/{n}", "", f"Wire {n}", lang, now)
        made += item_rows.add(db, "wire", [(entry, False)], now + timedelta(minutes=n))
    return made


def found(db: Database, words: str, **narrowed: object) -> list[str]:
    return [item.title for item in search.find(db, replace(Query(words), **narrowed), 10)]  # type: ignore[arg-type]


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(
    ("words", "number"),
    [("kremlin TRUMP", 0), ("krem*", 0), ("特朗普", 2), ("москву", 3), ("100%", 4), ('"strike"', 4), ("over_night", 4)],
)
def test_words_are_found_before_and_after_they_are_indexed(db, items, indexed, words, number):
    if indexed:
        assert search.fill(db) == len(TITLES)
    assert found(db, words) == [TITLES[number]]


def test_the_index_does_not_mind_accents(db, items):
    search.fill(db)
    assert found(db, "elysee") == [TITLES[1]]


def test_filters_narrow_and_pages_follow_each_other(db, items, now):
    search.fill(db)
    assert found(db, "", lang="en") == [TITLES[4], TITLES[0]]
    assert found(db, "summary", source="wire 1") == [TITLES[1]]
    assert found(db, "summary", since=now + timedelta(minutes=3)) == [TITLES[4], TITLES[3]]
    assert found(db, "summary", before=int(items[2].id)) == [TITLES[1], TITLES[0]]
    assert found(db, "summary", storyline="nothing") == found(db, "", storyline="nothing") == []


def test_the_index_follows_revisions_and_pruning(db, items, now):
    search.fill(db, 3)
    item_rows.revise(db, Revision(items[0].id, now, "Kremlin withdraws", "new words", TITLES[0]))
    item_rows.revise(db, Revision(items[4].id, now, "Boeing settles", "", TITLES[4]))  # not in it yet
    assert found(db, "invites") == found(db, "strike") == []
    search.fill(db)
    assert found(db, "withdraws") == ["Kremlin withdraws"]
    assert found(db, "settles") == ["Boeing settles"]
    for _ in range(item_rows.LISTED_FOR + 1):  # until the feed lists them no more
        item_rows.known(db, "wire", ["g:other"])
    gone = maintenance.prune(db, now + timedelta(days=1), now)
    assert gone.items == len(TITLES)
    assert found(db, "summary") == []
    assert db.row("SELECT count(*) FROM item_words_docsize") == (0,)
    db.execute("INSERT INTO item_words (item_words) VALUES ('integrity-check')")


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(words=st.text(max_size=30))
def test_nothing_that_is_typed_breaks_the_search(db, items, words):
    search.fill(db)
    search.find(db, Query(words, source=words, lang=words), 5)


MANY = 1500
NOW = datetime(2025, 5, 1, tzinfo=UTC)


@pytest.fixture
def many(db: Database) -> Database:
    """So many items that the index is asked several times for one answer; clocks were once set back a little."""
    feed_rows.sync(db, [Feed("wire", "https://wire.example/rss")], NOW)
    db.execute("INSERT INTO storylines (slug, created_at, followed_at) VALUES ('story', '', '')")
    arrivals = [moment_text(NOW + timedelta(minutes=n - (40 if 700 < n < 720 else 0))) for n in range(MANY + 1)]
    db.executemany(
        "INSERT INTO items VALUES (?, 'wire', ?, '', '', ?, '', ?, NULL, ?, 0)",
        [
            (n, f"common third{n % 3}", f"Outlet {n % 50}", "en" if n % 7 else "ru", arrivals[n])
            for n in range(1, MANY + 1)
        ],
    )
    db.executemany(
        "INSERT INTO matches VALUES (?, 'story', ?, 1, 0, 0, '{}', ?, ?)",
        [(n, arrivals[n], f"Outlet {n % 50}", "en" if n % 7 else "ru") for n in range(1, MANY + 1, 100)],
    )
    search.fill(db, MANY - 30)  # the newest are not in it yet
    return db


NARROWED: tuple[dict[str, object], ...] = (
    {}, {"lang": "ru"}, {"source": "outlet 7"}, {"storyline": "story"}, {"storyline": "story", "lang": "ru"},
    {"since": 1480}, {"until": 20}, {"since": 695, "until": 705}, {"since": 100, "until": 400, "source": "t 11"},
    {"since": 3000}, {"until": -5}, {"before": 300, "lang": "ru"}, {"storyline": "story", "before": 801},
)  # fmt: skip


@pytest.mark.parametrize("few", [search._FEW, 0])
def test_what_is_found_is_the_newest_of_all_that_fits(many, monkeypatch, few):
    monkeypatch.setattr(search, "_FEW", few)  # a storyline of so few matches is asked in another way
    items = item_rows.get(many, [str(n) for n in range(1, MANY + 1)]).values()
    for words, narrowed in product(("", "common", "common third1", "thir*"), NARROWED):
        times = {name: NOW + timedelta(minutes=narrowed[name]) for name in ("since", "until") if name in narrowed}
        query = replace(Query(words), **narrowed | times)
        wanted = sorted((int(item.id) for item in items if fits(item, query)), reverse=True)[:12]
        assert [int(item.id) for item in search.find(many, query, 12)] == wanted, query


def fits(item: Item, query: Query) -> bool:
    return (
        all(word.strip("*") in item.title for word in query.words.split())
        and item.lang.startswith(query.lang)
        and query.source in item.source.lower()
        and (not query.storyline or int(item.id) % 100 == 1)
        and (query.since is None or item.arrival_at >= query.since)
        and (query.until is None or item.arrival_at < query.until)
        and (not query.before or int(item.id) < query.before)
    )
