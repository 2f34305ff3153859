"""The poller on clocks that jump: set back, set forward, held up; nothing stops and nothing storms."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model.feed import Feed
from tests.service.desk import Desk, Site

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


class Named(Desk):
    """With so many feeds on hosts of their own, and a site that counts what it is asked."""

    def __init__(self, path: Path, count: int) -> None:
        self.site = Site()
        super().__init__(path, [Feed(f"f{n}", f"https://h{n}.example/rss") for n in range(count)], self.site)


async def desk(tmp_path: Path, count: int = 5) -> Named:
    made = Named(tmp_path / "s.db", count)
    await made.open()
    return made


async def test_a_clock_set_back_an_hour_does_not_stop_polling(tmp_path: Path) -> None:
    here = await desk(tmp_path)
    assert await here.turn() == 5
    assert await here.turn() == 0
    here.clock.at -= HOUR
    assert await here.turn() == 5
    assert await here.turn() == 0  # planned anew, by the clock in force
    here.clock.at += timedelta(minutes=11)  # it failed twice
    assert await here.turn() == 5
    await here.store.close()


async def test_a_clock_that_was_ahead_before_a_restart_does_not_stop_polling_either(tmp_path: Path) -> None:
    before = await desk(tmp_path)
    before.clock.at += 24 * HOUR
    await before.turn()
    await before.store.close()
    after = Named(tmp_path / "s.db", 5)
    await after.store.open()
    assert await after.turn() == 5
    await after.store.close()


@pytest.mark.parametrize("away", [HOUR, 30 * 24 * HOUR], ids=["an hour ahead", "a month of sleep"])
async def test_a_clock_set_forward_or_a_long_sleep_asks_each_feed_once(tmp_path: Path, away: timedelta) -> None:
    here = await desk(tmp_path)
    await here.turn()
    here.clock.at += away
    assert [await here.turn() for _ in range(3)] == [5, 0, 0]
    await here.store.close()


async def test_more_due_feeds_than_places_are_late_not_dropped(tmp_path: Path) -> None:
    here = await desk(tmp_path, 200)
    turns = [await here.turn() for _ in range(3)]
    assert sum(turns) == len(here.site.asked) == len(set(here.site.asked)) == 200
    assert turns[0] > here.settings.polling.concurrency  # whoever ends gives its place to the next
    assert here.site.most == here.settings.polling.concurrency
    await here.store.close()
