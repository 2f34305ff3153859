"""Mutes: timed pauses that a person asked for."""

from __future__ import annotations

from datetime import datetime

from monitor.model.alert import Mute
from monitor.model.codec import moment, moment_text
from monitor.store.database import Database


def add(db: Database, mute: Mute) -> None:
    """Mute a storyline ("" = all) on a route ("" = all); a mute of the same pair gets the new end."""
    db.execute(
        "INSERT OR REPLACE INTO mutes (route, storyline, until_at) VALUES (?, ?, ?)",
        (mute.route, mute.storyline, moment_text(mute.until_at)),
    )


def remove(db: Database, route: str, storyline: str) -> bool:
    """End a mute early; False when there was none of this very pair."""
    done = db.execute("DELETE FROM mutes WHERE route = ? AND storyline = ?", (route, storyline))
    return done.rowcount > 0


def active(db: Database, now: datetime) -> list[Mute]:
    """Return the mutes in force at ``now``, the first to end first."""
    found = db.rows(
        "SELECT route, storyline, until_at FROM mutes WHERE until_at > ? ORDER BY until_at, route, storyline",
        (moment_text(now),),
    )
    return [Mute(route, storyline, moment(until)) for route, storyline, until in found]
