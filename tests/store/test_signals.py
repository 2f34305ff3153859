"""Signals are found by storyline and time, told or not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model.alert import LedgerEntry, LedgerState, Line
from monitor.model.development import Decision, Signal, Verdict
from monitor.store import ledger, signals, storylines
from monitor.store.signals import Raised


@pytest.fixture
def stored(db, now, add):
    """Four items of one storyline, one an hour; the second and the third raise signals. Then it is quiet."""
    items = add("a", "b", "c", "d")
    raised = {1: (Signal.REVIVED,), 2: (Signal.CORROBORATED, Signal.SURGED)}
    for n, item in enumerate(items):
        at = now + timedelta(hours=n)
        storylines.decide(db, [Decision("visit", item.id, at, Verdict.HELD, "", signals=raised.get(n, ()))])
    quiet = Line("visit", 0, "QUIET", "", ())
    entry = LedgerEntry("desk", "visit", 0, "QUIET", LedgerState.SILENT, now + timedelta(days=7), "", quiet)
    ledger.save(db, [entry])
    return [item.id for item in items]


def test_signals_are_found_in_order_with_what_raised_them(db, now, stored):
    def of(slug, first, last):
        return signals.raised(db, slug, now + timedelta(hours=first), now + timedelta(hours=last))

    revived = Raised(Signal.REVIVED, now + timedelta(hours=1), 0, stored[1])
    rush = [Raised(s, now + timedelta(hours=2), 0, stored[2]) for s in (Signal.CORROBORATED, Signal.SURGED)]
    quiet = Raised(Signal.QUIET, now + timedelta(days=7), 0, "")
    assert of("visit", -1, 999) == [revived, *rush, quiet]
    assert of("visit", 1, 1) == [revived]
    assert of("visit", 3, 160) == of("other", -1, 999) == []


@pytest.mark.parametrize(("hours", "found"), [(2, {"visit"}), (3, set())])
def test_a_storyline_surged_since_some_moment(db, now, stored, hours, found):
    assert signals.surged(db, now + timedelta(hours=hours)) == found
    db.execute("UPDATE storylines SET archived_at = ''")
    assert signals.surged(db, now) == set()


def test_the_index_answers_alone(db):
    """However many decisions there are, only those with signals are looked at."""
    plan = " ".join(row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {signals._RAISED}", ("visit", "", "~")))
    assert "COVERING INDEX decisions_signalled" in plan
    assert "decisions_signalled" in db.rows(f"EXPLAIN QUERY PLAN {signals._SURGED}", ("",))[-1][3]
