"""Batches: finished polls and due timers -> one commit, and what follows from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from monitor.model.poll import Polled
from monitor.service.clock import Clock
from monitor.service.network import Network
from monitor.service.onlooker import Onlooker
from monitor.service.poller import Poller
from monitor.service.storethread import StoreThread
from monitor.store import feeds as feed_rows

if TYPE_CHECKING:
    from monitor.pipeline.ingest import Ingest, Report

ALIVE_S = 60.0  # an idle daemon commits a sign of life so often
LOOK_S = 5.0  # and looks so often whether there is anything to write


class Batches:
    """When it is time for a commit, and the commit."""

    def __init__(
        self,
        store: StoreThread,
        ingest: Ingest,
        poller: Poller,
        network: Network,
        clock: Clock,
        onlooker: Onlooker,
        *,
        wake: Callable[[Literal["poll", "deliver"]], None],
    ) -> None:
        """``ingest`` is used in the store's thread alone; ``wake`` is told whose turn it is after a commit."""
        self._store = store
        self._ingest = ingest
        self._poller = poller
        self._network = network
        self._clock = clock
        self._onlooker = onlooker
        self._wake = wake
        self._committed = 0.0
        self._next_due_s: float | None = None

    async def write(self) -> bool:
        """Write the polls that have finished and run the timers that are due; False when there was nothing to do.

        Raises StoreError when it cannot be written: then the polls are made again.
        """
        polls, until = self._poller.take(), self._clock.now()
        if not polls and not self._due():
            return False
        try:
            report = await self._store(lambda _: self._ingest.batch(polls, until))
        finally:
            self._poller.release(polls)
            self._wake("poll")
        self._committed = time.monotonic()
        self._next_due_s = None
        if report.next_due_at is not None:
            self._next_due_s = time.monotonic() + self._clock.real_s(report.next_due_at)
        await self._after(polls, report)
        return True

    @property
    def wait_s(self) -> float:
        """Seconds until the next timer is due, a few at most."""
        if self._next_due_s is None:
            return LOOK_S
        return min(LOOK_S, max(0.0, self._next_due_s - time.monotonic()))

    def _due(self) -> bool:
        now = time.monotonic()
        timer = self._next_due_s is not None and now >= self._next_due_s
        return timer or now - self._committed >= ALIVE_S or not self._committed

    async def _after(self, polls: list[Polled], report: Report) -> None:
        change = self._network.watch(polls)
        if change == "down":
            self._onlooker.trouble("network-down", hint="no feed can be reached; trying on")
        elif change == "back":
            now = self._clock.now()
            await self._store(lambda db: feed_rows.bring_forward(db, now, failing=True))
            self._onlooker.news("network-back")
        self._onlooker.batch(report)
        if report.alerts:
            self._wake("deliver")
