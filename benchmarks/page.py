"""How quickly the page opens on a large database: ``python -m benchmarks.page``.

It makes a database of its own (by default 1,000,000 items over 90 days and 1,000 storylines) and asks for each page as
a browser would, without the network in between: with a fresh connection and nothing of the file in the system's cache
(cold), with a fresh connection alone (first), then some times more (median, and the CPU time of that).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import httpx

from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line
from monitor.model.codec import moment_text, to_json
from monitor.model.feed import Feed
from monitor.model.match import Evidence, Hit, Means
from monitor.model.settings import Polling, Settings
from monitor.model.storyline import AlertPolicy, Rule, Storyline
from monitor.store import feeds as feed_rows
from monitor.store import ledger as ledger_rows
from monitor.store import outbox, search
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.web import render
from monitor.web.app import make
from monitor.web.desk import Desk
from monitor.web.live import Live
from monitor.web.reader import Reader

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAYS = 90
FEEDS = 1000
MATCHED = 0.3  # of the items; each matches one storyline
DEVELOPED = 0.05  # of the matches open a development
LISTEN = "127.0.0.1:8710"
HEADS = ("ka", "lo", "mi", "nu", "pe", "ri", "so", "ta", "ve", "zu")
TAILS = ("bar", "cor", "din", "fel", "gor", "hun", "jal", "kem", "lus", "mon", "nar", "pol", "quin", "ras", "tel")
WORDS = [head + tail for head in HEADS for tail in TAILS]


def main(argv: list[str] | None = None) -> int:
    """Make the database and time the pages; 1 where the overview takes over 100 ms cold or a page is over 100 kB."""
    parser = argparse.ArgumentParser(prog="benchmarks.page")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--storylines", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="where the database is kept, to be used again")
    asked = parser.parse_args(sys.argv[1:] if argv is None else argv)
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        settings = _settings(folder, asked.storylines)
        if not settings.database.exists():
            _fill(settings, asked.items)
        return asyncio.run(_measure(settings))


def _settings(folder: Path, storylines: int) -> Settings:
    policy = AlertPolicy(routes=("desk",))
    rules = tuple(
        Rule(Storyline(f"story-{n}", f"{WORDS[n % 150]} {WORDS[n * 7 % 150]} {n}"), policy, hash="1")
        for n in range(storylines)
    )  # fmt: skip
    return Settings(
        path=folder / "storywatch.toml", timezone="UTC", language="en", database=folder / "page.db",
        keep_items=timedelta(days=DAYS), polling=Polling(), channels={}, routes={}, rules=rules,
        feeds=tuple(Feed(f"folder/feed-{n}", f"https://feed{n}.example/rss") for n in range(FEEDS)),
    )  # fmt: skip


def _fill(settings: Settings, items: int) -> None:
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


def _items(rng: random.Random, items: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, items + 1):
        at, feed = moment_text(_at(n, items)), rng.randrange(FEEDS)
        title = " ".join(rng.choices(WORDS, k=9)).capitalize()
        summary = " ".join(rng.choices(WORDS, k=25))
        yield n, f"folder/feed-{feed}", title, summary, f"https://feed{feed}.example/{n}", f"Outlet {feed // 3}", at, at


def _stories(db: Database, rng: random.Random, items: int, storylines: int) -> None:
    """Matches, decisions, developments and what was told of them, a busy storyline more than a calm one."""
    hits = tuple(Hit(w, w, "title", n * 8, n * 8 + 6, "phrase", Means.EXACT, 1.0) for n, w in enumerate(WORDS[:4]))
    evidence = to_json(Evidence("phrase", hits, parts=(("names", 0.9), ("topic", 0.8))))
    numbers: dict[int, int] = {}
    matches, decisions, developments, told, entries, alerts = [], [], [], [], [], []
    for item in sorted(rng.sample(range(1, items + 1), int(items * MATCHED))):
        story = (
            min(storylines - 1, int(rng.paretovariate(0.6)) - 1) if rng.random() < 0.5 else rng.randrange(storylines)
        )
        slug, at = f"story-{story}", moment_text(_at(item, items))
        possible = rng.random() < 0.2
        matches.append((item, slug, at, 0.4 if possible else 0.9, possible, 0, evidence, f"Outlet {item % 333}", "en"))
        if possible:
            continue
        opens = rng.random() < DEVELOPED
        if opens:
            number = numbers[story] = numbers.get(story, 0) + 1
            head = " ".join(rng.choices(WORDS, k=9)).capitalize()
            developments.append((slug, number, "NEWS", head, "", at, at, '["outlet a","outlet b"]', "[]", "[]"))
            told.append((slug, number, 0, item))
            line = Line(slug, number, "NEWS", head, (str(item),), ("outlet a",))
            alert = Alert(f"a{item}", "desk", slug, AlertKind.DEVELOPMENT, _at(item, items), (line,))
            alerts.append(alert)
            entries.append(
                LedgerEntry("desk", slug, number, "NEWS", LedgerState.TOLD, alert.at, "told at once", line, alert.id)
            )
        elif numbers.get(story) and rng.random() < 0.4:
            told.append((slug, numbers[story], item, item))
        development = numbers.get(story) if opens else None
        decisions.append(
            (
                item,
                slug,
                at,
                "new" if opens else "held",
                "repeat of #1 (0.81)",
                development,
                json.dumps([["alike", 0.5]]),
            )
        )
    db.executemany("INSERT INTO matches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", matches)
    db.executemany("INSERT INTO developments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", developments)
    db.executemany("INSERT INTO development_items VALUES (?, ?, ?, ?)", told)
    db.executemany(
        "INSERT INTO decisions (item, storyline, at, verdict, because, development, signals, taken, cue, nearest, "
        "numbers, rule_hash) VALUES (?, ?, ?, ?, ?, ?, '[]', '[]', '', 1, ?, '1')",
        decisions,
    )
    ledger_rows.save(db, entries)
    outbox.add(db, alerts, {"desk": ("mail", "hook")}, NOW)
    db.execute("UPDATE deliveries SET status = 'sent', sent_at = created_at")


async def _measure(settings: Settings) -> int:
    with Database.open(settings.database, writer=False) as db:
        middle = db.row("SELECT item FROM decisions WHERE verdict = 'held' ORDER BY id LIMIT 1 OFFSET 1000")
    render.warm()  # as the server does before it listens
    story = "/storyline/story-0"  # the busiest
    paths = [
        "/", "/?page=5", "/?q=kabar", story, f"{story}?span=week", f"{story}/near", f"{story}/3",
        f"/item/{middle[0] if middle else 1}", "/search?q=kabar+lodin", "/search?q=zutel&storyline=story-0",
        "/search?q=zutel&storyline=story-900", "/search?q=zutel&source=outlet+77&until=2025-04-01", "/search?q=mi*",
        "/search?source=nobody", "/feeds", "/messages", f"{story}/feed.atom", "/api/storylines",
    ]  # fmt: skip
    print("| page | cold ms | first ms | median ms | CPU ms | kB |\n|" + " --- |" * 6)
    slow = False
    for path in paths:
        _forgotten(settings.database)
        ((cold, _),), _ = await _timed(settings, path, 1)
        ((first, _), *rest), size = await _timed(settings, path, 8)
        slow = slow or size > 100_000 or (path == "/" and cold > 0.1)
        again, cpu = (median(times) for times in zip(*rest, strict=True))
        figures = (cold * 1000, first * 1000, again * 1000, cpu * 1000, size / 1000)
        print(f"| `{path}` | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |")
    return int(slow)


def _forgotten(database: Path) -> None:
    """Ask the system to drop the file from its cache; on systems that cannot, cold is as first."""
    for path in database.parent.glob(f"{database.name}*"):
        with path.open("rb") as file, contextlib.suppress(AttributeError, OSError):
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


async def _timed(settings: Settings, path: str, asked: int) -> tuple[list[tuple[float, float]], int]:
    """Ask for ``path`` so many times: seconds on the clock and of CPU of each, and the bytes of the answer."""
    read = Reader(settings.database)
    app = make(Desk(lambda: settings, lambda: NOW, read, Live(read), LISTEN))
    times, size = [], 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{LISTEN}", timeout=60) as client:
        for _ in range(asked):
            begun, spent = time.perf_counter(), time.process_time()
            answer = await client.get(path, headers={"accept-encoding": "identity"})
            times.append((time.perf_counter() - begun, time.process_time() - spent))
            assert answer.status_code == 200, (path, answer.text[:300])
            size = len(answer.content)
    read.close()
    return times, size


if __name__ == "__main__":
    sys.exit(main())
