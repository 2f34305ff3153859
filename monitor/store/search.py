"""Search: items by their words. The index is filled a little at a time, behind the hot path.

``item_words`` (FTS5) reads the words from ``items`` itself. An item is added to it by ``fill``, some seconds
after it arrived; triggers take it out when the item goes and renew it when the words change. What is not in
it yet, and scripts that put no spaces between words, are looked through as they are, the newest first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.model.item import Item
from monitor.store.database import Database
from monitor.store.rows import ITEM_COLUMNS, holdable, text_or_null, to_item

LOOKED_THROUGH = 100_000  # of the newest items, where the index does not help; of those that have the words
_READ = 5000  # items that have the words: read at most, to lay the filters on them that the indexes do not know
_AT_ONCE = 400  # of those that have the words: asked about together
_FEW = 400  # matches of a storyline: so many are asked for the words one by one
_DISORDER = 500  # rows: so far the order of arrival may be from the order of the numbers
_WORDS = 12
# Scripts whose words stand without spaces: the index holds a whole sentence of them as one word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: every word of ``words`` (a last ``*`` means words that begin so), in items that fit the rest.

    Empty fields do not narrow. ``before`` is an item's row number: only older rows, to turn pages.
    """

    words: str = ""
    storyline: str = ""
    source: str = ""
    lang: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0


def fill(db: Database, limit: int = 2000) -> int:
    """Take at most ``limit`` items that are not in the index yet into it, in a transaction of its own; how many."""
    with db.transaction():
        found = db.row("SELECT max(id) FROM item_words_docsize")
        last = (found[0] if found else None) or 0
        done = db.execute(
            "INSERT INTO item_words (rowid, title, summary) "
            "SELECT id, title, summary FROM items WHERE id > ? ORDER BY id LIMIT ?",
            (last, limit),
        )
    return done.rowcount


def find(db: Database, query: Query, limit: int) -> list[Item]:
    """Return the newest ``limit`` items that fit ``query``, newest first. To be asked inside a transaction.

    What the indexes do not know is looked for in the newest of what they do know, of the time asked for: a storyline of
    many matches in LOOKED_THROUGH items that have the words, an outlet or a language in _READ of them, and without
    words in LOOKED_THROUGH items.
    """
    words = [word for word in holdable(query.words).replace("\0", " ").split()[:_WORDS] if re.search(r"\w", word)]
    if query.words.strip() and not words:
        return []
    values = _filters(db, query) | {"limit": limit}
    if not words:
        return _rows(db, _BARE_STORYLINE if query.storyline else _BARE, values)
    for number, word in enumerate(words):
        bare = word.strip("*")
        values |= {f"w{number}": f"%{_like(bare)}%", f"c{number}": f"%{_like(bare.capitalize())}%"}
    plain = " AND ".join(_PLAIN.format(n=n) for n in range(len(words)))
    if any(_UNSPACED.search(word) for word in words):
        return _rows(db, _THROUGH.format(words=plain, start="max(id) - :through"), values)
    fresh = _rows(db, _THROUGH.format(words=plain, start=_LAST), values)
    values["match"] = " ".join(_term(word) for word in words)
    return fresh if len(fresh) >= limit else fresh + _indexed(db, query, values, limit - len(fresh))


def _indexed(db: Database, query: Query, values: dict[str, object], limit: int) -> list[Item]:
    """Return the newest ``limit`` items of the index that fit; a row is read only when it may be shown."""
    found: list[Item] = []
    read = 0
    for numbers in _hits(db, query, values):
        for part in (numbers[:limit], numbers[limit:]):  # seldom more has to be read than is to be shown
            found += _rows(db, _FITTING, values | {"numbers": json.dumps(part)})
            read += len(part)
            if len(found) >= limit or read >= _READ:
                return found[:limit]
    return found


def _hits(db: Database, query: Query, values: dict[str, object]) -> Iterator[list[int]]:
    """Yield the numbers of the items that have the words and matched the storyline, newest first, a list at a time."""
    few = db.rows(_OF_STORYLINE, values | {"few": _FEW + 1}) if query.storyline else []
    if query.storyline and len(few) <= _FEW:
        yield [row[0] for row in db.rows(_AMONG, values | {"numbers": json.dumps([row[0] for row in few])})]
        return
    for rows in db.chunks(_HITS, values, _AT_ONCE):
        numbers = [row[0] for row in rows]
        if query.storyline:
            matched = {row[0] for row in db.rows(_MATCHED, values | {"numbers": json.dumps(numbers)})}
            numbers = [number for number in numbers if number in matched]
        yield numbers


def _filters(db: Database, query: Query) -> dict[str, object]:
    since, until = text_or_null(query.since) or "", text_or_null(query.until) or "~"  # before and after every moment
    first = db.row(_FIRST, (since, _DISORDER)) if query.since else None
    last = db.row(_NEXT, (until, _DISORDER)) if query.until else None
    return {
        "storyline": query.storyline,
        "source": f"%{_like(query.source)}%",
        "lang": query.lang,
        "since": since,
        "until": until,
        "first": 0 if first is None else _NONE if first[0] is None else first[0],
        "before": min(query.before or _NONE, _NONE if last is None else last[0] or 0),
        "through": LOOKED_THROUGH,
    }


def languages(db: Database, newest: int = 1000) -> list[str]:
    """Return the languages of the ``newest`` items."""
    found = db.rows("SELECT DISTINCT lang FROM (SELECT lang FROM items ORDER BY id DESC LIMIT ?)", (newest,))
    return sorted(row[0] for row in found if row[0])


_NONE = 2**62  # a number that no row has
# The rows of a time stand together: numbers follow arrival, but for clocks that were set back a little.
_FIRST = "SELECT min(id) FROM (SELECT id FROM items WHERE arrival_at >= ? ORDER BY arrival_at LIMIT ?)"
_NEXT = "SELECT max(id) + 1 FROM (SELECT id FROM items WHERE arrival_at < ? ORDER BY arrival_at DESC LIMIT ?)"
_TIME = "i.id >= :first AND i.id < :before AND i.arrival_at >= :since AND i.arrival_at < :until "
_FITS = f"{_TIME}AND (:lang = '' OR i.lang = :lang) AND i.source LIKE :source ESCAPE '\\' "
_IN_STORYLINE = (
    "AND (:storyline = '' OR EXISTS (SELECT 1 FROM matches m WHERE m.item = i.id AND m.storyline = :storyline)) "
)
_BARE = (
    f"SELECT {ITEM_COLUMNS} FROM items i WHERE i.id >= (SELECT min(max(id) + 1, :before) - :through FROM items) "  # noqa: S608
    f"AND {_FITS} ORDER BY i.id DESC LIMIT :limit"
)
_BARE_STORYLINE = (  # a match names the outlet and the language of its item, and an index holds them
    f"SELECT {ITEM_COLUMNS} FROM matches m JOIN items i ON i.id = m.item WHERE m.storyline = :storyline "  # noqa: S608
    f"AND (:lang = '' OR m.lang = :lang) AND m.source LIKE :source ESCAPE '\\' AND {_TIME}"
    "ORDER BY m.at DESC, i.id DESC LIMIT :limit"
)
_HITS = (
    "SELECT rowid FROM item_words WHERE item_words MATCH :match AND rowid >= :first AND rowid < :before "
    "ORDER BY rowid DESC LIMIT :through"
)
_OF_STORYLINE = "SELECT item FROM matches WHERE storyline = :storyline LIMIT :few"
_AMONG = (
    "SELECT w.rowid FROM json_each(:numbers) n CROSS JOIN item_words w ON w.rowid = n.value "
    "WHERE w.item_words MATCH :match AND w.rowid >= :first AND w.rowid < :before ORDER BY w.rowid DESC"
)
_MATCHED = (
    "SELECT m.item FROM json_each(:numbers) n CROSS JOIN matches m ON m.item = n.value WHERE m.storyline = :storyline"
)
_FITTING = (
    f"SELECT {ITEM_COLUMNS} FROM items i WHERE i.id IN (SELECT value FROM json_each(:numbers)) AND {_FITS}"  # noqa: S608
    "ORDER BY i.id DESC"
)
# LIKE knows upper and lower case in ASCII only.
_PLAIN = " OR ".join(f"i.{field} LIKE :{way}{{n}} ESCAPE '\\'" for field in ("title", "summary") for way in "wc")
_PLAIN = f"({_PLAIN})"
_LAST = "max(max(id) - :through, coalesce((SELECT max(d.id) FROM item_words_docsize d), 0))"
_THROUGH = (
    f"SELECT {ITEM_COLUMNS} FROM items i WHERE i.id > (SELECT {{start}} FROM items) AND {_FITS}{_IN_STORYLINE}"  # noqa: S608
    "AND {words} ORDER BY i.id DESC LIMIT :limit"
)


def _rows(db: Database, sql: str, values: dict[str, object]) -> list[Item]:
    return [to_item(row) for row in db.rows(sql, values)]


def _term(word: str) -> str:
    """``word`` as FTS5 takes it: quoted, so that nothing in it is syntax."""
    bare = word.strip("*").replace('"', " ")
    return f'"{bare}"*' if word.endswith("*") else f'"{bare}"'


def _like(text: str) -> str:
    return holdable(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
