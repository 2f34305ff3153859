"""An entry that a feed took out from between others, and all the ways in which one can merely be missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.vanished import Told, taken_out
from monitor.model.poll import Candidate

NOON = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
TITLES = [
    "Harbour closed by storm",
    "Council votes on budget",
    "Kremlin invites Trump",
    "Ferry strike called",
    "Fire out",
]


def candidate(number: int, hour: float | None = None, title: str = "") -> Candidate:
    at = NOON - timedelta(hours=number if hour is None else hour)
    return Candidate((f"g:{number}",), title or TITLES[number], "", "", "", "", "en", at)


def told(*numbers: int) -> list[Told]:
    return [Told(str(n), TITLES[n], NOON - timedelta(hours=n)) for n in numbers]


def found(candidates: Sequence[Candidate], missing: Sequence[Told]) -> str:
    return taken_out(candidates, [c.keys[0][2:] for c in candidates], missing)


FOUR = [candidate(n) for n in (0, 1, 3, 4)]


def test_the_one_that_is_missing_between_others_was_taken_out() -> None:
    assert found(FOUR, told(2)) == "2"
    assert found(FOUR, told(1, 2, 3)) == "2"


@pytest.mark.parametrize(
    ("candidates", "missing"),
    [
        (FOUR, told(0, 1, 3)),
        ([candidate(n) for n in (1, 2, 3, 4)], told(0)),
        ([candidate(n) for n in (0, 1, 2, 3)], told(4)),
        ([candidate(0), candidate(1), candidate(4)], told(2)),
        ([candidate(0), candidate(3), candidate(1), candidate(4)], told(2)),
        ([candidate(0), candidate(7, 0.5, "Rain"), candidate(4), candidate(8, 5, "Snow")], told(1, 2)),
        (FOUR, [*told(2), Told("x", "Other", NOON - timedelta(hours=2))]),
        ([*FOUR[:2], candidate(7, 2, "Kremlin again invites Trump"), *FOUR[2:]], told(2)),
        ([*FOUR, Candidate(("g:9",), "Undated", "", "", "", "", "en", None)], told(2)),
        (FOUR, [Told("2", TITLES[2], None)]),
        ([], told(2)),
    ],
    ids=[
        "listed", "newest missing: a stale copy", "fell off the end", "too few to see an order", "ranked, not by date",
        "rearranged", "two at once", "published anew", "an entry without a date", "no date of its own", "unchanged",
    ],
)  # fmt: skip
def test_what_is_merely_missing_was_not(candidates: list[Candidate], missing: list[Told]) -> None:
    assert found(candidates, missing) == ""
