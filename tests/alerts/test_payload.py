"""The payload of webhooks: stable, within its size, and as the published schema says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model.alert import AlertKind
from tests.alerts.composing import FIGURE, ITEMS, VIEW, alert, composed, hostile
from tests.alerts.schema import faults


def test_the_payload_is_the_same_on_every_attempt_and_follows_its_schema() -> None:
    first, later = composed(alert(FIGURE)), composed(alert(FIGURE), later=timedelta(hours=40))
    assert first.payload == later.payload
    assert list(faults(first.payload)) == []


def test_a_great_digest_is_cut_to_size_and_says_so() -> None:
    wordy = replace(FIGURE, headline="Wörter " * 60, because="Gründe " * 60, items=tuple(f"i{n}" for n in range(40)))
    items = {f"i{n}": replace(ITEMS["i1"], id=f"i{n}", title="Ж" * 400) for n in range(40)}
    told = alert(*[replace(wordy, development=n) for n in range(1, 51)], kind=AlertKind.DIGEST)
    body = composed(told, replace(VIEW, items=items)).payload
    assert list(faults(body)) == []
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 20_000
    data = body["data"]
    assert isinstance(data, dict)
    assert data["lines_total"] == 50
    assert data["lines"][0]["items_total"] == 40


@pytest.mark.parametrize("kind", [AlertKind.DIGEST, AlertKind.NOTICE])
def test_the_worst_that_feeds_can_send_stays_under_the_size(kind: AlertKind) -> None:
    told, view = hostile("🕊" * 3000)
    lines = tuple(replace(told.lines[0], development=n) for n in range(1, 51))
    items = {"i1": replace(view.items["i1"], url="https://wire.example/" + "x" * 1900)}
    worst = replace(told, kind=kind, lines=lines, text="🕊" * 900 + "\n🕊" * 90)
    body = composed(worst, replace(view, items=items)).payload
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 20_000
    assert list(faults(body)) == []


@pytest.mark.parametrize(
    "spoil",
    [{"type": "storywatch.other"}, {"timestamp": "yesterday"}, {"data": {"version": 2}}, {"extra": 1}, {"data": None}],
)
def test_the_schema_check_can_fail(spoil: dict[str, object]) -> None:
    assert list(faults({**composed(alert(FIGURE)).payload, **spoil}))


def test_the_example_in_the_manual_follows_the_schema() -> None:
    manual = (Path(__file__).parents[2] / "docs/webhook.md").read_text("utf-8")
    example = re.search(r"^    \{\n(?:    .*\n)+?    \}\n", manual, re.MULTILINE)
    assert example is not None
    assert list(faults(json.loads(example.group()))) == []
