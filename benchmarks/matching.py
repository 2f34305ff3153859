"""Matching: what one item costs at 100, 1,000 and 10,000 storylines, beside the naive loop.

    python -m benchmarks.matching [--items 4000] [--storylines 100,1000,10000] [--no-naive]

Made-up news: 20 % of the items meet something, 50 storylines share the commonest name, half of the rules are one
line, half have groups. CPU microseconds an item, matching and learning together, in one process. *cold*: the first
items; *next*: as many more, which still bring a new word in most titles; *warm*: those once more some days later, when
no word is new (the best of three rounds: other work on the machine only ever adds). The naive loop scores every
storyline for every item; it runs on a sample of the items and must give the same answer.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from benchmarks.naive_matching import Found, Naive
from monitor.model.item import Item
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

START = datetime(2026, 1, 1, tzinfo=UTC)
SYLLABLES = tuple(map("".join, product("bdfgklmnprstvz", "aeiou")))
STORYLINES_OF_ONE_NAME = 50
LATER = timedelta(days=9)
ROUNDS = 3
NAIVE_WORK = 60_000  # storylines times items that the naive loop is given
MOST = "Zandorf"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=4000)
    parser.add_argument("--storylines", default="100,1000,10000")
    parser.add_argument("--no-naive", action="store_true")
    args = parser.parse_args(argv)
    print(
        "| storylines | text | cold us | next us | warm us | items/s warm | met | put ms | drop ms | RSS MB | naive us "
        "| equal |"
    )
    print("|" + " --- |" * 12)
    for count in map(int, args.storylines.split(",")):
        for summaries in (False, True):
            print(row(count, args.items, summaries=summaries, naive=not args.no_naive), flush=True)
    return 0


def row(count: int, items: int, *, summaries: bool, naive: bool) -> str:
    """Measure one line of the table."""
    rng = random.Random(7)
    words = Words(rng)
    storylines = words.storylines(count)
    news = words.news(storylines, 2 * items, summaries=summaries)
    matcher = Matcher(storylines)
    cold, _ = _run(matcher, news[:items])
    after, matches = _run(matcher, news[items:])
    warm = min(_run(matcher, _later(news[items:], times))[0] for times in range(1, ROUNDS + 1))
    used = _memory_mb()
    put, drop = _edit(matcher, storylines)
    slow, equal = _naive(storylines, news, count) if naive else (0.0, "")
    text = "title+summary" if summaries else "title"
    return (
        f"| {count:,} | {text} | {cold:.0f} | {after:.0f} | {warm:.0f} | {1e6 / warm:,.0f} "
        f"| {matches / items:.0%} | {put:.1f} | {drop:.1f} | {used:.0f} | {slow:,.0f} | {equal} |"
    )


class Words:
    """A made-up language: names, matters, and plain words by Zipf's law."""

    def __init__(self, rng: random.Random) -> None:
        """Make the words up."""
        self._rng = rng
        made = sorted({"".join(rng.choices(SYLLABLES, k=rng.choice((2, 3, 3, 4)))) for _ in range(40_000)})
        rng.shuffle(made)
        self.names = [w.capitalize() for w in made[:5000]]
        self.others = [w.capitalize() for w in made[5000:8000]]
        self.matters = made[8000:8300]
        self.plain = made[8300:20_300]
        self._weights = [1 / (rank + 3) for rank in range(len(self.plain))]

    def storylines(self, count: int) -> list[Storyline]:
        """Make up rules; the first ones share the commonest name."""
        made = []
        for number in range(count):
            one, two = self._rng.sample(self.names, 2)
            one = MOST if number < STORYLINES_OF_ONE_NAME else one
            matter, other = self._rng.sample(self.matters, 2)
            groups = () if number % 2 else ((one, f"{one} group"), (two, f"{two} city"), (matter, other))
            made.append(Storyline(slug=f"s{number}", phrase=f"{one} {two} {matter}", all=groups))
        return made

    def news(self, storylines: Sequence[Storyline], count: int, *, summaries: bool) -> list[Item]:
        """Make up items a minute apart, a fifth of which meet something."""
        return [
            Item(
                id=str(number),
                title=self._title(storylines),
                summary=" ".join(self._rng.choices(self.plain, self._weights, k=32)) if summaries else "",
                lang="en",
                arrival_at=START + timedelta(minutes=number),
            )
            for number in range(count)
        ]

    def _title(self, storylines: Sequence[Storyline]) -> str:
        draw = self._rng.random()
        words = self._rng.choices(self.plain, self._weights, k=self._rng.randint(7, 11))
        if draw < 0.08:
            words[1:1] = self._rng.choice(storylines).phrase.split()
        elif draw < 0.14:
            words[1:1] = [self._rng.choice(storylines).phrase.split()[1]]
        elif draw < 0.2:
            words[1:1] = [MOST]
        else:
            words[1:1] = self._rng.sample(self.others, 2)
        words[0] = words[0].capitalize()
        return " ".join(words)


def _later(news: Sequence[Item], times: int) -> list[Item]:
    return [replace(i, id=f"{i.id}/{times}", arrival_at=i.arrival_at + times * LATER) for i in news]


def _run(matcher: Matcher, items: Sequence[Item]) -> tuple[float, int]:
    gc.collect()
    begun, met = time.process_time(), 0
    for item in items:
        matches = matcher.match(item)
        matcher.learn(item, matches)
        met += bool(matches)
    return (time.process_time() - begun) / len(items) * 1e6, met


def _edit(matcher: Matcher, storylines: Sequence[Storyline]) -> tuple[float, float]:
    puts, drops = [], []
    for number in range(20):
        extra = Storyline(slug=f"new{number}", phrase=f"{MOST} Oslo number{number} visit", all=storylines[0].all)
        begun = time.perf_counter()
        matcher.put(extra)
        middle = time.perf_counter()
        matcher.drop(extra.slug)
        puts.append(middle - begun)
        drops.append(time.perf_counter() - middle)
    return max(puts) * 1000, max(drops) * 1000


def _naive(storylines: Sequence[Storyline], news: Sequence[Item], count: int) -> tuple[float, str]:
    sample = news[: max(20, NAIVE_WORK // count)] if count < 10_000 else news[:10]
    naive, matcher = Naive(storylines), Matcher(storylines)
    begun = time.process_time()
    slow = [naive.take(item) for item in sample]
    spent = (time.process_time() - begun) / len(sample) * 1e6
    fast = []
    for item in sample:
        matches = matcher.match(item)
        matcher.learn(item, matches)
        fast.append(tuple(Found(m.storyline, m.score, m.possible, m.seed) for m in matches))
    return spent, "yes" if fast == slow else "NO"


def _memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
