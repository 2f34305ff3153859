"""Backup, retention and integrity."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreCorrupt, StoreError
from monitor.model.alert import Alert, Mute
from monitor.model.delivery import Sent
from monitor.model.development import Decision, Development, Reason, Verdict
from monitor.model.item import Item, Revision, Sighting
from monitor.model.match import Evidence, Match
from monitor.store import articles, feeds, items, maintenance, mutes, outbox, state, storylines
from monitor.store.database import Database
from monitor.store.items import LISTED_FOR
from monitor.store.maintenance import Pruned

Add = Callable[..., list[Item]]
DAY = timedelta(days=1)


def documents(db: Database, count: int, keys: tuple[str, ...] = (), feed: str = "world/wire") -> None:
    """Let ``count`` documents of a feed come by that list ``keys``."""
    with db.transaction():
        for _ in range(count):
            items.known(db, feed, keys)


def left(db: Database) -> list[str]:
    return [item.id for item in items.between(db)]


def prune(db: Database, now: datetime) -> Pruned:
    return maintenance.prune(db, now + DAY, now + DAY)


def test_an_old_item_that_nothing_needs_goes_with_all_that_hangs_on_it(db: Database, now: datetime, add: Add) -> None:
    add("one")
    storylines.record(db, [Match("1", "visit", 0.5, Evidence())], now)
    storylines.decide(db, [Decision("visit", "1", now, Verdict.HELD, "comment")])
    items.sight(db, Sighting("1", "world/copy", "Copy", now))
    items.revise(db, Revision("1", now, "t", "s", "o"))
    articles.note_unread(db, [("1", "robots.txt does not allow it")])
    documents(db, LISTED_FOR)
    assert prune(db, now) == Pruned(items=1, mutes=0, more=False)
    for table in ("items", "item_keys", "matches", "decisions", "sightings", "revisions", "unread_articles"):
        assert db.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert maintenance.integrity(db) == ()


def test_a_young_item_stays(db: Database, now: datetime, add: Add) -> None:
    add("one", at=now + DAY)
    documents(db, LISTED_FOR)
    assert prune(db, now).items == 0
    assert prune(db, now + timedelta(microseconds=1)).items == 1


def test_an_item_that_tells_a_development_stays(db: Database, now: datetime, add: Add) -> None:
    add("one", "two")
    told = Development("visit", 1, Reason.NEWS, "h", ("2",), ("Wire",), now, now)
    storylines.decide(db, [Decision("visit", "2", now, Verdict.NEW, "new", told)])
    documents(db, LISTED_FOR)
    assert prune(db, now).items == 1
    assert left(db) == ["2"]


def test_an_item_on_its_way_out_stays_until_it_is_delivered(
    db: Database, now: datetime, add: Add, alert: Callable[..., Alert]
) -> None:
    add("one", "two")
    (delivery,) = outbox.add(db, [alert("a1", items=("2", "1"))], {"desk": ("mail",)}, now)
    documents(db, LISTED_FOR)
    assert prune(db, now).items == 0
    outbox.record(db, delivery.key, Sent(), now)
    assert prune(db, now).items == 2


@pytest.mark.parametrize(
    ("listed", "feed", "stays"),
    [
        ((), "world/wire", False),
        (("g:one",), "world/wire", True),
        (("l:https://wire.example/one",), "world/wire", True),
        (("g:other",), "world/wire", False),
        (("g:copied",), "world/copy", True),
        (("g:one",), "world/copy", False),
    ],
)
def test_what_a_feed_still_lists_is_never_forgotten(
    db: Database, now: datetime, add: Add, listed: tuple[str, ...], feed: str, stays: bool
) -> None:
    add("one")
    items.link(db, "world/copy", [("g:copied", "1")])
    for other in ("world/wire", "world/copy"):
        documents(db, 3 * LISTED_FOR, listed if other == feed else (), other)
    assert prune(db, now).items == (0 if stays else 1)
    feeds.sync(db, [], now)
    assert prune(db, now).items == (1 if stays else 0)


def test_an_entry_that_left_for_a_few_documents_is_not_forgotten(db: Database, now: datetime, add: Add) -> None:
    add("one")
    documents(db, 50, ("g:one",))
    documents(db, LISTED_FOR - items.MARK_EVERY)
    assert prune(db, now).items == 0
    documents(db, items.MARK_EVERY)
    assert prune(db, now).items == 1


def test_a_reader_that_asks_what_is_known_changes_nothing(db: Database, path: Path, add: Add) -> None:
    add("one")
    with Database.open(path, writer=False) as reader:
        assert list(items.known(reader, "world/wire", ["g:one"])) == ["g:one"]
    assert db.rows("SELECT DISTINCT documents FROM feeds") == [(0,)]


def test_retention_works_in_short_rounds_oldest_first(db: Database, now: datetime, add: Add) -> None:
    for n in range(5):
        add(f"n{n}", at=now - n * DAY)
    documents(db, LISTED_FOR)
    assert maintenance.prune(db, now + DAY, now, limit=2) == Pruned(2, 0, more=True)
    assert sorted(left(db)) == ["1", "2", "3"]
    assert maintenance.prune(db, now + DAY, now, limit=2).more
    assert maintenance.prune(db, now + DAY, now, limit=2) == Pruned(1, 0, more=False)


def test_mutes_that_are_over_go_too(db: Database, now: datetime) -> None:
    mutes.add(db, Mute("desk", "", now))
    mutes.add(db, Mute("", "visit", now + 2 * DAY))
    assert prune(db, now).mutes == 1
    assert [m.storyline for m in mutes.active(db, now)] == ["visit"]


def test_a_backup_is_whole_ours_alone_and_replaces_the_one_before(
    db: Database, now: datetime, tmp_path: Path, add: Add
) -> None:
    target = tmp_path / "copy.db"
    before = os.umask(0)
    try:
        maintenance.backup(db, target)
        (item,) = add("one")
        with db.transaction():
            state.put(db, "not yet", b"")
            maintenance.backup(db, target)
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy.db"]
    with Database.open(target, writer=True) as copy:
        assert maintenance.integrity(copy) == ()
        assert items.get(copy, [item.id]) == {item.id: item}
        assert copy.identity == db.identity


def test_a_backup_goes_nowhere_it_should_not(db: Database, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a database, and nobody said it may go " * 9)
    with pytest.raises(StoreError, match="database itself"):
        maintenance.backup(db, db.path.parent / "." / db.path.name)
    with pytest.raises(StoreCorrupt, match="not a database"):
        maintenance.backup(db, notes)
    with pytest.raises(StoreError, match="no directory"):
        maintenance.backup(db, tmp_path / "missing" / "copy.db")
    assert notes.read_text().startswith("not a database")


def test_integrity_names_what_is_wrong(db: Database, add: Add) -> None:
    add("one")
    assert maintenance.integrity(db) == maintenance.integrity(db, quick=True) == ()
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("INSERT INTO matches VALUES (99, 'visit', '', 1, 0, 0, '{}', '', '')")
    assert maintenance.integrity(db) == ("a row of matches points at a row of items that is not there",)
    db.execute("DELETE FROM matches")
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = replace(sql, 'items(url)', 'items(title)') WHERE name = 'items_by_url'")
    with Database.open(db.path, writer=False) as again:
        assert any("items_by_url" in line for line in maintenance.integrity(again))


def test_a_file_too_damaged_to_be_checked_is_a_finding_too(db: Database, path: Path) -> None:
    state.put(db, "key", bytes(200_000))
    maintenance.checkpoint(db)
    with Database.open(path, writer=False) as reader:
        with path.open("r+b") as file:
            file.seek(8192)
            file.write(b"\xff" * 200_000)
        assert maintenance.integrity(reader) != ()


def test_the_log_is_folded_in_unless_a_reader_is_in_the_way(db: Database, path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    db.execute("PRAGMA busy_timeout = 1")
    with Database.open(path, writer=False) as reader:
        with reader.transaction():
            assert reader.rows("SELECT count(*) FROM state") == [(0,)]
            state.put(db, "key", bytes(50_000))
            assert not maintenance.checkpoint(db)
            assert log.stat().st_size > 0
        assert maintenance.checkpoint(db)
    assert log.stat().st_size == 0


def test_the_file_shrinks_when_it_is_compacted(db: Database, path: Path) -> None:
    state.put(db, "key", bytes(1_000_000))
    maintenance.checkpoint(db)
    large = path.stat().st_size
    state.drop(db, "key")
    maintenance.compact(db)
    assert path.stat().st_size < large - 900_000


def test_sizes_count_the_rows_of_each_table(db: Database, add: Add) -> None:
    add("one", "two")
    sizes = maintenance.sizes(db)
    assert (sizes["items"], sizes["item_keys"], sizes["feeds"], sizes["alerts"]) == (2, 4, 2, 0)
    assert not any(name.startswith("sqlite") for name in sizes)
