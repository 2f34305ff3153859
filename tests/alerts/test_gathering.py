"""Cooldown, storm cap and severity: nothing is lost, and nobody is called sixty times in an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.severity import severity
from monitor.model.alert import Alert, AlertKind, LedgerState, Line, Route
from tests.alerts.telling import DESK, NOON, World, development, minutes, rule

COOL = rule(cooldown=timedelta(minutes=30))
CAPPED = replace(DESK, at_most=(3, timedelta(hours=1)))


def told(alerts: list[Alert]) -> list[list[int]]:
    return [[line.development for line in alert.lines] for alert in alerts]


def test_what_follows_a_message_within_the_cooldown_comes_in_one() -> None:
    world = World(rules={"visit": COOL})
    assert told(world.opens(development(1))) == [[1]]
    for number, after in ((2, 5), (3, 20)):
        assert world.opens(development(number, at=NOON + minutes(after)), NOON + minutes(after)) == []
    assert told(world.until(NOON + minutes(29))) == []
    (alert,) = world.until(NOON + minutes(30))
    assert told([alert]) == [[2, 3]]
    assert "Gathered for 30 minutes" in alert.text


def test_a_message_of_gathered_lines_begins_a_cooldown_of_its_own() -> None:
    world = World(rules={"visit": COOL})
    world.opens(development(1))
    world.opens(development(2, at=NOON + minutes(5)), NOON + minutes(5))
    world.until(NOON + minutes(30))
    late = NOON + minutes(40)
    assert world.opens(development(3, at=late), late) == []
    assert told(world.until(NOON + minutes(60))) == [[3]]


def test_the_cooldown_is_kept_over_a_restart_and_passed_by_the_urgent() -> None:
    world = World({"desk": replace(DESK, urgent=frozenset({"NEWS"}))}, rules={"visit": COOL})
    world.opens(development(1))
    assert told(world.opens(development(2, at=NOON + minutes(1)), NOON + minutes(1))) == [[2]]
    world = World(rules={"visit": COOL})
    world.opens(development(1))
    world.opens(development(2, at=NOON + minutes(1)), NOON + minutes(1))
    world.restart()
    world.start(NOON + minutes(2))
    assert told(world.until(NOON + minutes(30))) == [[2]]


def test_without_a_cooldown_each_comes_at_once() -> None:
    world = World()
    world.opens(development(1))
    assert told(world.opens(development(2), NOON + minutes(1))) == [[2]]


def storm(world: World, count: int) -> list[Alert]:
    found: list[Alert] = []
    for n in range(1, count + 1):
        at = NOON + minutes(n)
        found += world.opens(development(1, storyline=f"story{n}", at=at), at)
    return found


def test_a_storm_is_capped_and_what_was_held_is_told_together() -> None:
    world = World({"desk": CAPPED})
    alerts = storm(world, 8)
    assert [a.storyline for a in alerts] == ["story1", "story2", "story3"]
    assert "Message 3 of 3 in 1 hour" in alerts[-1].text
    (digest,) = world.until(NOON + minutes(64))
    assert digest.kind is AlertKind.DIGEST
    assert {line.storyline for line in digest.lines} == {f"story{n}" for n in range(4, 9)}
    assert "Held by the cap of 3 messages in 1 hour" in digest.text
    assert all(e.state is LedgerState.TOLD for e in world.entries.values())
    assert world.until(NOON + timedelta(days=1)) == []


def test_a_storm_digest_survives_a_restart() -> None:
    world = World({"desk": CAPPED})
    storm(world, 5)
    world.timers.clear()
    world.restart(-1)
    assert world.start(NOON + minutes(10)) == []
    (digest,) = world.until(NOON + minutes(64))
    assert len(digest.lines) == 2


def test_what_a_storm_holds_comes_with_the_digest_where_that_is_sooner() -> None:
    world = World({"desk": replace(CAPPED, digest="30 12 * * *")})
    storm(world, 5)
    (digest,) = world.until(NOON + minutes(30))
    assert len(digest.lines) == 2


def test_nothing_overtakes_what_a_storm_holds_of_its_storyline() -> None:
    """The hour's first messages are over before the storm is: others are told again, this storyline's go together."""
    world = World({"desk": CAPPED})
    storm(world, 3)
    assert world.opens(development(1, at=NOON + minutes(20)), NOON + minutes(20)) == []
    later = NOON + minutes(62)
    assert world.opens(development(2, at=later), later) == []
    assert len(world.opens(development(1, storyline="other", at=later), later)) == 1
    (digest,) = world.until(NOON + minutes(80))
    assert [line.development for line in digest.lines] == [2, 1]
    assert len(world.opens(development(3, at=NOON + minutes(81)), NOON + minutes(81))) == 1


def test_the_urgent_passes_the_cap() -> None:
    world = World({"desk": replace(CAPPED, urgent=frozenset({"NEWS"}))})
    assert len(storm(world, 8)) == 8


def test_when_the_hour_is_over_messages_come_again() -> None:
    world = World({"desk": CAPPED})
    storm(world, 3)
    later = NOON + minutes(63)
    assert len(world.opens(development(1, storyline="later", at=later), later)) == 1


@pytest.mark.parametrize(
    ("reason", "origins", "single", "level"),
    [
        ("DENIED", 2, False, "high"), ("STAGE", 3, False, "high"), ("CORRECTED", 2, False, "high"),
        ("DENIED", 1, False, "normal"), ("NEWS", 5, False, "normal"), ("OPENED", 1, False, "normal"),
        ("NEWS", 1, True, "low"), ("SURGED", 4, False, "low"), ("QUIET", 0, False, "low"),
    ],
)  # fmt: skip
def test_severity_comes_from_reason_and_origins(reason: str, origins: int, single: bool, level: str) -> None:
    line = Line("s", 1, reason, "h", (), tuple(f"o{n}" for n in range(origins)), single_source=single)
    assert severity(Alert("a", "desk", "s", AlertKind.DEVELOPMENT, NOON, (line,))) == level


def test_an_alert_is_as_weighty_as_its_weightiest_line() -> None:
    low, high = Line("s", 1, "QUIET", "h", ()), Line("s", 2, "DENIED", "h", (), ("a", "b"))
    assert severity(Alert("a", "desk", "s", AlertKind.DEVELOPMENT, NOON, (low, high))) == "high"
    assert severity(Alert("a", "desk", "", AlertKind.DIGEST, NOON, (high,))) == "low"
    assert severity(Alert("a", "operator", "", AlertKind.NOTICE, NOON, ())) == "high"
    assert Route("x").at_most is None
