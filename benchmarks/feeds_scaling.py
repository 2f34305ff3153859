"""Scaling: what a poll costs beside its HTTP part when a thousand, ten and a hundred thousand feeds are followed.

    python -m benchmarks.feeds_scaling [--polls 5000]

With so many rows in the table, all of them due: the due ones are read, their polls (made up: half 304, half failed)
are planned and committed in batches of sixty, as the daemon does it; CPU microseconds a poll. The HTTP part does not
depend on how many feeds there are and is measured on a thousand by feeds_polling.py. *start*: the configuration
brought into the table, first and again; *idle*: one look for due feeds when none is.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.model.feed import Feed, Validators
from monitor.model.poll import FetchFailed, NotModified, Polled
from monitor.model.settings import Polling, Settings
from monitor.pipeline.ingest import Ingest
from monitor.store import feeds
from monitor.store.database import Database

AT = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 60


def settings(folder: Path, count: int) -> Settings:
    made = tuple(Feed(f"world/f{n}", f"https://n{n}.example/rss", "Wire") for n in range(count))
    return Settings(folder / "s.toml", "UTC", "en", folder / "s.db", timedelta(days=90), Polling(), made, {}, {}, ())


def cpu(work: object, times: int = 1) -> float:
    """Seconds of CPU for one call."""
    before = time.process_time()
    for _ in range(times):
        work()  # type: ignore[operator]
    return (time.process_time() - before) / times


def polled(db: Database, ingest: Ingest, polls: int) -> None:
    done, now = 0, AT
    while done < polls:
        now += timedelta(seconds=1)
        states = feeds.due(db, now, 4 * BATCH)[:BATCH]
        outcomes = (NotModified(Validators('"a"')), FetchFailed("http", "status 503", 503))
        ingest.batch([Polled(s.feed, now, outcomes[n % 2]) for n, s in enumerate(states)], now)
        done += len(states)


def measured(folder: Path, count: int, polls: int) -> list[float]:
    """CPU: first sync and another in ms, a poll in us, an idle look in us."""
    given = settings(folder, count)
    with Database.open(given.database, writer=True) as db:
        ingest = Ingest(db, given, real_now=lambda: AT, rng=random.Random(1))
        first = cpu(lambda: ingest.start(AT))
        again = cpu(lambda: ingest.start(AT))
        each = cpu(lambda: polled(db, ingest, min(polls, count))) / min(polls, count)
        db.execute("UPDATE feeds SET next_poll_at = '2027-01-01T00:00:00.000000Z'")
        idle = cpu(lambda: feeds.due(db, AT, 128), 100)
    return [first * 1e3, again * 1e3, each * 1e6, idle * 1e6]


def main(argv: list[str] | None = None) -> int:
    """Print a row for each number of feeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polls", type=int, default=5_000)
    options = parser.parse_args(argv if argv is not None else [])
    print("| feeds | start ms | start again ms | a poll, us | idle, us |\n|" + " --- |" * 5)
    for count in (1_000, 10_000, 100_000):
        with tempfile.TemporaryDirectory() as folder:
            found = measured(Path(folder), count, options.polls)
        print(f"| {count:,} | " + " | ".join(f"{value:.0f}" for value in found) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
