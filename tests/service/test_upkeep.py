"""Killed in a backup, in a migration or in retention: the old state is whole, and the next start goes on from it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from monitor.store import files, schema
from monitor.store.database import Database
from monitor.store.migrations import STEPS, VERSION, migrate
from tests.service.world import VISIT, Desk

OLD = 199  # items of long ago
ITEM = "INSERT INTO items VALUES (?, 'wire', ?, '', '', '', '', 'en', NULL, '2020-01-01T00:00:00.000000Z', 0)"
BACKUP = """
import sys
from pathlib import Path
from monitor.store import maintenance
from monitor.store.database import Database
from tests.service.tricks import arm
path = Path(sys.argv[1])
arm(sys.argv[2])
with Database.open(path, writer=True) as db:
    maintenance.backup(db, path.with_name("copy.bak"))
"""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def make(path: Path, steps: int) -> None:
    """A database of the schema version ``steps``, with old items."""

    def taken(connection: sqlite3.Connection) -> None:
        migrate(connection, path, STEPS[:steps])

    files.create(path, taken)
    with opened(path) as db:
        db.execute("INSERT INTO feeds (name, configured_url, url) VALUES ('wire', '', '')")
        db.executemany(ITEM, [(n, f"title {n}") for n in range(1, OLD + 1)])


def check_whole(path: Path) -> list[Path]:
    """The database is as it was; returns the copies of it, which are whole."""
    copies = [file for file in path.parent.iterdir() if file.suffix == ".bak"]
    for file in (path, *copies):
        with opened(file) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute("SELECT count(*) FROM items").fetchone() == (OLD,)
            assert db.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
    return copies


@pytest.mark.parametrize(
    ("point", "steps", "copied"),
    [
        ("_settle", 1, False),  # the copy before a migration is not whole yet
        ("_third", 1, True),  # within a migration
        ("execute<prune@2", VERSION, False),  # within retention: the items are gone, and it is not committed
    ],
)
def test_killed_in_a_migration_or_in_retention_the_daemon_goes_on_from_the_old_state(
    desk: Desk, point: str, steps: int, *, copied: bool
) -> None:
    make(desk.database, steps)
    assert desk.start(STORYWATCH_FATAL=point).wait() == -signal.SIGKILL
    assert bool(check_whole(desk.database)) is copied, "a copy has its name when it is whole, and not before"
    desk.world.titles = [VISIT]
    desk.start()
    desk.wait(lambda: len(desk.world.accepted()) == 2, what="the alert")
    desk.wait(lambda: desk.rows("SELECT count(*) FROM items") == [(1,)], what="retention")
    assert desk.rows("PRAGMA user_version") == [(VERSION,)]


@pytest.mark.parametrize(("point", "copied"), [("_settle", False), ("_sync@2", True)])
def test_killed_in_a_backup_nothing_is_left_under_its_name_but_the_whole(
    tmp_path: Path, point: str, *, copied: bool
) -> None:
    path = tmp_path / "x.db"
    make(path, VERSION)
    command = [sys.executable, "-c", BACKUP, str(path), point]
    done = subprocess.run(command, capture_output=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert bool(check_whole(path)) is copied
    with Database.open(path, writer=True) as again:
        assert again.row("SELECT count(*) FROM items") == (OLD,)
