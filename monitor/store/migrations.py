"""Migrations: the steps from an empty file to the newest schema. Append only; never change a released one.

``PRAGMA user_version`` is the number of steps a database has taken. Each step is one transaction;
before the first step on an existing database a copy is put beside it (NAME.vN.bak).
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import StoreTooNew
from monitor.store import files
from monitor.store.faults import damaged, translated
from monitor.store.schema import APPLICATION_ID, INDEXES, PARTIAL_INDEXES, TABLES, VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database as Tools

Step = Callable[["Tools"], None]


def _first(tools: Tools) -> None:
    for statement in (*TABLES, *PARTIAL_INDEXES):
        tools.execute(statement)
    for table, index, columns in INDEXES:
        tools.table(table).create_index(columns, index)
    for view, query in VIEWS:
        tools.create_view(view, query)
    tools.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    tools.execute("INSERT INTO meta VALUES ('identity', ?)", [secrets.token_hex(8)])


STEPS: tuple[Step, ...] = (_first,)
VERSION = len(STEPS)


def version(connection: sqlite3.Connection) -> int:
    """Return the number of steps this database has taken."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def backup_path(path: Path, taken: int) -> Path:
    """Return where the copy of a database of version ``taken`` is put before it is migrated."""
    return path.with_name(f"{path.name}.v{taken}.bak")


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Step] = STEPS) -> int:
    """Take the missing ``steps``; returns the version found before.

    The connection must have foreign keys off, as steps may rebuild tables. Raises StoreTooNew for a
    database that is ahead of ``steps``, StoreError kinds where a step cannot be written: then that
    step is undone and the database is as it was after the step before.
    """
    with translated(path):
        taken = version(connection)
        if taken > len(steps):
            raise too_new(path, taken, len(steps))
        if 0 < taken < len(steps):
            files.copy(connection, backup_path(path, taken))
        for number in range(taken + 1, len(steps) + 1):
            _take(connection, path, number, steps[number - 1])
    return taken


def too_new(path: Path, found: int, known: int) -> StoreTooNew:
    """Return the refusal of a database that a newer Storywatch has written."""
    return StoreTooNew(
        f"{path}: has schema version {found}, this Storywatch knows {known}: "
        "install the newer Storywatch again, or use the backup made before it migrated"
    )


def _take(connection: sqlite3.Connection, path: Path, number: int, step: Step) -> None:
    import sqlite_utils  # a tenth of a second, needed only here

    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) < number:  # else another process took the step while we waited
            step(sqlite_utils.Database(connection, recursive_triggers=False, execute_plugins=False))
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                raise damaged(path, f"rows point at nothing after migration step {number}")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
