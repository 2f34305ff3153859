"""Ledger, timers, mutes and state: small tables whose last word holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.model.alert import LedgerEntry, LedgerState, Line, Mute, Timer, TimerKind
from monitor.model.development import Change, Fact
from monitor.store import ledger, mutes, state, timers
from monitor.store.database import Database

HOUR = timedelta(hours=1)
LINE = Line("visit", 1, "FIGURE", "Headline", ("1", "2"), ("Wire",), (Change(Fact("f", "dead", "4", "4"), "3"),))


def entry(now: datetime, **changes: object) -> LedgerEntry:
    base = LedgerEntry("desk", "visit", 1, "FIGURE", LedgerState.TOLD, now, "at once", LINE, "a1")
    return replace(base, **changes)  # type: ignore[arg-type]


def test_entries_come_back_in_order_and_the_newest_holds(db: Database, now: datetime) -> None:
    waiting = entry(now, state=LedgerState.WAITING, due_at=now + HOUR, by=TimerKind.WAIT, alert="")
    told = entry(now + HOUR, by=TimerKind.WAIT)
    other = entry(now, development=2, reason="DENIED")
    ledger.save(db, [other, waiting])
    assert ledger.load(db, now) == [waiting, other]
    ledger.save(db, [told])
    assert ledger.load(db, now) == [other, told]
    assert ledger.of_development(db, "visit", 1) == [told]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        (LedgerState.WAITING, True),
        (LedgerState.DIGEST, True),
        (LedgerState.TOLD, False),
        (LedgerState.SILENT, False),
    ],
)
def test_what_still_waits_is_loaded_however_old(db: Database, now: datetime, kind: LedgerState, kept: bool) -> None:
    old = entry(now - 9 * HOUR, state=kind)
    ledger.save(db, [old])
    assert ledger.load(db, now) == ([old] if kept else [])
    assert ledger.load(db, now - 9 * HOUR) == [old]


def test_timers_become_due_in_order_move_and_are_cancelled(db: Database, now: datetime) -> None:
    wait = Timer(TimerKind.WAIT, now + HOUR, "desk", "visit", 1)
    digest = Timer(TimerKind.DIGEST, now, "desk")
    quiet = Timer(TimerKind.QUIET, now + 2 * HOUR, storyline="visit")
    timers.set(db, [wait, quiet, digest])
    assert timers.all(db) == [digest, wait, quiet]
    assert timers.due(db, now + HOUR) == [digest, wait]
    assert timers.due(db, now - HOUR) == []
    later = replace(wait, due_at=now + 3 * HOUR)
    timers.set(db, [later])
    timers.cancel(db, [digest, replace(quiet, due_at=now), Timer(TimerKind.CATCH_UP, now)])
    assert timers.all(db) == [later]


def test_a_mute_ends_by_itself_or_early(db: Database, now: datetime) -> None:
    mutes.add(db, Mute("desk", "", now + HOUR))
    mutes.add(db, Mute("", "visit", now + 3 * HOUR))
    mutes.add(db, Mute("desk", "", now + 2 * HOUR))
    everything, visit = Mute("desk", "", now + 2 * HOUR), Mute("", "visit", now + 3 * HOUR)
    assert mutes.active(db, now) == [everything, visit]
    assert mutes.active(db, now + 2 * HOUR) == [visit]
    assert mutes.remove(db, "", "visit")
    assert not mutes.remove(db, "", "visit")
    assert mutes.active(db, now) == [everything]


def test_state_is_bytes_under_a_key(db: Database) -> None:
    assert state.get(db, "key") is None
    state.put(db, "key", b"\x00\xff")
    state.put(db, "key", b"new \x00")
    assert state.get(db, "key") == b"new \x00"
    state.drop(db, "key")
    assert state.get(db, "key") is None
