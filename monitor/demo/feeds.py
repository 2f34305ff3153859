"""Feeds: each outlet's document as it would look at a moment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from monitor.demo.data import Row
from monitor.demo.formats import Entry, content_type, document
from monitor.demo.outlets import BROKEN, Outlet

SHOWN = 15
"""How many entries a document shows, the newest first."""

_TORN_UNTIL = datetime(2025, 2, 20, tzinfo=UTC)
_PAGE_UNTIL = datetime(2025, 3, 2, tzinfo=UTC)
_ERROR_UNTIL = datetime(2025, 3, 17, 13, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Document:
    """What a server answers: ``status`` is 200 but for the broken feed's errors; ``etag`` "" for none."""

    status: int
    content_type: str
    body: bytes
    etag: str = ""


def render(outlet: Outlet, rows: Iterable[Row], at: datetime, shown: int = SHOWN) -> Document:
    """Return the feed of ``outlet`` as it looks at ``at``: its newest ``shown`` entries of ``rows``.

    The same moment gives the same bytes, and the ETag changes with the bytes only. Until the middle of
    March 2025 the broken feed answers torn XML, then a web page, then errors.
    """
    broken = _broken(outlet, at) if outlet.name == BROKEN else None
    if broken:
        return broken
    body = document(outlet, entries(outlet, rows, at, shown))
    return Document(200, content_type(outlet), body, f'"{blake2b(body, digest_size=8).hexdigest()}"')


def entries(outlet: Outlet, rows: Iterable[Row], at: datetime, shown: int = SHOWN) -> tuple[Entry, ...]:
    """Return what the feed of ``outlet`` shows at ``at``, newest first, each with its identity.

    A revision takes the place of the row it revises, identity included.
    """
    here = [row for row in rows if row.feed == outlet.name and row.arrival_at <= at]
    newer = {row.revises: row for row in here if row.revises}
    places = [row for row in here if not row.revises]
    newest = places[-shown:][::-1]
    return tuple((newer.get(row.id, row), _guid(outlet, row, here)) for row in newest)


def _guid(outlet: Outlet, row: Row, here: Sequence[Row]) -> str:
    turn = f"/{len(here)}" if row.rotating else ""  # another one whenever the feed changes
    return f"tag:{outlet.host},2025:{row.id}{turn}"


def _broken(outlet: Outlet, at: datetime) -> Document | None:
    if at < _TORN_UNTIL:
        torn = document(outlet, ())[:90]  # ends within the head: nothing to save
        return Document(200, content_type(outlet), torn)
    if at < _PAGE_UNTIL:
        page = b"<!DOCTYPE html><html><head><title>The Lantern</title></head><body><p>We are moving.</p></body></html>"
        return Document(200, "text/html; charset=utf-8", page)
    if at < _ERROR_UNTIL:
        return Document(500, "text/plain; charset=utf-8", b"Internal Server Error\n")
    return None
