"""Poller: takes the feeds that are due, visits them, and keeps the finished polls for the next batch.

A poll has a *place* while its server is asked. Then it gives the place back: a document that keeps a parser busy, or
an article that does not come, holds up no other feed. What waits so, and what waits for its commit, is bounded in size.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from monitor.feeds.fulltext import Articles
from monitor.feeds.parse import Parser
from monitor.feeds.poll import poll
from monitor.feeds.sites import Sites
from monitor.model.feed import Feed, FeedState
from monitor.model.poll import Candidate, FetchFailed, Polled
from monitor.model.settings import Settings
from monitor.net.client import Client
from monitor.service.clock import Clock
from monitor.service.hosts import Hosts
from monitor.service.storethread import StoreThread
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows

LOOK_AHEAD = 4  # due feeds read for each place, so that a busy host does not starve the others
BEHIND = 16  # polls for each place that wait for a parser or for articles
BEHIND_BYTES = 32_000_000  # ... and all their bodies
_LOOKING, _LOOK_MOST_S = 20, 10.0
UNWRITTEN, UNWRITTEN_ENTRIES = 512, 20_000  # polls that wait for their commit, and what they brought


@dataclass(slots=True)
class _Share:
    """What one poll takes of what there is: a place and one of its host's, or the memory of its body."""

    host: str
    place: bool = True
    size: int = 0


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
        self._others: dict[str, FeedState] = {}  # due as well, behind those of busy hosts
        self._look_at = 0.0  # ... and when to look for more of them
        self._hosts = Hosts(settings.polling)
        self._asking = 0  # polls that have a place
        self._behind_bytes = 0
        self._entries = 0  # of polls that wait for their commit
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked_at: datetime | None = None
        self.polls = 0
        self.configure(settings, client, parser)

    def configure(self, settings: Settings, client: Client, parser: Parser, articles: Client | None = None) -> None:
        """Take new settings; polls under way end on the old ones. ``articles`` asks for articles."""
        self._feeds = {f.name: f for f in settings.feeds}
        self._polling = settings.polling
        self._hosts.configure(settings.polling)
        self._client = client
        self._parser = parser
        pages = articles or client
        self._articles = Articles(pages, parser, self._unknown, Sites(pages))
        self._waiting, self._others = [], {}

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
            due = await self._call(lambda db: feed_rows.due(db, now, limit))
            self._waiting = self._not_under_way(due)
            started += self._start_waiting()
            if self._room and len(due) >= limit:  # those of busy hosts, which come first, hide the others
                started += await self._start_of_other_hosts(now, limit)
        return started

    def take(self) -> list[Polled]:
        """The polls that finished since the last call."""
        done, self._done = self._done, []
        return done

    def release(self, polls: Sequence[Polled]) -> None:
        """Their batch is committed or dropped: they may be due again."""
        self._under_way.difference_update(p.feed for p in polls)
        self._entries -= sum(len(p.candidates) for p in polls)

    @property
    def running(self) -> int:
        """Polls that run."""
        return len(self._tasks)

    @property
    def busy(self) -> int:
        """Polls that run or wait for their commit."""
        return len(self._under_way)

    @property
    def pausing(self) -> bool:
        """Whether due feeds wait for no more than the pace at which their hosts are asked."""
        return any(not self._hosts.shut(_host(state)) for state in self._waiting if state.feed in self._feeds)

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

    async def _start_of_other_hosts(self, now: datetime, limit: int) -> int:
        """Start what is due and of no host that has all it may; the others wait on, before them.

        Looking past thousands of feeds of one host takes a tenth of a second, so it is done a twentieth of the time.
        """
        started = self._start_others()
        began = time.monotonic()
        if self._room and began >= self._look_at:
            hosts = self._hosts.taken()
            others = await self._call(lambda db: feed_rows.due_elsewhere(db, now, limit, hosts))
            self._others = {state.feed: state for state in self._not_under_way(others)}
            self._look_at = time.monotonic() + min(_LOOKING * (time.monotonic() - began), _LOOK_MOST_S)
            started += self._start_others()
        return started

    def _start_others(self) -> int:
        known = {state.feed for state in self._waiting}
        self._waiting += (state for name, state in self._others.items() if name not in known)
        return self._start_waiting()

    def _not_under_way(self, states: Sequence[FeedState]) -> list[FeedState]:
        """Return those that wait; a state that was read before its feed's poll is written is of no use after that."""
        return [state for state in states if state.feed not in self._under_way]

    @property
    def _room(self) -> int:
        """How many polls may be started."""
        behind = len(self._tasks) - self._asking
        unwritten = len(self._under_way) - len(self._tasks)
        if self._behind_bytes >= BEHIND_BYTES or self._entries >= UNWRITTEN_ENTRIES or unwritten >= UNWRITTEN:
            return 0
        return max(0, min(self._polling.concurrency - self._asking, BEHIND * self._polling.concurrency - behind))

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
        host = _host(state)
        if not self._hosts.take(host):
            return False
        self._under_way.add(state.feed)
        self._others.pop(state.feed, None)
        self._asking += 1
        task = asyncio.create_task(self._visit(feed, state, _Share(host)))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._start_waiting()

    async def _visit(self, feed: Feed, state: FeedState, share: _Share) -> None:
        answered = partial(self._answered, share)
        try:
            polled = await poll(feed, state, self._client, self._parser, self._clock.now, self._articles, answered)
        except Exception as error:  # noqa: BLE001 - a bug met in one feed must not stop the others
            polled = Polled(feed.name, self._clock.now(), FetchFailed("internal", repr(error)))
        finally:
            self._give_back(share)
            self._behind_bytes -= share.size
        self._hosts.heed(share.host, polled)
        self._reached("poll:fetched")
        self.polls += 1
        # Its items arrive now: what is in no batch yet must not be older than a batch that was committed.
        self._done.append(replace(polled, at=self._clock.now()))
        self._entries += len(polled.candidates)
        self._finished()

    def _answered(self, share: _Share, size: int) -> None:
        share.size = size
        self._behind_bytes += size
        self._give_back(share)
        self._start_waiting()

    def _give_back(self, share: _Share) -> None:
        """Give back the place, all of it, once."""
        if not share.place:
            return
        share.place = False
        self._asking -= 1
        self._hosts.give_back(share.host)


def _host(state: FeedState) -> str:
    return urlsplit(state.url).hostname or ""
