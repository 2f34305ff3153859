"""Compare: what two rule sets would have told over the same items, side by side. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import fmean, median
from typing import Any

from monitor.pipeline.pairing import Told, pairs

__all__ = ["Comparison", "Labels", "Score", "Told", "by_day", "compared", "labels", "scored", "told"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What both told (this rule set's first), what only the other told (``lost``) and what only this (``gained``)."""

    both: tuple[tuple[Told, Told], ...] = ()
    gained: tuple[Told, ...] = ()
    lost: tuple[Told, ...] = ()

    @property
    def other_leads(self) -> int:
        """How many of what both told the two rule sets told by different items."""
        return sum(one.items[:1] != other.items[:1] for one, other in self.both)

    @property
    def delays_min(self) -> tuple[float, ...]:
        """By how many minutes this rule set was later (negative: earlier) in what both told."""
        return tuple((one.at - other.at).total_seconds() / 60 for one, other in self.both)

    @property
    def delay_min(self) -> tuple[float, float]:
        """Median and mean of ``delays_min``; zeros where there is none."""
        delays = self.delays_min
        return (median(delays), fmean(delays)) if delays else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Labels:
    """What a person said of the items: ``belongs``, and which ``development`` an item tells ("" none)."""

    belongs: Mapping[str, bool] = field(default_factory=dict)
    development: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """How many alerts told something ``new``, a ``repeat``, or what does not belong (``false``), of so many known."""

    new: int
    repeat: int
    false: int
    developments: int


def told(rows: Iterable[Mapping[str, Any]]) -> list[Told]:
    """Return the developments told in the ``rows`` of a backtest, in order; signals and digests are left out.

    Rows of items that joined a development (``held`` with its number) say what else tells it.
    """
    alerts: list[Mapping[str, Any]] = []
    joined: dict[tuple[str, int], set[str]] = {}
    for row in rows:
        if row["type"] == "alert" and row["kind"] == "development":
            alerts.append(row)
        elif row["type"] == "held" and "development" in row and "route" not in row:
            joined.setdefault((row["storyline"], row["development"]), set()).add(row["item"])
    return [
        Told(
            datetime.fromisoformat(r["at"]),
            r["storyline"],
            r["reason"],
            r["headline"],
            tuple(r["items"]),
            frozenset(joined.get((r["storyline"], r["development"]), ())),
        )
        for r in alerts
    ]


def compared(ours: Sequence[Told], others: Sequence[Told], known: Labels | None = None) -> Comparison:
    """Pair what tells the same (``pairing.pairs``), by the labels in ``known`` too; the rest is gained or lost."""
    found = pairs(ours, others, known.development if known else {})
    taken = set(found.values())
    return Comparison(
        tuple((ours[one], others[other]) for one, other in found.items()),
        tuple(one for place, one in enumerate(ours) if place not in found),
        tuple(one for place, one in enumerate(others) if place not in taken),
    )


def by_day(ours: Iterable[Told], others: Iterable[Told], most: int = 40) -> list[tuple[date, int, int]]:
    """Return for each day from the first alert to the last how many each told; for spans of days beyond ``most``."""
    one, two = (Counter(t.at.date() for t in some) for some in (ours, others))
    days = sorted({*one, *two})
    if not days:
        return []
    length = (days[-1] - days[0]).days + 1
    step = -(-length // most)
    made = []
    for start in range(0, length, step):
        span = [days[0] + timedelta(days=start + n) for n in range(step)]
        made.append((span[0], sum(one[d] for d in span), sum(two[d] for d in span)))
    return made


def labels(path: Path) -> Labels:
    """Return the labels in the JSON lines at ``path``: ``relevance`` (2 belongs) and ``development``, where given.

    The lines have been read as items before; what is no label is passed over.
    """
    belongs: dict[str, bool] = {}
    development: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
        for line in lines:
            row = json.loads(line) if '"relevance"' in line else {}
            if isinstance(row.get("relevance"), int):
                belongs[str(row["id"])] = row["relevance"] > 0
                if row["relevance"] > 1 and row.get("development"):
                    development[str(row["id"])] = str(row["development"])
    return Labels(belongs, development)


def scored(alerts: Iterable[Told], known: Labels) -> Score:
    """Count ``alerts`` by their lead items; one that was never labelled is false, one about nothing new is no count."""
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for one in alerts:
        lead = one.items[0] if one.items else ""
        development = known.development.get(lead, "")
        if development:
            counts["repeat" if development in seen else "new"] += 1
            seen.add(development)
        elif not known.belongs.get(lead, False):
            counts["false"] += 1
    return Score(counts["new"], counts["repeat"], counts["false"], len(set(known.development.values())))
