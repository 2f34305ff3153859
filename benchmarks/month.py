"""Month: a backtest of a month of 100,000 items and 100 storylines, as a process, on one core (aim: under 60 s).

    python -m benchmarks.month [--items 100000] [--storylines 100] [--profile FILE]

The items are those of the recorded streams laid over one another in one month, each stream stretched or pressed to its
length; the rules are the streams' own and, for the rest, pairs of names that stand in titles, from frequent ones
to rare ones, each with one word that often goes with them. Without the recorded streams: made-up news (as in
``benchmarks/matching.py``). ``--profile``: the backtest's profile, for pstats.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.matching import Words
from benchmarks.places import shared

START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
RANKS = 10  # each so many-th of the frequent pairs becomes a rule,
COMMON = 300  # without the first ones: a storyline of the month meets about as many items as the recorded ones do
Row = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Build the month, run the backtest, print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--storylines", type=int, default=100)
    parser.add_argument("--profile", default="")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        of_what = _build(Path(folder), args.items, args.storylines)
        counts, cpu_s, wall_s = _run(Path(folder), args.profile)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{of_what}: {args.items:,} items, {args.storylines} storylines: {counts['match']:,} matches, "
        f"{counts['alert']:,} alerts; {cpu_s:.1f} s CPU, {wall_s:.1f} s in all, {peak_mb:.0f} MB at most"
    )
    return 0


def _build(folder: Path, items: int, storylines: int) -> str:
    base = shared()
    rows, rules, of_what = (
        _recorded(base / "data" / "stories", items, storylines) if base else _made_up(items, storylines)
    )
    with (folder / "items.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "rules").mkdir()
    for slug, text in rules.items():
        (folder / "rules" / f"{slug}.toml").write_text(text, encoding="utf-8")
    return of_what


def _run(folder: Path, profile: str) -> tuple[Counter[str], float, float]:
    profiled = ["-m", "cProfile", "-o", profile] if profile else []
    command = [sys.executable, *profiled, "-m", "monitor.cli.main", "backtest", "--jsonl"]
    command += ["--rules", str(folder / "rules"), "--items", str(folder / "items.jsonl")]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with (folder / "out.jsonl").open("wb") as out:
        subprocess.run(command, stdout=out, check=True, cwd=Path(__file__).parents[1])
    wall_s, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with (folder / "out.jsonl").open(encoding="utf-8") as lines:
        return Counter(json.loads(line)["type"] for line in lines), cpu_s, wall_s


# -- the recorded streams


def _recorded(stories: Path, items: int, storylines: int) -> tuple[Iterator[Row], dict[str, str], str]:
    folders = sorted(path for path in stories.iterdir() if path.is_dir())
    placed = [(share, row) for folder in folders for share, row in _placed(folder)]
    placed.sort(key=lambda one: (one[0], one[1]["id"]))
    every = len(placed) / items
    kept = [placed[int(n * every)][1] for n in range(min(items, len(placed)))]
    own = {f.name: next((f / "full").glob("*.toml")).read_text(encoding="utf-8") for f in folders}
    wanted = storylines - len(own)
    more = {f"pair-{n}": f"phrase = {json.dumps(p, ensure_ascii=False)}\n" for n, p in enumerate(_pairs(kept, wanted))}
    return _in_a_month(kept), {**own, **more}, "recorded streams"


def _placed(folder: Path) -> Iterator[tuple[float, Row]]:
    """The items of a stream with where in its time they came, 0..1."""
    rows = [json.loads(line) for line in (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    moments = [datetime.fromisoformat(row["arrival"]) for row in rows]
    first, length = min(moments), max(moments) - min(moments)
    for row, at in zip(rows, moments, strict=True):
        kept = {key: row[key] for key in ("title", "summary", "url", "source", "lang") if row.get(key)}
        yield (at - first) / length, {"id": f"{folder.name}/{row['id']}", **kept}


def _in_a_month(rows: Sequence[Row]) -> Iterator[Row]:
    for place, row in enumerate(rows):
        yield {**row, "arrival": (START + MONTH * (place / len(rows))).isoformat()}


def _pairs(rows: Iterable[Row], wanted: int) -> list[str]:
    """Two names that stand together in titles, with the word that most often follows or goes before them."""
    pairs: Counter[tuple[str, str]] = Counter()
    beside: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        words = row["title"].split() if row.get("lang") == "en" else []
        for place, (one, two) in enumerate(pairwise(words)):
            if place and one.istitle() and two.istitle() and one.isalpha() and two.isalpha() and len(one + two) > 8:
                pairs[one, two] += 1
                around = (w for w in words if w.isalpha() and w.islower() and len(w) > 5)
                beside.setdefault((one, two), Counter()).update(around)
    frequent = [pair for pair, _ in pairs.most_common(COMMON + wanted * RANKS)][COMMON::RANKS]
    return [" ".join((*pair, *(word for word, _ in beside[pair].most_common(1)))) for pair in frequent[:wanted]]


# -- made-up news


def _made_up(items: int, storylines: int) -> tuple[Iterator[Row], dict[str, str], str]:
    words = Words(random.Random(7))
    rules = words.storylines(storylines)
    news = words.news(rules, items, summaries=True)
    rows = [{"id": i.id, "title": i.title, "summary": i.summary, "lang": "en", "source": f"Paper {n % 90}"}
            for n, i in enumerate(news)]  # fmt: skip
    return _in_a_month(rows), {r.slug: f"phrase = {json.dumps(r.phrase)}\n" for r in rules}, "made-up news"


if __name__ == "__main__":
    sys.exit(main())
