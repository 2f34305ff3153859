"""A poller at its desk: a real store and a clock that shows what it is told; client and parser as a test wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from monitor.feeds import cadence
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Polled
from monitor.model.settings import Polling, Settings
from monitor.net.client import Reply
from monitor.service.poller import Poller
from monitor.service.storethread import StoreThread
from monitor.store import feeds
from monitor.store.database import Database

NOON = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
KEPT = timedelta(days=30)


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
    """The poller, and what is written of its polls: when each feed is due again."""

    def __init__(
        self, path: Path, made: Sequence[Feed], client: Any, parser: Any = None, polling: Polling | None = None
    ) -> None:
        self.clock, self.random = HandClock(), Random(1)
        self.store = StoreThread(lambda: Database.open(path, writer=True))
        self.settings = Settings(path, "UTC", "en", path, KEPT, polling or Polling(), tuple(made), {}, {}, ())
        self.feeds = made
        self.poller = Poller(self.store, self.settings, client, parser, self.clock, finished=lambda: None)

    async def open(self) -> None:
        await self.store.open()
        await self.store(lambda db: feeds.sync(db, self.feeds, self.clock.at))

    async def close(self) -> None:
        await self.poller.close()
        await self.store.close()

    async def turn(self) -> int:
        """One wake of the poller and one batch; returns how many feeds were asked."""
        await self.poller.step()
        while self.poller.running:  # noqa: ASYNC110 - who ends starts others
            await asyncio.sleep(0)
        return len(await self.written())

    async def written(self) -> list[Polled]:
        """Write the polls that have ended, and return them."""
        done = self.poller.take()
        await self.store(lambda db: self.write(db, done))
        self.poller.release(done)
        return done

    def write(self, db: Database, done: list[Polled]) -> None:
        for polled in done:
            state = feeds.state(db, polled.feed)
            assert state is not None
            feeds.save(db, [cadence.plan(state, polled, 0, (300, 21_600), self.random)])
