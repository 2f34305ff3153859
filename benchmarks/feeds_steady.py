"""Steady: the share of a core that the daemon takes while ten thousand feeds are each asked every ten minutes over TLS.

    python -m benchmarks.feeds_steady [--feeds 10000] [--rules 1000] [--seconds 180]

All feeds (20 items of some 2 kB) are read once, then spread over the next ten minutes, and a fifth of them get a new
item. ``storywatch run`` then works for so many seconds of real time. Counted is the CPU time of its process and of its
children, after its start was over, against the clock; that the feeds were asked as often as they should have been is
read out of the database.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.feed_site import running
from benchmarks.feeds_size import once
from benchmarks.places import asked
from benchmarks.thousand_feeds import configure

EVERY_S = 600
BEGIN_S = 20.0  # the start is over by then
CHANGED = 5  # one in so many


def spread(database: Path, feeds: int) -> None:
    """Make one feed after the other due, all within ten minutes."""
    now = datetime.now(UTC)
    with sqlite3.connect(database) as db:
        names = [name for (name,) in db.execute("SELECT name FROM feeds ORDER BY name")]
        at = (now + timedelta(seconds=EVERY_S * number / feeds) for number in range(feeds))
        rows = [(f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z", name) for moment, name in zip(at, names, strict=True)]
        db.executemany("UPDATE feeds SET next_poll_at = ? WHERE name = ?", rows)


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its living and ended children."""
    total = 0
    for at in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())):
        said = Path(f"/proc/{at}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += sum(map(int, said[11:15] if at == pid else said[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def polls(database: Path, since: datetime) -> int:
    """How many feeds were polled since then."""
    with sqlite3.connect(database) as db:
        (count,) = db.execute(
            "SELECT count(*) FROM feeds WHERE last_polled_at > ? AND failures = 0", (f"{since:%Y-%m-%dT%H:%M:%S.%f}Z",)
        ).fetchone()
    return int(count)


def worked(path: Path, seconds: float) -> tuple[float, int, float]:
    """The share of a core in percent, how many polls went well meanwhile, and for how long it was looked at."""
    command = [*once(path)[:-2], "run"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        time.sleep(BEGIN_S)
        since, began, before = datetime.now(UTC), time.monotonic(), cpu_s(process.pid)
        time.sleep(seconds)
        used, took = cpu_s(process.pid) - before, time.monotonic() - began
        return 100 * used / took, polls(path.parent / "bench.db", since), took
    finally:
        process.terminate()
        process.wait(30)


def prepared(folder: Path, options: argparse.Namespace, port: int, address: object) -> Path:
    """A configuration that has every feed asked every ten minutes."""
    path = configure(folder, port, options.feeds, options.rules, address)  # type: ignore[arg-type]
    text = path.read_text(encoding="utf-8").replace("[polling]\n", f'[polling]\nevery = ["{EVERY_S}s", "{EVERY_S}s"]\n')
    path.write_text(text, encoding="utf-8")
    return path


def main(argv: list[str] | None = None) -> int:
    """Print the share."""
    options = asked(argv, __doc__, feeds=10_000, rules=1000, seconds=180)
    with tempfile.TemporaryDirectory() as name, running(20, Path(name)) as at:
        os.environ["SSL_CERT_FILE"] = at.certificate
        path = prepared(Path(name), options, at.port, at.address)
        subprocess.run(once(path), check=True, stdout=subprocess.DEVNULL)
        at.turn(CHANGED)
        spread(path.parent / "bench.db", options.feeds)
        share, count, took = worked(path, options.seconds)
    expected = options.feeds / EVERY_S * took
    print(
        f"{options.feeds} feeds every ten minutes over TLS, a fifth changed, {options.rules} storylines: "
        f"{share:.1f} % of a core (aim: 8) over {took:.0f} s; {count} polls where {expected:.0f} were due"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
