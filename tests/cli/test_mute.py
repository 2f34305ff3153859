"""A mute is written beside the daemon, listed, and ended early."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.store import mutes
from monitor.store.database import Database


def test_a_mute_is_in_force_until_its_end(desk):
    before = datetime.now(UTC)
    answer = desk.run("mute", "moscow", "--for", "2h", "--route", "desk")
    assert answer.code == 0
    with Database.open(desk.database, writer=False) as db:
        (found,) = mutes.active(db, before)
        assert (found.storyline, found.route) == ("moscow", "desk")
        assert timedelta(hours=2) <= found.until_at - before < timedelta(hours=2, minutes=1)
        assert mutes.active(db, before + timedelta(hours=3)) == []
    assert "moscow" in desk.run("mute").out


def test_a_mute_ends_early_and_only_the_one_that_was_named(desk):
    desk.run("mute", "moscow", "--for", "2h")
    desk.run("mute", "--all", "--for", "1d", "--route", "desk")
    assert desk.run("unmute", "moscow", "--route", "desk").code == 1
    assert desk.run("unmute", "moscow").code == 0
    (left,) = json.loads(desk.run("mute", "--json").out)
    assert (left["storyline"], left["route"]) == ("", "desk")
    assert desk.run("unmute", "--all", "--route", "desk").code == 0
    assert desk.run("mute").out.strip() == "nothing is muted"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mute", "moskow", "--for", "2h"), 'did you mean "moscow"'),
        (("mute", "moscow", "--for", "2h", "--route", "dsk"), 'did you mean "desk"'),
        (("mute", "moscow"), "--for"),
        (("mute", "moscow", "--for", "soon"), "soon"),
        (("mute", "--for", "2h"), "--all"),
        (("mute", "moscow", "--all", "--for", "2h"), "exclude"),
        (("unmute",), "--all"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_muted_is_said_in_one_line(desk, words, said):
    answer = desk.run(*words)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
