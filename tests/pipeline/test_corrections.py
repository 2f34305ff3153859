"""Corrections through the real pipeline and store: an edit, a retraction, a contradiction, an entry taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.alerts.compose import compose
from monitor.model.alert import Alert, LedgerState, Route
from monitor.model.development import Reason
from monitor.model.poll import Candidate
from monitor.model.storyline import Rule, Storyline
from monitor.pipeline import backtest, replay
from monitor.pipeline.view import told_before, view_of
from monitor.store import ledger as ledger_rows

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Entry = Callable[..., Candidate]
KILLS = "Earthquake in northern Chile kills 36, governor says"
FEWER = "Earthquake in northern Chile kills 31, governor says"
OTHERS = ["Harbour closed by storm", "Council votes on budget", "Ferry strike called off", "Museum opens new wing"]


@pytest.fixture
def quake(newsroom: Any) -> Any:
    policy = replace(newsroom.policy, routes=("desk", "late"))
    newsroom.settings = replace(
        newsroom.settings,
        rules=(Rule(Storyline("quake", "Chile earthquake"), policy, hash="1"),),
        routes={"desk": Route("desk", ("mail",)), "late": Route("late", ("mail",))},
    )
    newsroom.restart()
    return newsroom


def corrections(newsroom: Any, route: str = "desk") -> list[Alert]:
    return [a for a in newsroom.alerts() if a.route == route and a.lines[0].reason == "CORRECTED"]


def listing(newsroom: Any, make_entry: Entry, title: str | None, *more: Candidate) -> list[Candidate]:
    """A feed's document, newest first; the entry ``title`` stands in its middle (None: it was taken out)."""
    at = newsroom.now.replace(hour=6, minute=0)
    found = [make_entry(f"o{n}", other, at - n * HOUR) for n, other in enumerate(OTHERS)]
    if title is not None:
        found.insert(2, make_entry("q", title, at - 1.5 * HOUR))
    return [*more, *found]


def test_an_edited_figure_is_told_once_in_answer_to_what_was_told(quake: Any, make_entry: Entry) -> None:
    quake.poll("wire", make_entry("q", KILLS, quake.now))
    quake.poll("wire", make_entry("q", FEWER, quake.now), after=HOUR)
    (alert,) = corrections(quake)
    view = view_of(quake.db, quake.settings, alert)
    first = quake.alerts()[0]
    before = told_before(view)
    assert before is not None
    assert before.alert in {a.id for a in quake.alerts() if a.route == "desk" and a.id != alert.id}
    message = compose(alert, view, "k", sent_at=quake.now)
    assert "NEW 36 -> 31 dead" in message.text
    assert f"Corrects: {KILLS} (told " in " ".join(message.text.split())
    assert message.thread == compose(first, view, "k", sent_at=quake.now).thread
    for _ in range(2):
        quake.poll("wire", make_entry("q", FEWER, quake.now), after=HOUR)
        quake.restart()
    assert len(corrections(quake)) == 1


def test_a_copy_edited_the_same_way_makes_no_second_message(quake: Any, make_entry: Entry) -> None:
    quake.poll("wire", make_entry("q", KILLS, quake.now))
    quake.poll("paper", make_entry("p", KILLS, quake.now), after=MINUTE)
    quake.poll("wire", make_entry("q", FEWER, quake.now), after=HOUR)
    quake.restart()
    quake.poll("paper", make_entry("p", FEWER, quake.now), after=HOUR)
    assert len(corrections(quake)) == 1
    told = ledger_rows.of_development(quake.db, "quake", 2)
    assert {e.state for e in told} == {LedgerState.TOLD}


@pytest.mark.parametrize("title", ["This article has been removed", "RETRACTED: Earthquake in northern Chile kills 36"])
def test_a_retracted_report_is_told_whether_or_not_its_new_title_matches(
    quake: Any, make_entry: Entry, title: str
) -> None:
    quake.poll("wire", make_entry("q", KILLS, quake.now))
    quake.poll("wire", make_entry("q", title, quake.now), after=HOUR)
    (alert,) = corrections(quake)
    assert alert.lines[0].headline == KILLS
    assert [c.fact.value for c in alert.lines[0].delta] == ["withdrawn"]
    quake.restart()
    quake.poll("wire", make_entry("q", title + " by us", quake.now), after=HOUR)
    assert len(corrections(quake)) == 1


def test_a_publishers_own_correction_is_one_and_a_denial_is_told_as_such(quake: Any, make_entry: Entry) -> None:
    quake.poll("wire", make_entry("q", KILLS, quake.now))
    later = make_entry("c", "CORRECTION: Earthquake in northern Chile kills 31, not 36", quake.now)
    quake.poll("wire", later, after=HOUR)
    (alert,) = corrections(quake)
    assert alert.lines[0].corrects == 1
    denied = "Governor denies Chile earthquake warning was ignored"
    quake.poll("paper", make_entry("d", denied, quake.now), after=3 * HOUR)
    assert [a.lines[0].reason for a in quake.alerts() if a.route == "desk"][-1] == Reason.DENIED
    assert {a.storyline for a in quake.alerts()} == {"quake"}, "all of one thread"


def test_an_entry_that_its_feed_took_out_is_told_and_decided_again_by_a_backtest(quake: Any, make_entry: Entry) -> None:
    quake.poll("wire", *listing(quake, make_entry, KILLS))
    quake.poll("wire", *listing(quake, make_entry, None), after=HOUR)
    (alert,) = corrections(quake)
    assert [c.fact.value for c in alert.lines[0].delta] == ["no longer listed"]
    assert alert.lines[0].headline == KILLS
    text = compose(alert, view_of(quake.db, quake.settings, alert), "k", sent_at=quake.now).text
    assert "NEW no longer listed by Wire" in text
    assert "> Its feed still lists older entries and newer ones." in text
    for title in (None, KILLS, None):  # it stays away, comes back, goes again: told is told
        quake.poll("wire", *listing(quake, make_entry, title), after=HOUR)
        quake.restart()
    assert len(corrections(quake)) == 1
    setup = backtest.Setup(quake.settings.rules, quake.settings.routes["desk"])
    rows = list(backtest.run(setup, replay.stored(quake.db, storylines=["quake"])))
    assert [r["reason"] for r in rows if r["type"] == "alert"] == ["OPENED", "CORRECTED"]


def test_an_entry_taken_out_that_another_source_tells_too_is_nothing(quake: Any, make_entry: Entry) -> None:
    quake.poll("wire", *listing(quake, make_entry, KILLS))
    quake.poll("paper", make_entry("p", KILLS, quake.now), after=MINUTE)
    quake.poll("wire", *listing(quake, make_entry, None), after=HOUR)
    assert corrections(quake) == []


def test_a_correction_is_for_those_who_heard_what_it_corrects(quake: Any, make_entry: Entry) -> None:
    quake.db.execute(
        "INSERT INTO mutes VALUES ('late', '', ?)", ((quake.now + HOUR).isoformat().replace("+00:00", ".000000Z"),)
    )
    quake.poll("wire", make_entry("q", KILLS, quake.now))
    quake.poll("wire", make_entry("q", FEWER, quake.now), after=2 * HOUR)
    assert len(corrections(quake)) == 1
    assert corrections(quake, "late") == []
    (entry,) = [e for e in ledger_rows.of_development(quake.db, "quake", 2) if e.route == "late"]
    assert entry.because == "corrects #1, which this route was not told"
