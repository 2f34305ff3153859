"""Items: the entries of feeds, the keys that identify them, where else they were seen, how they changed.

Which entry is which item is decided elsewhere; here is remembered what was decided. Items are
given by their id (the row number as text). Writing functions belong in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model.codec import moment, moment_text
from monitor.model.item import Item, Revision, Sighting
from monitor.model.poll import Candidate, Known
from monitor.store.database import Database, Row
from monitor.store.rows import (
    ITEM_COLUMNS,
    ITEM_ORDER,
    holdable,
    row_id,
    row_ids,
    text_or_null,
    texts,
    to_item,
)

MARK_EVERY = 10  # documents: how exactly the last document that carried a key is known
LISTED_FOR = 100  # documents of a feed after which a key that did not come again is no longer listed
_FORGET_EVERY = 50  # documents: how often such keys are looked for

Added = tuple[Candidate, bool]  # a new entry, and whether it is history


def known(db: Database, feed: str, keys: Sequence[str], listed: Sequence[str] = ()) -> dict[str, Known]:
    """Return which of ``keys`` are known in ``feed``, as found in one document of it.

    Keys marked shared identify nothing and are left out; so are those of items that belong to
    another feed (a sighting), whose words are not this feed's to revise. A writer also notes that
    this document carries the keys, and lists the items ``listed``: ``maintenance.prune`` never forgets what a feed
    still lists.
    """
    wanted = texts(_holdable_all(keys))
    found = _noted(db, feed, wanted, listed) if db.writer else _under(db, feed, wanted)
    return {
        key: Known(str(item), title, _own(summary), (guid or "")[2:])
        for key, item, title, summary, guid, shared, _ in found
        if item is not None and not shared
    }


def _under(db: Database, feed: str, wanted: str) -> list[Row]:
    """Return what stands under the keys ``wanted``, and in which document each was last marked."""
    return db.rows(
        "SELECT k.key, i.id, i.title, i.summary, "
        "(SELECT g.key FROM item_keys g WHERE g.item = i.id AND g.feed = k.feed AND g.key >= 'g:' AND g.key < 'g;' "
        "AND NOT g.shared ORDER BY g.document DESC LIMIT 1), k.shared, k.document "
        "FROM item_keys k LEFT JOIN items i ON i.id = k.item AND i.feed = k.feed "
        "WHERE k.feed = ? AND k.key IN (SELECT value FROM json_each(?))",
        (feed, wanted),
    )


def unknown(db: Database, feed: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those of ``candidates`` that have no key known in ``feed`` and no link known anywhere. Notes nothing."""
    keys = texts(_holdable_all([key for c in candidates for key in c.keys]))
    found = db.rows(
        "SELECT key FROM item_keys WHERE feed = ? AND key IN (SELECT value FROM json_each(?))", (feed, keys)
    )
    known, elsewhere = {row[0] for row in found}, by_url(db, [c.url for c in candidates])
    return [c for c in candidates if c.url not in elsewhere and known.isdisjoint(map(holdable, c.keys))]


def _own(summary: str) -> str:
    """Return what the feed itself says: behind a line's end stands the article's text (feeds/fulltext.py)."""
    return summary.partition("\n")[0]


def by_url(db: Database, urls: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return for each canonical URL that is known the oldest item with it, and that item's feed."""
    found = db.rows(
        "SELECT url, id, feed FROM items WHERE url != '' AND url IN (SELECT value FROM json_each(?)) ORDER BY id DESC",
        (texts(holdable(url) for url in urls),),
    )
    return {url: (str(item), feed) for url, item, feed in found}


def add(db: Database, feed: str, rows: Sequence[Added], arrival: datetime) -> list[Item]:
    """Add new entries of ``feed`` that arrived at ``arrival``; returns them as items, in the same order.

    A key that already identifies another item, or is marked shared, stays as it is.
    """
    if not rows:
        return []
    first = last_id(db) + 1
    rows = [(_holdable(candidate), history) for candidate, history in rows]
    items = [_made(first + n, feed, arrival, row) for n, row in enumerate(rows)]
    at = moment_text(arrival)
    db.executemany(
        "INSERT INTO items (id, feed, title, summary, url, source, author, lang, published_at, arrival_at, history) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_values(item, at) for item in items],
    )
    db.execute(
        "INSERT INTO feed_days (feed, day, items) VALUES (?, ?, ?) "
        "ON CONFLICT (feed, day) DO UPDATE SET items = items + excluded.items",
        (feed, at[:10], len(items)),
    )
    _add_keys(db, feed, [(key, first + n) for n, (candidate, _) in enumerate(rows) for key in candidate.keys])
    return items


def link(db: Database, feed: str, keys: Iterable[tuple[str, str]]) -> None:
    """Let each key (with its item) identify the item in ``feed`` from now on; those taken or shared stay as they are.

    For an item of another feed (a sighting) they only tell that this feed lists it too.
    """
    _add_keys(db, feed, [(holdable(key), row_id(item)) for key, item in keys])


def mark_shared(db: Database, feed: str, keys: Iterable[str]) -> None:
    """Let ``keys`` identify nothing in ``feed`` any more: entries that differ have them in common."""
    db.executemany(
        "INSERT INTO item_keys (feed, key, shared) VALUES (?, ?, 1) "
        "ON CONFLICT (feed, key) DO UPDATE SET shared = 1, item = NULL",
        [(feed, holdable(key)) for key in keys],
    )


def revise(db: Database, revision: Revision) -> bool:
    """Give an item its new words and remember the old title. False when the item is not there (any more).

    An article's text stays behind the new summary.
    """
    number, title, summary = row_id(revision.item), holdable(revision.title), holdable(revision.summary)
    changed = db.execute(
        "UPDATE items SET title = ?, "
        "summary = ? || iif(instr(summary, char(10)), substr(summary, instr(summary, char(10))), '') WHERE id = ?",
        (title, summary, number),
    ).rowcount
    if changed:
        db.execute(
            "INSERT INTO revisions (item, at, title, summary, old_title) VALUES (?, ?, ?, ?, ?)",
            (number, moment_text(revision.at), title, summary, holdable(revision.old_title)),
        )
    return bool(changed)


def sight(db: Database, sighting: Sighting) -> bool:
    """Remember that another feed carries an item; False when that was known. The first moment stays."""
    done = db.execute(
        "INSERT INTO sightings (item, feed, source, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (row_id(sighting.item), sighting.feed, holdable(sighting.source), moment_text(sighting.at)),
    )
    return done.rowcount > 0


def get(db: Database, ids: Iterable[str]) -> dict[str, Item]:
    """Return the items of ``ids`` by id; those that are not there are left out."""
    found = db.rows(
        f"SELECT {ITEM_COLUMNS} FROM items i WHERE i.id IN (SELECT value FROM json_each(?))",  # noqa: S608
        (row_ids(ids),),
    )
    return {str(row[0]): to_item(row) for row in found}


def last_id(db: Database) -> int:
    """Return the greatest row number an item was ever given, 0 where there was none."""
    found = db.row("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'items'), 0)")
    return int(found[0]) if found else 0


def between(db: Database, since: datetime | None = None, until: datetime | None = None) -> Iterator[Item]:
    """Yield the items that arrived from ``since`` to before ``until``, in the one order of items; streaming."""
    for chunk in db.chunks(
        f"SELECT {ITEM_COLUMNS} FROM items i WHERE {_SPAN.format('i.arrival_at')} ORDER BY {ITEM_ORDER}",  # noqa: S608
        _span(since, until),
    ):
        yield from map(to_item, chunk)


def sightings_between(db: Database, since: datetime | None = None, until: datetime | None = None) -> Iterator[Sighting]:
    """Yield the sightings from ``since`` to before ``until``, in order of time."""
    query = f"SELECT item, feed, source, at FROM sightings WHERE {_SPAN.format('at')} ORDER BY at, item, feed"  # noqa: S608
    for chunk in db.chunks(query, _span(since, until)):
        yield from (Sighting(str(item), feed, source, moment(at)) for item, feed, source, at in chunk)


def sightings_of(db: Database, item: str) -> list[Sighting]:
    """Return where else ``item`` was seen, in order of time."""
    found = db.rows("SELECT item, feed, source, at FROM sightings WHERE item = ? ORDER BY at, feed", (row_id(item),))
    return [Sighting(str(number), feed, source, moment(at)) for number, feed, source, at in found]


def revisions_between(db: Database, since: datetime | None = None, until: datetime | None = None) -> Iterator[Revision]:
    """Yield the revisions from ``since`` to before ``until``, in order of time."""
    query = f"SELECT item, at, title, summary, old_title FROM revisions WHERE {_SPAN.format('at')} ORDER BY at, id"  # noqa: S608
    for chunk in db.chunks(query, _span(since, until)):
        yield from map(_revision, chunk)


def revisions_of(db: Database, item: str) -> list[Revision]:
    """Return how ``item`` changed, in order of time."""
    query = "SELECT item, at, title, summary, old_title FROM revisions WHERE item = ? ORDER BY at, id"
    return [_revision(row) for row in db.rows(query, (row_id(item),))]


_SPAN = "{0} >= :since AND {0} < :until"


def _span(since: datetime | None, until: datetime | None) -> dict[str, str]:
    # Texts before and after every moment's text.
    return {"since": text_or_null(since) or "", "until": text_or_null(until) or "~"}


def _noted(db: Database, feed: str, wanted: str, listed: Sequence[str]) -> list[Row]:
    """Note one more document of ``feed`` and what it lists; returns what stands under its keys."""
    row = db.row("UPDATE feeds SET documents = documents + 1 WHERE name = ? RETURNING documents", (feed,))
    number = int(row[0]) if row else 0
    if listed and number % MARK_EVERY == 0:
        db.execute(
            "UPDATE item_keys SET document = :number "
            "WHERE feed = :feed AND item IN (SELECT value FROM json_each(:listed)) AND document < :number",
            {"feed": feed, "number": number, "listed": row_ids(listed)},
        )
    found = _under(db, feed, wanted)
    if any(row[-1] <= number - MARK_EVERY for row in found):
        db.execute(
            "UPDATE item_keys SET document = :number WHERE feed = :feed "
            "AND key IN (SELECT value FROM json_each(:wanted)) AND document <= :number - :every",
            {"feed": feed, "number": number, "wanted": wanted, "every": MARK_EVERY},
        )
        found = _under(db, feed, wanted)  # which guid was listed last may be another now
    if number % _FORGET_EVERY == 0:
        _forget_keys(db, feed, number - LISTED_FOR, wanted)
    return found


def _forget_keys(db: Database, feed: str, document: int, wanted: str) -> None:
    """Forget the keys last listed by ``document`` of items now listed under others: guids that rotate pile up.

    They are found by the items of this document (hence the plus, which hides the key's first column from SQLite), so
    that a feed's past costs nothing.
    """
    db.execute(
        "DELETE FROM item_keys WHERE +feed = :feed AND document <= :document AND item IN ("
        "SELECT item FROM item_keys WHERE feed = :feed AND key IN (SELECT value FROM json_each(:wanted)))",
        {"feed": feed, "document": document, "wanted": wanted},
    )


def _add_keys(db: Database, feed: str, keys: Sequence[tuple[str, int]]) -> None:
    if not keys:
        return
    document = _documents(db, feed)
    db.executemany(
        "INSERT INTO item_keys (feed, key, item, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(feed, key, item, document) for key, item in keys],
    )


def _documents(db: Database, feed: str) -> int:
    found = db.row("SELECT documents FROM feeds WHERE name = ?", (feed,))
    return int(found[0]) if found else 0


def _holdable_all(keys: Sequence[str]) -> Sequence[str]:
    try:
        "".join(keys).encode()
    except UnicodeEncodeError:
        return [holdable(key) for key in keys]
    return keys


def _holdable(c: Candidate) -> Candidate:
    try:
        "".join((c.title, c.summary, c.url, c.author, c.source, *c.keys)).encode()
    except UnicodeEncodeError:
        return replace(
            c,
            keys=tuple(_holdable_all(c.keys)),
            title=holdable(c.title),
            summary=holdable(c.summary),
            url=holdable(c.url),
            author=holdable(c.author),
            source=holdable(c.source),
        )
    return c


def _made(number: int, feed: str, arrival: datetime, row: Added) -> Item:
    c, history = row
    return Item(
        str(number), c.title, arrival, c.summary, c.url, c.source, feed, c.author, c.lang, c.published_at, history
    )


def _values(item: Item, at: str) -> tuple[object, ...]:
    return (
        int(item.id),
        item.feed,
        item.title,
        item.summary,
        item.url,
        item.source,
        item.author,
        item.lang,
        text_or_null(item.published_at),
        at,
        item.history,
    )


def _revision(row: Row) -> Revision:
    item, at, title, summary, old_title = row
    return Revision(str(item), moment(at), title, summary, old_title)
