"""Parse: feed documents read at once where that is certain, else in worker processes that are killed when they overrun.

No thread can be stopped in the middle of a regular expression, and 32 kB suffice to keep one busy
for minutes; a process can. The pool starts with the first document, not before, and the heavy
libraries are loaded in it, not here.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Parsed

T = TypeVar("T")
_GRACE_S = 30.0  # beyond the worker's own timers: shipping the document, a worker's start on a busy machine
_TASKS = 1_000  # documents after which a worker is replaced: parsers leak


class Parser:
    """A pool of ``workers`` processes; ``timeout_s`` and ``memory_mb`` bound one document in one worker."""

    def __init__(self, workers: int = 1, timeout_s: float = 5.0, memory_mb: int = 512) -> None:
        """Start nothing yet."""
        self._workers = workers
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._pool: Any = None
        self._near: Callable[[bytes, str, str, Feed, datetime], Reading | None] | None = None
        # What waits, waits here: in the pool its time would run already.
        self._turns = asyncio.Semaphore(workers)
        self._starting = asyncio.Lock()

    async def parse(self, body: bytes, content_type: str, url: str, *, salvage: bool = False) -> Parsed | FetchFailed:
        """Return the feed document in ``body``; its relative addresses are resolved against ``url``.

        ``salvage``: a document that breaks off is read up to its last complete entry, not refused.
        """
        return await self._run(_parse, body, content_type, url, self._timeout_s, salvage)

    async def read(
        self, body: bytes, content_type: str, url: str, feed: Feed, at: datetime, *, salvage: bool = False
    ) -> Reading | FetchFailed:
        """Parse and normalise: here what is small and plain (near.py), everything else in a worker."""
        if not salvage and (reading := await self._read_near(body, content_type, url, feed, at)):
            return reading
        public = replace(feed, headers=(), token="", user="", password="")  # secrets stay here
        return await self._run(_read, body, content_type, url, self._timeout_s, salvage, public, at)

    def close(self) -> None:
        """End the workers now; what they were reading is lost. The next document starts new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    async def _read_near(self, body: bytes, content_type: str, url: str, feed: Feed, at: datetime) -> Reading | None:
        if self._near is None:
            # The first document of all brings the libraries in, which the event loop must not wait for.
            near = await asyncio.to_thread(importlib.import_module, "monitor.feeds.near")
            self._near = near.read_near
        return self._near(body, content_type, url, feed, at)

    async def _run(self, function: Callable[..., T | FetchFailed], *args: object) -> T | FetchFailed:
        from pebble import ProcessExpired

        async with self._turns:
            try:
                async with asyncio.timeout(2 * self._timeout_s + _GRACE_S):
                    pool = await self._started()
                    result: T | FetchFailed = await asyncio.wrap_future(pool.schedule(function, args=args))
            except (ProcessExpired, TimeoutError, CancelledError):
                return self._killed()
            except (BrokenProcessPool, RuntimeError, OSError):
                await asyncio.to_thread(self.close)  # an idle worker was killed: a new pool for the next document
                return self._killed()
            return result

    def _killed(self) -> FetchFailed:
        return FetchFailed("parser-killed", f"the parser was ended: no result within {self._timeout_s:g} s")

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


# The three below run in the worker; only there is the module with the parsers imported.


def _prepare(memory_mb: int) -> None:
    from monitor.feeds import parse_worker

    parse_worker.prepare(memory_mb)


def _parse(*args: Any) -> Parsed | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.parse(*args)


def _read(*args: Any) -> Reading | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.read(*args)
