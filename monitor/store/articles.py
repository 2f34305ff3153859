"""Articles: why the article behind an item was not read, for feeds whose articles are."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.store.database import Database
from monitor.store.rows import holdable, row_id


def note_unread(db: Database, why: Iterable[tuple[str, str]]) -> None:
    """Remember of each item (its id, the reason in a line) why its article was not read; "" needs no remembering."""
    rows = [(row_id(item), holdable(reason)) for item, reason in why if reason]
    if rows:
        db.executemany("INSERT INTO unread_articles (item, why) VALUES (?, ?) ON CONFLICT DO NOTHING", rows)


def why_unread(db: Database, item: str) -> str:
    """Return why the article behind ``item`` was not read; "" where it was, or was not to be."""
    found = db.row("SELECT why FROM unread_articles WHERE item = ?", (row_id(item),))
    return str(found[0]) if found else ""
