"""Cadence: how late items are found by adaptive polling, and by fixed intervals with as many requests.

    python -m benchmarks.feeds_cadence [--min-items 20] [--as-built]

Replays the recorded publication times of the labelled streams, one feed for each source of a stream, through
``feeds.cadence.plan`` as the daemon calls it (a 304 where nothing is new). The fixed interval is the same for all
feeds and chosen so that it takes as many requests; each feed begins at a place of its own in it.

Held out: the power with which the interval falls is chosen anew for each stream, as the one that does best on all the
*other* streams, and measured on this one, which had no say in it. (The cadence's other constant only says how many
requests there are in all, and both sides get the same number.) ``--as-built``: the power that the program has.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple
from unittest.mock import patch

from benchmarks.places import absent, shared
from monitor.feeds import cadence
from monitor.feeds.cadence import plan
from monitor.model.feed import FeedState, Validators
from monitor.model.poll import Candidate, Fetched, NotModified, Polled

Times = Sequence[float]  # of publication, in seconds, sorted
BOUNDS_S = (300, 21_600)
WARM_S = 2 * 86_400.0  # both are measured once the estimates have settled
VALIDATORS = Validators('"x"')
POWERS = (0.5, 0.65, 0.8, 0.95)


class Run(NamedTuple):
    """What polling a stream's feeds led to."""

    delays: list[float]
    requests: int
    ratio: float


def feeds(stream: Path, least: int) -> Iterator[Times]:
    """Yield the publication times of each source with at least so many items."""
    by_source: dict[tuple[str, str], set[float]] = defaultdict(set)
    with stream.open(encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            if item.get("published"):
                at = datetime.fromisoformat(item["published"]).timestamp()
                by_source[item.get("set", ""), item.get("source") or ""].add(at)
    yield from (sorted(times) for times in by_source.values() if len(times) >= least)


def adaptive(times: Times, bounds_s: tuple[int, int], rng: random.Random) -> tuple[list[float], int]:
    """Return the delay of each item found after the warm-up, and the polls made after it."""
    state = FeedState("f", "https://f.example/")
    at, end, seen = times[0] + rng.uniform(0, 3_600), times[-1] + bounds_s[1], 0
    delays: list[float] = []
    polls = 0
    begin = times[0] + WARM_S
    while at < end and seen < len(times):
        upto = bisect_right(times, at)
        new = upto - seen
        delays += [at - t for t in times[seen:upto] if t >= begin]
        polls += at >= begin
        state = plan(state, _polled(times, seen, upto, at), new, bounds_s, rng)
        assert state.next_poll_at is not None
        seen, at = upto, state.next_poll_at.timestamp()
    return delays, polls


def _polled(times: Times, seen: int, upto: int, at: float) -> Polled:
    moment = datetime.fromtimestamp(at, UTC)
    if upto == seen:
        return Polled("f", moment, NotModified(VALIDATORS))
    found = times[max(0, upto - 20) : upto]
    candidates = tuple(Candidate((), "t", "", "", "", "", "", datetime.fromtimestamp(t, UTC)) for t in found)
    return Polled("f", moment, Fetched(200, "", b"", "", VALIDATORS), candidates, body_hash="x")


def fixed(times: Times, interval_s: float, rng: random.Random) -> tuple[list[float], int]:
    """The same for polls at a fixed interval."""
    begin, phase = times[0] + WARM_S, rng.uniform(0, interval_s)
    delays = [interval_s - (t - phase) % interval_s for t in times if t >= begin]
    return delays, max(0, int((times[-1] - begin) / interval_s) + 1)


def matched(every: Sequence[Times], requests: int, seed: int) -> tuple[float, list[float], int]:
    """Return the fixed interval that takes ``requests`` for all feeds together, its delays and requests."""
    low, high = 10.0, 10 * 86_400.0
    for _ in range(60):
        middle = (low + high) / 2
        total = sum(fixed(times, middle, random.Random(seed + n))[1] for n, times in enumerate(every))
        low, high = (middle, high) if total > requests else (low, middle)
    found = [fixed(times, high, random.Random(seed + n)) for n, times in enumerate(every)]
    return high, [d for delays, _ in found for d in delays], sum(polls for _, polls in found)


def span(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def both(delays: Sequence[float]) -> str:
    return f"{span(median(delays))}, {span(mean(delays))}"


def main(argv: list[str] | None = None) -> int:
    """Print one row for each stream and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--min-items", type=int, default=20)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--as-built", action="store_true")
    options = parser.parse_args(argv if argv is not None else [])
    base = shared()
    if base is None:
        return absent("cadence")
    streams = {
        p.parent.name: list(feeds(p, options.min_items)) for p in sorted((base / "data/stories").glob("*/items.jsonl"))
    }
    powers = (cadence.POWER,) if options.as_built else POWERS
    runs = {(name, power): tried(every, power, options.seed) for name, every in streams.items() for power in powers}
    print("Delay of items, from publication to poll, at equal requests:\n")
    print("| stream | feeds | items | requests | power | fixed interval | delay: median, mean | adaptive | ratio |")
    print("|" + " --- |" * 9)
    pooled: list[float] = []
    requests = 0
    for name, every in streams.items():
        power = chosen([n for n in streams if n != name], powers, runs)
        run = runs[name, power]
        row(name, every, run, f"{power:g}", options.seed)
        pooled, requests = pooled + run.delays, requests + run.requests
    every = [times for found in streams.values() for times in found]
    row("all", every, Run(pooled, requests, 0.0), "each its own", options.seed)
    return 0


def tried(every: Sequence[Times], power: float, seed: int) -> Run:
    """Poll all feeds with this power; what counts is the median delay and the mean one, against the fixed interval's.

    By the median alone the greatest power would always do best: it finds most items at once and leaves the rest.
    """
    with patch.object(cadence, "POWER", power):
        found = [adaptive(times, BOUNDS_S, random.Random(seed + n)) for n, times in enumerate(every)]
    delays, requests = [d for delays, _ in found for d in delays], sum(polls for _, polls in found)
    others = matched(every, requests, seed)[1]
    return Run(delays, requests, median(delays) / median(others) * mean(delays) / mean(others))


def chosen(others: Sequence[str], powers: Sequence[float], runs: Mapping[tuple[str, float], Run]) -> float:
    """Return the power that does best on the ``others``."""
    return min(powers, key=lambda power: mean(runs[name, power].ratio for name in others))


def row(name: str, every: Sequence[Times], run: Run, power: str, seed: int) -> None:
    interval_s, others, _ = matched(every, run.requests, seed)
    print(
        f"| {name} | {len(every)} | {len(run.delays)} | {run.requests} | {power} | {span(interval_s)} "
        f"| {both(others)} | {both(run.delays)} | {median(run.delays) / median(others):.2f} |"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
