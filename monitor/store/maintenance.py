"""Maintenance: backup, retention, integrity, room on disk. None of it stops the daemon.

Retention: an item goes when it is older than ``keep_items``, tells no development, waits in no
delivery, and no followed feed lists it any more. A feed lists an item while one of the item's
keys stood in one of the feed's last documents (``items.known`` notes that); a slow blog's entry of
last year is listed for years, and forgetting its keys would make it news again. With an item go
its keys, matches, decisions, sightings and revisions; developments, ledger and alerts stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.errors import StoreCorrupt, StoreError
from monitor.model.codec import moment_text
from monitor.store import files
from monitor.store.database import Database
from monitor.store.items import LISTED_FOR, MARK_EVERY

assert MARK_EVERY < LISTED_FOR
_COUNTED = timedelta(days=31)  # what feeds brought on a day is known at least so long

_OLD = """
    SELECT i.id FROM items i WHERE i.arrival_at < :before
        AND NOT EXISTS (SELECT 1 FROM development_items d WHERE d.item = i.id)
        AND NOT EXISTS (
            SELECT 1 FROM item_keys k JOIN feeds f ON f.name = k.feed
            WHERE k.item = i.id AND f.archived_at IS NULL AND k.document + :listed_for > f.documents)
        AND i.id NOT IN (
            SELECT t.value FROM deliveries d JOIN alerts a ON a.id = d.alert,
                json_each(a.payload, '$.lines') l, json_each(l.value, '$.items') t
            WHERE d.status IN ('pending', 'claimed'))
    ORDER BY i.arrival_at LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one round of retention took away. ``more``: there is more to take."""

    items: int
    mutes: int
    more: bool


def backup(db: Database, path: Path) -> None:
    """Copy what is committed to ``path`` while the database is in use, whole or not at all, with mode 0600.

    An older backup there is replaced. Raises StoreError for the database's own path, for a file
    that is no Storywatch database, and where it cannot be written.
    """
    if path.resolve() == db.path.resolve():
        raise StoreError(f"{path}: this is the database itself: name another file for the backup")
    with Database.open(db.path, writer=False) as source:  # a connection that is writing cannot be copied from
        files.copy(source.connection, path)


def prune(db: Database, before: datetime, now: datetime, limit: int = 2000) -> Pruned:
    """Take away at most ``limit`` items that arrived before ``before`` and are no longer needed, in one transaction.

    Short rounds, so that no writer waits long: call it again while ``more``. Mutes over by ``now`` go too.
    """
    values = {"before": moment_text(before), "listed_for": LISTED_FOR, "limit": limit}
    with db.transaction():
        gone = db.rows(_OLD, values)
        db.executemany("DELETE FROM items WHERE id = ?", gone)
        mutes = db.execute("DELETE FROM mutes WHERE until_at <= ?", (moment_text(now),)).rowcount
        day = moment_text(min(before, now - _COUNTED))[:10]
        db.execute("DELETE FROM feed_days WHERE day < ?", (day,))
    return Pruned(len(gone), mutes, len(gone) == limit)


def integrity(db: Database, *, quick: bool = False) -> tuple[str, ...]:
    """Return what is wrong with the file, one line each; () when it is sound. ``quick`` leaves indexes unread."""
    check = "quick_check" if quick else "integrity_check"
    try:
        found = [str(row[0]) for row in db.rows(f"PRAGMA {check}")]
        orphans = db.rows("PRAGMA foreign_key_check")
    except StoreCorrupt as error:  # too damaged to be checked to the end
        return (str(error),)
    lost = [f"a row of {row[0]} points at a row of {row[2]} that is not there" for row in orphans]
    return (*(line for line in found if line != "ok"), *lost)


def checkpoint(db: Database) -> bool:
    """Fold the write-ahead log into the database and empty it; False when a reader is in the way."""
    found = db.row("PRAGMA wal_checkpoint(TRUNCATE)")
    return found is not None and found[0] == 0


def compact(db: Database) -> None:
    """Rewrite the file without its holes (VACUUM), and let the query planner count anew. Needs as much room again."""
    db.execute("VACUUM")
    db.execute("ANALYZE")
    checkpoint(db)


def sizes(db: Database) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        table.name: table.count for table in db.tools.tables if not table.name.startswith(("sqlite_", "item_words"))
    }
