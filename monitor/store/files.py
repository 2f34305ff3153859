"""Files: the database as a file: making it whole or not at all, knowing it for ours, copying it.

Files are made with mode 0600; SQLite gives -wal and -shm the mode of the database itself.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from monitor.errors import StoreError
from monitor.store.faults import damaged, translated
from monitor.store.schema import APPLICATION_ID

_MAGIC = b"SQLite format 3\x00"
_ID_AT = slice(68, 72)  # of application_id in the header, https://www.sqlite.org/fileformat.html
_PRIVATE = 0o600


def create(path: Path, build: Callable[[sqlite3.Connection], None]) -> None:
    """Make the database at ``path``: ``build`` fills it under another name, then it gets its own.

    A crash on the way leaves no half-made database behind. Raises StoreError.
    """
    _may_be_made(path)
    draft = path.with_name(path.name + ".new")
    _empty(draft)
    with translated(path):
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            build(connection)
        finally:
            connection.close()
    _settle(draft, path)


def check_ours(path: Path) -> None:
    """Raise StoreCorrupt unless the header at ``path`` is that of a Storywatch database."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise damaged(path, "the file is empty" if not header else "this is not a database, or its start is damaged")
    if int.from_bytes(header[_ID_AT], "big") != APPLICATION_ID:
        raise damaged(path, "this is another program's SQLite database")


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database behind ``connection`` to ``target``, whole or not at all, while others write.

    ``connection`` must not be in a transaction. A Storywatch database at ``target`` is replaced; any
    other file there is refused. Raises StoreError.
    """
    if connection.in_transaction:
        raise RuntimeError("SQLite would wait for this transaction's end for ever")
    if target.exists():
        check_ours(target)
    _has_parent(target)
    draft = target.with_name(target.name + ".new")
    _empty(draft)
    with translated(target):
        other = sqlite3.connect(draft, isolation_level=None)
        try:
            connection.backup(other)
            other.execute("PRAGMA journal_mode = DELETE")  # one file, with no -wal beside it
        finally:
            other.close()
    _settle(draft, target)


def inode(path: Path) -> tuple[int, int] | None:
    """Return what makes the file at ``path`` this very file (device, inode), or None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _may_be_made(path: Path) -> None:
    _has_parent(path)
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        # SQLite would play the lost database's log into the new one.
        raise damaged(path, f"the database is gone but its log {wal.name} is still there")


def _has_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreError(f"{path}: there is no directory {path.parent}: make it first")


def _empty(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    except OSError as error:
        raise StoreError(f"{draft}: cannot be made: {error.strerror or error}") from error


def _settle(draft: Path, path: Path) -> None:
    """Give the draft its name, on disk for good."""
    try:
        _sync(draft)
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
