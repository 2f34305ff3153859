"""Daemon: the pipelines kept turning until someone says stop.

One asyncio process. APScheduler's jobs only wake the loops; the loops do the work:

    poll     due feeds -> visits under way -> finished polls
    batch    finished polls and due timers -> one commit            (ingest and wake)
    deliver  outbox -> sends under way -> recorded
    keep     is the database still ours, is anything too old, does everything turn?

A store that cannot be written pauses the flow loudly and is tried again; what was polled meanwhile is polled again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.errors import StoreCorrupt, StoreError
from monitor.model.settings import Settings
from monitor.service import clock as clocks
from monitor.service import failpoints
from monitor.service.batches import Batches
from monitor.service.clock import Clock
from monitor.service.network import Network
from monitor.service.notify import Notifier
from monitor.service.onlooker import Onlooker
from monitor.service.outside import Outside
from monitor.service.patience import Pauses, opened
from monitor.service.poller import Poller
from monitor.service.pulse import Pulse, stuck
from monitor.service.schedule import Schedule
from monitor.service.storethread import StoreThread
from monitor.store import feeds as feed_rows
from monitor.store import outbox
from monitor.store.database import Database

if TYPE_CHECKING:  # what decides and tells takes a quarter of a second to import: until then feeds can be asked
    from monitor.pipeline.deliver import Delivered

END_S = 6.0  # sends under way get so long when the daemon ends
BUSY_S = 5.0  # how long another process's lock on the database is waited for at a time
KEEP_S = 10.0
REMEMBER_S = 3600.0  # what the matcher has learned is written down so often


class Daemon:
    """Storywatch at work on one database."""

    def __init__(
        self, settings: Settings, onlooker: Onlooker, *, clock: Clock | None = None, tick_s: float = 1.0
    ) -> None:
        """``tick_s``: how often the loops are woken, and how long a batch gathers polls, in real seconds."""
        self.settings = settings
        self.clock = clock or clocks.WallClock()
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()
        self.notifier = Notifier()
        self._onlooker = onlooker
        self._tick_s = tick_s
        self._reached = failpoints.from_environment()
        self._pulses = {name: Pulse() for name in ("poll", "batch", "deliver", "keep")}
        self._network = Network(len(settings.feeds))
        self._store = StoreThread(self._open)
        self._outside = Outside(settings)
        self._pauses = Pauses(onlooker)
        self._remembered = time.monotonic()

    def _open(self) -> Database:
        db = Database.open(self.settings.database, writer=True, busy_s=BUSY_S)
        with db.transaction():
            outbox.release_claims(db)
            feed_rows.sync(db, self.settings.feeds, self.clock.now())
        self._reached("start:store-open")
        return db

    def _start(self, db: Database, now: datetime) -> None:
        import monitor.pipeline.deliver  # noqa: F401 - here it does not hold up the event loop
        from monitor.pipeline.ingest import Ingest

        self._ingest = Ingest(db, self.settings, real_now=clocks.real_now, reached=self._reached)
        self._ingest.start(now)

    async def run(self) -> None:
        """Work until ``stopping`` is set; raises StoreError when the store cannot be used at all."""
        await self._begin()
        loops = (self._polling(), self._batching(), self._delivering(), self._keeping())
        jobs = {name: (KEEP_S if name == "keep" else self._tick_s, p.set) for name, p in self._pulses.items()}
        schedule = Schedule(jobs)
        try:
            schedule.start()
            self._onlooker.started(self.settings)
            self.notifier.ready(f"{len(self.settings.feeds)} feeds, {len(self.settings.rules)} storylines")
            self.ready.set()
            await self._until_stopped(loops)
        finally:
            schedule.stop()
            await self._end()

    async def once(self, *, everything: bool = False) -> None:
        """Visit each due feed once (``everything``: every feed), write what came, send what is due, and end."""
        await self._begin(everything=everything)
        try:
            while await self._poller.step() or self._poller.busy or self._poller.pausing:
                await self._pulses["batch"].wait(self._tick_s)
                if self._poller.running:
                    await asyncio.sleep(self._tick_s)  # polls that finish together are written together
                await self._batches.write()
            await self._batches.write()
            await self._store(lambda _: self._ingest.tell_gathered(self.clock.now()))
            while await self._deliver.step() or self._deliver.under_way:
                await self._pulses["deliver"].wait(self._tick_s)
        finally:
            await self._end()

    async def reload(self, settings: Settings) -> None:
        """Take new settings into force between two batches; the old client and channels are closed."""
        before, self._outside = self._outside, self._outside.renewed(settings)
        self.settings = settings
        now = self.clock.now()
        await self._store(lambda _: self._ingest.reload(settings, now))
        self._poller.configure(settings, self._outside.client, self._outside.parser, self._outside.articles)
        self._deliver.configure(settings, self._outside.senders)
        self._network.follow({feed.name for feed in settings.feeds})
        self._onlooker.news("reloaded", feeds=len(settings.feeds), storylines=len(settings.rules))
        await before.close(self._outside)

    async def call(self, work: Callable[[Database], None]) -> None:
        """Run ``work`` with the database in the store's thread."""
        await self._store(work)

    @property
    def silent_s(self) -> dict[str, float]:
        """Seconds since each loop last turned."""
        return {name: pulse.silent_s for name, pulse in self._pulses.items()}

    @property
    def paused_s(self) -> float:
        """The pause between attempts at a store that cannot be written; 0 while it can."""
        return self._pauses.longest_s

    # -- beginning and end

    async def _begin(self, *, everything: bool = False) -> None:
        await opened(self._store.open, self._pauses, self.notifier, self.stopping)
        now, out = self.clock.now(), self._outside
        self._poller = Poller(
            self._store, self.settings, out.client, out.parser, self.clock,
            finished=self._pulses["batch"].set, reached=self._reached,
        )  # fmt: skip
        self._poller.configure(self.settings, out.client, out.parser, out.articles)
        try:
            await self._ask_first(now, everything=everything)
            await opened(
                lambda: self._store(lambda db: self._start(db, now)), self._pauses, self.notifier, self.stopping
            )
        except BaseException:
            await self._poller.close()
            raise
        from monitor.pipeline.deliver import Deliver

        self._batches = Batches(
            self._store, self._ingest, self._poller, self._network, self.clock, self._onlooker,
            wake=lambda loop: self._pulses[loop].set(),
        )  # fmt: skip
        self._deliver = Deliver(
            self._store, self.settings, out.senders, real_now=clocks.real_now,
            onlooker=self._delivered, reached=self._reached,
        )  # fmt: skip

    async def _ask_first(self, now: datetime, *, everything: bool) -> None:
        """Ask the first feeds: their servers answer while our memory is built. Until then nothing is written."""
        if everything:
            await self._store(lambda db: feed_rows.bring_forward(db, now, failing=False))
        with suppress(StoreError):  # whoever asks next says so
            await self._poller.step()
            await asyncio.sleep(0)  # each dials now; what comes next keeps the interpreter busy

    def _delivered(self, delivered: Delivered) -> None:
        self._onlooker.delivered(delivered)
        self._pulses["deliver"].set()  # its successor may be due now

    async def _until_stopped(self, loops: tuple[Awaitable[None], ...]) -> None:
        tasks = [asyncio.ensure_future(loop) for loop in (*loops, self.stopping.wait())]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self.stopping.set()
        self.notifier.stopping()
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()  # a loop that broke says so here

    async def _end(self) -> None:
        await self._poller.close()
        await self._deliver.settle(END_S)
        await self._outside.close()
        await self._remember()
        await self._store.close()

    async def _remember(self) -> None:
        with suppress(StoreError):  # only the next start's speed depends on it
            await self._store(lambda _: self._ingest.remember())
        self._remembered = time.monotonic()

    # -- the loops

    async def _polling(self) -> None:
        while not self.stopping.is_set():
            await self._pulses["poll"].wait(2 * self._tick_s)
            await self._guarded("poll", self._poller.step)

    async def _batching(self) -> None:
        while not self.stopping.is_set():
            await self._pulses["batch"].wait(self._batches.wait_s)
            await asyncio.sleep(self._tick_s)  # polls that finish together are written together
            await self._guarded("batch", self._batches.write)

    async def _delivering(self) -> None:
        while not self.stopping.is_set():
            await self._pulses["deliver"].wait(2 * self._tick_s)
            await self._guarded("deliver", self._deliver.step)

    async def _keeping(self) -> None:
        while not self.stopping.is_set():
            await self._pulses["keep"].wait(2 * KEEP_S)
            await self._kept()

    async def _kept(self) -> None:
        await self._guarded("keep", self._keep)
        if not stuck(self.silent_s):  # a full disk is waited for: killing the daemon for it would mend nothing
            self.notifier.alive()

    async def _guarded(self, loop: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do ``work``; a store that cannot be written now, or no memory, pauses the loop, a damaged one ends all."""
        try:
            done = await work()
        except StoreCorrupt:
            raise
        except (StoreError, MemoryError) as error:
            await asyncio.sleep(self._pauses.begin(loop, error))
        else:  # False: there was nothing to write, so nothing was learned of the store
            if done is not False and self._pauses.end(loop) and loop == "batch":
                self._onlooker.news("store-writable-again")

    async def _keep(self) -> None:
        from monitor.pipeline import blind
        from monitor.pipeline.keep import keep

        now = self.clock.now()
        await self._store(lambda db: db.check_alive())
        gone = await self._store(lambda db: keep(db, self.settings, now))
        if gone:
            self._onlooker.news("pruned", items=gone)
        if not self._network.down:  # then everything is blind, and that is said by itself
            await self._store(lambda db: blind.watch(db, self.settings, now, clocks.real_now()))
        if time.monotonic() - self._remembered > REMEMBER_S:
            await self._remember()
