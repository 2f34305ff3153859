"""Eighteen labelled streams of our own, written with the program unseen: floors under what is found and told."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from monitor.config.load import load_rules
from monitor.pipeline import backtest, replay

STREAMS = Path(__file__).parents[1] / "streams"
NAMES = sorted(p.name for p in STREAMS.iterdir() if p.is_dir())
PLAINER = ["chandrayaan", "evergrande", "red-sea-shipping", "spain-amnesty"]  # with many look-alikes of their names
LATEST = ["bolsonaro", "commerzbank", "jejuair", "kocani", "mpox", "mpox-africa", "paetongtarn", "seven"]
FIRST = sorted(set(NAMES) - set(PLAINER) - set(LATEST))


def rows(name: str, kind: str) -> list[backtest.Row]:
    rules = load_rules(STREAMS / name / kind)
    assert not rules.problems
    return list(backtest.run(backtest.Setup(rules.rules), replay.given(STREAMS / name / "items.jsonl")))


def labelled(name: str) -> dict[str, Any]:
    lines = (STREAMS / name / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def matched(found: list[backtest.Row], known: dict[str, Any]) -> tuple[float, float]:
    """Return (precision, recall) of what was matched; side mentions are not counted."""
    ours = {row["item"] for row in found if row["type"] == "match" and known[row["item"]]["relevance"] != 1}
    belong = {i for i, row in known.items() if row["relevance"] == 2}
    return len(ours & belong) / len(ours), len(ours & belong) / len(belong)


def told(found: list[backtest.Row], known: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return how many alerts were new, repeats or false, and how many developments there are."""
    new: set[str] = set()
    repeats = false = 0
    for row in found:
        if row["type"] == "alert" and row["kind"] == "development":
            lead = known[row["items"][0]]
            if lead["relevance"] == 2 and lead["development"] and lead["development"] not in new:
                new.add(lead["development"])
            else:
                repeats += lead["relevance"] == 2
                false += lead["relevance"] == 0
    return len(new), repeats, false, len({r["development"] for r in known.values() if r["development"]})


@pytest.mark.parametrize(
    ("names", "precision", "recall", "told_of_all", "false_of_new"),
    [(FIRST, 0.94, 0.58, 0.74, 0.08), (PLAINER, 0.92, 0.74, 0.84, 0.24), (LATEST, 0.96, 0.48, 0.66, 0.08)],
    ids=["first", "plainer", "latest"],
)
def test_a_full_rule_finds_what_belongs_and_tells_most_of_it_once(
    names: list[str], precision: float, recall: float, told_of_all: float, false_of_new: float
) -> None:
    measured = {name: rows(name, "full") for name in names}
    found = [matched(measured[name], labelled(name)) for name in names]
    assert fmean(p for p, _ in found) >= precision
    assert fmean(r for _, r in found) >= recall
    new, repeats, false, all_of_them = (
        sum(n) for n in zip(*(told(measured[n], labelled(n)) for n in names), strict=True)
    )
    assert new >= told_of_all * all_of_them
    assert repeats <= 0.32 * new
    assert false <= false_of_new * new


@pytest.mark.parametrize("kind", ["phrase", "seed"])
@pytest.mark.parametrize(
    ("names", "precision", "recall"),
    [(FIRST, 0.92, 0.52), (PLAINER, 0.88, 0.36), (LATEST, 0.96, 0.32)],
    ids=["first", "plainer", "latest"],
)
def test_one_line_finds_little_else(names: list[str], precision: float, recall: float, kind: str) -> None:
    found = [matched(rows(name, kind), labelled(name)) for name in names]
    assert fmean(p for p, _ in found) >= precision
    assert fmean(r for _, r in found) >= recall


@pytest.mark.parametrize("name", NAMES)
def test_the_labels_are_sound(name: str) -> None:
    known = list(labelled(name).values())
    assert len(known) > (110 if name in LATEST else 140)
    assert [row["arrival"] for row in known] == sorted(row["arrival"] for row in known)
    assert all(row["published"] <= row["arrival"] for row in known)
    assert all(row["relevance"] == 2 or row["development"] is None for row in known)
    assert ".example/" in " ".join({row["url"] for row in known})
