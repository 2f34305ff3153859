"""Run: one Storywatch on one database, with the instance lock, signals and reload around the daemon."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from monitor.model.settings import Settings
from monitor.service.clock import Clock
from monitor.service.daemon import Daemon
from monitor.service.health import Health
from monitor.service.metrics import Counting
from monitor.service.onlooker import LogOnlooker, Onlooker
from monitor.service.pulse import stuck
from monitor.service.reload import Reloader
from monitor.store import lock
from monitor.store.lock import InstanceLock

LOOK_S = 1.0  # how often it is looked whether the page is to be served elsewhere
BEAT_S = 5.0  # how often a daemon whose loops turn shows that, for ``storywatch status``


def run(settings: Settings, onlooker: Onlooker | None = None) -> None:
    """Run until SIGTERM or SIGINT. Raises StoreError (StoreInUse: another one runs on the database)."""
    watching = onlooker or LogOnlooker()
    with InstanceLock(settings.database):
        asyncio.run(serve(settings, watching))


def once(settings: Settings, onlooker: Onlooker | None = None, *, everything: bool = False) -> None:
    """Poll every due feed once (``everything``: every feed, due or not), write, send, and return."""
    with InstanceLock(settings.database):
        asyncio.run(_once(Daemon(settings, onlooker or LogOnlooker(), tick_s=0.2), everything=everything))


async def _once(daemon: Daemon, *, everything: bool) -> None:
    async with _beating(daemon):
        await daemon.once(everything=everything)


@asynccontextmanager
async def _beating(daemon: Daemon) -> AsyncIterator[None]:
    """Show on the lock that the daemon is at work, as long as it is."""

    async def beat() -> None:
        while True:
            if not stuck(daemon.silent_s):
                lock.beat(daemon.settings.database)
            await asyncio.sleep(BEAT_S)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def serve(
    settings: Settings,
    onlooker: Onlooker,
    *,
    clock: Clock | None = None,
    tick_s: float = 1.0,
    stop: asyncio.Event | None = None,
) -> None:
    """The daemon with its signals and its reloader, until told to stop by a signal or by ``stop``."""
    counting = Counting(onlooker)
    onlooker = counting
    daemon = Daemon(settings, onlooker, clock=clock, tick_s=tick_s)
    reloader = Reloader(daemon, onlooker)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stopping.set)
    loop.add_signal_handler(signal.SIGHUP, reloader.ask)
    watching = [asyncio.create_task(reloader.run())]
    if settings.health:
        watching.append(asyncio.create_task(_health(daemon, counting)))
    watching.append(asyncio.create_task(pages(daemon, onlooker)))
    if stop is not None:
        watching.append(asyncio.create_task(_pass_on(stop, daemon.stopping)))
    try:
        async with _beating(daemon):
            await daemon.run()
        onlooker.news("stopped")
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


async def _health(daemon: Daemon, counting: Counting) -> None:
    """Health and metrics; a place that is taken is said loudly and stops no alert."""
    try:
        await Health(daemon, counting).run()
    except OSError as error:
        counting.trouble("health-not-served", listen=daemon.settings.health, why=str(error))


async def _pass_on(one: asyncio.Event, other: asyncio.Event) -> None:
    await one.wait()
    other.set()


async def pages(daemon: Daemon, onlooker: Onlooker, look_s: float = LOOK_S) -> None:
    """The page beside the daemon, where ``[web] listen`` says, and elsewhere or nowhere once that has changed."""
    await daemon.ready.wait()
    while not daemon.stopping.is_set():
        listen, stop = daemon.settings.web.listen, asyncio.Event()
        page = asyncio.create_task(_page(daemon, onlooker, listen, stop))
        try:
            while daemon.settings.web.listen == listen and not daemon.stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(daemon.stopping.wait(), look_s)
        finally:
            stop.set()
            await page


async def _page(daemon: Daemon, onlooker: Onlooker, listen: str, stop: asyncio.Event) -> None:
    """The page at ``listen`` until ``stop``; where it fails, that is said, and the daemon goes on."""
    if not listen:
        return
    from monitor.web import server

    try:
        await server.serve(
            lambda: daemon.settings,
            stop,
            listen=listen,
            now=daemon.clock.now,
            ready=lambda at: onlooker.news("page", address=at),
        )
    except Exception as error:  # noqa: BLE001 - what is watched matters more than looking at it
        onlooker.trouble("page-failed", why=str(error) or repr(error))
