"""Two rule sets tell the same development by different items: what is paired, and what is gained or lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.pipeline.compare import Labels, compared, told
from monitor.pipeline.pairing import Told

START = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
BREAK_IN = "Thieves take crown jewels from museum"
ARREST = "Two men arrested near Lyon over museum theft"


def one(title: str, *items: str, at: float = 0, story: str = "s", later: tuple[str, ...] = ()) -> Told:
    return Told(START + timedelta(hours=at), story, "NEWS", title, items, frozenset(later))


PAIRED = {
    "a common item": (one(BREAK_IN, "1", "2"), one(ARREST, "2"), {}),
    "its lead joined the other": (one(BREAK_IN, "1"), one(ARREST, "2", later=("1",)), {}),
    "the other's lead joined it": (one(BREAK_IN, "1", later=("2",)), one(ARREST, "2"), {}),
    "the same label": (one(BREAK_IN, "1"), one(ARREST, "2", at=90), {"1": "D1", "2": "D1"}),
    "much the same words": (one(BREAK_IN, "1"), one(f"{BREAK_IN}, police say", "2", at=11), {}),
}
APART = {
    "other words": (one(BREAK_IN, "1"), one(ARREST, "2"), {}),
    "other labels": (one(BREAK_IN, "1"), one(ARREST, "2"), {"1": "D1", "2": "D2"}),
    "the same words a day later": (one(BREAK_IN, "1"), one(BREAK_IN, "2", at=24), {}),
    "two words alone": (one("Louvre theft", "1"), one("Louvre theft", "2"), {}),
    "items that joined both": (one(BREAK_IN, "1", later=("3",)), one(ARREST, "2", later=("3",)), {}),
}


@pytest.mark.parametrize("name", PAIRED)
def test_what_tells_the_same_is_paired(name: str) -> None:
    mine, theirs, labels = PAIRED[name]
    found = compared([mine], [theirs], Labels(development=labels))
    assert (found.both, found.gained, found.lost) == (((mine, theirs),), (), ())
    assert found.other_leads == (mine.items[0] != theirs.items[0])


@pytest.mark.parametrize("name", APART)
def test_what_tells_something_else_is_not(name: str) -> None:
    mine, theirs, labels = APART[name]
    found = compared([mine], [theirs], Labels(development=labels))
    assert (found.both, found.gained, found.lost) == ((), (mine,), (theirs,))


def test_each_is_paired_once_and_the_surest_first() -> None:
    repeat, exact = one(BREAK_IN, "1"), one(ARREST, "2", at=1)
    theirs = one(BREAK_IN, "2")
    found = compared([repeat, exact], [theirs])
    assert (found.both, found.gained) == (((exact, theirs),), (repeat,))


def test_storylines_are_kept_apart_where_there_are_several() -> None:
    mine = [one(BREAK_IN, "1"), one(ARREST, "2", story="t")]
    theirs = [one(BREAK_IN, "3", story="t"), one(ARREST, "4", story="s")]
    assert compared(mine, theirs).both == ()
    assert compared(mine[:1], theirs[:1]).both != (), "each has but one: they may be called as they like"


def test_what_joined_is_read_from_the_rows() -> None:
    at = START.isoformat()
    alert: dict[str, Any] = {
        "type": "alert", "at": at, "storyline": "s", "kind": "development", "reason": "NEWS", "development": 3,
        "items": ["1"], "headline": BREAK_IN,
    }  # fmt: skip
    held = {"type": "held", "at": at, "storyline": "s", "item": "2", "because": "repeat of #3"}
    rows = [
        alert,
        held | {"development": 3},
        held | {"item": "4"},
        held | {"item": "5", "development": 3, "route": "r"},
    ]
    assert told(rows) == [one(BREAK_IN, "1", later=("2",))]
