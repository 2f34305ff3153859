"""Rows: how values become columns and back: moments, lists, items. No statement stands here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from monitor.model.codec import moment, moment_text
from monitor.model.item import Item
from monitor.store.database import Row

ITEM_COLUMNS = (
    "i.id, i.title, i.summary, i.url, i.source, i.feed, i.author, i.lang, i.published_at, i.arrival_at, i.history"
)
ITEM_ORDER = "i.arrival_at, coalesce(i.published_at, i.arrival_at), i.id"  # model.item.order_key


def to_item(row: Row) -> Item:
    """Return the item of a row of ITEM_COLUMNS."""
    number, title, summary, url, source, feed, author, lang, published, arrival, history = row
    return Item(
        str(number),
        title,
        moment(arrival),
        summary,
        url,
        source,
        feed,
        author,
        lang,
        moment(published) if published else None,
        bool(history),
    )


def text_or_null(at: datetime | None) -> str | None:
    """Return the text of an optional moment."""
    return None if at is None else moment_text(at)


def moment_or_none(text: str | None) -> datetime | None:
    """Return the moment of an optional text."""
    return None if text is None else moment(text)


def row_id(item: str) -> int:
    """Return the row number an item id stands for; 0, which no row has, when it is no number."""
    return int(item) if item.isascii() and item.isdecimal() and len(item) < 19 else 0


def row_ids(items: Iterable[str]) -> str:
    """Return the row numbers of item ids as a JSON array, for json_each."""
    return json.dumps([row_id(item) for item in items])


def texts(values: Iterable[str]) -> str:
    """Return texts as a JSON array, for json_each or a column."""
    found = list(values)
    readable = json.dumps(found, ensure_ascii=False)
    return readable if holdable(readable) is readable else json.dumps(found)


def holdable(text: str) -> str:
    """Return ``text`` as a file can hold it: lone surrogates, which UTF-8 has no form for, become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
