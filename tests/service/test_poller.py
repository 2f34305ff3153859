"""The poller on clocks that jump: set back, set forward, held up; nothing stops and nothing storms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.feeds import cadence
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Polled
from monitor.model.settings import Polling, Settings
from monitor.net.client import Reply
from monitor.service.poller import Poller
from monitor.service.storethread import StoreThread
from monitor.store import feeds
from monitor.store.database import Database

pytestmark = pytest.mark.anyio
NOON = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BODY = b"<rss version='2.0'><channel><title>X</title><item><guid>1</guid><title>Talks</title></item></channel></rss>"


@dataclass
class HandClock:
    """A clock that shows what it is told."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def real_s(self, until: datetime) -> float:
        return max(0.0, (until - self.at).total_seconds())


@dataclass
class Site:
    """A client and parser in one: counts what it is asked; never a network."""

    asked: list[str] = field(default_factory=list)
    open: int = 0
    most: int = 0

    async def get(self, url: str, headers: Mapping[str, str] | None = None, auth: object = None) -> Reply | FetchFailed:
        self.asked.append(url)
        self.open += 1
        self.most = max(self.most, self.open)
        await asyncio.sleep(0)
        self.open -= 1
        return Reply(404, url, {})


class Desk:
    def __init__(self, path: Path, count: int) -> None:
        made = [Feed(f"f{n}", f"https://h{n}.example/rss") for n in range(count)]
        self.clock, self.site, self.random = HandClock(), Site(), Random(1)
        self.store = StoreThread(lambda: Database.open(path, writer=True))
        self.settings = Settings(path, "UTC", "en", path, 30 * 24 * HOUR, Polling(), tuple(made), {}, {}, ())
        self.feeds = made
        self.poller = Poller(self.store, self.settings, self.site, None, self.clock, finished=lambda: None)  # type: ignore[arg-type]

    async def open(self) -> None:
        await self.store.open()
        await self.store(lambda db: feeds.sync(db, self.feeds, self.clock.at))

    async def turn(self) -> int:
        """One wake of the poller and one batch; returns how many feeds were asked."""
        await self.poller.step()
        while self.poller.running:  # noqa: ASYNC110 - who ends starts others
            await asyncio.sleep(0)
        done = self.poller.take()
        await self.store(lambda db: self.write(db, done))
        self.poller.release(done)
        return len(done)

    def write(self, db: Database, done: list[Polled]) -> None:
        for polled in done:
            state = feeds.state(db, polled.feed)
            assert state is not None
            feeds.save(db, [cadence.plan(state, polled, 0, (300, 21_600), self.random)])


async def desk(tmp_path: Path, count: int = 5) -> Desk:
    made = Desk(tmp_path / "s.db", count)
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
    after = Desk(tmp_path / "s.db", 5)
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
