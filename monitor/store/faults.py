"""Faults: what SQLite says went wrong, as the error tree of ``monitor.errors``.

Only the states of a store are translated. A broken constraint or a wrong statement is a bug and
stays what it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull

# Primary result codes, https://www.sqlite.org/rescode.html; extended ones have them in the low byte.
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REFUSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the SQLite errors that are states of the store at ``path`` into StoreError kinds."""
    try:
        yield
    except sqlite3.Error as error:
        kind = store_error(error, path)
        if kind is None:
            raise
        raise kind from error


def store_error(error: sqlite3.Error, path: Path) -> StoreError | None:
    """Return the StoreError that ``error`` is, or None when it is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return StoreBusy(f"{path}: another process has held the write lock for too long")
    if code in _FULL:
        return StoreFull(f"{path}: cannot be written ({error}): is the disk full? Nothing of this step was kept")
    if code in _CORRUPT:
        return damaged(path, str(error))
    if code in _REFUSED:
        return StoreError(f"{path}: {error}: check that this user may read and write the file and its directory")
    return None


def damaged(path: Path, what: str) -> StoreCorrupt:
    """Return the refusal of a damaged or foreign file; it names the newest backup beside it."""
    backups = sorted(path.parent.glob(f"{path.name}*.bak"), key=lambda p: p.stat().st_mtime)
    way_out = f"the newest backup beside it is {backups[-1]}" if backups else "put a backup in its place"
    return StoreCorrupt(f"{path}: {what}. It is left as it is; {way_out}, or name another path")
