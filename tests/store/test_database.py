"""The file is opened safely, lands whole or not at all, and says in our own words what is wrong with it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from monitor.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreTooNew
from monitor.store import maintenance, state
from monitor.store.database import Database
from monitor.store.migrations import VERSION


def keys(db: Database) -> list[str]:
    return [row[0] for row in db.rows("SELECT key FROM state ORDER BY key")]


@contextmanager
def other_process(path: Path, statement: str) -> Iterator[None]:
    """Another process that has run ``statement`` on the database and holds what it took."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute(sys.argv[2]); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path), statement], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            child.stdin.close()
            child.wait(90)


def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    def work() -> None:
        with db.transaction():
            state.put(db, "one", b"1")
            raise LookupError

    with pytest.raises(LookupError):
        work()
    assert keys(db) == []
    assert not db.connection.in_transaction


def test_a_savepoint_that_fails_takes_only_its_own_along(db: Database) -> None:
    def part() -> None:
        with db.savepoint():
            state.put(db, "lost", b"")
            with db.savepoint():
                state.put(db, "lost too", b"")
            raise LookupError

    with db.transaction():
        state.put(db, "before", b"")
        with pytest.raises(LookupError):
            part()
        with db.savepoint():
            state.put(db, "after", b"")
    assert keys(db) == ["after", "before"]


def test_transactions_do_not_nest_and_savepoints_need_one(db: Database) -> None:
    with pytest.raises(RuntimeError, match="needs a transaction"), db.savepoint():
        pass
    with pytest.raises(RuntimeError, match="already open"), db.transaction(), db.transaction():
        pass
    with db.transaction():
        state.put(db, "still usable", b"")
    assert keys(db) == ["still usable"]


def test_another_process_that_holds_the_lock_is_busy_and_later_it_works(db: Database, path: Path) -> None:
    with Database.open(path, writer=True, busy_s=0.01) as hasty:
        with other_process(path, "BEGIN IMMEDIATE"), pytest.raises(StoreBusy, match="write lock"), hasty.transaction():
            pass
        with hasty.transaction():
            state.put(hasty, "later", b"")
    assert keys(db) == ["later"]


def test_a_full_disk_is_said_and_nothing_lands_by_halves(db: Database) -> None:
    def batch() -> None:
        with db.transaction():
            state.put(db, "small", b"x")
            with pytest.raises(StoreFull), db.savepoint():
                state.put(db, "large", bytes(1_000_000))
            raise StoreFull("the batch gives up")

    db.execute(f"PRAGMA max_page_count = {db.rows('PRAGMA page_count')[0][0] + 5}")
    with pytest.raises(StoreFull):
        batch()
    assert keys(db) == []
    db.execute("PRAGMA max_page_count = 1000000")
    with db.transaction():
        state.put(db, "large", bytes(1_000_000))
    assert keys(db) == ["large"]


def test_a_transaction_that_sqlite_gave_up_takes_no_more_statements(db: Database) -> None:
    def batch() -> None:
        with db.transaction():
            state.put(db, "before", b"")
            db.connection.execute("ROLLBACK")  # as SQLite does by itself on some full disks
            state.put(db, "alone", b"")

    with pytest.raises(StoreFull, match="gave this transaction up"):
        batch()
    assert keys(db) == []


def test_a_write_error_is_a_full_store(db: Database, path: Path) -> None:
    code = """if True:
        import resource, sys
        from pathlib import Path
        from monitor.errors import StoreFull
        from monitor.store import state
        from monitor.store.database import Database
        db = Database.open(Path(sys.argv[1]), writer=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        try:
            with db.transaction():
                state.put(db, "large", bytes(2_000_000))
        except StoreFull as error:
            print("full", "I/O" in str(error))
    """
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True)
    assert done.stdout == "full True\n"
    assert keys(db) == []


@pytest.mark.parametrize(("when", "kept"), [("inside", []), ("after", ["one", "two"])])
def test_a_process_killed_leaves_all_of_a_transaction_or_nothing(
    db: Database, path: Path, when: str, kept: list[str]
) -> None:
    code = """if True:
        import os, signal, sys
        from pathlib import Path
        from monitor.store import state
        from monitor.store.database import Database
        def die(when):
            if sys.argv[2] == when:
                os.kill(os.getpid(), signal.SIGKILL)
        db = Database.open(Path(sys.argv[1]), writer=True)
        with db.transaction():
            state.put(db, "one", bytes(9_000_000))  # more than memory keeps: it is in the log by now
            with db.savepoint():
                state.put(db, "two", b"2")
            die("inside")
        die("after")
    """
    done = subprocess.run([sys.executable, "-c", code, str(path), when], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert keys(db) == kept
    with Database.open(path, writer=True) as again:
        assert keys(again) == kept
        assert maintenance.integrity(again) == ()


@pytest.mark.parametrize("way", ["unlinked", "replaced"])
def test_a_file_that_is_gone_or_another_stops_every_transaction(db: Database, path: Path, way: str) -> None:
    if way == "replaced":
        shutil.copy(path, path.with_suffix(".copy"))
        path.with_suffix(".copy").replace(path)
    else:
        path.unlink()
    with pytest.raises(StoreCorrupt, match="removed or replaced"):
        db.check_alive()
    with pytest.raises(StoreCorrupt), db.transaction():
        state.put(db, "into nothing", b"")


def settled(path: Path) -> None:
    """Make a database at ``path`` whose log is folded in."""
    with Database.open(path, writer=True) as db:
        state.put(db, "filler", bytes(100_000))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scribble(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(4000))


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")


def orphan_log(path: Path) -> None:
    path.unlink()
    path.with_name(path.name + "-wal").write_bytes(b"of a lost database")


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (cut, "malformed"),
    (scribble, "malformed|not a database"),
    (foreign, "another program's"),
    (orphan_log, "still there"),
    (lambda path: path.write_bytes(b""), "empty"),
    (lambda path: path.write_text("hello " * 100), "not a database"),
    (lambda path: path.write_bytes(b"SQLite format 3\x00"), "damaged"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGES)
@pytest.mark.parametrize("writer", [True, False])
def test_a_damaged_or_foreign_file_is_refused_and_left_as_it_is(
    path: Path, damage: Callable[[Path], object], says: str, writer: bool
) -> None:
    settled(path)
    shutil.copy(path, path.with_name(path.name + ".v1.bak"))
    damage(path)
    before = path.read_bytes() if path.exists() else None
    if before is None and not writer:
        says = "no database here"
    with pytest.raises(StoreError, match=says) as caught, Database.open(path, writer=writer) as db:
        db.rows("SELECT * FROM state")
    assert (path.read_bytes() if path.exists() else None) == before
    if says != "no database here":
        assert isinstance(caught.value, StoreCorrupt)
        assert str(path.with_name(path.name + ".v1.bak")) in str(caught.value)


@pytest.mark.parametrize("writer", [True, False])
def test_a_newer_schema_is_refused(path: Path, writer: bool) -> None:
    settled(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StoreTooNew, match=f"version {VERSION + 1}"):
        Database.open(path, writer=writer)


def test_an_older_schema_is_not_read_but_its_reader_is_told_what_to_do(path: Path) -> None:
    settled(path)
    with closing(sqlite3.connect(path)) as older:
        older.execute(f"PRAGMA user_version = {VERSION - 1}")
    with pytest.raises(StoreError, match="db migrate"):
        Database.open(path, writer=False)
    with pytest.raises(StoreError, match="db migrate"):
        Database.open(path, writer=True, migrate=False)


def test_nothing_is_made_in_silence(tmp_path: Path, path: Path) -> None:
    with pytest.raises(StoreError, match="no directory"):
        Database.open(tmp_path / "missing" / "storywatch.db", writer=True)
    with pytest.raises(StoreError, match="no database here"):
        Database.open(path, writer=True, create=False)
    with pytest.raises(StoreError, match="no database here"):
        Database.open(path, writer=False)
    with pytest.raises(StoreError, match="directory"):
        Database.open(tmp_path, writer=True)
    assert list(tmp_path.iterdir()) == []


def test_a_crash_while_it_was_made_is_no_obstacle(path: Path) -> None:
    path.with_name(path.name + ".new").write_bytes(b"half made")
    with Database.open(path, writer=True) as db:
        assert keys(db) == []
    assert not path.with_name(path.name + ".new").exists()


def test_all_its_files_are_only_ours_to_read(path: Path) -> None:
    before = os.umask(0)
    try:
        with Database.open(path, writer=True) as db:
            state.put(db, "key", b"value")
            found = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert found == dict.fromkeys(["storywatch.db", "storywatch.db-wal", "storywatch.db-shm"], 0o600)


def test_the_settings_that_the_promises_rest_on(db: Database, path: Path) -> None:
    with Database.open(path, writer=False) as reader:
        for opened in (db, reader):
            assert opened.rows("PRAGMA journal_mode") == [("wal",)]
            assert opened.rows("PRAGMA foreign_keys") == [(1,)]
            assert opened.rows("PRAGMA busy_timeout") == [(5000,)]
    assert db.rows("PRAGMA synchronous") == [(1,)]
    assert db.rows("PRAGMA user_version") == [(VERSION,)]


def test_its_identity_is_its_own_and_stays(path: Path, tmp_path: Path) -> None:
    with Database.open(path, writer=True) as db, Database.open(tmp_path / "other.db", writer=True) as other:
        assert db.identity != other.identity
        first = db.identity
    with Database.open(path, writer=False) as again:
        assert again.identity == first


def test_a_reader_sees_one_moment_does_not_hold_up_the_writer_and_cannot_write(db: Database, path: Path) -> None:
    with Database.open(path, writer=False) as reader:
        with reader.transaction():
            assert keys(reader) == []
            with db.transaction():
                state.put(db, "meanwhile", b"")
            assert keys(reader) == []
        assert keys(reader) == ["meanwhile"]
        with pytest.raises(StoreError, match="readonly"):
            state.put(reader, "no", b"")


def test_two_writers_take_turns(db: Database, path: Path) -> None:
    with Database.open(path, writer=True, busy_s=0.01) as second:
        with db.transaction():
            state.put(db, "first", b"")
            with pytest.raises(StoreBusy), second.transaction():
                pass
        with second.transaction():
            state.put(second, "second", b"")
    assert keys(db) == ["first", "second"]


def test_mistakes_of_ours_are_not_called_states_of_the_store(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        db.rows("SELECT nonsense FROM nowhere")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO sightings VALUES (99, 'f', 's', 't')")


def test_a_stream_holds_no_more_than_its_chunk(db: Database) -> None:
    query = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 25) SELECT x FROM n"
    assert [len(chunk) for chunk in db.chunks(query, size=10)] == [10, 10, 5]


def test_a_path_with_marks_of_its_own_is_opened_as_it_is(tmp_path: Path) -> None:
    odd = tmp_path / "a?mode=memory#b%20 ü.db"
    with Database.open(odd, writer=True) as db:
        state.put(db, "key", b"")
    assert odd.exists()
