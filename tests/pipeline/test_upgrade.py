"""A database of each earlier schema goes on as if it had been of the newest: nothing lost, nothing told again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.store.database import Database
from monitor.store.migrations import STEPS, VERSION, backup_path, migrate, version

MINUTE = timedelta(minutes=1)
TOLD = ("Kremlin says Trump visit to Moscow is being prepared", "Trump calls off Moscow visit after phone call")
NEW = "Putin and Trump hold talks in Moscow on prisoner swap"
DERIVED = ("coverage", "item_words", "sqlite_")  # kept by triggers, or behind the flow


def tables(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The tables that hold what was put in, with their columns."""
    found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall()
    names = [name for (name,) in found if not name.startswith(DERIVED)]
    return {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in names}


def contents(db: sqlite3.Connection) -> dict[str, list[Any]]:
    """Every row, but for when feeds publish, which is learned anew."""
    known = tables(db) | {"coverage": ["*"]}
    chosen = {name: ", ".join(c for c in columns if c != "habits") for name, columns in known.items()}
    return {name: sorted(db.execute(f"SELECT {those} FROM {name}").fetchall()) for name, those in chosen.items()}


def schema(db: sqlite3.Connection) -> list[Any]:
    return db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def put_back(source: sqlite3.Connection, path: Path, old: int) -> None:
    """Make a database of schema ``old`` at ``path`` with what ``source`` holds, as far as that has a place for it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db, path, STEPS[:old])
        db.execute("DELETE FROM meta")
        there = tables(source)
        late = {"feed_days"}  # what a trigger counts in it as matches come is replaced by what was counted
        for name, columns in sorted(tables(db).items(), key=lambda table: table[0] in late):
            kept = ", ".join(column for column in columns if column in there[name])
            rows = source.execute(f"SELECT {kept} FROM {name}").fetchall()
            marks = ", ".join("?" for _ in kept.split(", "))
            db.execute(f"DELETE FROM {name}")
            db.executemany(f"INSERT INTO {name} ({kept}) VALUES ({marks})", rows)
        path.chmod(0o600)


@pytest.mark.parametrize("old", range(1, VERSION))
def test_a_database_of_any_earlier_schema_goes_on_as_if_it_were_of_the_newest(
    newsroom: Any, make_entry: Any, old: int
) -> None:
    first, second = (make_entry(f"a{n}", title, newsroom.now) for n, title in enumerate(TOLD))
    newsroom.poll("wire", first, make_entry("b", "Storm closes the harbour of Hamburg", newsroom.now), after=MINUTE)
    newsroom.poll("paper", second, after=10 * MINUTE)
    newsroom.poll("radio", make_entry("c", TOLD[0], newsroom.now), after=MINUTE)
    assert newsroom.headlines() == list(TOLD)
    path = newsroom.settings.database
    newsroom.db.close()
    newest = path.with_name("newest.db")
    path.rename(newest)
    with closing(sqlite3.connect(newest)) as source:
        put_back(source, path, old)
        before, wanted = contents(source), schema(source)

    newsroom.db = Database.open(path, writer=True)
    with closing(sqlite3.connect(path)) as db:
        assert version(db) == VERSION
        assert schema(db) == wanted
        assert {name: rows for name, rows in contents(db).items() if rows != before[name]} == {}
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(sqlite3.connect(backup_path(path, old))) as copy:
        assert version(copy) == old
        assert copy.execute("SELECT count(*) FROM items").fetchone() == (len(before["items"]),)

    newsroom.restart()
    newsroom.poll("wire", first, after=MINUTE)
    newsroom.poll("paper", second, make_entry("d", NEW, newsroom.now), after=10 * MINUTE)
    assert newsroom.headlines() == [*TOLD, NEW]
