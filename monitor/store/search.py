"""Search: items by their words. The index is filled a little at a time, behind the hot path.

``item_words`` (FTS5) reads the words from ``items`` itself. An item is added to it by ``fill``, some seconds
after it arrived; triggers take it out when the item goes and renew it when the words change. What is not in
it yet, and scripts that put no spaces between words, are looked through as they are, the newest first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from monitor.model.item import Item
from monitor.store.database import Database
from monitor.store.rows import ITEM_COLUMNS, holdable, text_or_null, to_item

LOOKED_THROUGH = 100_000  # of the newest items, where the index does not help
_CANDIDATES = 5000  # the newest that have the words; filters are laid on these
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
    """Return the newest ``limit`` items that fit ``query``, newest first."""
    words = [word for word in holdable(query.words).replace("\0", " ").split()[:_WORDS] if re.search(r"\w", word)]
    if query.words.strip() and not words:
        return []
    values = _filters(query) | {"limit": limit}
    if not words:
        return _rows(db, _BARE_STORYLINE if query.storyline else _BARE, values)
    for number, word in enumerate(words):
        bare = word.strip("*")
        values |= {f"w{number}": f"%{_like(bare)}%", f"c{number}": f"%{_like(bare.capitalize())}%"}
    plain = " AND ".join(_PLAIN.format(n=n) for n in range(len(words)))
    if any(_UNSPACED.search(word) for word in words):
        return _rows(db, _THROUGH.format(words=plain, start="max(id) - :through"), values | {"through": LOOKED_THROUGH})
    values["match"] = " ".join(_term(word) for word in words)
    indexed = _rows(db, _INDEXED, values | {"candidates": _CANDIDATES})
    fresh = _rows(db, _THROUGH.format(words=plain, start=_LAST), values | {"through": LOOKED_THROUGH})
    known = {item.id: item for item in (*fresh, *indexed)}
    return sorted(known.values(), key=lambda item: -int(item.id))[:limit]


def _filters(query: Query) -> dict[str, object]:
    return {
        "storyline": query.storyline,
        "source": f"%{_like(query.source)}%",
        "lang": query.lang,
        "since": text_or_null(query.since) or "",  # texts before and after every moment's text
        "until": text_or_null(query.until) or "~",
        "before": query.before or 2**62,
    }


def languages(db: Database, newest: int = 5000) -> list[str]:
    """Return the languages of the ``newest`` items."""
    found = db.rows("SELECT DISTINCT lang FROM (SELECT lang FROM items ORDER BY id DESC LIMIT ?)", (newest,))
    return sorted(row[0] for row in found if row[0])


_FITS = (
    "i.id < :before AND i.arrival_at >= :since AND i.arrival_at < :until AND (:lang = '' OR i.lang = :lang) "
    "AND i.source LIKE :source ESCAPE '\\' "
)
_IN_STORYLINE = (
    "AND (:storyline = '' OR EXISTS (SELECT 1 FROM matches m WHERE m.item = i.id AND m.storyline = :storyline)) "
)
_BARE = f"SELECT {ITEM_COLUMNS} FROM items i WHERE {_FITS} ORDER BY i.id DESC LIMIT :limit"  # noqa: S608
_BARE_STORYLINE = (
    f"SELECT {ITEM_COLUMNS} FROM matches m JOIN items i ON i.id = m.item "  # noqa: S608
    f"WHERE m.storyline = :storyline AND {_FITS} ORDER BY m.at DESC, i.id DESC LIMIT :limit"
)
_INDEXED = (
    "WITH hit AS (SELECT rowid FROM item_words WHERE item_words MATCH :match AND rowid < :before "  # noqa: S608
    "ORDER BY rowid DESC LIMIT :candidates) "
    f"SELECT {ITEM_COLUMNS} FROM hit JOIN items i ON i.id = hit.rowid WHERE {_FITS}{_IN_STORYLINE}"
    "ORDER BY i.id DESC LIMIT :limit"
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
