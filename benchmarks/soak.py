"""Soak: the real daemon for a simulated month over local feeds that fail in the ways of real ones.

    python -m benchmarks.soak [--feeds 500] [--days 30] [--seconds 240]

The daemon runs on a fast clock against a server of its own (soak_server.py): errors, time-outs, torn and truncated
bodies, pages in place of feeds, redirects, connections reset, guids that rotate, 304. Memory, descriptors, the
write-ahead log and the lateness of the event loop are sampled all the time. At the end, which breaks off the polls that
run, every feed is asked once more, as a start of the daemon would; then every item that ever stood in a whole answer
must have come in exactly once. Ends with 1 when one is lost or came twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from monitor.model.poll import FetchFailed
from monitor.model.settings import Settings
from monitor.pipeline import assemble
from monitor.pipeline.deliver import Delivered
from monitor.pipeline.ingest import Report
from monitor.service.clock import FastClock
from monitor.service.daemon import Daemon
from monitor.service.run import serve
from monitor.store.database import Database

START = datetime(2026, 3, 1, tzinfo=UTC)
SITE = """[storage]
database = "soak.db"
keep_items = "10d"
[polling]
allow_networks = ["127.0.0.0/8"]
per_host = 32
every = ["8h", "1d"]
timeout = "4s"
[channels.hook]
type = "webhook"
url = "http://127.0.0.1:{port}/hook"
[routes.desk]
channels = ["hook"]
[defaults]
routes = ["desk"]
"""


@dataclass
class Watch:
    """Sees every batch: which items came in, how often; and what went wrong inside."""

    came: Counter[str] = field(default_factory=Counter)
    polls: int = 0
    alerts: int = 0
    deliveries: int = 0
    errors: list[str] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)

    def started(self, settings: Settings) -> None:
        """Nothing to note."""

    def batch(self, report: Report) -> None:
        """Count what came in."""
        self.polls += len(report.polls)
        self.came.update(item.title for item in report.items)
        self.alerts += len(report.alerts)
        self.errors += report.errors
        self.failed.update(p.outcome.kind for p in report.polls if isinstance(p.outcome, FetchFailed))

    def delivered(self, _: Delivered) -> None:
        """Count what went out."""
        self.deliveries += 1

    def trouble(self, event: str, **_: Any) -> None:
        """Count what an operator would have been told."""
        self.troubles[event] += 1

    def news(self, event: str, **values: Any) -> None:
        """Nothing to note."""

    def complete(self, path: Path) -> None:
        """Count what the store holds and no report told: the end broke off the report of a batch that was committed."""
        with Database.open(path, writer=False) as db:
            stored = Counter(title for (title,) in db.rows("SELECT title FROM items"))
        self.came |= stored


@dataclass(frozen=True)
class Sample:
    """The process at one moment."""

    rss_mb: float
    descriptors: int
    wal_mb: float
    database_mb: float
    late_ms: float


async def sampled(folder: Path, samples: list[Sample], every_s: float) -> None:
    """Sample for ever; between two samples the loop's own lateness is measured."""
    while True:
        until, late = time.monotonic() + every_s, 0.0
        while time.monotonic() < until:
            before = time.monotonic()
            await asyncio.sleep(0.02)
            late = max(late, time.monotonic() - before - 0.02)
        samples.append(sample(folder, late * 1000))


def sample(folder: Path, late_ms: float) -> Sample:
    rss = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return Sample(rss, descriptors, _size_mb(folder / "soak.db-wal"), _size_mb(folder / "soak.db"), late_ms)


def _size_mb(path: Path) -> float:
    return path.stat().st_size / 1e6 if path.exists() else 0.0


async def soak(settings: Settings, clock: FastClock, watch: Watch, seconds: float) -> list[Sample]:
    """Run the daemon until its clock stands still, and a little longer, so that what runs may end."""
    samples: list[Sample] = []
    stop = asyncio.Event()
    daemon = asyncio.create_task(serve(settings, watch, clock=clock, tick_s=0.1, stop=stop))
    sampler = asyncio.create_task(sampled(settings.path.parent, samples, seconds / 60))
    await asyncio.wait([daemon], timeout=seconds + 4)
    stop.set()
    await daemon
    sampler.cancel()
    return samples


def run(folder: Path, options: argparse.Namespace, watch: Watch) -> tuple[list[Sample], dict[str, Any]]:
    """The daemon and its world, as child process; returns the samples and what the world says it served."""
    rate = options.days * 86_400 / options.seconds
    command = [sys.executable, "-m", "benchmarks.soak_server", START.isoformat(), str(rate), str(options.seed)]
    world = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert world.stdin is not None
    assert world.stdout is not None
    clock = FastClock(START, rate, START + timedelta(days=options.days))
    port = int(world.stdout.readline())
    settings = assemble.load(configured(folder, port, options.feeds))
    samples = asyncio.run(soak(settings, clock, watch, options.seconds))
    urllib.request.urlopen(f"http://127.0.0.1:{port}/_calm").read()
    asyncio.run(Daemon(settings, watch, clock=clock).once(everything=True))
    watch.complete(settings.database)
    told = json.loads(urllib.request.urlopen(f"http://127.0.0.1:{port}/_served").read())
    world.stdin.close()
    world.wait(10)
    return samples, told


def configured(folder: Path, port: int, feeds: int) -> Path:
    lines = [f'[[feeds.feed]]\nname = "f{n}"\nurl = "http://127.0.0.1:{port}/feed/{n}"\n' for n in range(feeds)]
    path = folder / "storywatch.toml"
    path.write_text(SITE.format(port=port) + "".join(lines), encoding="utf-8")
    (folder / "rules").mkdir()
    for one, other in (("harbour", "council"), ("strike", "bridge"), ("flood", "railway"), ("budget", "museum")):
        (folder / "rules" / f"{one}-{other}.toml").write_text(f'all = [["{one}"], ["{other}"]]\n', encoding="utf-8")
    return path


def balance(watch: Watch, served: dict[str, list[int]]) -> tuple[int, int, int]:
    """Items that were served whole, that never came in, and that came in more than once."""
    there = {f"{feed} {number}" for feed, numbers in served.items() for number in numbers}
    came = Counter[str]()
    for title, count in watch.came.items():
        came[" ".join(title.rsplit(" ", 2)[1:])] += count
    return len(there), len(there - came.keys()), sum(count > 1 for count in came.values())


def table(samples: list[Sample]) -> None:
    names = ("RSS MB", "descriptors", "write-ahead log MB", "database MB", "event loop late, ms")
    columns = list(zip(*((s.rss_mb, s.descriptors, s.wal_mb, s.database_mb, s.late_ms) for s in samples), strict=True))
    quarter = max(1, len(samples) // 4)
    print("| | second quarter | last quarter | most |\n| --- | --- | --- | --- |")
    for name, values in zip(names, columns, strict=True):
        middle, last = values[quarter : 2 * quarter], values[-quarter:]
        print(f"| {name} | {median(middle):.1f} | {median(last):.1f} | {max(values):.1f} |")


def main(argv: list[str] | None = None) -> int:
    """Run, print what was seen, and return 1 when an item was lost or came twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv if argv is not None else [])
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        before = time.process_time()
        samples, told = run(Path(folder), options, watch)
        used = time.process_time() - before
    total, lost, twice = balance(watch, told["served"])
    print(f"Soak: {options.feeds} feeds, {options.days:g} simulated days in {options.seconds:g} s, {used:.0f} s CPU:\n")
    table(samples)
    print("\nPolls that failed: " + ", ".join(f"{name} {count}" for name, count in sorted(watch.failed.items())))
    print(
        "Troubles told: " + (", ".join(f"{name} {count}" for name, count in sorted(watch.troubles.items())) or "none")
    )
    print("Answers: " + ", ".join(f"{name} {count}" for name, count in sorted(told["faults"].items())))
    print(
        f"{watch.polls} polls, {watch.alerts} alerts, {watch.deliveries} deliveries, {len(watch.errors)} errors inside."
    )
    print(f"Items served {total}, lost {lost}, twice {twice}.")
    return int(bool(lost or twice or watch.errors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
