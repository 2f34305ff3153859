"""Parsing: the fast reader beside feedparser on the feeds of the corpora, and how many it reads.

    python -m benchmarks.feeds_parsing [--rounds 3]

CPU time in one process, the two interleaved, the median of the rounds. *normalise* is what both pay on top:
plain text, canonical links, language and identity keys of each entry. Documents are real feeds
as sites served them, of 3 kB and more; those the fast reader leaves alone count for feedparser only.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.places import absent, shared
from monitor.feeds.normalise import normalise
from monitor.feeds.parse_fast import read_fast
from monitor.feeds.parse_xml import read_xml
from monitor.model.feed import Feed
from monitor.model.poll import Parsed

REAL = ("feedjira", "feed-rs", "rome", "reader", "newsboat", "mediacloud", "huginn")
URL = "https://x.example/feed"


def bodies(corpora: Path) -> list[bytes]:
    """The real feeds, none twice."""
    found: dict[str, Path] = {}
    for name in REAL:
        files = json.loads((corpora / name / "MANIFEST.json").read_text(encoding="utf-8"))["files"]
        found |= {f["sha256"]: corpora / name / f["path"] for f in files if f["kind"] == "feed" and f["size"] >= 3_000}
    return [path.read_bytes() for path in found.values() if path.is_file()]


def cpu_ms(work: Callable[[bytes], object], documents: list[bytes]) -> float:
    before = time.process_time()
    for document in documents:
        work(document)
    return (time.process_time() - before) * 1_000


def ways(parsed: dict[bytes, Parsed]) -> dict[str, Callable[[bytes], object]]:
    """What is measured, by name; ``parsed``: what the fast reader makes of each document."""
    import feedparser

    feed, at = Feed("x", URL), datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "fast reader": fast,
        "feedparser as our worker runs it": lambda body: read_xml(body, "", URL),
        "feedparser as it comes": lambda body: feedparser.parse(io.BytesIO(body)),
        "normalise": lambda body: normalise(parsed[body], feed, at),
    }


def fast(body: bytes) -> Parsed | None:
    return read_fast(body, "", URL)


def main(argv: list[str] | None = None) -> int:
    """Print CPU milliseconds a document and megabytes a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv if argv is not None else [])
    base = shared()
    if base is None:
        return absent("parsing")
    documents = bodies(base / "corpora")
    parsed = {body: found for body in documents if (found := fast(body)) is not None}
    taken = list(parsed)
    rounds = {name: [cpu_ms(way, taken) for _ in range(options.rounds)] for name, way in ways(parsed).items()}
    size, entries = sum(map(len, taken)), sum(len(found.entries) for found in parsed.values())
    print(f"{len(documents)} real feeds; the fast reader takes {len(taken)} of them ", end="")
    print(f"({entries} entries, {size / 1e6:.1f} MB):\n")
    print("| | CPU ms a document | MB/s | entries/s | times feedparser |\n| --- | --- | --- | --- | --- |")
    slow = median(rounds["feedparser as it comes"])
    for name, taken_ms in rounds.items():
        ms = median(taken_ms)
        print(f"| {name} | {ms / len(taken):.2f} | {size / ms / 1e3:.0f} ", end="")
        print(f"| {entries / ms * 1e3:.0f} | {slow / ms:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
