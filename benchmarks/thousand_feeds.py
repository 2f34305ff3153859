"""A thousand local feeds: what a first pass, an unchanged pass and a pass with one new item each cost.

    python -m benchmarks.thousand_feeds [--feeds 1000] [--rules 100] [--rounds 3] [--peer-python PATH]

Runs ``storywatch once --all`` as a process against the loopback feed server of the measuring data and counts the
CPU time of the whole process tree. ``--peer-python`` (or $READER_PYTHON): a Python with lemon24's *reader* and with
uvloop, Faker and wordfreq, which the feed server needs; *reader* is then measured on the same server in turn.
Machines are noisy: read ratios and CPU time, not wall time.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.places import absent, asked, shared, unserved

PASSES = ("first", "unchanged", "one new each")
PEER = """
import sys
from reader import make_reader
path, port, n, add = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "add"
r = make_reader(path)
if add:
    for i in range(n):
        r.add_feed(f"http://127.0.0.1:{port}/feed/{i}")
for x in r.update_feeds_iter(workers=1, scheduled=False):
    pass
"""


@contextmanager
def server(base: Path, feeds: int, python: str) -> Iterator[int]:
    """The feed server on loopback; ends with the block."""
    command = [
        python, str(base / "bench" / "feedserver.py"), "--items", "20", "--warm", str(feeds),
        "--cache-gzip", "--stdin-exit", "--fixed-kb", "1",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline().split()[1])
    finally:
        process.stdin.close()
        process.wait(10)


def configure(folder: Path, port: int, feeds: int, rules: int, address: Callable[[int], str] | None = None) -> Path:
    """Write a configuration with so many feeds, at ``address`` or at ``port`` of 127.0.0.1, and one-line rules."""
    at = address or (lambda number: f"http://127.0.0.1:{port}/feed/{number}")
    lines = ['[storage]\ndatabase = "bench.db"\n[polling]\nallow_networks = ["127.0.0.0/8"]\nper_host = 32\n']
    lines += [f'[[feeds.feed]]\nname = "f{i}"\nurl = "{at(i)}"\n' for i in range(feeds)]
    path = folder / "storywatch.toml"
    path.write_text("".join(lines), encoding="utf-8")
    (folder / "rules").mkdir()
    draw = random.Random(11)
    syllables = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u")]
    for number in range(rules):
        words = ["".join(draw.sample(syllables, 3)).capitalize() for _ in range(2)]
        (folder / "rules" / f"r{number}.toml").write_text(f'phrase = "{" ".join(words)} talks"\n', encoding="utf-8")
    return path


def cpu_s(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of a command's whole process tree."""
    before, t0 = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.perf_counter() - t0


def ours(folder: Path, port: int, feeds: int, rules: int) -> dict[str, float]:
    """CPU milliseconds a feed in each pass."""
    path = configure(folder, port, feeds, rules)
    command = [sys.executable, "-m", "monitor.cli.main", "--quiet", "--config", str(path), "once", "--all"]
    return _passes(port, feeds, lambda _: command)


def peer(python: str, folder: Path, port: int, feeds: int) -> dict[str, float]:
    """The same of reader."""
    database = str(folder / "reader.db")
    return _passes(
        port, feeds, lambda n: [python, "-c", PEER, database, str(port), str(feeds), "add" if n == 0 else "go"]
    )


def _passes(port: int, feeds: int, command: object) -> dict[str, float]:
    found = {}
    for number, name in enumerate(PASSES):
        if number == 2:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_bump?k=1").read()
        used, _ = cpu_s(command(number))  # type: ignore[operator]
        found[name] = used / feeds * 1000
    return found


def main(argv: list[str] | None = None) -> int:
    """Print CPU milliseconds a feed, the median of the rounds, as a Markdown table."""
    options = asked(argv, __doc__, feeds=1000, rules=100, rounds=3)
    base = shared()
    if base is None:
        return absent("thousand feeds")
    if unserved("thousand feeds", options.python):
        return 0
    rounds: dict[str, list[dict[str, float]]] = {}
    for _ in range(options.rounds):
        with server(base, options.feeds, options.python) as port, tempfile.TemporaryDirectory() as folder:
            rounds.setdefault("storywatch", []).append(ours(Path(folder), port, options.feeds, options.rules))
        if options.peer_python:
            with server(base, options.feeds, options.python) as port, tempfile.TemporaryDirectory() as folder:
                rounds.setdefault("reader", []).append(peer(options.peer_python, Path(folder), port, options.feeds))
    print(
        f"CPU ms a feed, {options.feeds} feeds of 20 items, {options.rules} storylines, median of {options.rounds}:\n"
    )
    print("| | " + " | ".join(PASSES) + " |\n|" + " --- |" * (len(PASSES) + 1))
    for name, found in rounds.items():
        print(f"| {name} | " + " | ".join(f"{median(r[p] for r in found):.2f}" for p in PASSES) + " |")
    print(json.dumps(rounds), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
