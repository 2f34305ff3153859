"""Poller: takes the feeds that are due, visits them, and keeps the finished polls for the next batch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor.feeds.fulltext import Articles
from monitor.feeds.parse import Parser
from monitor.feeds.poll import poll
from monitor.model.feed import Feed, FeedState
from monitor.model.poll import Candidate, FetchFailed, Polled
from monitor.model.settings import Settings
from monitor.net.client import Client
from monitor.service.clock import Clock
from monitor.service.storethread import StoreThread
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows

LOOK_AHEAD = 4  # due feeds read for each place, so that a busy host does not starve the others


class Poller:
    """Bounded in all and by host. A feed stays *under way* until its batch is committed or dropped."""

    def __init__(
        self,
        call: StoreThread,
        settings: Settings,
        client: Client,
        parser: Parser,
        clock: Clock,
        *,
        finished: Callable[[], None],
        reached: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``finished`` is called when a poll has ended and waits for the batch."""
        self._call = call
        self._clock = clock
        self._finished = finished
        self._reached = reached
        self._done: list[Polled] = []
        self._under_way: set[str] = set()
        self._waiting: list[FeedState] = []  # due, and without a place when they were read
        self._hosts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked_at: datetime | None = None
        self.polls = 0
        self.configure(settings, client, parser)

    def configure(self, settings: Settings, client: Client, parser: Parser, articles: Client | None = None) -> None:
        """Take new settings; polls under way end on the old ones. ``articles`` asks for articles."""
        self._feeds = {f.name: f for f in settings.feeds}
        self._polling = settings.polling
        self._client = client
        self._parser = parser
        self._articles = Articles(articles or client, parser, self._unknown)
        self._waiting = []

    async def step(self) -> int:
        """Start what is due and has a place; returns how many polls were started.

        A poll that ends gives its place to the next that waits, so that a step is needed only now and then.
        """
        if not self._room:
            return 0
        now = self._clock.now()
        await self._watch_clock(now)
        started = self._start_waiting()
        if self._room:
            limit = len(self._under_way) + self._polling.concurrency * LOOK_AHEAD
            self._waiting = await self._call(lambda db: feed_rows.due(db, now, limit))
            started += self._start_waiting()
        return started

    def take(self) -> list[Polled]:
        """The polls that finished since the last call."""
        done, self._done = self._done, []
        return done

    def release(self, polls: Iterable[Polled]) -> None:
        """Their batch is committed or dropped: they may be due again."""
        self._under_way.difference_update(p.feed for p in polls)

    @property
    def running(self) -> int:
        """Polls that run."""
        return len(self._tasks)

    @property
    def busy(self) -> int:
        """Polls that run or wait for their commit."""
        return len(self._under_way)

    async def close(self) -> None:
        """Break off the polls that run; what they would have brought is asked for again."""
        self._waiting = []
        for task in tuple(self._tasks):
            task.cancel()
        for task in tuple(self._tasks):
            with suppress(asyncio.CancelledError):
                await task

    async def _unknown(self, feed: str, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        return await self._call(lambda db: item_rows.unknown(db, feed, candidates))

    async def _watch_clock(self, now: datetime) -> None:
        """See at the start, and whenever the clock goes back, that no feed waits for the old one's time."""
        if self._asked_at is None or now < self._asked_at:
            await self._call(lambda db: feed_rows.clock_set_back(db, now))
        self._asked_at = now

    @property
    def _room(self) -> int:
        return max(0, self._polling.concurrency - len(self._tasks))

    def _start_waiting(self) -> int:
        """Start what waits, in its order, as far as there are places; what its host has no place for waits on."""
        waiting, self._waiting = self._waiting, []
        started = 0
        for number, state in enumerate(waiting):
            if not self._room:
                self._waiting += waiting[number:]
                break
            feed = self._feeds.get(state.feed)
            if feed is None or state.feed in self._under_way:
                continue
            if self._start(feed, state):
                started += 1
            else:
                self._waiting.append(state)
        return started

    def _start(self, feed: Feed, state: FeedState) -> bool:
        host = urlsplit(state.url).hostname or ""
        if self._hosts[host] >= self._polling.per_host:
            return False
        self._under_way.add(state.feed)
        self._hosts[host] += 1
        task = asyncio.create_task(self._visit(feed, state, host))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._start_waiting()

    async def _visit(self, feed: Feed, state: FeedState, host: str) -> None:
        try:
            polled = await poll(feed, state, self._client, self._parser, self._clock.now, self._articles)
        except Exception as error:  # noqa: BLE001 - a bug met in one feed must not stop the others
            polled = Polled(feed.name, self._clock.now(), FetchFailed("internal", repr(error)))
        finally:
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host]
        self._reached("poll:fetched")
        self.polls += 1
        # Its items arrive now: what is in no batch yet must not be older than a batch that was committed.
        self._done.append(replace(polled, at=self._clock.now()))
        self._finished()
