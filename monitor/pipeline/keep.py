"""Keep: the housekeeping of the store: pruning once a day, and the words of new items into the search index."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model.settings import Settings
from monitor.store import maintenance, search, state
from monitor.store.database import Database

EVERY = timedelta(days=1)
_PRUNED = "pruned-at"


def keep(db: Database, settings: Settings, now: datetime) -> int:
    """Prune a round of what is older than the settings keep, if that was not finished for a day; how many items went.

    Rounds are short, so that no batch waits long: called again and again it comes to an end, and rests for a day.
    Each call also makes some of the newest items searchable.
    """
    search.fill(db)
    blob = state.get(db, _PRUNED)
    if blob is not None and now - datetime.fromisoformat(blob.decode()) < EVERY:
        return 0
    pruned = maintenance.prune(db, now - settings.keep_items, now)
    if not pruned.more:
        with db.transaction():
            state.put(db, _PRUNED, now.isoformat().encode())
        maintenance.checkpoint(db)  # a long reader may have let the write-ahead log grow
    return pruned.items
