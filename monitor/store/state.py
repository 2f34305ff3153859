"""State: what a room wants to find again after a restart and nobody else needs to read, under a key."""

from __future__ import annotations

from monitor.store.database import Database


def put(db: Database, key: str, value: bytes) -> None:
    """Keep ``value`` under ``key``; the value before is gone."""
    db.execute("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (key, value))


def get(db: Database, key: str) -> bytes | None:
    """Return what was put under ``key`` last, or None."""
    found = db.row("SELECT value FROM state WHERE key = ?", (key,))
    return bytes(found[0]) if found else None


def drop(db: Database, key: str) -> None:
    """Forget ``key``."""
    db.execute("DELETE FROM state WHERE key = ?", (key,))
