"""The made-up database that the page is measured on: items of ninety days, and what became of them."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line
from monitor.model.codec import moment_text, to_json
from monitor.model.match import Evidence, Hit, Means
from monitor.model.settings import Settings
from monitor.store import feeds as feed_rows
from monitor.store import ledger as ledger_rows
from monitor.store import outbox, search
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAYS = 90
FEEDS = 1000
MATCHED = 0.3  # of the items; each matches one storyline
POSSIBLE = 0.2  # of those only nearly
DEVELOPED = 0.05  # of the matches open a development
SIGNALLED = 0.02  # of the matches raise a signal
HEADS = ("ka", "lo", "mi", "nu", "pe", "ri", "so", "ta", "ve", "zu")
TAILS = ("bar", "cor", "din", "fel", "gor", "hun", "jal", "kem", "lus", "mon", "nar", "pol", "quin", "ras", "tel")
WORDS = [head + tail for head in HEADS for tail in TAILS]
_HITS = tuple(Hit(w, w, "title", n * 8, n * 8 + 6, "phrase", Means.EXACT, 1.0) for n, w in enumerate(WORDS[:4]))
_EVIDENCE = to_json(Evidence("phrase", _HITS, parts=(("names", 0.9), ("topic", 0.8))))
_DECISIONS = (
    "INSERT INTO decisions (item, storyline, at, verdict, because, development, signals, taken, cue, nearest, numbers, "
    "rule_hash) VALUES (?, ?, ?, ?, 'repeat of #1 (0.81)', ?, ?, '[]', '', 1, ?, '1')"
)


def fill(settings: Settings, items: int) -> None:
    """Make the database that ``settings`` name, of so many items."""
    started = time.monotonic()
    rng = random.Random(7)
    partly = settings.database.with_suffix(".part")
    partly.unlink(missing_ok=True)
    with Database.open(partly, writer=True) as db:
        with db.transaction():
            feed_rows.sync(db, settings.feeds, NOW - timedelta(days=DAYS))
            db.execute("UPDATE feeds SET last_polled_at = ?1, last_ok_at = ?1, next_poll_at = ?1", (moment_text(NOW),))
            storyline_rows.sync(db, settings.rules, NOW - timedelta(days=DAYS))
            db.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, '', 'en', ?, ?, 0)", _items(rng, items))
            db.execute(
                "INSERT INTO feed_days SELECT feed, substr(arrival_at, 1, 10), count(*), 0 FROM items GROUP BY 1, 2"
            )
            _stories(db, rng, items, len(settings.rules))
        while search.fill(db, 20_000):
            pass
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    partly.rename(settings.database)
    size, took = settings.database.stat().st_size / 1e6, time.monotonic() - started
    print(f"made {items:,} items, {len(settings.rules):,} storylines, {size:,.0f} MB in {took:.0f} s")


def _at(number: int, items: int) -> datetime:
    return NOW - timedelta(days=DAYS) * (1 - number / items)


def _headline(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=9)).capitalize()


def _items(rng: random.Random, items: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, items + 1):
        at, feed = moment_text(_at(n, items)), rng.randrange(FEEDS)
        title, summary = _headline(rng), " ".join(rng.choices(WORDS, k=25))
        yield n, f"folder/feed-{feed}", title, summary, f"https://feed{feed}.example/{n}", f"Outlet {feed // 3}", at, at


@dataclass
class _Told:
    """Rows of what became of the items."""

    rng: random.Random
    numbers: Counter[str] = field(default_factory=Counter)  # of developments
    matches: list[Sequence[object]] = field(default_factory=list)
    decisions: list[Sequence[object]] = field(default_factory=list)
    developments: list[Sequence[object]] = field(default_factory=list)
    items: list[Sequence[object]] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    def meet(self, item: int, slug: str, at: datetime) -> None:
        """The item matches, or nearly; then it opens a development, joins the last one, or is held."""
        possible = self.rng.random() < POSSIBLE
        score = 0.4 if possible else 0.9
        self.matches.append((item, slug, moment_text(at), score, possible, 0, _EVIDENCE, f"Outlet {item % 333}", "en"))
        if possible:
            return
        opens = self.rng.random() < DEVELOPED
        if opens:
            self._open(item, slug, at)
        elif self.numbers[slug] and self.rng.random() < 0.4:
            self.items.append((slug, self.numbers[slug], item, item))
        self._decide(item, slug, at, self.numbers[slug] if opens else None)

    def _open(self, item: int, slug: str, at: datetime) -> None:
        self.numbers[slug] += 1
        number, head, when = self.numbers[slug], _headline(self.rng), moment_text(at)
        self.developments.append((slug, number, "NEWS", head, "", when, when, '["outlet a","outlet b"]', "[]", "[]"))
        self.items.append((slug, number, 0, item))
        line = Line(slug, number, "NEWS", head, (str(item),), ("outlet a",))
        alert = Alert(f"a{item}", "desk", slug, AlertKind.DEVELOPMENT, at, (line,))
        self.alerts.append(alert)
        self.entries.append(
            LedgerEntry("desk", slug, number, "NEWS", LedgerState.TOLD, at, "told at once", line, alert.id)
        )

    def _decide(self, item: int, slug: str, at: datetime, number: int | None) -> None:
        signals = '["CORROBORATED"]' if number else '["SURGED"]'
        raised = signals if self.rng.random() < SIGNALLED * (20 if number else 0.1) else "[]"
        verdict, numbers = "new" if number else "held", json.dumps([["alike", 0.5]])
        self.decisions.append((item, slug, moment_text(at), verdict, number, raised, numbers))

    def save(self, db: Database) -> None:
        """Write the rows."""
        db.executemany("INSERT INTO matches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self.matches)
        db.executemany("INSERT INTO developments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self.developments)
        db.executemany("INSERT INTO development_items VALUES (?, ?, ?, ?)", self.items)
        db.executemany(_DECISIONS, self.decisions)
        ledger_rows.save(db, self.entries)
        outbox.add(db, self.alerts, {"desk": ("mail", "hook")}, NOW)
        db.execute("UPDATE deliveries SET status = 'sent', sent_at = created_at")


def _stories(db: Database, rng: random.Random, items: int, storylines: int) -> None:
    """What became of the items, in a busy storyline more than in a calm one."""
    told = _Told(rng)
    for item in sorted(rng.sample(range(1, items + 1), int(items * MATCHED))):
        busy = rng.random() < 0.5
        story = min(storylines - 1, int(rng.paretovariate(0.6)) - 1) if busy else rng.randrange(storylines)
        told.meet(item, f"story-{story}", _at(item, items))
    told.save(db)
