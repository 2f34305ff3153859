"""Snapshot: what the matcher has learned, written down so that a start, or a look, need not read every item again."""

from __future__ import annotations

from monitor.store import items as item_rows
from monitor.store import state
from monitor.store.database import Database
from monitor.storylines.matcher import Matcher

_KEY = "matcher"


def save(db: Database, matcher: Matcher) -> None:
    """Write down what ``matcher`` has learned up to the newest stored item."""
    state.put(db, _KEY, b"%d\n%s" % (item_rows.last_id(db), matcher.snapshot()))


def recall(db: Database, matcher: Matcher) -> int | None:
    """Let ``matcher`` take over what was written down; returns the last item that is in it, 0 where nothing was.

    None where it is another version's: ``matcher`` is to be thrown away then.
    """
    written = state.get(db, _KEY)
    if written is None:
        return 0
    last, _, learned = written.partition(b"\n")
    try:
        matcher.restore(learned)
        return int(last)
    except ValueError:
        return None


def forget(db: Database) -> None:
    """Drop it: it does not know the storylines as they are now."""
    state.drop(db, _KEY)
