"""Storing: items a second into the store, beside a bare executemany into the same tables.

    python -m benchmarks.feeds_storing [--items 20000]

CPU and wall of ``store.items.known`` and ``store.items.add`` in transactions of so many polls of 20 items each,
two keys an item, as a batch of the daemon writes them. *Bare* is the same rows by sqlite3 alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from monitor.model.codec import moment_text
from monitor.model.feed import Feed
from monitor.model.poll import Candidate
from monitor.store import feeds, items
from monitor.store.database import Database

AT = datetime(2026, 1, 1, tzinfo=UTC)
POLL = 20  # items of one poll


def candidates(count: int) -> list[Candidate]:
    summary = "Words of a summary as they come, neither long nor short. " * 4
    return [
        Candidate(
            (f"g:{n}", f"l:wire.example/{n}"), f"Headline number {n} says what happened where", summary,
            f"https://wire.example/{n}", "", "Wire", "en", AT,
        )
        for n in range(count)
    ]  # fmt: skip


def stored(folder: Path, rows: list[Candidate], polls: int) -> tuple[float, float]:
    """CPU and wall seconds of asking what is known and adding all, so many polls a transaction."""
    with Database.open(folder / f"s{polls}.db", writer=True) as db:
        with db.transaction():
            feeds.sync(db, [Feed("f", "https://wire.example/rss")], AT)
        parts = [rows[at : at + POLL] for at in range(0, len(rows), POLL)]
        cpu, wall = time.process_time(), time.perf_counter()
        for at in range(0, len(parts), polls):
            with db.transaction():
                for part in parts[at : at + polls]:
                    items.known(db, "f", [key for c in part for key in c.keys])
                    items.add(db, "f", [(c, False) for c in part], AT)
        return time.process_time() - cpu, time.perf_counter() - wall


def bare(folder: Path, rows: list[Candidate], polls: int) -> tuple[float, float]:
    """The same rows, written by executemany with nothing asked and nothing made of them."""
    with Database.open(folder / f"b{polls}.db", writer=True) as db:
        with db.transaction():
            feeds.sync(db, [Feed("f", "https://wire.example/rss")], AT)
        at = moment_text(AT)
        values = [(n + 1, "f", c.title, c.summary, c.url, "Wire", "", "en", at, at, 0) for n, c in enumerate(rows)]
        keys = [("f", key, n + 1, 0) for n, c in enumerate(rows) for key in c.keys]
        size = polls * POLL
        cpu, wall = time.process_time(), time.perf_counter()
        for n in range(0, len(rows), size):
            with db.transaction():
                db.executemany(ITEMS, values[n : n + size])
                db.executemany(KEYS, keys[2 * n : 2 * (n + size)])
        return time.process_time() - cpu, time.perf_counter() - wall


ITEMS = (
    "INSERT INTO items (id, feed, title, summary, url, source, author, lang, published_at, arrival_at, history) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
KEYS = "INSERT INTO item_keys (feed, key, item, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"


def main(argv: list[str] | None = None) -> int:
    """Print items a second for several sizes of a transaction."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20_000)
    options = parser.parse_args(argv if argv is not None else [])
    rows = candidates(options.items)
    print(f"Storing {options.items} items, {POLL} a poll:\n")
    print("| polls a commit | items/s CPU | items/s wall | bare: items/s CPU | share of bare |\n|" + " --- |" * 5)
    with tempfile.TemporaryDirectory() as folder:
        for polls in (1, 5, 50):
            (cpu, wall), (least, _) = stored(Path(folder), rows, polls), bare(Path(folder), rows, polls)
            print(
                f"| {polls} | {len(rows) / cpu:.0f} | {len(rows) / wall:.0f} | {len(rows) / least:.0f} "
                f"| {least / cpu:.2f} |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
