"""Withdrawals: items that were told and that their feed took out again, kept as revisions without a title."""

from __future__ import annotations

from datetime import datetime

from monitor.model.codec import moment_text
from monitor.model.item import Item, Revision
from monitor.store.database import Database
from monitor.store.rows import ITEM_COLUMNS, row_id, to_item


def told(db: Database, feed: str, since: datetime) -> list[Item]:
    """Return the items of ``feed`` that tell what some route was told at or after ``since``, but for withdrawn ones."""
    found = db.rows(  # CROSS: in this order, for lately little was told
        f"SELECT DISTINCT {ITEM_COLUMNS} FROM ledger l "  # noqa: S608
        "CROSS JOIN development_items d ON d.storyline = l.storyline AND d.development = l.development "
        "CROSS JOIN items i ON i.id = d.item "
        "WHERE l.at >= ? AND l.state = 'told' AND i.feed = ? "
        "AND NOT EXISTS (SELECT 1 FROM revisions r WHERE r.item = i.id AND r.title = '')",
        (moment_text(since), feed),
    )
    return [to_item(row) for row in found]


def withdraw(db: Database, item: Item, at: datetime) -> Revision:
    """Remember that ``item`` was taken out of its feed; its words stay as they were."""
    revision = Revision(item.id, at, "", item.summary, item.title)
    db.execute(
        "INSERT INTO revisions (item, at, title, summary, old_title) VALUES (?, ?, '', ?, ?)",
        (row_id(item.id), moment_text(at), item.summary, item.title),
    )
    return revision
