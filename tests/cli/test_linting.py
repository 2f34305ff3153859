"""Warnings about rules, where a person looks at them: with the figures of the stored items."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.feed import Feed
from monitor.model.poll import Candidate
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.database import Database
from tests.cli.conftest import Desk

GROUPS = 'all = [["Boeing"], ["talks", "said"]]\n'


def _candidate(number: int) -> Candidate:
    title = f"Minister said what it was, part {number}"
    url = f"https://wire.example/{number}"
    return Candidate((f"g:{number}",), title, "", url, "", "Wire", "en", published_at=datetime.now(UTC))


@pytest.fixture
def stocked(bare: Desk) -> Desk:
    """A desk with 300 stored items, and a rule of which one group meets most of them."""
    bare.write("rules/wide.toml", GROUPS)
    bare.write("rules/twin.toml", 'phrase = "Visit: Trump, Moscow"\n')
    begin = datetime.now(UTC) - timedelta(hours=9)
    rows = [(_candidate(number), False) for number in range(300)]
    with Database.open(bare.database, writer=True) as db, db.transaction():
        feed_rows.sync(db, [Feed("world/wire", "http://127.0.0.1:9/rss")], begin)
        item_rows.add(db, "world/wire", rows, begin)
    return bare


@pytest.mark.parametrize("command", [("check",), ("rule", "list"), ("rule", "test", "wide", "Boeing said no")])
def test_a_group_that_meets_most_items_is_told_with_its_figure(stocked: Desk, command: tuple[str, ...]) -> None:
    answer = stocked.run(*command)
    assert answer.code == 0
    assert "all: group 2 meets 300 of 300 stored items (100%)" in " ".join(answer.out.split())


@pytest.mark.parametrize("command", [("check",), ("rule", "list")])
def test_two_rules_of_the_same_words_are_told(stocked: Desk, command: tuple[str, ...]) -> None:
    told = " ".join(stocked.run(*command).out.split())
    assert 'means the same as the rule "moscow"' in told


def test_warnings_are_in_the_json_too(stocked: Desk) -> None:
    listed = json.loads(stocked.run("rule", "list", "--json").out)
    assert list(listed["warnings"]) == ["twin", "wide"]
    tried = json.loads(stocked.run("rule", "test", "wide", "Boeing said no", "--json").out)
    assert len(tried["warnings"]) == 1


def test_without_a_database_or_with_a_broken_one_the_rules_are_still_looked_at(bare: Desk) -> None:
    bare.write("rules/common.toml", 'phrase = "visit talks"\n')
    assert "no name in the phrase" in bare.run("check").out
    bare.database.write_bytes(b"no database at all" * 99)
    answer = bare.run("check")
    assert answer.code == 0
    assert "without stored items" in answer.err
    assert "no name in the phrase" in answer.out
