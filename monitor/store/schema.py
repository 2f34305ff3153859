"""Schema: the tables as version 1 made them. Later versions change them in ``migrations.py`` only.

docs/database.md tells what each table and column holds; a test compares the two.

Moments are ISO 8601 UTC texts of one fixed width, so that they sort; flags are 0 or 1; lists and
structured values are JSON. Names, not numbers, join the tables, so that a person reads them
in any SQLite tool; a storyline's new name travels by ON UPDATE CASCADE.
"""

from __future__ import annotations

APPLICATION_ID = 0x53747779  # "Stwy", in the file's header

TABLES: tuple[str, ...] = (
    """CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE state (
        key TEXT PRIMARY KEY,
        value BLOB NOT NULL
    )""",
    """CREATE TABLE feeds (
        name TEXT PRIMARY KEY,
        configured_url TEXT NOT NULL,
        url TEXT NOT NULL,
        publisher TEXT NOT NULL DEFAULT '',
        title TEXT NOT NULL DEFAULT '',
        etag TEXT NOT NULL DEFAULT '',
        last_modified TEXT NOT NULL DEFAULT '',
        body_hash TEXT NOT NULL DEFAULT '',
        next_poll_at TEXT,
        first_polled_at TEXT,
        last_polled_at TEXT,
        last_ok_at TEXT,
        last_changed_at TEXT,
        last_full_at TEXT,
        failures INTEGER NOT NULL DEFAULT 0,
        last_error TEXT NOT NULL DEFAULT '',
        gone INTEGER NOT NULL DEFAULT 0,
        changes_per_day REAL NOT NULL DEFAULT 0,
        why TEXT NOT NULL DEFAULT '',
        documents INTEGER NOT NULL DEFAULT 0,
        archived_at TEXT
    )""",
    """CREATE TABLE items (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        feed TEXT NOT NULL REFERENCES feeds(name) ON UPDATE CASCADE,
        title TEXT NOT NULL,
        summary TEXT NOT NULL,
        url TEXT NOT NULL,
        source TEXT NOT NULL,
        author TEXT NOT NULL,
        lang TEXT NOT NULL,
        published_at TEXT,
        arrival_at TEXT NOT NULL,
        history INTEGER NOT NULL
    )""",
    """CREATE TABLE item_keys (
        feed TEXT NOT NULL,
        key TEXT NOT NULL,
        item INTEGER REFERENCES items(id) ON DELETE CASCADE,
        shared INTEGER NOT NULL DEFAULT 0,
        document INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (feed, key)
    ) WITHOUT ROWID""",
    """CREATE TABLE sightings (
        item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
        feed TEXT NOT NULL,
        source TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (item, feed)
    ) WITHOUT ROWID""",
    """CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
        at TEXT NOT NULL,
        title TEXT NOT NULL,
        summary TEXT NOT NULL,
        old_title TEXT NOT NULL
    )""",
    """CREATE TABLE storylines (
        slug TEXT PRIMARY KEY,
        phrase TEXT NOT NULL DEFAULT '',
        rule_hash TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        followed_at TEXT NOT NULL,
        archived_at TEXT
    )""",
    """CREATE TABLE matches (
        item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
        storyline TEXT NOT NULL REFERENCES storylines(slug) ON UPDATE CASCADE,
        at TEXT NOT NULL,
        score REAL NOT NULL,
        possible INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        evidence TEXT NOT NULL,
        PRIMARY KEY (item, storyline)
    )""",
    """CREATE TABLE developments (
        storyline TEXT NOT NULL REFERENCES storylines(slug) ON UPDATE CASCADE,
        number INTEGER NOT NULL,
        reason TEXT NOT NULL,
        headline TEXT NOT NULL,
        stage TEXT NOT NULL,
        opened_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        origins TEXT NOT NULL,
        delta TEXT NOT NULL,
        facts TEXT NOT NULL,
        PRIMARY KEY (storyline, number)
    )""",
    """CREATE TABLE development_items (
        storyline TEXT NOT NULL,
        development INTEGER NOT NULL,
        position INTEGER NOT NULL,
        item INTEGER NOT NULL REFERENCES items(id),
        PRIMARY KEY (storyline, development, position),
        FOREIGN KEY (storyline, development) REFERENCES developments(storyline, number) ON UPDATE CASCADE
    ) WITHOUT ROWID""",
    """CREATE TABLE decisions (
        id INTEGER PRIMARY KEY,
        item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
        storyline TEXT NOT NULL REFERENCES storylines(slug) ON UPDATE CASCADE,
        at TEXT NOT NULL,
        verdict TEXT NOT NULL,
        because TEXT NOT NULL,
        development INTEGER,
        signals TEXT NOT NULL,
        taken TEXT NOT NULL,
        cue TEXT NOT NULL,
        nearest INTEGER NOT NULL,
        numbers TEXT NOT NULL,
        rule_hash TEXT NOT NULL,
        FOREIGN KEY (storyline, development) REFERENCES developments(storyline, number) ON UPDATE CASCADE
    )""",
    """CREATE TABLE ledger (
        route TEXT NOT NULL,
        storyline TEXT NOT NULL,
        development INTEGER NOT NULL,
        reason TEXT NOT NULL,
        state TEXT NOT NULL,
        at TEXT NOT NULL,
        because TEXT NOT NULL,
        alert TEXT NOT NULL,
        due_at TEXT,
        ended_by TEXT,
        line TEXT NOT NULL,
        PRIMARY KEY (route, storyline, development, reason)
    )""",
    """CREATE TABLE mutes (
        route TEXT NOT NULL,
        storyline TEXT NOT NULL,
        until_at TEXT NOT NULL,
        PRIMARY KEY (route, storyline)
    ) WITHOUT ROWID""",
    """CREATE TABLE timers (
        kind TEXT NOT NULL,
        route TEXT NOT NULL,
        storyline TEXT NOT NULL,
        development INTEGER NOT NULL,
        due_at TEXT NOT NULL,
        PRIMARY KEY (kind, route, storyline, development)
    ) WITHOUT ROWID""",
    """CREATE TABLE alerts (
        id TEXT PRIMARY KEY,
        route TEXT NOT NULL,
        storyline TEXT NOT NULL,
        kind TEXT NOT NULL,
        at TEXT NOT NULL,
        title TEXT NOT NULL,
        payload TEXT NOT NULL
    )""",
    """CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        alert TEXT NOT NULL REFERENCES alerts(id),
        channel TEXT NOT NULL,
        storyline TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL,
        next_at TEXT NOT NULL,
        first_failed_at TEXT,
        last_error TEXT NOT NULL DEFAULT '',
        sent_at TEXT,
        recipients_done TEXT NOT NULL DEFAULT '[]'
    )""",
)

# (table, index, columns). Indexes with a condition stand in PARTIAL_INDEXES.
INDEXES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("items", "items_by_arrival", ("arrival_at",)),
    ("item_keys", "item_keys_by_item", ("item",)),
    ("sightings", "sightings_by_at", ("at",)),
    ("revisions", "revisions_by_at", ("at",)),
    ("revisions", "revisions_by_item", ("item",)),
    ("matches", "matches_by_storyline", ("storyline", "at")),
    ("matches", "matches_by_at", ("at",)),
    ("developments", "developments_by_last_at", ("storyline", "last_at")),
    ("development_items", "development_items_by_item", ("item",)),
    ("decisions", "decisions_by_item", ("item",)),
    ("decisions", "decisions_by_storyline", ("storyline", "at")),
    ("decisions", "decisions_by_development", ("storyline", "development")),
    ("ledger", "ledger_by_at", ("at",)),
    ("timers", "timers_by_due_at", ("due_at",)),
    ("alerts", "alerts_by_at", ("at",)),
    ("deliveries", "deliveries_by_alert", ("alert",)),
)

PARTIAL_INDEXES: tuple[str, ...] = (
    "CREATE INDEX items_by_url ON items(url) WHERE url != ''",
    "CREATE INDEX feeds_by_next_poll ON feeds(next_poll_at) WHERE archived_at IS NULL",
    """CREATE INDEX deliveries_undelivered ON deliveries(channel, storyline, id)
       WHERE status IN ('pending', 'claimed')""",
    "CREATE INDEX deliveries_dead ON deliveries(channel) WHERE status = 'dead'",
)

VIEWS: tuple[tuple[str, str], ...] = (
    (
        "timeline",
        """SELECT d.storyline, d.number, d.opened_at, d.reason, d.stage, d.headline, d.last_at,
            (SELECT count(*) FROM development_items x
             WHERE x.storyline = d.storyline AND x.development = d.number) AS items,
            json_array_length(d.origins) AS origins,
            (SELECT group_concat(DISTINCT l.route) FROM ledger l
             WHERE l.storyline = d.storyline AND l.development = d.number AND l.state = 'told') AS told,
            i.id AS lead, i.url AS lead_url
        FROM developments d
        LEFT JOIN development_items p
            ON p.storyline = d.storyline AND p.development = d.number AND p.position = 0
        LEFT JOIN items i ON i.id = p.item""",
    ),
    (
        "held",
        """SELECT c.storyline, c.at, c.item, i.title, i.source, i.url, c.because, c.nearest, m.score, m.possible
        FROM decisions c
        JOIN items i ON i.id = c.item
        LEFT JOIN matches m ON m.item = c.item AND m.storyline = c.storyline
        WHERE c.verdict = 'held'""",
    ),
)
