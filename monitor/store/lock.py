"""Lock: one Storywatch at a time works on a database."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.errors import StoreError, StoreInUse

_ATTEMPTS, _PAUSE_S = 4, 0.05  # ``holder`` looks through the lock for a moment: wait that long


@dataclass(frozen=True, slots=True)
class Holder:
    """The Storywatch that runs on a database: its process id (0 if unknown), since when, and its last sign of life."""

    pid: int
    since_at: datetime
    beat_at: datetime


class InstanceLock:
    """Holds NAME.lock beside a database while a daemon runs on it; ends with the process, however it ends.

    flock(2), so no stale lock survives a crash; the file stays, with the holder's process id in it and since when it
    runs. When the file was changed last is the holder's last sign of life (``beat``).
    """

    def __init__(self, database: Path) -> None:
        """``database`` is the path of the database, not of the lock file."""
        self.path = database.with_name(database.name + ".lock")
        self._database = database
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises StoreInUse with the holder's process id, StoreError where it cannot be made."""
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be made: {error.strerror or error}") from error
        if not _taken(handle):
            pid = _pid(handle) or "unknown"
            os.close(handle)
            raise StoreInUse(f"{self._database}: another Storywatch runs on it (process {pid})")
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n{datetime.now(UTC).isoformat()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; safe to call twice."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def beat(database: Path) -> None:
    """Show that whoever holds the lock of ``database`` is at work; nothing where there is no lock."""
    with suppress(OSError):
        os.utime(InstanceLock(database).path)


def holder(database: Path) -> int | None:
    """Return the process id of the Storywatch that runs on ``database`` (0 if unknown), None when none does."""
    found = look(database)
    return None if found is None else found.pid


def look(database: Path) -> Holder | None:
    """Return the Storywatch that runs on ``database``, None when none does."""
    path = InstanceLock(database).path
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(handle)
    finally:
        os.close(handle)
    return None


def _read(handle: int) -> Holder:
    changed = datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)
    _, _, since = os.pread(handle, 100, 0).decode("ascii", "replace").strip().partition("\n")
    try:
        return Holder(_pid(handle), datetime.fromisoformat(since), changed)
    except ValueError:  # being written just now, or by a version that wrote no more than its process
        return Holder(_pid(handle), changed, changed)


def _taken(handle: int) -> bool:
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if attempt + 1 < _ATTEMPTS:
                time.sleep(_PAUSE_S)
        else:
            return True
    return False


def _pid(handle: int) -> int:
    text = os.pread(handle, 20, 0).decode("ascii", "replace").partition("\n")[0].strip()
    return int(text) if text.isdecimal() else 0
