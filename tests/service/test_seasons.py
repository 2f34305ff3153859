"""The nights in which clocks change, lived through by the daemon: what waits for a time of day is told then, once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.service.books import check
from tests.service.nursery import Nursery
from tests.service.world import STORM, VISIT, Desk, World

RATE = 86_400.0  # a day a second
NIGHTS = [  # London: when the daemon starts, when 02:30 and 01:30 of the next morning are; all in UTC
    ("2025-10-25T21:00+00:00", "2025-10-26T02:30", "2025-10-26T00:30"),  # 01:30 comes twice
    ("2025-03-29T21:00+00:00", "2025-03-30T01:30", "2025-03-30T01:00"),  # 01:30 does not come: at the end of the gap
]


@pytest.fixture
def desk_at(tmp_path: Path, world: World, nursery: Nursery, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk whose daemons find their clock standing at the moment given."""
    world.dated = datetime.fromisoformat(request.param) - timedelta(minutes=5)
    desk = Desk(tmp_path, world, nursery, f"from {request.param}")
    yield desk
    desk.end()


@pytest.mark.parametrize(("desk_at", "quiet_ends", "digest"), NIGHTS, indirect=["desk_at"], ids=["autumn", "spring"])
def test_quiet_hours_end_and_a_digest_comes_by_the_clock_on_the_wall(
    desk_at: Desk, quiet_ends: str, digest: str
) -> None:
    desk = desk_at
    zone = 'timezone = "Europe/London"\n'
    night = '[routes.night]\nchannels = ["mail", "hook"]\ntogether = "0s"\ndigest = "30 1 * * *"\n'
    desk.change('together = "0s"\n', f'together = "0s"\nquiet_hours = "02:31-02:30"\n{zone}{night}{zone}')
    desk.rule('phrase = "Hamburg harbour storm"\n[alert]\nroutes = ["night"]\nbudget = "1/day"\n', "storm")
    desk.world.titles = [VISIT, STORM, ("f", "Storm in Hamburg harbour kills 14 people")]
    daemon = desk.start(RATE)
    desk.wait(lambda: desk.rows("SELECT count(*) FROM ledger") == [(3,)], what="what was decided while the clock stood")
    daemon.send_signal(signal.SIGUSR1)
    two_days_on = (datetime.fromisoformat(quiet_ends) + timedelta(days=2)).isoformat()
    desk.wait(lambda: desk.rows(f"SELECT max(last_ok_at) > '{two_days_on}' FROM feeds") == [(True,)], what="two days")
    desk.wait(
        lambda: len(desk.world.accepted()) == 6 and desk.all_written(), what="three messages, each by mail and webhook"
    )
    at = dict(desk.rows("SELECT storyline || ' ' || kind, substr(at, 1, 16) FROM alerts"))
    assert at == {
        "moscow development": quiet_ends,
        "storm development": desk.rows("SELECT substr(min(at), 1, 16) FROM decisions")[0][0],
        " digest": digest,
    }
    check(desk, over=True)
