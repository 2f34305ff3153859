"""Migrations: the steps from an empty file to the newest schema. Append only; never change a released one.

``PRAGMA user_version`` is the number of steps a database has taken. Each step is one transaction;
before the first step on an existing database a copy is put beside it (NAME.vN.bak).
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import StoreTooNew
from monitor.store import files
from monitor.store.faults import damaged, translated
from monitor.store.schema import APPLICATION_ID, INDEXES, PARTIAL_INDEXES, TABLES, VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database as Tools

Step = Callable[["Tools"], None]


def _first(tools: Tools) -> None:
    for statement in (*TABLES, *PARTIAL_INDEXES):
        tools.execute(statement)
    for table, index, columns in INDEXES:
        tools.table(table).create_index(columns, index)
    for view, query in VIEWS:
        tools.create_view(view, query)
    tools.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    tools.execute("INSERT INTO meta VALUES ('identity', ?)", [secrets.token_hex(8)])


# The words of items, for searching. Filled behind the hot path (``search.fill``); the triggers act on rows
# that are in it already, so that adding an item costs nothing.
_WORDS = (
    """CREATE VIRTUAL TABLE item_words USING fts5(
        title, summary, content='items', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )""",
    """CREATE TRIGGER item_words_gone AFTER DELETE ON items
    WHEN EXISTS (SELECT 1 FROM item_words_docsize WHERE id = old.id) BEGIN
        INSERT INTO item_words (item_words, rowid, title, summary) VALUES ('delete', old.id, old.title, old.summary);
    END""",
    """CREATE TRIGGER item_words_revised AFTER UPDATE OF title, summary ON items
    WHEN EXISTS (SELECT 1 FROM item_words_docsize WHERE id = old.id) BEGIN
        INSERT INTO item_words (item_words, rowid, title, summary) VALUES ('delete', old.id, old.title, old.summary);
        INSERT INTO item_words (rowid, title, summary) VALUES (new.id, new.title, new.summary);
    END""",
)
# What the page asks on every view is answered from the indexes alone.
_PAGE_INDEXES = (
    "DROP INDEX matches_by_storyline",
    "DROP INDEX matches_by_at",
    "CREATE INDEX matches_by_storyline ON matches(storyline, at, possible)",
    "CREATE INDEX matches_by_at ON matches(at, storyline, possible)",
    "CREATE INDEX alerts_by_storyline ON alerts(storyline, at)",
    "CREATE INDEX ledger_by_development ON ledger(storyline, development)",
)


def _second(tools: Tools) -> None:
    for statement in (*_WORDS, *_PAGE_INDEXES):
        tools.execute(statement)


def _third(tools: Tools) -> None:
    tools.execute("ALTER TABLE feeds ADD COLUMN habits TEXT NOT NULL DEFAULT ''")


# Summaries for the page's first view, which a disk that has nothing in its cache is to give quickly too. Triggers keep
# those that follow from matches: whatever writes, prunes or renames, they agree with what they sum up.
_COVERAGE = (
    "ALTER TABLE matches ADD COLUMN source TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE matches ADD COLUMN lang TEXT NOT NULL DEFAULT ''",
    "UPDATE matches SET (source, lang) = (SELECT source, lang FROM items WHERE id = matches.item)",
    "DROP INDEX matches_by_storyline",
    "CREATE INDEX matches_by_storyline ON matches(storyline, at, possible, source, lang)",
    """CREATE TABLE coverage (
        storyline TEXT NOT NULL,
        hour TEXT NOT NULL,
        items INTEGER NOT NULL,
        possible INTEGER NOT NULL,
        PRIMARY KEY (storyline, hour)
    ) WITHOUT ROWID""",
    """INSERT INTO coverage SELECT storyline, substr(at, 1, 13), sum(NOT possible), sum(possible)
    FROM matches GROUP BY 1, 2""",
    """CREATE TABLE feed_days (
        feed TEXT NOT NULL REFERENCES feeds(name) ON UPDATE CASCADE,
        day TEXT NOT NULL,
        items INTEGER NOT NULL DEFAULT 0,
        matched INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (feed, day)
    ) WITHOUT ROWID""",
    """INSERT INTO feed_days SELECT feed, substr(arrival_at, 1, 10), count(*),
        count(*) FILTER (WHERE EXISTS (SELECT 1 FROM matches m WHERE m.item = i.id AND NOT m.possible))
    FROM items i GROUP BY 1, 2""",
    "CREATE INDEX developments_newest ON developments(storyline, number, opened_at)",
    "CREATE INDEX developments_by_opened_at ON developments(opened_at)",
    "CREATE INDEX ledger_surged ON ledger(at, storyline) WHERE reason = 'SURGED'",
)
_COUNT_IN = """INSERT INTO coverage VALUES (new.storyline, substr(new.at, 1, 13), NOT new.possible, new.possible)
    ON CONFLICT (storyline, hour) DO UPDATE SET items = items + excluded.items, possible = possible + excluded.possible;
"""
_COUNT_OUT = """UPDATE coverage SET items = items - (NOT old.possible), possible = possible - old.possible
    WHERE storyline = old.storyline AND hour = substr(old.at, 1, 13);
    DELETE FROM coverage
    WHERE storyline = old.storyline AND hour = substr(old.at, 1, 13) AND items <= 0 AND possible <= 0;
"""
_ALONE = "NOT EXISTS (SELECT 1 FROM matches WHERE item = new.item AND NOT possible AND storyline != new.storyline)"
_OF_ITEM = "WHERE (feed, day) = (SELECT feed, substr(arrival_at, 1, 10) FROM items WHERE id = new.item)"
_COVERAGE_TRIGGERS = (
    f"CREATE TRIGGER coverage_grows AFTER INSERT ON matches BEGIN {_COUNT_IN} END",
    f"CREATE TRIGGER coverage_shrinks AFTER DELETE ON matches BEGIN {_COUNT_OUT} END",
    f"""CREATE TRIGGER coverage_moves AFTER UPDATE OF storyline, at, possible ON matches
    WHEN old.storyline != new.storyline OR old.at != new.at OR old.possible != new.possible
    BEGIN {_COUNT_OUT} {_COUNT_IN} END""",
    # An item that several storylines take counts once. What a feed brought stays, though the item goes.
    f"""CREATE TRIGGER feed_days_matched AFTER INSERT ON matches WHEN NOT new.possible AND {_ALONE}
    BEGIN UPDATE feed_days SET matched = matched + 1 {_OF_ITEM}; END""",  # noqa: S608
    f"""CREATE TRIGGER feed_days_judged_anew AFTER UPDATE OF possible ON matches
    WHEN old.possible != new.possible AND {_ALONE}
    BEGIN UPDATE feed_days SET matched = matched + old.possible - new.possible {_OF_ITEM}; END""",  # noqa: S608
)


def _fourth(tools: Tools) -> None:
    for statement in (*_COVERAGE, *_COVERAGE_TRIGGERS):
        tools.execute(statement)


def _fifth(tools: Tools) -> None:
    tools.execute(
        """CREATE TABLE feed_marks (
            feed TEXT PRIMARY KEY REFERENCES feeds(name) ON UPDATE CASCADE ON DELETE CASCADE,
            marks BLOB NOT NULL
        ) WITHOUT ROWID"""
    )
    # The due ones are read in their order from the index, however many there are.
    tools.execute("DROP INDEX feeds_by_next_poll")
    tools.execute("CREATE INDEX feeds_by_next_poll ON feeds(next_poll_at, name) WHERE archived_at IS NULL")


def _sixth(tools: Tools) -> None:
    # Few decisions raise a signal; charts and states find them without the others.
    tools.execute(
        "CREATE INDEX decisions_signalled ON decisions(storyline, at, signals, development, item) WHERE signals != '[]'"
    )
    tools.execute("DROP INDEX ledger_surged")


# What later evidence showed of developments; the timeline names what a merged one is part of.
_REGROUPINGS = (
    """CREATE TABLE regroupings (
        storyline TEXT NOT NULL,
        development INTEGER NOT NULL,
        kind TEXT NOT NULL,
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        because TEXT NOT NULL,
        item INTEGER REFERENCES items(id) ON DELETE SET NULL,
        PRIMARY KEY (storyline, development, kind),
        FOREIGN KEY (storyline, development) REFERENCES developments(storyline, number) ON UPDATE CASCADE
    ) WITHOUT ROWID""",
    "DROP VIEW timeline",
    """CREATE VIEW timeline AS
    SELECT d.storyline, d.number, d.opened_at, d.reason, d.stage, d.headline, d.last_at,
        (SELECT count(*) FROM development_items x
         WHERE x.storyline = d.storyline AND x.development = d.number) AS items,
        json_array_length(d.origins) AS origins,
        (SELECT group_concat(DISTINCT l.route) FROM ledger l
         WHERE l.storyline = d.storyline AND l.development = d.number AND l.state = 'told') AS told,
        i.id AS lead, i.url AS lead_url,
        (SELECT r.number FROM regroupings r
         WHERE r.storyline = d.storyline AND r.development = d.number AND r.kind = 'merged') AS merged_into
    FROM developments d
    LEFT JOIN development_items p
        ON p.storyline = d.storyline AND p.development = d.number AND p.position = 0
    LEFT JOIN items i ON i.id = p.item""",
)


def _seventh(tools: Tools) -> None:
    for statement in _REGROUPINGS:
        tools.execute(statement)


def _eighth(tools: Tools) -> None:
    tools.execute(
        "CREATE TABLE unread_articles "
        "(item INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE, why TEXT NOT NULL)"
    )


STEPS: tuple[Step, ...] = (_first, _second, _third, _fourth, _fifth, _sixth, _seventh, _eighth)
VERSION = len(STEPS)


def version(connection: sqlite3.Connection) -> int:
    """Return the number of steps this database has taken."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def backup_path(path: Path, taken: int) -> Path:
    """Return where the copy of a database of version ``taken`` is put before it is migrated."""
    return path.with_name(f"{path.name}.v{taken}.bak")


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Step] = STEPS) -> int:
    """Take the missing ``steps``; returns the version found before.

    The connection must have foreign keys off, as steps may rebuild tables. Raises StoreTooNew for a
    database that is ahead of ``steps``, StoreError kinds where a step cannot be written: then that
    step is undone and the database is as it was after the step before.
    """
    with translated(path):
        taken = version(connection)
        if taken > len(steps):
            raise too_new(path, taken, len(steps))
        if 0 < taken < len(steps):
            files.copy(connection, backup_path(path, taken))
        for number in range(taken + 1, len(steps) + 1):
            _take(connection, path, number, steps[number - 1])
    return taken


def too_new(path: Path, found: int, known: int) -> StoreTooNew:
    """Return the refusal of a database that a newer Storywatch has written."""
    return StoreTooNew(
        f"{path}: has schema version {found}, this Storywatch knows {known}: "
        "install the newer Storywatch again, or use the backup made before it migrated"
    )


def _take(connection: sqlite3.Connection, path: Path, number: int, step: Step) -> None:
    import sqlite_utils  # a tenth of a second, needed only here

    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) < number:  # else another process took the step while we waited
            step(sqlite_utils.Database(connection, recursive_triggers=False, execute_plugins=False))
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                raise damaged(path, f"rows point at nothing after migration step {number}")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
