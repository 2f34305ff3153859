"""Database: the one SQLite file, opened safely; transactions, and errors in our own tree.

A connection stays in the thread that opened it. The daemon has one writing connection; readers
(page, commands) have their own and never block it (WAL). Functions that write expect to be called
inside ``transaction()`` when several statements must land together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import quote

from monitor.errors import StoreCorrupt, StoreError, StoreFull
from monitor.store import files, migrations
from monitor.store.faults import damaged, translated

if TYPE_CHECKING:
    from sqlite_utils import Database as Tools

Row = tuple[Any, ...]
Values = Sequence[Any] | dict[str, Any]

_BUSY_S = 5.0
_CHUNK = 1000  # rows fetched at once by a stream
_LOG_BYTES = 64 * 1024 * 1024  # what the write-ahead log is cut down to when it can be


class Database:
    """An open Storywatch database. Make one with ``Database.open``."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, writer: bool) -> None:
        """Take a connection that is already known to be a Storywatch database."""
        self.path = path
        self.connection = connection
        self.writer = writer
        self._inode = files.inode(path)
        self._inside = False
        self.identity = self._read_identity()

    @classmethod
    def open(
        cls, path: Path, *, writer: bool, create: bool = True, migrate: bool = True, busy_s: float = _BUSY_S
    ) -> Self:
        """Open the database at ``path``; a writer makes it where there is none (``create``).

        ``migrate``: a writer brings an older schema up to date, after a backup copy beside it.
        ``busy_s``: how long to wait for another process's write lock. Raises StoreCorrupt for a
        damaged, empty or foreign file (which is left as it is), StoreTooNew, StoreBusy, StoreFull,
        or StoreError where there is no such file or directory or we may not use it.
        """
        if not path.exists():
            if not (writer and create):
                raise StoreError(f"{path}: there is no database here yet: start Storywatch once, or name its path")
            files.create(path, lambda fresh: _build(fresh, path))
        files.check_ours(path)
        with translated(path):
            connection = _connect(path, busy_s)
            try:
                _prepare(connection, path, writer=writer, migrate=migrate)
                return cls(path, connection, writer=writer)
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Close the connection; safe to call twice."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside lands together at the end, or nothing does.

        A writer takes the write lock at once (BEGIN IMMEDIATE), so that it never fails half-way
        for a lock; a reader gets one unchanging view. Raises StoreError kinds.
        """
        if self._inside:
            raise RuntimeError("a transaction is already open: use savepoint()")
        self.check_alive()
        with translated(self.path):
            self.connection.execute("BEGIN IMMEDIATE" if self.writer else "BEGIN")
        self._inside = True
        try:
            yield
            self.execute("COMMIT")
        finally:
            self._inside = False
            if self.connection.in_transaction:
                with translated(self.path):
                    self.connection.execute("ROLLBACK")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Within a transaction: what is inside is undone alone when it raises.

        After StoreFull the whole transaction may be gone; every later statement in it then raises
        StoreFull too, so that nothing lands by halves.
        """
        if not self._inside:
            raise RuntimeError("a savepoint needs a transaction")
        self.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO part")
                self.connection.execute("RELEASE part")
            raise
        self.execute("RELEASE part")

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Run one statement. Raises StoreError kinds."""
        self._still_whole()
        try:  # here and in the next two: a context manager costs as much as a small statement
            return self.connection.execute(sql, values)
        except sqlite3.Error as error:
            self._refuse(error)

    def executemany(self, sql: str, values: Iterable[Values]) -> int:
        """Run one statement for each of ``values``; returns how many rows changed. Raises StoreError kinds."""
        self._still_whole()
        try:
            return self.connection.executemany(sql, values).rowcount
        except sqlite3.Error as error:
            self._refuse(error)

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Return all rows of a query. Raises StoreError kinds."""
        self._still_whole()
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            self._refuse(error)

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """Return the first row of a query, or None. Raises StoreError kinds."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def chunks(self, sql: str, values: Values = (), size: int = _CHUNK) -> Iterator[list[Row]]:
        """Yield the rows of a query in lists of at most ``size``, never holding all. Raises StoreError kinds."""
        cursor = self.execute(sql, values)
        while True:
            with translated(self.path):
                found = cursor.fetchmany(size)
            if not found:
                return
            yield found

    def check_alive(self) -> None:
        """Raise StoreCorrupt when the file was removed or replaced: writes would go into nothing."""
        if self._inode is None or files.inode(self.path) != self._inode:
            raise StoreCorrupt(
                f"{self.path}: the file was removed or replaced while in use: stop Storywatch, "
                "put the file or a backup back, and start again"
            )

    @property
    def tools(self) -> Tools:
        """The connection as sqlite-utils sees it, for inspection and maintenance."""
        import sqlite_utils  # a tenth of a second, needed only by maintenance

        return sqlite_utils.Database(self.connection, recursive_triggers=False, execute_plugins=False)

    def _refuse(self, error: sqlite3.Error) -> NoReturn:
        with translated(self.path):
            raise error

    def _still_whole(self) -> None:
        if self._inside and not self.connection.in_transaction:
            raise StoreFull(f"{self.path}: SQLite gave this transaction up: nothing of it was kept")

    def _read_identity(self) -> str:
        found = self.row("SELECT value FROM meta WHERE key = 'identity'")
        if found is None:
            raise damaged(self.path, "its identity is missing")
        return str(found[0])


def _build(fresh: sqlite3.Connection, path: Path) -> None:
    migrations.migrate(fresh, path)


def _connect(path: Path, busy_s: float) -> sqlite3.Connection:
    # mode=rw: never makes a file. isolation_level=None: only we begin transactions.
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=busy_s, isolation_level=None, cached_statements=256)


def _prepare(connection: sqlite3.Connection, path: Path, *, writer: bool, migrate: bool) -> None:
    taken = migrations.version(connection)
    if taken > migrations.VERSION:
        raise migrations.too_new(path, taken, migrations.VERSION)
    if writer:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    if taken < migrations.VERSION:
        if not (writer and migrate):
            raise StoreError(f"{path}: has the older schema version {taken}: run `storywatch db migrate` first")
        migrations.migrate(connection, path)
    connection.execute("PRAGMA foreign_keys = ON")
    if not writer:
        connection.execute("PRAGMA query_only = ON")
