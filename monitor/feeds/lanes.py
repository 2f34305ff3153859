"""Lanes: documents in worker processes, one after the other, and what is ended that does not end.

No thread can be stopped in the middle of a regular expression, and 32 kB suffice to keep one busy for minutes; a
process can. The worker keeps the time itself (parse_worker.py); here is what is done when it died of it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")
_GRACE_S = 30.0  # beyond the worker's own timer: shipping the document, a worker's start on a busy machine
_TASKS = 1_000  # documents after which a worker is replaced: parsers leak
_TIMERS = (-signal.SIGPROF, -signal.SIGALRM)  # the worker's own: its work took too long, or it stood still


class Ended(Enum):
    """Why there is no result."""

    OVERRAN = "overran"  # its time was over
    DIED = "died"  # the worker went for another reason: memory, a crash, a person


class Lane:
    """A pool of ``workers`` processes of ``memory_mb`` each. It starts with the first document, not before.

    ``waiting`` and ``waiting_bytes``: what is in it, under way or before that.
    """

    def __init__(self, workers: int, memory_mb: int, *, lasting: bool = True) -> None:
        """Start nothing yet. ``lasting``: the workers are kept when there is nothing to do."""
        self._workers = workers
        self._memory_mb = memory_mb
        self._lasting = lasting
        self._pool: Any = None
        # What waits, waits here: in the pool its time would run already.
        self._turns = asyncio.Semaphore(workers)
        self._starting = asyncio.Lock()
        self.waiting = 0
        self.waiting_bytes = 0

    async def run(self, function: Callable[..., T], args: tuple[object, ...], size: int, timeout_s: float) -> T | Ended:
        """Return ``function(*args)``; the function itself sees to it that its process ends when it overruns.

        ``size``: bytes of the document; ``timeout_s``: what the function was given.
        """
        self.waiting += 1
        self.waiting_bytes += size
        try:
            async with self._turns:
                return await self._ended(function, args, timeout_s)
        finally:
            self.waiting -= 1
            self.waiting_bytes -= size
            if not self._lasting and not self.waiting:
                await self._let_go()

    def close(self) -> None:
        """End the workers now; what they were reading is lost. The next document starts new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    async def _ended(self, function: Callable[..., T], args: tuple[object, ...], timeout_s: float) -> T | Ended:
        from pebble import ProcessExpired

        try:
            async with asyncio.timeout(timeout_s + _GRACE_S):
                pool = await self._started()
                result: T = await asyncio.wrap_future(pool.schedule(function, args=args))
        except ProcessExpired as error:
            return Ended.OVERRAN if error.exitcode in _TIMERS else Ended.DIED
        except (TimeoutError, CancelledError):
            return Ended.DIED
        except (BrokenProcessPool, RuntimeError, OSError):
            await asyncio.to_thread(self.close)  # an idle worker was killed: a new pool for the next document
            return Ended.DIED
        return result

    async def _let_go(self) -> None:
        async with self._starting:
            if not self.waiting:
                await asyncio.to_thread(self.close)

    async def _started(self) -> Any:
        async with self._starting:
            if self._pool is None:
                # A cold start takes a third of a second, which the event loop must not wait for.
                self._pool = await asyncio.to_thread(_new_pool, self._workers, self._memory_mb)
        return self._pool


def _new_pool(workers: int, memory_mb: int) -> Any:
    from pebble import ProcessPool

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["monitor.feeds.parse_worker"])
    pool = ProcessPool(
        max_workers=workers, max_tasks=_TASKS, initializer=_prepare, initargs=(memory_mb,), context=context
    )
    _ = pool.active  # asking starts it
    return pool


def _prepare(memory_mb: int) -> None:
    from monitor.feeds import parse_worker  # only in the worker is the module with the parsers imported

    parse_worker.prepare(memory_mb)
