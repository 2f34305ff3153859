"""Schemas move forward in whole steps, after a copy, and once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import StoreCorrupt, StoreTooNew
from monitor.store import state
from monitor.store.database import Database
from monitor.store.migrations import STEPS, VERSION, backup_path, migrate, version


def adds_column(tools: Any) -> None:
    tools.execute("ALTER TABLE state ADD COLUMN later TEXT")


def breaks(tools: Any) -> None:
    adds_column(tools)
    raise LookupError


def loses_rows(tools: Any) -> None:
    tools.execute("INSERT INTO matches VALUES (99, 'nowhere', '', 1, 0, 0, '{}', '', '')")


@pytest.fixture
def made(path: Path) -> Iterator[sqlite3.Connection]:
    with Database.open(path, writer=True) as db:
        state.put(db, "key", b"value")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def columns(connection: sqlite3.Connection) -> list[str]:
    return [row[1] for row in connection.execute("PRAGMA table_info(state)")]


def test_a_missing_step_is_taken_once_after_a_copy(made: sqlite3.Connection, path: Path) -> None:
    assert migrate(made, path, (*STEPS, adds_column)) == VERSION
    assert (version(made), columns(made)) == (VERSION + 1, ["key", "value", "later"])
    with closing(sqlite3.connect(backup_path(path, VERSION))) as copy:
        assert (version(copy), columns(copy)) == (VERSION, ["key", "value"])
        assert copy.execute("SELECT value FROM state").fetchall() == [(b"value",)]
    backup_path(path, VERSION).unlink()
    assert migrate(made, path, (*STEPS, adds_column)) == VERSION + 1
    assert not backup_path(path, VERSION).exists()


def test_opening_again_changes_nothing(path: Path) -> None:
    with Database.open(path, writer=True) as db:
        before = db.tools.schema
    with Database.open(path, writer=True) as db:
        assert db.tools.schema == before
    assert not list(path.parent.glob("*.bak"))


@pytest.mark.parametrize(("step", "error"), [(breaks, LookupError), (loses_rows, StoreCorrupt)])
def test_a_step_that_fails_is_undone_and_the_steps_before_it_stay(
    made: sqlite3.Connection, path: Path, step: Any, error: type[Exception]
) -> None:
    def makes_table(tools: Any) -> None:
        tools.execute("CREATE TABLE kept (x)")

    with pytest.raises(error):
        migrate(made, path, (*STEPS, makes_table, step))
    assert (version(made), columns(made)) == (VERSION + 1, ["key", "value"])
    assert made.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert made.execute("SELECT count(*) FROM matches").fetchone() == (0,)


def test_a_database_ahead_of_the_steps_is_refused(made: sqlite3.Connection, path: Path) -> None:
    with pytest.raises(StoreTooNew):
        migrate(made, path, STEPS[:-1])


def test_a_copy_is_not_put_over_a_file_that_is_not_ours(made: sqlite3.Connection, path: Path) -> None:
    backup_path(path, VERSION).write_text("somebody's notes")
    with pytest.raises(StoreCorrupt):
        migrate(made, path, (*STEPS, adds_column))
    assert backup_path(path, VERSION).read_text() == "somebody's notes"
    assert version(made) == VERSION
