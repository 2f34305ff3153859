"""Item: one entry of a feed, normalised; and what may happen to it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One news item as every later stage sees it.

    ``id`` is unique and stable (the store's row number as text, or the caller's id in a backtest).
    ``title`` and ``summary`` are plain text, still hostile until escaped for where they go.
    ``url`` is canonical ("" if none). ``source`` is the publisher. ``lang`` is ISO 639-1 or "".
    ``arrival_at`` is the moment a poller first saw it; moments are aware UTC.
    ``history``: too old when first seen to alert; it matches and teaches.
    """

    id: str
    title: str
    arrival_at: datetime
    summary: str = ""
    url: str = ""
    source: str = ""
    feed: str = ""
    author: str = ""
    lang: str = ""
    published_at: datetime | None = None
    history: bool = False


def order_key(item: Item) -> tuple[datetime, datetime, int, str]:
    """Return the sort key of the one order of items everywhere: arrival, published, id (numbers by value)."""
    return (item.arrival_at, item.published_at or item.arrival_at, len(item.id), item.id)


@dataclass(frozen=True, slots=True)
class Sighting:
    """The same canonical link seen in another feed: one more place that carries the item."""

    item: str
    feed: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """A known item whose title (or summary) changed under the same identity.

    ``title`` "": nothing took the old one's place; the feed took the entry out again.
    """

    item: str
    at: datetime
    title: str
    summary: str
    old_title: str

    @property
    def withdrawn(self) -> bool:
        """Whether the entry was taken out of its feed."""
        return not self.title
