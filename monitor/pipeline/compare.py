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


@dataclass(frozen=True, slots=True)
class Told:
    """One development that was told: ``items`` the lead first, ``at`` when it was told."""

    at: datetime
    storyline: str
    reason: str
    headline: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What both told (this rule set's first), what only the other told (``lost``) and what only this (``gained``)."""

    both: tuple[tuple[Told, Told], ...] = ()
    gained: tuple[Told, ...] = ()
    lost: tuple[Told, ...] = ()

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
    """Return the developments told in the ``rows`` of a backtest, in order; signals and digests are left out."""
    return [
        Told(datetime.fromisoformat(r["at"]), r["storyline"], r["reason"], r["headline"], tuple(r["items"]))
        for r in rows
        if r["type"] == "alert" and r["kind"] == "development"
    ]


def compared(ours: Sequence[Told], others: Sequence[Told]) -> Comparison:
    """Pair what tells the same: a common item in the same storyline, whichever the storyline where each has but one."""
    alone = len({t.storyline for t in ours}) <= 1 and len({t.storyline for t in others}) <= 1
    free: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(others):
        for item in one.items:
            free.setdefault(("" if alone else one.storyline, item), []).append(place)
    both: list[tuple[Told, Told]] = []
    gained: list[Told] = []
    taken: set[int] = set()
    for one in ours:
        met = (p for item in one.items for p in free.get(("" if alone else one.storyline, item), ()) if p not in taken)
        pair = next(met, None)
        if pair is None:
            gained.append(one)
        else:
            taken.add(pair)
            both.append((one, others[pair]))
    lost = (one for place, one in enumerate(others) if place not in taken)
    return Comparison(tuple(both), tuple(gained), tuple(lost))


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
