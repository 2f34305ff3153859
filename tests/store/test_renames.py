"""Names that are noted for storylines beside a running daemon, and given when it reloads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import UsageError
from monitor.model.storyline import AlertPolicy, Rule, Storyline
from monitor.store import renames, storylines
from monitor.store.database import Database


@pytest.fixture
def rows(path: Path, now: datetime) -> Iterator[Database]:
    """Two storylines, one of them archived."""
    with Database.open(path, writer=True) as db:
        both = [Rule(Storyline(slug, slug), AlertPolicy(), hash="1") for slug in ("a", "old")]
        storylines.sync(db, both, now)
        storylines.sync(db, both[:1], now)
        yield db


def test_a_name_is_given_once_its_rule_has_it(rows: Database) -> None:
    renames.note(rows, "a", "b")
    assert renames.take(rows, {"a"}) == ()
    assert renames.take(rows, {"b"}) == (("a", "b"),)
    assert storylines.slugs(rows) == ["b"]
    assert renames.take(rows, {"b"}) == ()


def test_a_name_that_is_taken_is_refused_and_one_that_was_taken_meanwhile_harms_nothing(
    rows: Database, now: datetime
) -> None:
    for taken in ("old", "a"):
        with pytest.raises(UsageError, match="already a storyline"):
            renames.note(rows, "a", taken)
    renames.note(rows, "a", "b")
    storylines.sync(rows, [Rule(Storyline(slug, slug), AlertPolicy(), hash="1") for slug in ("a", "b")], now)
    assert renames.take(rows, {"b"}) == (("a", "b"),)
    assert storylines.slugs(rows) == ["a", "b"]


def test_renamed_twice_or_back_before_anyone_looked(rows: Database) -> None:
    renames.note(rows, "a", "b")
    renames.note(rows, "b", "c")
    assert renames.take(rows, {"c"}) == (("a", "c"),)
    renames.note(rows, "c", "d")
    renames.withdraw(rows, "c", "d")
    assert renames.take(rows, {"d"}) == ()
    renames.note(rows, "nobody", "x")
    assert renames.take(rows, {"x"}) == ()
