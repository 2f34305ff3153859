"""Growth: what a feed costs over HTTP, and in memory, when a thousand, ten and a hundred thousand are followed.

    python -m benchmarks.feeds_growth [--feeds 1000,10000,100000] [--rules 100] [--items 3]

The feeds stand in OPML lists of ten thousand, because a configuration by hand is bounded to 5 MB.
``storywatch once --all`` as a process against a feed server of our own, a new connection for each poll: once when
every feed is new, once when none has changed, and once when a tenth has a new item. CPU milliseconds a feed of the
process, what one feed costs it taken off; its peak of memory. *start* is what the process does with so many feeds
before it asks the first of them. Where the figures of a column are alike, costs grow as the number of feeds does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.feed_site import Running, running
from benchmarks.feeds_size import once, started
from benchmarks.thousand_feeds import configure

LIST = 10_000  # feeds of one list
PASSES = ("first", "unchanged", "a tenth changed")


@dataclass(frozen=True)
class Cost:
    """CPU seconds and peak memory in MB of one process."""

    cpu_s: float
    memory: float


def spent(path: Path) -> Cost:
    """What one pass over all feeds takes."""
    process = subprocess.Popen(once(path), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"storywatch ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def listed(folder: Path, port: int, feeds: int, rules: int, address: Callable[[int], str] | None = None) -> Path:
    """Write a configuration with so many feeds, at ``address`` or at ``port`` of 127.0.0.1, in OPML lists."""
    at = address or (lambda number: f"http://127.0.0.1:{port}/feed/{number}")
    path = configure(folder, port, 0, rules)
    lists = []
    for begin in range(0, feeds, LIST):
        numbers = range(begin, min(begin + LIST, feeds))
        lines = "".join(f'<outline type="rss" text="f{number}" xmlUrl="{at(number)}"/>\n' for number in numbers)
        lists.append(f"{begin}.opml")
        (folder / lists[-1]).write_text(f'<opml version="2.0"><body>\n{lines}</body></opml>\n', encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"[feeds]\nopml = {json.dumps(lists)}\n")
    return path


def passes(at: Running, folder: Path, feeds: int, rules: int) -> list[Cost]:
    """What each pass takes."""
    folder.mkdir()
    path = listed(folder, at.port, feeds, rules, at.address)
    at.turn(0)
    found = []
    for name in PASSES:
        if name == PASSES[-1]:
            at.turn(10)
        found.append(spent(path))
        print(f"{feeds} feeds, {name}: {found[-1].cpu_s:.1f} s, {found[-1].memory:.0f} MB", file=sys.stderr, flush=True)
    return found


def main(argv: list[str] | None = None) -> int:
    """Print a row for each number of feeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", default="1000,10000,100000")
    parser.add_argument("--rules", type=int, default=100)
    parser.add_argument("--items", type=int, default=3)
    options = parser.parse_args(argv if argv is not None else [])
    print(
        f"Feeds of {options.items} items, {options.rules} storylines; CPU ms a feed, start of the process taken off:\n"
    )
    print("| feeds | first | unchanged | a tenth changed | start, ms a thousand feeds | peak MB | kB a feed |")
    print("|" + " --- |" * 7)
    with tempfile.TemporaryDirectory() as name, running(options.items) as at:
        one = passes(at, Path(name) / "1", 1, options.rules)
        _, bare = started(1, options.rules, listed)
        for count in map(int, options.feeds.split(",")):
            found = passes(at, Path(name) / f"n{count}", count, options.rules)
            each = [1e3 * (many.cpu_s - single.cpu_s) / (count - 1) for many, single in zip(found, one, strict=True)]
            _, begun = started(count, options.rules, listed)
            peak = max(cost.memory for cost in found)
            more = 1024 * (peak - max(cost.memory for cost in one)) / (count - 1)
            print(
                f"| {count:,} | {each[0]:.2f} | {each[1]:.3f} | {each[2]:.3f} | {1e6 * (begun - bare) / count:.0f} "
                f"| {peak:.0f} | {more:.1f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
