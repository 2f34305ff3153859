"""Deciding: what one matched item costs with so many items of its storyline behind it (aim: 1 ms with 10,000).

    python -m benchmarks.deciding [--behind 100,1000,10000] [--items 1000]

Titles with their summaries from the recorded streams (else made-up news), all of one storyline, within the week that a
storyline looks back. CPU milliseconds an item: *read* (its words, facts and signs, once for all storylines), *decide*
and *adopt*; the slowest of a hundred; and what waking the storyline's memory costs when its first item comes after a
start.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, quantiles

from benchmarks.matching import Words
from benchmarks.places import shared
from monitor.developments.chronicle import Chronicle
from monitor.developments.reading import reader
from monitor.model.item import Item
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Storyline
from monitor.pipeline.events import Arrived
from monitor.pipeline.replay import given

START = datetime(2026, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=6)
STORYLINE = Storyline("all", phrase="Trump Putin summit Alaska")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--behind", default="100,1000,10000")
    parser.add_argument("--items", type=int, default=1000)
    args = parser.parse_args(argv)
    counts = [int(count) for count in args.behind.split(",")]
    news = _news(max(counts) + args.items)
    print("| items behind | read ms | decide ms | adopt ms | decide, slowest of 100 | all of them once more |")
    print("|" + " --- |" * 6)
    for count in counts:
        print(row(news[: count + args.items], count), flush=True)
    return 0


def row(news: Sequence[Item], behind: int) -> str:
    """Measure one line: ``behind`` items, then the rest of ``news``."""
    begun = time.process_time()
    chronicle = Chronicle(STORYLINE)
    timed = _timed(news[:behind])
    for item, match in timed:
        chronicle.adopt(item, match, chronicle.decide(item, match))
    again = time.process_time() - begun
    read: list[float] = []
    decide: list[float] = []
    adopt: list[float] = []
    for item, match in _timed(news[behind:], at=timed[-1][0].arrival_at):
        moments = [time.process_time()]
        reader(None).read(item)
        moments.append(time.process_time())
        decision = chronicle.decide(item, match)
        moments.append(time.process_time())
        chronicle.adopt(item, match, decision)
        moments.append(time.process_time())
        for spent, one, two in zip((read, decide, adopt), moments, moments[1:], strict=False):
            spent.append((two - one) * 1000)
    slow = quantiles(decide, n=100)[-1]
    return f"| {behind:,} | {fmean(read):.2f} | {fmean(decide):.2f} | {fmean(adopt):.2f} | {slow:.2f} | {again:.1f} s |"


def _timed(news: Sequence[Item], at: datetime = START) -> list[tuple[Item, Match]]:
    step = SPAN / max(10_000, len(news))
    placed = (replace(item, arrival_at=at + step * n, published_at=None) for n, item in enumerate(news, start=1))
    return [(item, Match(item.id, STORYLINE.slug, 1.0, Evidence())) for item in placed]


def _news(count: int) -> list[Item]:
    base = shared()
    if base is None:
        words = Words(random.Random(7))
        return words.news(words.storylines(100), count, summaries=True)
    found = [item for item in _recorded(base / "data" / "stories") if item.lang in ("en", "sv", "de", "fr", "es")]
    return random.Random(7).sample(found, count)


def _recorded(stories: Path) -> Iterator[Item]:
    for folder in sorted(stories.iterdir()):
        events = given(folder / "items.jsonl") if folder.is_dir() else iter(())
        yield from (replace(e.item, id=f"{folder.name}/{e.item.id}") for e in events if isinstance(e, Arrived))


if __name__ == "__main__":
    sys.exit(main())
