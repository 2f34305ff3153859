"""Parse: feed documents read at once where that is certain, else in worker processes that are killed when they overrun.

Three lanes lead there (lanes.py). The quick one gives each document a second, of which nearly all need a hundredth.
What takes longer goes into the slow one and has its whole time there; so does its feed's next document, at once; few
may wait in it. So documents made to keep a parser busy wait for one another, and the others for none of them longer
than that second. Articles have the third. The heavy libraries are loaded in the workers, not here.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from monitor.feeds import again
from monitor.feeds.lanes import Ended, Lane
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import Again, FetchFailed, Parsed

T = TypeVar("T")
_PIECES = 1_000_000  # bytes of a document that is taken apart, which takes some milliseconds of the event loop
_TOO_LONG = frozenset({"parser-killed", "parser-busy"})  # what a whole document would end in as well
_QUICK = 0.2  # of a document's time, in the quick lane
_SLOW_MOST, _SLOW_BYTES = 8, 8_000_000  # documents in the slow lane: 40 seconds of work


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a body is read with."""

    content_type: str
    url: str
    feed: Feed
    at: datetime


class Parser:
    """Reads with ``workers`` processes; ``timeout_s`` and ``memory_mb`` bound one document in one worker.

    Failures of its own are "parser-killed" (no result in time, or too much memory) and "parser-busy" (the document
    takes long, and too many such wait before it).
    """

    def __init__(self, workers: int = 1, timeout_s: float = 5.0, memory_mb: int = 512, slow: int = _SLOW_MOST) -> None:
        """Start nothing yet. ``slow``: how many documents that take long may be there at once."""
        self._timeout_s = timeout_s
        self._quick_s = _QUICK * timeout_s
        self._slow_most = slow
        self._near: Callable[[bytes, str, str, Feed, datetime, bytes], Reading | None] | None = None
        self.quick = Lane(workers, memory_mb)
        self.slow = Lane(1, memory_mb, lasting=False)
        self.articles = Lane(1, memory_mb)
        self._long: set[str] = set()  # feeds whose last document took longer than the quick lane gives

    async def parse(self, body: bytes, content_type: str, url: str, *, salvage: bool = False) -> Parsed | FetchFailed:
        """Return the feed document in ``body``; its relative addresses are resolved against ``url``.

        ``salvage``: a document that breaks off is read up to its last complete entry, not refused.
        """
        return await self._run("", _parse, body, content_type, url, salvage)

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
        if isinstance(reading, FetchFailed):
            return reading
        if reading is None:
            whole = await self._read(body, asked)
            if isinstance(whole, FetchFailed) or whole.parsed.loose or whole.entries != len(found.entries):
                return whole
            reading = replace(whole, again=Again(again.head(context, whole.source, at), found.digests))
        return reading

    async def _read_rest(
        self, found: again.Pieces, context: bytes, asked: _Asked, marks: bytes
    ) -> Reading | FetchFailed | None:
        """Read what is not known; None where that does not tell what the whole document would."""
        cut = again.cut(found, context, marks, asked.at)
        if cut is None:
            return None
        reading = await self._read(cut.body, asked, before=again.source_of(marks))
        if isinstance(reading, FetchFailed):
            return reading if reading.kind in _TOO_LONG else None
        if reading.parsed.loose or reading.entries != cut.kept:
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
        name = asked.feed.name
        return await self._run(name, _read, body, asked.content_type, asked.url, salvage, public, asked.at, before)

    async def article(self, body: bytes, content_type: str, url: str) -> str | FetchFailed:
        """Return the text of the article on a web page, "" where there is none."""
        within_s = self._timeout_s
        got = await self.articles.run(_article, (within_s, body, content_type, url), len(body), within_s)
        return self._killed(within_s) if isinstance(got, Ended) else got

    def close(self) -> None:
        """End the workers now; what they were reading is lost. The next document starts new ones."""
        for lane in (self.quick, self.slow, self.articles):
            lane.close()

    async def _read_near(self, body: bytes, asked: _Asked, before: bytes) -> Reading | None:
        if self._near is None:
            # The first document of all brings the libraries in, which the event loop must not wait for.
            near = await asyncio.to_thread(importlib.import_module, "monitor.feeds.near")
            self._near = near.read_near
        return self._near(body, asked.content_type, asked.url, asked.feed, asked.at, before)

    async def _run(
        self, feed: str, function: Callable[..., T | FetchFailed], body: bytes, *more: object
    ) -> T | FetchFailed:
        """Run ``function`` in the quick lane; in the slow one where that is too short for it, or was for its feed."""
        if feed in self._long:
            return await self._run_long(feed, function, body, more)
        within_s = self._quick_s
        got = await self.quick.run(function, (within_s, body, *more), len(body), within_s)
        if got is Ended.OVERRAN:
            self._long.update({feed} - {""})
            return await self._run_long(feed, function, body, more)
        return self._killed(within_s) if isinstance(got, Ended) else got

    async def _run_long(
        self, feed: str, function: Callable[..., T | FetchFailed], body: bytes, more: tuple[object, ...]
    ) -> T | FetchFailed:
        waits = self.slow.waiting
        if waits and (waits >= self._slow_most or self.slow.waiting_bytes + len(body) > _SLOW_BYTES):
            return FetchFailed("parser-busy", f"it takes long to read, and {waits} such documents wait before it")
        began = time.monotonic()
        got = await self.slow.run(function, (self._timeout_s, body, *more), len(body), self._timeout_s)
        if isinstance(got, Ended):
            return self._killed(self._timeout_s)
        if time.monotonic() - began < self._quick_s:
            self._long.discard(feed)
        return got

    def _killed(self, within_s: float) -> FetchFailed:
        return FetchFailed("parser-killed", f"the parser was ended: no result within {within_s:g} s")


# The three below run in the worker; only there is the module with the parsers imported.


def _parse(*args: Any) -> Parsed | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.parse(*args)


def _read(*args: Any) -> Reading | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.read(*args)


def _article(*args: Any) -> str | FetchFailed:
    from monitor.feeds import parse_worker

    return parse_worker.article(*args)
