"""The books: what must hold after any fault, looked at in the database and at the servers.

1. Each matching item was decided on; each development that is told stands in one alert; each alert has a delivery for
   each way out; what is recorded as sent came; what was given up says why.
2. What came twice came under one key, and only through a channel that lost an acknowledgement; nothing came under a key
   that is not in the books.
3. The database is sound.
4. Whoever else there is, other channels and other feeds, did not notice: seen in what the tests wait for, and here in
   that no delivery stays behind where a test says that all is over.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.service.world import Desk

UNDECIDED = (
    "SELECT item, storyline FROM matches WHERE NOT possible AND storyline IN (SELECT slug FROM storylines) "
    "EXCEPT SELECT item, storyline FROM decisions"
)
UNTOLD = "SELECT storyline, development FROM ledger WHERE state = 'told' AND alert NOT IN (SELECT id FROM alerts)"
TWICE = (
    "SELECT a.route, l.value ->> 'storyline', l.value ->> 'development', l.value ->> 'reason' "
    "FROM alerts a, json_each(a.payload, '$.lines') l WHERE a.kind != 'notice' GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
)
UNSENT = "SELECT id FROM alerts WHERE id NOT IN (SELECT alert FROM deliveries)"
SILENT = "SELECT key FROM deliveries WHERE status = 'dead' AND last_error = ''"


def check(desk: Desk, *, again: Collection[str] = (), over: bool = False) -> None:
    """Hold the books to the four promises; AssertionError says which is broken.

    ``again``: the channels that lost an acknowledgement, or have two recipients. ``over``: nothing may wait any more.
    """
    assert desk.rows("PRAGMA integrity_check") == [("ok",)]
    assert desk.rows("PRAGMA foreign_key_check") == []
    assert desk.rows(UNDECIDED) == [], "an item that matches was not decided on"
    assert desk.rows(UNTOLD) == [], "a development counts as told and stands in no alert"
    assert desk.rows(TWICE) == [], "a development stands in two alerts"
    assert desk.rows(UNSENT) == [], "an alert without a way out"
    assert desk.rows(SILENT) == [], "given up without a word"
    check_arrivals(desk, again)
    waits = desk.rows("SELECT channel, status FROM deliveries WHERE status IN ('pending', 'claimed')")
    assert not (over and waits), f"not everything was sent or given up: {waits}"


def check_arrivals(desk: Desk, again: Collection[str]) -> None:
    """What the servers accepted, against what the books say of it."""
    sent = desk.rows("SELECT key, channel FROM deliveries WHERE status = 'sent' AND channel != 'console'")
    accepted = desk.world.accepted()  # between the two: a daemon may be at work
    channels = dict(desk.rows("SELECT key, channel FROM deliveries"))
    assert set(accepted) <= set(channels), "a message came under a key that is not in the books"
    for key, channel in sent:
        assert accepted[key], f"{channel}: recorded as sent and never came"
    for key, came in accepted.items():
        assert came == 1 or channels[key] in again, f"{channels[key]}: came {came} times"
