"""Replay: what happened, once more, as events for a backtest: from JSON lines or from the store."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import UsageError
from monitor.lang.languages import guess
from monitor.model.item import Item, Revision, Sighting, order_key
from monitor.pipeline.events import Arrived, Event, Revised, Seen, event_order
from monitor.store import items as item_rows
from monitor.store.database import Database

T = TypeVar("T")
_CHUNK = 500
_LIMIT = 10_000_000  # characters in a line; no item is longer
_TEXTS = ("title", "summary", "url", "source", "lang")


def given(path: Path) -> Iterator[Event]:
    """Yield the items in the JSON lines at ``path`` as events, in ``event_order`` whatever their order there.

    Each line is an object with ``id``, ``title``, and ``published`` or ``arrival`` (ISO 8601, UTC without a zone);
    optional ``summary``, ``url``, ``source``, ``lang``. Unknown keys are ignored, null means absent, blank lines are
    passed over. ``id`` alone is identity: where it comes again, the words may have changed (a revision), and nothing
    else happens. Raises UsageError that names file and line.
    """
    with _opened(path) as lines:
        items = [_item(text, path, number) for number, text in enumerate(lines, 1) if text.strip()]
    items.sort(key=order_key)
    yield from sorted(_happened(items), key=event_order)


def _happened(items: Iterable[Item]) -> Iterator[Event]:
    known: dict[str, Item] = {}
    for item in items:
        before = known.get(item.id)
        if before is None:
            known[item.id] = item
            yield Arrived(item)
        elif (before.title, before.summary) != (item.title, item.summary):
            now = replace(before, title=item.title, summary=item.summary)
            known[item.id] = now
            yield Revised(now, Revision(item.id, item.arrival_at, now.title, now.summary, before.title))


def stored(
    db: Database, since: datetime | None = None, until: datetime | None = None, *, storylines: Iterable[str] = ()
) -> Iterator[Event]:
    """Yield what the store saw from ``since`` to before ``until``, in ``event_order``, streaming.

    Items come as they were first seen, and none as history: a backtest sees them as they came. ``storylines`` are
    the slugs that may have decided on an item that is seen elsewhere: those of the backtest, not of the store.
    """
    slugs = tuple(storylines)
    titles = _first_titles(item_rows.revisions_between(db, since))
    arrived = (_as_it_came(item, titles) for item in item_rows.between(db, since, until))
    seen = _each(item_rows.sightings_between(db, since, until), lambda some: _seen(db, some, slugs))
    revised = _each(item_rows.revisions_between(db, since, until), lambda some: _revised(db, some))
    return heapq.merge(arrived, seen, revised, key=event_order)


# -- JSON lines


def _opened(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8-sig", errors="replace", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}: name a file of items, one JSON object a line") from error


def _item(text: str, path: Path, number: int) -> Item:
    try:
        return _read(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}:{number}: {error}") from None


def _read(text: str) -> Item:
    if len(text) > _LIMIT:
        raise ValueError("the line is too long for an item")
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} (column {error.colno})") from None
    if not isinstance(raw, dict):
        raise ValueError("is no JSON object")  # noqa: TRY004 - a wrong value in a file, told with its line
    words = {key: _text(raw, key) for key in _TEXTS}
    published, arrival = _moment(raw, "published"), _moment(raw, "arrival")
    if "title" not in raw or raw["title"] is None:
        raise ValueError("title is missing")
    first_seen = arrival or published
    if first_seen is None:
        raise ValueError("arrival is missing, and published, which it defaults to, too")
    lang = guess(f"{words['title']} {words['summary']}", words["lang"])
    return Item(
        id=_ident(raw),
        title=words["title"],
        arrival_at=first_seen,
        summary=words["summary"],
        url=words["url"],
        source=words["source"],
        lang=lang,
        published_at=published,
    )


def _ident(raw: dict[str, Any]) -> str:
    ident = raw.get("id")
    if isinstance(ident, bool) or not isinstance(ident, str | int) or ident == "":
        raise ValueError("id is missing" if ident in (None, "") else "id is neither text nor a whole number")
    return _whole(str(ident))


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")  # noqa: TRY004 - a wrong value in a file, told with its line
    return _whole(value)


def _whole(text: str) -> str:
    """``text`` without lone surrogates, which JSON can escape and no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _moment(raw: dict[str, Any], key: str) -> datetime | None:
    value = raw.get(key)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{key} is no ISO 8601 moment, such as 2025-03-18T12:00:00Z") from None


# -- the store


def _each(rows: Iterator[T], events: Any) -> Iterator[Event]:
    """The events of ``rows``, some rows at a time."""
    while some := list(islice(rows, _CHUNK)):
        yield from events(some)


def _first_titles(revisions: Iterable[Revision]) -> dict[str, str]:
    """What the items that changed were called at first."""
    titles: dict[str, str] = {}
    for revision in revisions:
        titles.setdefault(revision.item, revision.old_title)
    return titles


def _as_it_came(item: Item, titles: dict[str, str]) -> Event:
    return Arrived(replace(item, title=titles.get(item.id, item.title), history=False))


def _seen(db: Database, sightings: list[Sighting], slugs: tuple[str, ...]) -> Iterator[Event]:
    items = item_rows.get(db, [s.item for s in sightings])
    return (Seen(items[s.item], s, slugs) for s in sightings if s.item in items)


def _revised(db: Database, revisions: list[Revision]) -> Iterator[Event]:
    items = item_rows.get(db, [r.item for r in revisions])
    for r in revisions:
        if r.item in items:
            title = r.title or r.old_title  # what was taken out keeps the words it had
            yield Revised(replace(items[r.item], title=title, summary=r.summary, history=False), r)
