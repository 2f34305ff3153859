"""Soak: the real daemon for a simulated month over local feeds that fail in the ways of real ones.

    python -m benchmarks.soak [--feeds 500] [--days 30] [--seconds 240] [--memory] [--trace] [--forget N]

The daemon runs on a fast clock against a server of its own (soak_server.py): errors, time-outs, torn and truncated
bodies, pages in place of feeds, redirects, connections reset, guids that rotate, 304. Memory, descriptors, the
write-ahead log and the lateness of the event loop are sampled all the time.

At the end, which breaks off the polls that run, the world stands still, and all feeds are asked again, as a start of
the daemon would, until the last poll of each went well: only then all has settled and is counted. Every item that ever
stood in an answer that the daemon took must have come in exactly once. Ends with 1 when one is lost or came twice.
``--forget N`` takes N items out of the count, to see that it tells. *Missed* are items of answers that did not come in
time, and that their feed listed no more at the next good poll: the four seconds of a poll are half a day here, and on a
machine that is too busy there are some. ``--memory`` tells what the memory is made of, at six moments (soak_memory.py),
``--trace`` which line asked for it as well.
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
from importlib.machinery import ModuleSpec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.soak_memory import Memory
from benchmarks.soak_server import listed
from monitor.model.poll import Fetched, FetchFailed
from monitor.model.settings import Settings
from monitor.pipeline import assemble
from monitor.pipeline.deliver import Delivered
from monitor.pipeline.ingest import Report
from monitor.service.clock import FastClock
from monitor.service.daemon import Daemon
from monitor.service.run import serve
from monitor.store import feeds as feed_rows
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
url = "{url}/hook"
[routes.desk]
channels = ["hook"]
[defaults]
routes = ["desk"]
"""
ROUNDS = 10
TURN_S = 0.02
MOMENTS = 6


@dataclass
class Watch:
    """Sees every batch: which answers were taken, which items came in, how often; and what went wrong inside.

    Titles and answers go into files, so that the watching does not grow with what is watched.
    """

    came: Path
    took: Path
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
        with self.came.open("a", encoding="utf-8") as file:
            file.writelines(f"{item.title}\n" for item in report.items)
        whole = [(p.feed, p.outcome) for p in report.polls if isinstance(p.outcome, Fetched) and p.body_hash]
        with self.took.open("a", encoding="utf-8") as file:
            file.writelines(f"{feed[1:]} {outcome.validators.last_modified.split()[1]}\n" for feed, outcome in whole)
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

    def counted(self, database: Path) -> Counter[str]:
        """How often each title came, with what the store holds and no report told.

        The end broke off the report of a batch that was committed.
        """
        with Database.open(database, writer=False) as db:
            stored = Counter[str](title for (title,) in db.rows("SELECT title FROM items"))
        return Counter[str](self.came.read_text(encoding="utf-8").splitlines()) | stored

    def taken(self) -> set[str]:
        """The items ("FEED NUMBER") of all whole answers that were taken."""
        answers = (map(int, line.split()) for line in set(self.took.read_text(encoding="utf-8").splitlines()))
        return {f"{feed} {n}" for feed, newest in answers for n in listed(newest)}


@dataclass(frozen=True)
class Late:
    """How late the event loop was at most since the last sample, and what CPU that was, all in milliseconds.

    ``own``: the most that was done in the loop between two of its turns; ``process``: the same of all threads, which
    may hold the interpreter. A loop that is later than that waited for a machine that others kept busy.
    """

    ms: float = 0.0
    own_ms: float = 0.0
    process_ms: float = 0.0


@dataclass(frozen=True)
class Sample:
    """The process at one moment."""

    rss_mb: float
    descriptors: int
    wal_mb: float
    database_mb: float
    late: Late


async def sampled(folder: Path, samples: list[Sample], every_s: float) -> None:
    """Sample for ever; between two samples the loop's own lateness is measured."""
    while True:
        until, late = time.monotonic() + every_s, Late()
        while time.monotonic() < until:
            before = time.monotonic(), time.thread_time(), time.process_time()
            await asyncio.sleep(TURN_S)
            after = time.monotonic() - TURN_S, time.thread_time(), time.process_time()
            turn = (1000 * (end - begin) for begin, end in zip(before, after, strict=True))
            late = Late(*map(max, (late.ms, late.own_ms, late.process_ms), turn))
        samples.append(sample(folder, late))


def sample(folder: Path, late: Late) -> Sample:
    rss = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return Sample(rss, descriptors, _size_mb(folder / "soak.db-wal"), _size_mb(folder / "soak.db"), late)


def _size_mb(path: Path) -> float:
    return path.stat().st_size / 1e6 if path.exists() else 0.0


async def soak(
    settings: Settings, clock: FastClock, watch: Watch, seconds: float, memory: Memory | None
) -> list[Sample]:
    """Run the daemon until its clock stands still, and a little longer, so that what runs may end."""
    samples: list[Sample] = []
    stop = asyncio.Event()
    daemon = asyncio.create_task(serve(settings, watch, clock=clock, tick_s=0.1, stop=stop))
    sampler = asyncio.create_task(sampled(settings.path.parent, samples, seconds / 60))
    for _ in range(MOMENTS):
        await asyncio.wait([daemon], timeout=seconds / MOMENTS)
        if memory:
            memory.note()
    await asyncio.wait([daemon], timeout=4)
    stop.set()
    await daemon
    sampler.cancel()
    return samples


@dataclass(frozen=True)
class World:
    """The server's process and its address."""

    process: subprocess.Popen[str]
    url: str

    def ask(self, path: str) -> bytes:
        """What the world says."""
        reply: bytes = urllib.request.urlopen(f"{self.url}{path}").read()
        return reply

    def end(self) -> None:
        """Let it go."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


def world(rate: float, seed: int) -> World:
    """Start the server."""
    command = [sys.executable, "-m", "benchmarks.soak_server", START.isoformat(), str(rate), str(seed)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return World(process, f"http://127.0.0.1:{int(process.stdout.readline())}")


def settled(settings: Settings, watch: Watch, clock: FastClock) -> int:
    """Ask all feeds until the last poll of each went well; returns the number of rounds. Raises RuntimeError."""
    for number in range(1, ROUNDS + 1):
        asyncio.run(Daemon(settings, watch, clock=clock).once(everything=True))
        with Database.open(settings.database, writer=False) as db:
            if not any(state.failures for state in feed_rows.states(db)):
                return number
    raise RuntimeError(f"feeds still fail after {ROUNDS} rounds in a world without faults")


@dataclass(frozen=True)
class Run:
    """What was seen: of the process, of the world, and which titles came how often."""

    samples: list[Sample]
    told: dict[str, Any]
    came: Counter[str]
    taken: set[str]
    rounds: int


def run(folder: Path, options: argparse.Namespace, watch: Watch, memory: Memory | None) -> Run:
    """The daemon and its world, as child process, until all has settled."""
    rate = options.days * 86_400 / options.seconds
    clock = FastClock(START, rate, START + timedelta(days=options.days))
    outside = world(rate, options.seed)
    settings = assemble.load(configured(folder, outside.url, options.feeds))
    samples = asyncio.run(soak(settings, clock, watch, options.seconds, memory))
    outside.ask("/_calm")
    rounds = settled(settings, watch, clock)
    told = json.loads(outside.ask("/_served"))
    outside.end()
    return Run(samples, told, watch.counted(settings.database), watch.taken(), rounds)


def configured(folder: Path, url: str, feeds: int) -> Path:
    lines = [f'[[feeds.feed]]\nname = "f{n}"\nurl = "{url}/feed/{n}"\n' for n in range(feeds)]
    path = folder / "storywatch.toml"
    path.write_text(SITE.format(url=url) + "".join(lines), encoding="utf-8")
    (folder / "rules").mkdir()
    for one, other in (("harbour", "council"), ("strike", "bridge"), ("flood", "railway"), ("budget", "museum")):
        (folder / "rules" / f"{one}-{other}.toml").write_text(f'all = [["{one}"], ["{other}"]]\n', encoding="utf-8")
    return path


@dataclass(frozen=True)
class Balance:
    """Items ("FEED NUMBER"): served in whole answers, of these missed; taken, of these lost; come more than once."""

    served: set[str]
    missed: list[str]
    lost: list[str]
    twice: list[str]


def balance(seen: Run) -> Balance:
    """Count; an item that came was taken, also where the end broke off the report of its batch."""
    came = Counter[str]()
    for title, count in seen.came.items():
        came[" ".join(title.rsplit(" ", 2)[1:])] += count
    served = {f"{feed} {number}" for feed, numbers in seen.told["served"].items() for number in numbers}
    missed = sorted(served - seen.taken - came.keys())
    twice = sorted(name for name, count in came.items() if count > 1)
    return Balance(served, missed, sorted(seen.taken - came.keys()), twice)


def table(samples: list[Sample]) -> None:
    rows = [
        (s.rss_mb, s.descriptors, s.wal_mb, s.database_mb, s.late.ms, s.late.own_ms, s.late.process_ms) for s in samples
    ]
    late = ("event loop late, ms", "CPU in one turn of it, ms", "CPU of all threads meanwhile, ms")
    names = ("RSS MB", "descriptors", "write-ahead log MB", "database MB", *late)
    columns = list(zip(*rows, strict=True))
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
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--forget", type=int, default=0)
    options = parser.parse_args(argv if argv is not None else [])
    memory = Memory(trace=options.trace) if options.memory or options.trace else None
    # A parser process imports the main module anew: the daemon's own is light, this one is not.
    sys.modules["__main__"].__spec__ = ModuleSpec("storywatch.__main__", None)
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch(Path(folder) / "came.txt", Path(folder) / "took.txt")
        before = time.process_time()
        seen = run(Path(folder), options, watch, memory)
        used = time.process_time() - before
    for title in sorted(seen.came)[: options.forget]:
        del seen.came[title]
    print(f"Soak: {options.feeds} feeds, {options.days:g} simulated days in {options.seconds:g} s, {used:.0f} s CPU:\n")
    table(seen.samples)
    if memory:
        memory.table()
    return told(watch, seen)


def told(watch: Watch, seen: Run) -> int:
    """Print what came in and what went wrong; 1 when an item was lost, came twice, or something broke inside."""
    answers = Counter[str](seen.told["faults"])
    print(f"\nPolls that failed: {_counts(watch.failed)}\nTroubles told: {_counts(watch.troubles)}")
    print(f"Answers: {_counts(answers)}")
    print(
        f"{watch.polls} polls, {watch.alerts} alerts, {watch.deliveries} deliveries, {len(watch.errors)} errors inside."
    )
    found = balance(seen)
    print(f"Settled after {seen.rounds} more rounds: the last poll of every feed went well.")
    counts = (len(names) for names in (found.served, found.missed, found.lost, found.twice))
    print("Items served {}, missed {}, lost {}, twice {}.".format(*counts))
    shown = (("missed", found.missed), ("lost", found.lost), ("twice", found.twice), ("error", watch.errors))
    for what, names in shown:
        for name in names[:20]:
            print(f"{what}: {name}")
    return int(bool(found.lost or found.twice or watch.errors))


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) or "none"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
