"""A floor under the quality on one labelled stream; the whole table is made by the evaluation, not by the tests."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from monitor.model.item import Item, order_key
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

STORY = "budapest"
FLOORS = {"phrase": (0.82, 0.85), "lower": (0.82, 0.85), "full": (0.78, 0.84)}  # precision, F1


def stream(path: Path) -> tuple[list[Item], dict[str, int]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    items = [
        Item(
            id=row["id"],
            title=row["title"],
            summary=row.get("summary") or "",
            lang=row["lang"],
            arrival_at=datetime.fromisoformat(row["arrival"]),
        )
        for row in rows
    ]
    return sorted(items, key=order_key), {row["id"]: row["relevance"] for row in rows}


def rules(folder: Path) -> list[Storyline]:
    full = tomllib.loads((folder / "full" / f"{STORY}.toml").read_text(encoding="utf-8"))
    groups = tuple(tuple(group) for group in full["all"])
    return [
        Storyline(slug="phrase", phrase=full["phrase"]),
        Storyline(slug="lower", phrase=full["phrase"].lower()),
        Storyline(slug="full", phrase=full["phrase"], about=full["about"], all=groups),
    ]


@pytest.mark.shared
def test_quality_does_not_fall_below_its_floor(shared: Path) -> None:
    folder = shared / "data" / "stories" / STORY
    items, relevance = stream(folder / "items.jsonl")
    matcher = Matcher(rules(folder))
    found: dict[str, set[str]] = {kind: set() for kind in FLOORS}
    for item in items:
        matches = matcher.match(item)
        for match in matches:
            if not match.possible and relevance[item.id] != 1:
                found[match.storyline].add(item.id)
        matcher.learn(item, matches)
    relevant = {i for i, grade in relevance.items() if grade == 2}
    for kind, (precision, f1) in FLOORS.items():
        right = len(found[kind] & relevant)
        assert right / len(found[kind]) >= precision, kind
        assert 2 * right / (len(found[kind]) + len(relevant)) >= f1, kind
