"""Measure: how well the alerts of a run told the recorded storyline. Pure.

Tracking is precision, recall and F1 of matched items: those labelled 2 against those labelled 0; side
mentions (1) do not count either way. Alerts are judged by their lead item, so that bundling gains nothing:
NEW tells a development that no earlier alert told, REPEAT tells one again or none at all (comment), FALSE
is off the storyline or tells an item before it arrived. Coverage is the share of developments told within
twelve hours of their first arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from monitor.demo.data import Row

IN_TIME = timedelta(hours=12)
_BELONGS, _SIDE = 2, 1
_SLACK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One development as an alert told it at ``at``: the ids of its rows, the lead first."""

    at: datetime
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tracking:
    """Of matches: each in 0..1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Telling:
    """Of alerts. ``missed`` are developments that no alert told; ``coverage`` and the rest in 0..1.

    ``delay_s`` is the median wait from the first arrival of a development to its alert, None when none was told.
    """

    developments: int
    new: int
    repeats: int
    false: int
    unscored: int
    missed: tuple[str, ...]
    coverage: float
    precision: float
    f1: float
    delay_s: float | None


def tracking(rows: Iterable[Row], matched: Iterable[str]) -> Tracking:
    """Return how well ``matched`` (ids of rows; unknown ones are ignored) names the rows that belong."""
    relevance = {row.id: row.relevance for row in rows}
    belongs = {row for row, label in relevance.items() if label == _BELONGS}
    counted = {row for row in matched if relevance.get(row, _SIDE) != _SIDE}
    precision = _share(len(counted & belongs), len(counted))
    recall = _share(len(counted & belongs), len(belongs))
    return Tracking(precision, recall, _mean(precision, recall))


def telling(rows: Sequence[Row], told: Iterable[Told]) -> Telling:
    """Return how well ``told`` (in any order) told each development once."""
    by_id = {row.id: row for row in rows}
    first = first_arrivals(rows)
    delays: dict[str, timedelta] = {}
    count = {"new": 0, "repeat": 0, "false": 0, "unscored": 0}
    for one in sorted(told, key=lambda each: each.at):
        verdict = _verdict(one, by_id, delays)
        count[verdict] += 1
        if verdict == "new":
            development = by_id[one.items[0]].development or ""
            delays[development] = max(timedelta(0), one.at - first[development])
    coverage = _share(sum(delay <= IN_TIME for delay in delays.values()), len(first))
    precision = _share(count["new"], count["new"] + count["repeat"] + count["false"])
    return Telling(
        developments=len(first),
        new=count["new"],
        repeats=count["repeat"],
        false=count["false"],
        unscored=count["unscored"],
        missed=tuple(sorted(first.keys() - delays.keys())),
        coverage=coverage,
        precision=precision,
        f1=_mean(coverage, precision),
        delay_s=median(delay.total_seconds() for delay in delays.values()) if delays else None,
    )


def first_arrivals(rows: Iterable[Row]) -> Mapping[str, datetime]:
    """Return each development of the storyline with the moment its first row arrived."""
    first: dict[str, datetime] = {}
    for row in rows:
        if row.development and row.relevance == _BELONGS:
            first[row.development] = min(first.get(row.development, row.arrival_at), row.arrival_at)
    return first


def _verdict(told: Told, by_id: Mapping[str, Row], known: Mapping[str, object]) -> str:
    rows = [by_id[item] for item in told.items if item in by_id]
    if not rows or any(row.arrival_at > told.at + _SLACK for row in rows):
        return "false"
    lead = rows[0]
    if lead.relevance != _BELONGS:
        return "unscored" if lead.relevance == _SIDE else "false"
    return "new" if lead.development and lead.development not in known else "repeat"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
