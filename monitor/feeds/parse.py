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
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from monitor.feeds import again
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import Again, FetchFailed, Parsed

T = TypeVar("T")
_GRACE_S = 30.0  # beyond the worker's own timers: shipping the document, a worker's start on a busy machine
_PIECES = 1_000_000  # bytes of a document that is taken apart, which takes some milliseconds of the event loop
_TASKS = 1_000  # documents after which a worker is replaced: parsers leak


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a body is read with."""

    content_type: str
    url: str
    feed: Feed
    at: datetime


class Parser:
    """A pool of ``workers`` processes; ``timeout_s`` and ``memory_mb`` bound one document in one worker."""

    def __init__(self, workers: int = 1, timeout_s: float = 5.0, memory_mb: int = 512) -> None:
        """Start nothing yet."""
        self._workers = workers
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._pool: Any = None
        self._near: Callable[[bytes, str, str, Feed, datetime, bytes], Reading | None] | None = None
        # What waits, waits here: in the pool its time would run already.
        self._turns = asyncio.Semaphore(workers)
        self._starting = asyncio.Lock()

    async def parse(self, body: bytes, content_type: str, url: str, *, salvage: bool = False) -> Parsed | FetchFailed:
        """Return the feed document in ``body``; its relative addresses are resolved against ``url``.

        ``salvage``: a document that breaks off is read up to its last complete entry, not refused.
        """
        return await self._run(_parse, body, content_type, url, self._timeout_s, salvage)

    async def read(
        self, body: bytes, content_type: str, url: str, feed: Feed, at: datetime, *, marks: bytes = b"",
        salvage: bool = False,
    ) -> Reading | FetchFailed:  # fmt: skip
        """Parse and normalise: here what is small and plain (near.py), everything else in a worker.

        Entries that ``marks`` know are left out (again.py).
        """
        asked = _Asked(content_type, url, feed, at)
        found = None if salvage or len(body) > _PIECES else again.pieces(body)
        if found is None:
            return await self._read(body, asked, salvage=salvage)
        context = again.context(found, content_type, url, feed)
        reading = await self._read_rest(found, context, asked, marks)
        if reading is None:
            whole = await self._read(body, asked)
            if isinstance(whole, FetchFailed) or whole.parsed.loose or whole.entries != len(found.entries):
                return whole
            reading = replace(whole, again=Again(again.head(context, whole.source, at), found.digests))
        return reading

    async def _read_rest(self, found: again.Pieces, context: bytes, asked: _Asked, marks: bytes) -> Reading | None:
        """Read what is not known; None where that does not tell what the whole document would."""
        cut = again.cut(found, context, marks, asked.at)
        if cut is None:
            return None
        reading = await self._read(cut.body, asked, before=again.source_of(marks))
        if isinstance(reading, FetchFailed) or reading.parsed.loose or reading.entries != cut.kept:
            return None
        if not again.apart(reading.candidates, cut):
            return None
        return replace(reading, again=Again(again.head(context, reading.source, asked.at, marks), cut.entries))

    async def _read(
        self, body: bytes, asked: _Asked, *, before: bytes = b"", salvage: bool = False
    ) -> Reading | FetchFailed:
        if not salvage and (reading := await self._read_near(body, asked, before)):
            return reading
        public = replace(asked.feed, headers=(), token="", user="", password="")  # secrets stay here
        return await self._run(
            _read, body, asked.content_type, asked.url, self._timeout_s, salvage, public, asked.at, before
        )

    async def article(self, body: bytes, content_type: str, url: str) -> str | FetchFailed:
        """Return the text of the article on a web page, "" where there is none."""
        return await self._run(_article, body, content_type, url, self._timeout_s)

    def close(self) -> None:
        """End the workers now; what they were reading is lost. The next document starts new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    async def _read_near(self, body: bytes, asked: _Asked, before: bytes) -> Reading | None:
        if self._near is None:
            # The first document of all brings the libraries in, which the event loop must not wait for.
            near = await asyncio.to_thread(importlib.import_module, "monitor.feeds.near")
            self._near = near.read_near
        return self._near(body, asked.content_type, asked.url, asked.feed, asked.at, before)

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


# The four below run in the worker; only there is the module with the parsers imported.


def _prepare(memory_mb: int) -> None:
    from monitor.feeds import parse_worker

    parse_worker.prepare(memory_mb)


def _parse(*args: Any) -> Parsed | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.parse(*args)


def _read(*args: Any) -> Reading | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.read(*args)


def _article(*args: Any) -> str | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.article(*args)
