"""The measure: by hand on a small storyline, and the same figures as the shared measure where that is present."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.demo.data import Row, load
from monitor.demo.measure import Told, first_arrivals, telling, tracking

START = datetime(2025, 2, 12, tzinfo=UTC)


def row(name: str, hour: int, relevance: int, development: str | None = None) -> Row:
    at = START + timedelta(hours=hour)
    return Row(name, at, at, name, "", "", "S", "en", "f", relevance, development)


ROWS = (
    row("a1", 0, 2, "A"), row("a2", 1, 2, "A"), row("talk", 2, 2), row("side", 3, 1),
    row("off", 4, 0), row("b1", 5, 2, "B"), row("c1", 6, 2, "C"), row("off2", 7, 0),
)  # fmt: skip


def told(hour: float, *items: str) -> Told:
    return Told(START + timedelta(hours=hour), items)


@pytest.mark.parametrize(
    ("matched", "expected"),
    [
        (["a1", "a2", "talk", "b1", "c1"], (1.0, 1.0, 1.0)),
        (["a1", "off"], (0.5, 0.2, 2 * 0.5 * 0.2 / 0.7)),
        (["side", "nobody"], (0.0, 0.0, 0.0)),
        ([], (0.0, 0.0, 0.0)),
        (["a1", "a1", "side"], (1.0, 0.2, 0.4 / 1.2)),
    ],
    ids=["all", "half-wrong", "side-only", "nothing", "twice"],
)
def test_tracking_counts_what_belongs_against_what_does_not(
    matched: list[str], expected: tuple[float, float, float]
) -> None:
    found = tracking(ROWS, matched)
    assert (found.precision, found.recall, found.f1) == pytest.approx(expected)


def test_an_alert_is_new_once_and_a_repeat_after_that() -> None:
    found = telling(ROWS, [told(2, "a2", "a1"), told(0.5, "a1"), told(2.5, "talk")])
    assert (found.new, found.repeats, found.false, found.missed) == (1, 2, 0, ("B", "C"))
    assert found.precision == pytest.approx(1 / 3)


def test_an_alert_is_judged_by_its_lead_and_off_the_storyline_it_is_false_or_not_scored() -> None:
    found = telling(ROWS, [told(5, "off", "b1"), told(5, "side"), told(5, "nobody"), told(6.5, "c1", "off")])
    assert (found.new, found.repeats, found.false, found.unscored) == (1, 0, 2, 1)


def test_what_is_told_before_it_arrived_is_false() -> None:
    assert telling(ROWS, [told(4.5, "a1", "b1")]).false == 1


def test_what_is_told_late_is_told_but_not_covered() -> None:
    found = telling(ROWS, [told(0, "a1"), told(18, "b1"), told(18, "c1")])
    assert (found.new, found.developments, found.missed) == (3, 3, ())
    assert found.coverage == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(0.8)
    assert found.delay_s == 12 * 3600


def test_nothing_told_is_nothing_covered() -> None:
    found = telling(ROWS, [])
    assert (found.coverage, found.precision, found.f1, found.delay_s) == (0.0, 0.0, 0.0, None)
    assert first_arrivals(ROWS)["A"] == START


def test_the_figures_are_those_of_the_shared_measure(shared: Path, tmp_path: Path) -> None:
    rows = load()
    chance = random.Random(7)
    matched = chance.sample([r.id for r in rows], 150)
    alerts = [Told(r.arrival_at + timedelta(hours=h), (r.id,)) for r in rows for h in (0, 20) if chance.random() < 0.2]
    output = tmp_path / "out.jsonl"
    lines = [{"type": "match", "item": m} for m in matched]
    lines += [{"type": "alert", "at": t.at.isoformat(), "items": list(t.items)} for t in alerts]
    output.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    items = Path(sys.modules["monitor.demo.data"].__file__ or "").parent / "data" / "replay.jsonl"
    command = [sys.executable, str(shared / "eval" / "score.py"), str(items), str(output), "--json"]
    theirs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    track, tell = tracking(rows, matched), telling(rows, alerts)
    ours = {
        "track_p": track.precision, "track_r": track.recall, "track_f1": track.f1, "coverage": tell.coverage,
        "alert_p": tell.precision, "alert_f1": tell.f1, "new": tell.new, "repeat": tell.repeats,
        "false": tell.false, "unscored": tell.unscored, "developments": tell.developments,
    }  # fmt: skip
    assert {key: theirs[key] for key in ours} == pytest.approx(ours, abs=0.001)
