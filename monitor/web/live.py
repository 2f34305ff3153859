"""Live: tells open pages that there is something new (server-sent events, WHATWG HTML section 9.2)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from monitor.errors import StoreError
from monitor.store import page
from monitor.web.reader import Reader

EVERY_S = 2.0
ALIVE_S = 20.0  # a comment so often, so that a connection that is gone is noticed
STREAMS = 64  # at the same time


class Live:
    """The store's stamp, read at most every ``EVERY_S`` however many pages are open."""

    def __init__(self, read: Reader, every_s: float = EVERY_S) -> None:
        """Nothing is read before a page is open."""
        self.stopping = asyncio.Event()
        self.streams = 0
        self._read = read
        self._every_s = every_s
        self._known = ""
        self._asked = 0.0
        self._lock = asyncio.Lock()

    async def stamp(self) -> str:
        """A text that changes when there is something new; the last known one while the store cannot be read."""
        async with self._lock:
            if time.monotonic() - self._asked >= self._every_s:
                with suppress(StoreError):
                    self._known = await self._read(page.stamp)
                self._asked = time.monotonic()
        return self._known

    async def events(self) -> AsyncIterator[str]:
        """Yield the stamp now, and again whenever it has changed, until we stop."""
        self.streams += 1
        said, alive = None, time.monotonic()
        try:
            while not self.stopping.is_set():
                stamp = await self.stamp()
                if stamp != said:
                    said = stamp
                    yield f"data: {stamp}\n\n"
                elif time.monotonic() - alive > ALIVE_S:
                    alive = time.monotonic()
                    yield ": still here\n\n"
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), self._every_s)
        finally:
            self.streams -= 1
