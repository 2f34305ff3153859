"""What one poll brings of one storyline is one message, through the real store, whatever dies in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model.alert import LedgerState, Route
from monitor.model.poll import Candidate

MINUTE = timedelta(minutes=1)
PREPARED = "Kremlin says Trump visit to Moscow is being prepared"
OFF = "Trump calls off Moscow visit, White House says"
SWAP = "Putin and Trump hold talks in Moscow on prisoner swap"
Entry = Callable[..., Candidate]


@pytest.fixture
def gathering(newsroom: Any) -> Any:
    routes = {"desk": Route("desk", ("mail", "hook"), together=MINUTE)}
    newsroom.settings = replace(newsroom.settings, routes=routes)
    newsroom.restart()
    return newsroom


def rows(newsroom: Any, query: str) -> list[Any]:
    return list(newsroom.db.rows(query))


@pytest.mark.parametrize("dies", ["not", "collecting", "between the batches"])
def test_one_message_each_row_in_the_ledger_each_channel_its_key(gathering: Any, make_entry: Entry, dies: str) -> None:
    gathering.poll("wire", make_entry("a", PREPARED, gathering.now), make_entry("b", OFF, gathering.now))
    if dies == "collecting":
        gathering.restart()
    gathering.poll("paper", make_entry("c", SWAP, gathering.now), after=MINUTE / 2)
    assert gathering.alerts() == []
    if dies == "between the batches":
        gathering.ingest.engine = None
    gathering.wake(MINUTE)
    (alert,) = gathering.alerts()
    assert alert.lines[0].headline == OFF, "what changes the picture stands first"
    assert {line.headline for line in alert.lines} == {PREPARED, OFF, SWAP}
    told = rows(gathering, "SELECT development, state, alert FROM ledger ORDER BY development")
    assert told == [(n, LedgerState.TOLD.value, alert.id) for n in (1, 2, 3)]
    keys = rows(gathering, "SELECT channel, key FROM deliveries ORDER BY channel")
    assert [channel for channel, _ in keys] == ["hook", "mail"]
    assert len({key for _, key in keys}) == 2
    gathering.restart()
    gathering.wake(timedelta(hours=1))
    assert len(gathering.alerts()) == 1
    assert rows(gathering, "SELECT kind FROM timers WHERE kind = 'together'") == []


def test_a_batch_that_fails_while_it_is_told_tells_it_the_next_time(gathering: Any, make_entry: Entry) -> None:
    gathering.poll("wire", make_entry("a", PREPARED, gathering.now), make_entry("b", OFF, gathering.now))
    gathering.ingest._reached = lambda point: json.loads("") if point == "wake:before-commit" else None
    with pytest.raises(json.JSONDecodeError):
        gathering.wake(2 * MINUTE)
    gathering.ingest._reached = lambda _: None
    gathering.wake(MINUTE)
    (alert,) = gathering.alerts()
    assert len(alert.lines) == 2
    assert alert.at == gathering.now - 2 * MINUTE, "at the moment it was due, whenever somebody woke"


def test_a_process_that_ends_at_once_does_not_wait_for_more(gathering: Any, make_entry: Entry) -> None:
    gathering.poll("wire", make_entry("a", PREPARED, gathering.now), make_entry("b", OFF, gathering.now))
    gathering.ingest.tell_gathered(gathering.now)
    (alert,) = gathering.alerts()
    assert (len(alert.lines), alert.at) == (2, gathering.now)
    gathering.wake(2 * MINUTE)
    assert len(gathering.alerts()) == 1
