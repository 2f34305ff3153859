"""Size: how soon the first feed is asked after a start, and how much memory whole passes take, at ten thousand feeds.

    python -m benchmarks.feeds_size [--feeds 10000] [--rules 1000] [--peer-python PATH]

*Start*: seconds from the process's start to its first connection (wall) and its CPU by then, on a database that was
used before; the median of three. *Passes*: ``storywatch once --all`` against the loopback feed server of the measuring
data (20 items of 40 kB each feed): the peak of the resident memory, as the kernel counted it, and CPU a feed, start
included. --peer-python (or $READER_PYTHON): a Python with what that server needs.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median

from benchmarks.feeds_polling import site
from benchmarks.places import absent, asked, shared, unserved
from benchmarks.thousand_feeds import PASSES, configure


def once(path: Path) -> list[str]:
    return [sys.executable, "-m", "monitor.cli.main", "--quiet", "--config", str(path), "once", "--all"]


def started(feeds: int, rules: int, write: Callable[..., Path] = configure) -> tuple[float, float]:
    """Wall and CPU seconds until the first feed is asked. ``write`` makes the configuration, as `configure` does."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0), backlog=64) as door:
        path = write(Path(folder), door.getsockname()[1], feeds, rules)
        found = [_until_asked(path, door) for _ in range(4)][1:]
    return median(wall for wall, _ in found), median(cpu for _, cpu in found)


def _until_asked(path: Path, door: socket.socket) -> tuple[float, float]:
    begin = time.perf_counter()
    process = subprocess.Popen(once(path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        door.accept()[0].close()
        wall = time.perf_counter() - begin
        said = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return wall, (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        process.kill()
        process.wait()
        _drain(door)


def _drain(door: socket.socket) -> None:
    """Let go of the connections that the ended process had begun."""
    door.settimeout(0.5)
    with suppress(TimeoutError):
        while True:
            door.accept()[0].close()
    door.settimeout(None)


def passes(base: Path, feeds: int, rules: int, python: str) -> dict[str, tuple[float, float]]:
    """Peak memory in MB and CPU milliseconds a feed of each pass."""
    found = {}
    with site(base, feeds, python) as at, tempfile.TemporaryDirectory() as folder:
        path = configure(Path(folder), at.port, feeds, rules)
        for name in PASSES:
            if name == "one new each":
                at.bump()
            process = subprocess.Popen(once(path), stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            found[name] = used.ru_maxrss / 1024, (used.ru_utime + used.ru_stime) / feeds * 1000
    return found


def main(argv: list[str] | None = None) -> int:
    """Print both tables."""
    options = asked(argv, __doc__, feeds=10_000, rules=1000)
    print(f"{options.feeds} feeds, {options.rules} storylines:\n")
    wall, cpu = started(options.feeds, options.rules)
    print(f"Start to first poll: {wall:.2f} s, {cpu:.2f} s CPU (aim: 1.5 s)\n")
    base = shared()
    if base is None:
        return absent("size of passes")
    if unserved("size of passes", options.python):
        return 0
    print("| pass | peak memory, MB (aim: 150) | CPU ms a feed |\n| --- | --- | --- |")
    for name, (memory, each) in passes(base, options.feeds, options.rules, options.python).items():
        print(f"| {name} | {memory:.0f} | {each:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
