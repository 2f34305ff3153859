"""Restore: a backup put in a database's place, so that nothing of old is told again.

Between the backup and now alerts went out that the backup knows nothing of. So what waits in it is settled: a
message on its way becomes a dead letter (visible, and ``alerts retry`` sends it under its old key), a line that
waits becomes silent. And what each feed lists at its first poll afterwards is history as far as it is older than
the restoring (``restored_at``): it stands in the timeline, teaches the matcher, and alerts nobody.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from monitor.errors import StoreError
from monitor.model.codec import moment_text
from monitor.store import files, maintenance, state
from monitor.store.database import Database
from monitor.store.faults import damaged, translated

_KEY = "restored-at"
_BESIDE = ("-wal", "-shm")
_BECAUSE = "restored from a backup: it may have been told before"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was settled. ``replaced`` is where the database that stood there is now, None where none stood."""

    replaced: Path | None
    deliveries: int
    waiting: int


def restore(backup: Path, database: Path, now: datetime) -> Restored:
    """Put ``backup`` in the place of ``database``, under the instance lock; whole or not at all.

    What stood there is kept beside it under another name. Raises StoreError kinds: StoreCorrupt for a backup that
    is damaged or not ours, StoreTooNew for one of a newer Storywatch.
    """
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such file")
    if database.exists() and backup.samefile(database):
        raise StoreError(f"{backup}: this is the database itself: name a backup of it")
    draft = database.with_name(f"{database.name}.restoring")
    try:
        _draw(backup, draft)
        with Database.open(draft, writer=True, create=False) as db:
            if wrong := maintenance.integrity(db):
                raise damaged(backup, f"the backup is damaged: {wrong[0]}")
            settled = _settle(db, now)
            maintenance.checkpoint(db)
        replaced = _set_aside(database, now)
        draft.replace(database)
    finally:
        for path in database.parent.glob(f"{draft.name}*"):
            path.unlink(missing_ok=True)
    return Restored(replaced, *settled)


def restored_at(db: Database) -> datetime | None:
    """When this database was put in place from a backup, None where it never was."""
    found = state.get(db, _KEY)
    return datetime.fromisoformat(found.decode()) if found else None


def _draw(backup: Path, draft: Path) -> None:
    files.check_ours(backup)
    draft.unlink(missing_ok=True)
    with translated(backup):
        source = sqlite3.connect(f"file:{quote(str(backup.absolute()))}?mode=ro", uri=True, isolation_level=None)
        try:
            files.copy(source, draft)
        finally:
            source.close()


def _settle(db: Database, now: datetime) -> tuple[int, int]:
    with db.transaction():
        deliveries = db.execute(
            "UPDATE deliveries SET status = 'dead', last_error = ? WHERE status IN ('pending', 'claimed')", (_BECAUSE,)
        ).rowcount
        waiting = db.execute(
            "UPDATE ledger SET state = 'silent', because = ?, due_at = NULL, ended_by = NULL "
            "WHERE state IN ('waiting', 'digest')",
            (_BECAUSE,),
        ).rowcount
        db.execute("DELETE FROM timers WHERE kind != 'quiet' OR due_at <= ?", (moment_text(now),))
        state.put(db, _KEY, now.isoformat().encode())
    return deliveries, waiting


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Keep what stands there under another name; its log goes with it, for SQLite would play it into the new file."""
    if not database.exists():
        return None
    with suppress(StoreError, sqlite3.Error), Database.open(database, writer=True, create=False, migrate=False) as old:
        maintenance.checkpoint(old)
    replaced = database.with_name(f"{database.name}.{now:%Y%m%dT%H%M%SZ}.replaced")
    for suffix in _BESIDE:
        beside = database.with_name(database.name + suffix)
        if beside.exists():
            beside.replace(replaced.with_name(replaced.name + suffix))
    replaced.unlink(missing_ok=True)
    replaced.hardlink_to(database)  # so that at no moment there is no database: the daemon would make an empty one
    return replaced
